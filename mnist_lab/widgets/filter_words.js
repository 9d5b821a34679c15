// What the filter playground asks, its filters, and what it says of a sum.

export const PRESETS = {
  upper: { title: "upper edge", weights: [-1, -1, -1, 0, 0, 0, 1, 1, 1] },
  left: { title: "left edge", weights: [-1, 0, 1, -1, 0, 1, -1, 0, 1] },
  blur: { title: "blur", weights: [1, 1, 1, 1, 1, 1, 1, 1, 1] },
  sharpen: { title: "sharpen", weights: [0, -1, 0, -1, 5, -1, 0, -1, 0] },
  ends: { title: "lone dots", weights: [-1, -1, -1, -1, 8, -1, -1, -1, -1] },
  copy: { title: "copy", weights: [0, 0, 0, 0, 1, 0, 0, 0, 0] },
};

const PLAIN = { stride: 1, padding: "same", relu: false, pooling: false };

export const EXPERIMENTS = [
  {
    question: "What does an edge look like?",
    task:
      "This filter adds the row below and subtracts the row above. Where on the digit is its map blue, where " +
      "orange, where white? Make it find left edges instead: which weights have to move?",
    settings: { ...PLAIN, preset: "upper" },
  },
  {
    question: "Can you move the digit?",
    task:
      "One weight of 1 copies the digit. Move that 1 to another field: which way does the digit go? Say before you " +
      "try it: which field pushes the digit down?",
    settings: { ...PLAIN, preset: "copy" },
  },
  {
    question: "Why does plain ink vanish?",
    task:
      "Point at the middle of a thick stroke, then at a tip. These nine weights add up to 0. Change the 8 to 9: what " +
      "comes back, and why?",
    settings: { ...PLAIN, preset: "ends" },
  },
  {
    question: "How small can the map get?",
    task:
      "Stride 2 skips every second position. Try valid padding and stride 3, and add pooling: can you tell the size " +
      "of the map before you look?",
    settings: { ...PLAIN, stride: 2, preset: "left" },
  },
  {
    question: "What does pooling keep?",
    task:
      "ReLU drops what is negative, and pooling keeps the largest of four sums. What do you still know about an " +
      "edge's position, and what have you lost?",
    settings: { ...PLAIN, relu: true, pooling: true, preset: "upper" },
  },
];

export const sizeInWords = ({ axis, side }, { stride, pooling }) => {
  const padded = axis.before + axis.after;
  const sums = `⌊(28 + ${padded} − 3) / ${stride}⌋ + 1 = ${axis.count}`;
  const pooled = pooling ? ` Pooling halves that: ⌊${axis.count} / 2⌋ = ${side}.` : "";
  const where = axis.before === axis.after ? "on each side" : "below and on the right only";
  const zeros = padded ? ` Zeros stand around the digit, ${Math.max(axis.before, axis.after)} ${where}.` : "";
  return `28×28 → ${side}×${side}. Along each side: ${sums}.${pooled}${zeros}`;
};

export const sumInWords = ({ sums, axis }, { relu, pooling }, at, winner, short) => {
  const value = (row, column) => sums[row * axis.count + column];
  const sum = value(winner.row, winner.column);
  const where = `Row ${at.row + 1}, column ${at.column + 1}: `;
  const cut = relu && sum < 0 ? " ReLU makes that 0." : "";
  if (!pooling) return `${where}the sum is ${short(sum)}.${cut}`;
  const [row, column] = [2 * at.row, 2 * at.column];
  const four = [value(row, column), value(row, column + 1), value(row + 1, column), value(row + 1, column + 1)];
  return `${where}of ${four.map(short).join(", ")}, pooling keeps ${short(sum)}.${cut}`;
};
