// The arithmetic behind one number of the map, laid out: pixels × weights = products, their sum, and what is kept.

import { element, mix, signColor } from "./core.js";
import { part } from "./playground.js";
import { CELLS, cellsOf, largestOf, sumAt, winnerOf } from "./sliding.js";
import { short } from "./filter_words.js";

const paintCell = (node, color) => {
  node.style.background = `rgb(${color.map(Math.round).join()})`;
};

/** Colour a number's cell by its sign and size: pale, so that the number stays legible. */
export const paintNumber = (node, value, largest, colors) =>
  paintCell(node, signColor(0.55 * value, largest, colors));

const paintPixel = (node, ink, _, colors) => paintCell(node, mix(colors.paper, colors.ink, 0.35 * ink));

const createNine = (name, colors, paint) => {
  const cells = CELLS.map(() => element("span"));
  const show = (values, largest) => {
    for (const cell of CELLS) {
      cells[cell].textContent = short(values[cell]);
      paint(cells[cell], values[cell], largest, colors);
    }
  };
  return { node: part("grid", part("caption", name), part("nine", ...cells)), show };
};

const sign = (text) => element("span", { class: "sign", "aria-hidden": "true" }, text);

/** Returns the `node`, and `show` for the patch of pixels that the cell `at` of the map is made from. */
export const createProducts = (colors) => {
  const pixels = createNine("Pixels", colors, paintPixel);
  const weights = createNine("Weights", colors, paintNumber);
  const products = createNine("Products", colors, paintNumber);
  const total = element("span");
  const [kept, keptName, arrow] = [part("result"), part("caption"), sign("→")];
  const keptGrid = part("grid kept", keptName, kept);
  const node = part(
    "products",
    ...[pixels.node, sign("×"), weights.node, sign("="), products.node, sign("→")],
    ...[part("grid", part("caption", "Sum"), part("result", total)), arrow, keptGrid],
  );

  const show = (found, state, at, patch) => {
    const largest = largestOf(state.weights);
    const winner = winnerOf(found, state, at);
    const most = largestOf(found.sums);
    const number = (span, value) => {
      span.textContent = short(value);
      paintNumber(span, value, most, colors);
      return span;
    };
    pixels.show(patch, 1);
    weights.show(state.weights, largest);
    products.show(
      patch.map((pixel, cell) => pixel * state.weights[cell]),
      largest,
    );
    number(total, sumAt(found, winner));
    arrow.hidden = keptGrid.hidden = !state.relu && !state.pooling;
    keptName.textContent = [state.relu ? "ReLU" : "", state.pooling ? "largest of 4" : ""].filter(Boolean).join(", ");
    const sources = cellsOf(state, at).map((cell) => {
      const best = state.pooling && cell.row === winner.row && cell.column === winner.column;
      const sum = sumAt(found, cell);
      return number(element("span", { class: best && "best" }), state.relu ? Math.max(0, sum) : sum);
    });
    kept.replaceChildren(...sources);
    kept.classList.toggle("four", state.pooling);
  };
  return { node, show };
};
