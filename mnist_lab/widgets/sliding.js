// What a 3×3 filter makes of a digit, and where each of its sums comes from.

import { layerOutput, places } from "./networks.js";

export const SIDE = 28;
export const WINDOW = 3;
export const CELLS = [...Array(WINDOW * WINDOW).keys()];

/** Return the largest absolute value. */
export const largestOf = (values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** Return what the filter makes of an image: its sums, the map after ReLU and pooling, and where windows lie. */
export const computed = (image, { weights, stride, padding, relu, pooling }) => {
  const axis = { ...places(SIDE, WINDOW, { strides: stride, padding }), stride };
  axis.after = Math.max(0, (axis.count - 1) * stride + WINDOW - SIDE - axis.before);
  const layer = { kind: "convolution", shape: [WINDOW, WINDOW, 1, 1], strides: stride, padding, activation: "linear" };
  const numbers = { weights: Float32Array.from(weights), biases: new Float32Array(1) };
  const sums = layerOutput({ ...layer, ...numbers }, { data: image, shape: [SIDE, SIDE, 1] });
  let map = relu ? { ...sums, data: sums.data.map((sum) => Math.max(0, sum)) } : sums;
  if (pooling) map = layerOutput({ kind: "max_pooling", shape: [2, 2], strides: 2, padding: "valid" }, map);
  return { axis, sums: sums.data, map: map.data, side: map.shape[0] };
};

/** Return the nine pixels under the filter at a row and column of the sums; outside the image they are 0. */
export const patchAt = (image, { before, stride }, row, column) =>
  CELLS.map((cell) => {
    const [y, x] = [row * stride - before + Math.floor(cell / WINDOW), column * stride - before + (cell % WINDOW)];
    return y >= 0 && x >= 0 && y < SIDE && x < SIDE ? image[y * SIDE + x] : 0;
  });

/** Return the cells of the sums that a cell of the map stands for: itself, or four. */
export const cellsOf = ({ pooling }, { row, column }) => {
  if (!pooling) return [{ row, column }];
  return [0, 1, 2, 3].map((index) => ({ row: 2 * row + (index >> 1), column: 2 * column + (index & 1) }));
};

export const sumAt = ({ sums, axis }, { row, column }) => sums[row * axis.count + column];

/** Return the cell of the sums that a cell of the map shows: itself, or the largest of four. */
export const winnerOf = (found, state, at) =>
  cellsOf(state, at).reduce((best, cell) => (sumAt(found, cell) > sumAt(found, best) ? cell : best));
