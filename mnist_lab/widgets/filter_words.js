// What the filter playground asks, its filters, and what it says of sizes and sums.

import { decimal } from "./core.js";
import { SIDE, WINDOW, cellsOf, sumAt, winnerOf } from "./sliding.js";

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

export const PADDINGS = [
  ["same", "same (zeros around)"],
  ["valid", "valid (no zeros)"],
];

/** Write a number in at most six characters or so; what rounding alone keeps from zero is 0. */
export const short = (value) => {
  if (Math.abs(value) >= 1000) return value.toExponential(1).replace("+", "").replace("-", "−");
  return decimal(value, Number.isInteger(Math.round(1e4 * value) / 1e4) ? 0 : 2);
};

const zerosInWords = ({ before, after, count }, stride) => {
  if (before) return "A border of zeros surrounds the digit, one pixel wide.";
  if (after) return "Zeros are added only below and on the right, one pixel wide.";
  const skipped = SIDE - WINDOW - (count - 1) * stride;
  return skipped ? "The last row and column are skipped, because another step doesn't fit." : "";
};

/** Return what is said of the map's size, in parts that do not break. */
export const sizeInWords = ({ axis, side }, { stride, pooling }) => [
  `${SIDE}×${SIDE} → ${side}×${side}. Along each side: ⌊(pixels + zeros − filter) / stride⌋ + 1 `,
  `= ⌊(${SIDE} + ${axis.before + axis.after} − ${WINDOW}) / ${stride}⌋ + 1 = ${axis.count}. `,
  pooling ? `Pooling halves that: ⌊${axis.count} / 2⌋ = ${side}. ` : "",
  zerosInWords(axis, stride),
];

export const sumInWords = (found, state, at) => {
  const value = (cell) => short(state.relu ? Math.max(0, sumAt(found, cell)) : sumAt(found, cell));
  const where = `Row ${at.row + 1}, column ${at.column + 1}:`;
  const winner = winnerOf(found, state, at);
  const sum = sumAt(found, winner);
  const cut = state.relu && sum < 0 ? " ReLU turns it into 0." : "";
  if (!state.pooling) return `${where} the sum is ${short(sum)}.${cut}`;
  const four = cellsOf(state, at).map(value).join(", ");
  return `${where} of ${four}${state.relu ? " after ReLU" : ""}, pooling keeps ${value(winner)}.`;
};
