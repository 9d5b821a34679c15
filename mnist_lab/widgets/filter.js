// The filter playground: nine weights of your own slide over a digit, and every sum can be looked up.

import { animate, button, canvas, choice, decimal, element, fileOf, frame } from "./core.js";
import { paintImage, prefersStillness, ramp, segments, signColor, toggle } from "./core.js";
import { layerOutput, places } from "./networks.js";
import { part, patiently, questions } from "./playground.js";
import { EXPERIMENTS, PRESETS, sizeInWords, sumInWords } from "./filter_words.js";

const SIDE = 28;
const WINDOW = 3;
const LARGEST = 1e6; // of a weight
const SLIDE_FRAMES = 150;
const OF_EACH = 10; // sample digits of each class
const CELLS = [...Array(WINDOW * WINDOW).keys()];

const short = (value) => (Math.abs(value) >= 1000 ? value.toExponential(1).replace("-", "−") : decimal(value, 2));

/** Return what the filter makes of an image: its sums, the map after ReLU and pooling, and where windows lie. */
const computed = (image, { weights, stride, padding, relu, pooling }) => {
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
const patchAt = (image, { before, stride }, row, column) =>
  CELLS.map((cell) => {
    const [y, x] = [row * stride - before + Math.floor(cell / WINDOW), column * stride - before + (cell % WINDOW)];
    return y >= 0 && x >= 0 && y < SIDE && x < SIDE ? image[y * SIDE + x] : 0;
  });

/** Return the cell of the sums that a cell of the map shows: itself, or the largest of four. */
const winnerOf = ({ sums, axis }, { pooling }, { row, column }) => {
  if (!pooling) return { row, column };
  const four = [0, 1, 2, 3].map((index) => ({ row: 2 * row + (index >> 1), column: 2 * column + (index & 1) }));
  const value = (at) => sums[at.row * axis.count + at.column];
  return four.reduce((best, at) => (value(at) > value(best) ? at : best));
};

/** Nine cells with numbers, coloured by sign and size. Returns the `node` and `show`. */
const createGrid = (name, colors) => {
  const cells = CELLS.map(() => element("span"));
  const show = (values, largest) => {
    for (const cell of CELLS) paintCell(cells[cell], values[cell], largest, colors);
    CELLS.forEach((cell) => {
      cells[cell].textContent = short(values[cell]);
    });
  };
  return { node: part("grid", part("caption", name), part("nine", ...cells)), show };
};

const paintCell = (node, value, largest, colors) => {
  const color = signColor(value, largest, colors).map(Math.round);
  const share = Math.abs(value) / (largest || 1);
  node.style.background = `rgb(${color.join()})`;
  node.style.color = share > 0.8 ? colors.paper : colors.ink;
};

const render = ({ model, el }) => {
  const view = frame(el, "A filter on a digit");
  const { root, colors, say, onTheme } = view;
  root.classList.add("playground", "filter");
  const data = model.get("data");
  const state = { ...data, weights: data.weights.flat(), drawing: 1 };
  const spoken = patiently(say);
  let [digits, image, found, at, shown, stop] = [null, null, null, { row: 11, column: 13 }, Infinity, null];

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
      const { row, column } = winnerOf(found, state, at);
      context.strokeStyle = colors.vermillion;
      context.lineWidth = 3;
      context.strokeRect(column * stride * pixel, row * stride * pixel, WINDOW * pixel, WINDOW * pixel);
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

  const grids = ["patch", "weights", "products"].map((name) => createGrid(name, colors));
  const total = part("total");
  const sentence = element("p", { class: "sentence" });
  const size = element("p", { class: "aside" });
  const message = element("p", { class: "message" });

  const look = () => {
    if (!found) return;
    const { row, column } = winnerOf(found, state, at);
    const patch = patchAt(image, found.axis, row, column);
    const products = patch.map((pixel, cell) => pixel * state.weights[cell]);
    grids[0].show(patch, 1);
    grids[1].show(state.weights, largestWeight());
    grids[2].show(products, largestWeight());
    total.textContent = short(found.sums[row * found.axis.count + column]);
    sentence.textContent = sumInWords(found, state, at, { row, column }, short);
    spoken.later(sentence.textContent);
    input.redraw();
    output.redraw();
  };
  const move = (row, column) => {
    const within = (index) => Math.max(0, Math.min(found.side - 1, index));
    at = { row: within(row), column: within(column) };
    look();
  };
  const update = () => {
    if (!digits) return;
    const first = ((OF_EACH * state.digit + state.drawing) % (10 * OF_EACH)) * SIDE * SIDE;
    image = Float32Array.from(digits.subarray(first, first + SIDE * SIDE), (level) => level / 255);
    found = computed(image, state);
    size.textContent = sizeInWords(found, state);
    move(at.row, at.column);
  };
  const halt = () => {
    stop?.();
    stop = null;
    shown = Infinity;
  };
  const slide = () => {
    halt();
    if (!found || prefersStillness()) return;
    shown = 0;
    stop = animate(() => {
      shown += found.map.length / SLIDE_FRAMES;
      const last = Math.min(Math.floor(shown), found.map.length) - 1;
      move(Math.floor(Math.max(0, last) / found.side), Math.max(0, last) % found.side);
      if (shown < found.map.length) return true;
      shown = Infinity;
      return false;
    });
  };

  const fields = CELLS.map((cell) => {
    const label = `weight in row ${Math.floor(cell / WINDOW) + 1}, column ${(cell % WINDOW) + 1}`;
    const type = () => {
      const value = field.valueAsNumber;
      const valid = Math.abs(value) <= LARGEST; // false for NaN
      field.setAttribute("aria-invalid", String(!valid));
      message.textContent = valid ? "" : "A weight is a number up to a million. The last one still counts.";
      if (!valid) return;
      state.weights[cell] = value;
      controls.preset.set(null);
      showWeights(field);
      update();
    };
    const field = element("input", { type: "number", step: "any", "aria-label": label, oninput: type });
    return field;
  });
  const showWeights = (typed) => {
    CELLS.forEach((cell) => {
      paintCell(fields[cell], state.weights[cell], largestWeight(), colors);
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
    padding: setting("padding", segments, { label: "Padding", options: ["same", "valid"].map((way) => [way, way]) }),
    relu: setting("relu", toggle, { label: "ReLU" }),
    pooling: setting("pooling", toggle, { label: "max pooling 2×2" }),
    preset: segments({ label: "Filter", options: [...named, ["random", "random"]], value: null, change: take }),
  };
  const begin = ({ preset, ...settings }) => {
    halt();
    Object.assign(state, settings);
    for (const name of Object.keys(settings)) controls[name].set(state[name]);
    controls.preset.set(preset);
    take(preset);
  };
  const another = () => {
    state.drawing = (state.drawing + 1) % OF_EACH;
    update();
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
    const { before, after, stride } = found.axis;
    const cell = Math.round((share * (SIDE + before + after) - WINDOW / 2) / stride);
    return state.pooling ? Math.floor(cell / 2) : cell;
  });

  const other = button("Another drawing", another);
  const signs = ["×", "=", "→"].map((sign) => element("span", { class: "sign", "aria-hidden": "true" }, sign));
  const sum = part("grid", part("caption", "sum"), total);
  const hint = "Pick a question, or type weights of your own. Then point at the map: where does its number come from?";
  root.append(
    questions(EXPERIMENTS, hint, begin),
    part(
      "areas",
      part("stage", part("caption", "The digit"), input.node, part("controls", controls.digit.box, other)),
      part("settings", part("caption", "Nine weights"), part("nine fields", ...fields), controls.preset.box, message),
      part("stage", part("caption", "The map"), output.node, part("controls", button("Slide", slide)), size),
    ),
    part("controls options", ...["stride", "padding", "relu", "pooling"].map((name) => controls[name].box)),
    sentence,
    part("products", grids[0].node, signs[0], grids[1].node, signs[1], grids[2].node, signs[2], sum),
  );
  showWeights();
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
