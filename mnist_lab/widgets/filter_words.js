// What the filter playground asks, its filters, and what it says of a sum.

import { cellsOf } from "./sliding.js";

export const PRESETS = {
  upper: { title: "upper edge", weights: [-1, -1, -1, 0, 0, 0, 1, 1, 1] },
  left: { title: "left edge", weights: [-1, 0, 1, -1, 0, 1, -1, 0, 1] },
  blur: { title: "blur", weights: [1, 1, 1, 1, 1, 1, 1, 1, 1] },
  sharpen: { title: "sharpen", weights: [0, -1, 0, -1, 5, -1, 0, -1, 0] },
  ends: { title: "isolated dots", weights: [-1, -1, -1, -1, 8, -1, -1, -1, -1] },
  copy: { title: "copy", weights: [0, 0, 0, 0, 1, 0, 0, 0, 0] },
};

const PLAIN = { stride: 1, padding: "same", relu: false, pooling: false };

export const EXPERIMENTS = [
  {
    question: "What does an edge look like?",
    task:
      "This filter adds the row below and subtracts the row above. Where on the digit is its map blue, where " +
      "orange, where white? Make it find left edges instead: which weights have to change?",
    settings: { ...PLAIN, preset: "upper" },
  },
  {
    question: "Can you move the digit?",
    task:
      "One weight of 1 copies the digit. Move the 1 to another cell: which way does the digit go? Before you try it, " +
      "predict: which cell moves the digit down?",
    settings: { ...PLAIN, preset: "copy" },
  },
  {
    question: "Why does plain ink vanish?",
    task:
      "These nine weights add up to 0. Point at the map where a stroke is thick, then at a stroke's end. Change the " +
      "8 to 9: what comes back, and why?",
    settings: { ...PLAIN, preset: "ends" },
  },
  {
    question: "How small can the map get?",
    task:
      "With stride 2, the filter visits only every other position. Try valid padding and " +
      "stride 3, and add pooling: can you tell the size of the map before you look?",
    settings: { ...PLAIN, stride: 2, preset: "left" },
  },
  {
    question: "What does pooling keep?",
    task:
      "ReLU turns negative sums into 0, and pooling keeps the largest of four sums. What do you still know about " +
      "an edge's position, and what have you lost?",
    settings: { ...PLAIN, relu: true, pooling: true, preset: "upper" },
  },
];

export const INVALID =
  "Please enter a number between −1,000,000 and 1,000,000. Until then, the previous weight stays in use.";

export const LEGEND = "Blue: the sum is positive. Orange: negative. Blank: 0.";

export const PADDINGS = [
  ["same", "same (zeros around)"],
  ["valid", "valid (no zeros)"],
];

/** Return what is said of the map's size, in parts that do not break. */
export const sizeInWords = ({ axis, side }, { stride, pooling }) => {
  const padded = axis.before + axis.after;
  const along = `Along each side: ⌊(28 + ${padded} − 3) / ${stride}⌋ + 1 = ${axis.count}. `;
  const parts = [`28×28 → ${side}×${side}. `, along];
  if (pooling) parts.push(`Pooling halves that: ⌊${axis.count} / 2⌋ = ${side}. `);
  if (axis.before) parts.push("A border of zeros surrounds the digit, one pixel wide.");
  else if (padded) parts.push("Zeros are added only below and on the right, one pixel wide.");
  return parts;
};

export const sumInWords = ({ sums, axis }, { relu, pooling }, at, winner, short) => {
  const value = ({ row, column }) => {
    const sum = sums[row * axis.count + column];
    return short(relu ? Math.max(0, sum) : sum);
  };
  const where = `Row ${at.row + 1}, column ${at.column + 1}: `;
  const sum = sums[winner.row * axis.count + winner.column];
  if (!pooling) return `${where}the sum is ${short(sum)}.${relu && sum < 0 ? " ReLU turns it into 0." : ""}`;
  const four = cellsOf({ pooling }, at).map(value);
  return `${where}of ${four.join(", ")}${relu ? " after ReLU" : ""}, pooling keeps ${value(winner)}.`;
};
