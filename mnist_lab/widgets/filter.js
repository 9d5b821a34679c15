// The filter playground: nine weights of your own slide over a digit, and every sum can be looked up.

import { animate, button, canvas, choice, decimal, element, fileOf, frame } from "./core.js";
import { mix, paintImage, prefersStillness, ramp, segments, signColor, toggle } from "./core.js";
import { part, patiently, questions } from "./playground.js";
import { CELLS, SIDE, WINDOW, cellsOf, computed, patchAt, winnerOf } from "./sliding.js";
import { EXPERIMENTS, INVALID, LEGEND, PADDINGS, PRESETS, sizeInWords, sumInWords } from "./filter_words.js";

const LARGEST = 1e6; // of a weight
const SLIDE_FRAMES = 150;
const OF_EACH = 10; // sample digits of each class

/** Return a grey level as a share that two decimals show in full, so that a reader can check the sum. */
const inHundredths = (level) => Math.round(level / 2.55) / 100;

const short = (value) => {
  if (Math.abs(value) >= 1000) return value.toExponential(1).replace(/-/g, "−");
  return Number.isInteger(value) ? decimal(value, 0) : decimal(value, 2);
};

const paintCell = (node, color) => {
  node.style.background = `rgb(${color.map(Math.round).join()})`;
};

// Pale, so that the number on it stays legible.
const paintWeight = (node, value, largest, colors) => paintCell(node, signColor(0.55 * value, largest, colors));

const paintPixel = (node, ink, _, colors) => paintCell(node, mix(colors.paper, colors.ink, 0.35 * ink));

/** Nine cells with numbers. Returns the `node` and `show`. */
const createGrid = (name, colors, paint) => {
  const cells = CELLS.map(() => element("span"));
  const show = (values, largest) => {
    for (const cell of CELLS) {
      cells[cell].textContent = short(values[cell]);
      paint(cells[cell], values[cell], largest, colors);
    }
  };
  return { node: part("grid", part("caption", name), part("nine", ...cells)), show };
};

const render = ({ model, el }) => {
  const view = frame(el, "A filter on a digit");
  const { root, colors, say, onTheme } = view;
  root.classList.add("playground", "filter");
  const data = model.get("data");
  const state = { ...data, weights: data.weights.flat(), drawing: 1 };
  const spoken = patiently(say);
  let [digits, image, found, shown, stop] = [null, null, null, Infinity, null];
  let at = null; // the cell of the map that is looked at
  let spot = [11, 13]; // the pixel in the middle of its window: what stays when the map changes its size

  const largestWeight = () => Math.max(...state.weights.map(Math.abs));
  const input = canvas({
    label: "The digit. Its pixels under the filter are framed.",
    width: 320,
    draw: (context, width) => {
      if (!found) return;
      const { before, after, stride } = found.axis;
      const pixel = width / (SIDE + before + after);
      context.fillStyle = colors.pale;
      context.fillRect(0, 0, width, width);
      const shade = ramp(colors.paper, colors.ink);
      paintImage(context, image, SIDE, shade, before * pixel, before * pixel, SIDE * pixel, SIDE * pixel);
      const winner = winnerOf(found, state, at);
      context.strokeStyle = colors.vermillion;
      for (const { row, column } of [...cellsOf(state, at), winner]) {
        context.lineWidth = row === winner.row && column === winner.column ? 3 : 1;
        context.strokeRect(column * stride * pixel, row * stride * pixel, WINDOW * pixel, WINDOW * pixel);
      }
    },
  });
  const output = canvas({
    label: "The map: the filter's sum at each position. Arrow keys move the filter.",
    role: "application",
    tabindex: 0,
    width: 320,
    draw: (context, width) => {
      if (!found) return;
      const { map, side } = found;
      const cell = width / side;
      const largest = map.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const [positive, negative] = [ramp(colors.paper, colors.blue), ramp(colors.paper, colors.vermillion)];
      const color = (value) => (value >= 0 ? positive : negative)(Math.abs(value) / (largest || 1));
      paintImage(context, map.map((value, index) => (index < shown ? value : 0)), side, color, 0, 0, width, width);
      context.strokeStyle = colors.ink;
      context.lineWidth = 2;
      context.strokeRect(at.column * cell, at.row * cell, cell, cell);
    },
  });

  const grids = { patch: paintPixel, weights: paintWeight, products: paintWeight };
  for (const [name, paint] of Object.entries(grids)) grids[name] = createGrid(name, colors, paint);
  const total = part("total");
  const sentence = element("p", { class: "sentence" });
  const size = element("p", { class: "aside" });
  const message = element("p", { class: "message" });

  const look = () => {
    if (!found || !root.dataset.theme) return; // not in the page yet
    const { row, column } = winnerOf(found, state, at);
    const patch = patchAt(image, found.axis, row, column);
    const products = patch.map((pixel, cell) => pixel * state.weights[cell]);
    grids.patch.show(patch, 1);
    grids.weights.show(state.weights, largestWeight());
    grids.products.show(products, largestWeight());
    const sum = found.sums[row * found.axis.count + column];
    total.textContent = state.relu && sum < 0 ? `${short(sum)} → 0` : short(sum);
    sentence.textContent = sumInWords(found, state, at, { row, column }, short);
    spoken.later(sentence.textContent);
    input.redraw();
    output.redraw();
  };
  const place = (row, column) => {
    const within = (index) => Math.max(0, Math.min(found.side - 1, index));
    at = { row: within(row), column: within(column) };
    look();
  };
  const move = (row, column) => {
    place(row, column);
    const { before, stride } = found.axis;
    spot = [at.row, at.column].map((index) => (state.pooling ? 2 * index : index) * stride - before + 1);
  };
  const cellAround = (pixel) => {
    const index = Math.max(0, Math.round((pixel + found.axis.before - 1) / found.axis.stride));
    return state.pooling ? Math.floor(index / 2) : index;
  };
  const update = () => {
    if (!digits) return;
    const first = ((OF_EACH * state.digit + state.drawing) % (10 * OF_EACH)) * SIDE * SIDE;
    image = Float32Array.from(digits.subarray(first, first + SIDE * SIDE), inHundredths);
    found = computed(image, state);
    size.replaceChildren(...sizeInWords(found, state).map((text) => element("span", {}, text)));
    other.textContent = `Another ${state.digit}`;
    place(...spot.map(cellAround));
  };
  const another = () => {
    state.drawing = (state.drawing + 1) % OF_EACH;
    update();
  };
  const other = button("Another", another);
  const slider = button("Slide", () => (stop ? halt() : slide()));
  const halt = () => {
    stop?.();
    stop = null;
    shown = Infinity;
    slider.textContent = "Slide";
    output.redraw();
  };
  const slide = () => {
    halt();
    if (!found) return;
    shown = 0;
    slider.textContent = "Stop";
    stop = animate(() => {
      shown += found.map.length / SLIDE_FRAMES;
      const last = Math.min(Math.floor(shown), found.map.length) - 1;
      move(Math.floor(Math.max(0, last) / found.side), Math.max(0, last) % found.side);
      if (shown < found.map.length) return true;
      halt();
      return false;
    });
  };

  const fields = CELLS.map((cell) => {
    const label = `weight in row ${Math.floor(cell / WINDOW) + 1}, column ${(cell % WINDOW) + 1}`;
    const type = () => {
      const value = field.valueAsNumber;
      const valid = Math.abs(value) <= LARGEST; // false for NaN
      field.setAttribute("aria-invalid", "false"); // until the reader leaves it
      message.textContent = "";
      if (!valid) return;
      state.weights[cell] = value;
      controls.preset.set(null);
      showWeights(field);
      update();
    };
    const leave = () => {
      if (Math.abs(field.valueAsNumber) <= LARGEST) return;
      field.setAttribute("aria-invalid", "true");
      message.textContent = INVALID;
    };
    const listeners = { oninput: type, onblur: leave, onclick: () => field.select() };
    const field = element("input", { type: "number", step: "any", "aria-label": label, ...listeners });
    return field;
  });
  const showWeights = (typed) => {
    CELLS.forEach((cell) => {
      paintWeight(fields[cell], state.weights[cell], largestWeight(), colors);
      if (fields[cell] === typed) return;
      fields[cell].value = state.weights[cell];
      fields[cell].setAttribute("aria-invalid", "false");
    });
  };
  const take = (name) => {
    state.weights = PRESETS[name]?.weights.slice() ?? CELLS.map(() => Math.round(20 * Math.random() - 10) / 5);
    message.textContent = "";
    showWeights();
    update();
  };
  const setting = (name, make, options) => {
    const change = (value) => {
      state[name] = value;
      if (name === "digit") state.drawing = 1;
      halt();
      update();
    };
    return make({ ...options, value: state[name], change });
  };
  const named = Object.entries(PRESETS).map(([name, preset]) => [name, preset.title]);
  const classes = [...Array(10).keys()].map((digit) => [digit, String(digit)]);
  const controls = {
    digit: setting("digit", choice, { label: "Digit", options: classes }),
    stride: setting("stride", segments, { label: "Stride", options: [1, 2, 3].map((step) => [step, String(step)]) }),
    padding: setting("padding", segments, { label: "Padding", options: PADDINGS }),
    relu: setting("relu", toggle, { label: "ReLU" }),
    pooling: setting("pooling", toggle, { label: "max pooling 2×2" }),
    preset: segments({ label: "Ready-made", options: [...named, ["random", "random"]], value: null, change: take }),
  };
  const begin = ({ preset, ...settings }) => {
    halt();
    Object.assign(state, settings);
    for (const name of Object.keys(settings)) controls[name].set(state[name]);
    controls.preset.set(preset);
    take(preset);
  };

  const keys = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  output.node.addEventListener("keydown", (event) => {
    if (!(event.key in keys) || !found) return;
    halt();
    move(at.row + keys[event.key][0], at.column + keys[event.key][1]);
    event.preventDefault();
  });
  const point = (node, cellOf) => {
    const follow = (event) => {
      if (!found || stop) return;
      const box = node.getBoundingClientRect();
      move(...[(event.clientY - box.top) / box.height, (event.clientX - box.left) / box.width].map(cellOf));
    };
    node.addEventListener("pointermove", follow);
    node.addEventListener("pointerdown", (event) => {
      halt();
      follow(event);
    });
  };
  point(output.node, (share) => Math.floor(share * found.side));
  point(input.node, (share) => {
    const { before, after } = found.axis;
    return cellAround(share * (SIDE + before + after) - before - 0.5);
  });

  slider.hidden = prefersStillness();
  const legend = element("p", { class: "aside" }, LEGEND);
  const signs = ["×", "=", "→"].map((sign) => element("span", { class: "sign", "aria-hidden": "true" }, sign));
  const sum = part("grid", part("caption", "sum"), total);
  const hint = "Pick a question, or type weights of your own. Then point at the map: where does its number come from?";
  root.append(
    questions(EXPERIMENTS, hint, begin),
    part(
      "areas",
      part("stage", part("caption", "The digit"), input.node, part("controls", controls.digit.box, other)),
      part("settings", part("caption", "Nine weights"), part("nine fields", ...fields), controls.preset.box, message),
      part("stage", part("caption", "The map"), output.node, legend, part("controls", slider), size),
    ),
    part("controls options", ...["stride", "padding", "relu", "pooling"].map((name) => controls[name].box)),
    sentence,
    part("products", grids.patch.node, signs[0], grids.weights.node, signs[1], grids.products.node, signs[2], sum),
  );
  onTheme(() => {
    showWeights();
    look();
  });
  fileOf(model, "digits").then((bytes) => {
    if (bytes?.byteLength !== 10 * OF_EACH * SIDE * SIDE) {
      message.textContent = "The sample digits did not arrive. Reload the page, or run the cell again.";
      return;
    }
    digits = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    update();
  });
  return () => {
    halt();
    spoken.cancel();
    for (const { close } of [input, output, view]) close();
  };
};

export default { render };
