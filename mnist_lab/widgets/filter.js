// The filter playground: nine weights of your own slide over a digit, and every sum can be looked up.

import { animate, button, canvas, choice, element, fileOf, frame } from "./core.js";
import { paintImage, prefersStillness, ramp, segments, signRamp, toggle } from "./core.js";
import { part, patiently, questions } from "./playground.js";
import { CELLS, SIDE, WINDOW, cellsOf, computed, largestOf, patchAt, winnerOf } from "./sliding.js";
import { EXPERIMENTS, INVALID, PADDINGS, PRESETS, short, sizeInWords, sumInWords } from "./filter_words.js";
import { createProducts, paintNumber } from "./products.js";

const LARGEST = 1e6; // of a weight
const SLIDE_SECONDS = 3;
const OF_EACH = 10; // sample digits of each class

/** Return a grey level as a share that two decimals show in full, so that a reader can check the sum. */
const inHundredths = (level) => Math.round(level / 2.55) / 100;

/** Outline a square from outside, so that it is seen on any colour and its own stays visible. */
const outline = (context, color, paper, x, y, side) => {
  for (const [width, stroke] of [[5, paper], [2.5, color]]) {
    context.lineWidth = width;
    context.strokeStyle = stroke;
    context.strokeRect(x - 1, y - 1, side + 2, side + 2);
  }
};

const render = ({ model, el }) => {
  const view = frame(el, "A filter on a digit");
  const { root, colors, say, onTheme } = view;
  root.classList.add("playground", "filter");
  const data = model.get("data");
  const state = { ...data, weights: data.weights.flat(), drawing: 1 };
  let own = state.weights; // what was typed last
  const spoken = patiently(say);
  let [digits, image, found, shown, stop] = [null, null, null, Infinity, null];
  let at = null; // the cell of the map that is looked at
  let spot = [11, 13]; // the pixel in the middle of its window: what stays when the map changes its size

  const input = canvas({
    label: "The digit. Its pixels under the filter are framed.",
    width: 400,
    draw: (context, width) => {
      if (!found) return;
      const { before, after, stride } = found.axis;
      const pixel = width / (SIDE + before + after);
      context.fillStyle = colors.pale;
      context.fillRect(0, 0, width, width);
      const shade = ramp(colors.paper, colors.ink);
      paintImage(context, image, SIDE, shade, before * pixel, before * pixel, SIDE * pixel, SIDE * pixel);
      const step = stride * pixel;
      context.strokeStyle = colors.vermillion;
      for (const cell of cellsOf(state, at)) {
        context.strokeRect(cell.column * step, cell.row * step, WINDOW * pixel, WINDOW * pixel);
      }
      const { row, column } = winnerOf(found, state, at);
      outline(context, colors.vermillion, colors.paper, column * step, row * step, WINDOW * pixel);
    },
  });
  const output = canvas({
    label: "The map: the filter's sum at each position. Arrow keys move the filter.",
    role: "application",
    tabindex: 0,
    width: 400,
    draw: (context, width) => {
      if (!found) return;
      const { map, side } = found;
      const cell = width / side;
      const largest = largestOf(map) || 1;
      const shares = map.map((value, index) => (index < shown ? value / largest : 0));
      paintImage(context, shares, side, signRamp(colors), 0, 0, width, width);
      outline(context, colors.ink, colors.paper, at.column * cell, at.row * cell, cell);
    },
  });

  const arithmetic = createProducts(colors);
  const [lowest, highest, mapTitle] = [element("span"), element("span"), part("caption", "The map")];
  const legend = part("legend", lowest, element("span", { class: "scale", "aria-hidden": "true" }), highest);
  const sentence = element("p", { class: "sentence" });
  const size = element("p", { class: "aside" });
  const message = element("p", { class: "message" });

  const look = () => {
    if (!found || !root.dataset.theme) return; // not in the page yet
    const { row, column } = winnerOf(found, state, at);
    arithmetic.show(found, state, at, patchAt(image, found.axis, row, column));
    sentence.textContent = sumInWords(found, state, at);
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
    image = Array.from(digits.subarray(first, first + SIDE * SIDE), inHundredths);
    found = computed(image, state);
    const largest = largestOf(found.map);
    mapTitle.textContent = `The map, ${found.side}×${found.side}`;
    lowest.textContent = state.relu ? "0" : short(-largest);
    highest.textContent = short(largest);
    legend.classList.toggle("positive", state.relu);
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
    slider.textContent = "Stop";
    const began = performance.now();
    stop = animate(() => {
      const share = Math.min(1, (performance.now() - began) / (1000 * SLIDE_SECONDS));
      shown = Math.max(1, Math.floor(share * found.map.length));
      move(Math.floor((shown - 1) / found.side), (shown - 1) % found.side);
      if (share === 1) halt();
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
      own = state.weights.map((weight, index) => (index === cell ? value : weight));
      state.weights = own;
      controls.preset.set("own");
      showWeights(field);
      update();
    };
    const leave = () => {
      if (Math.abs(field.valueAsNumber) <= LARGEST) return;
      field.setAttribute("aria-invalid", "true");
      message.textContent = INVALID;
      say(INVALID);
    };
    const listeners = { oninput: type, onblur: leave, onclick: () => field.select() };
    const field = element("input", { type: "number", step: "any", "aria-label": label, ...listeners });
    return field;
  });
  const showWeights = (typed) => {
    CELLS.forEach((cell) => {
      paintNumber(fields[cell], state.weights[cell], largestOf(state.weights), colors);
      if (fields[cell] === typed) return;
      fields[cell].value = state.weights[cell];
      fields[cell].setAttribute("aria-invalid", "false");
    });
  };
  const take = (name) => {
    const random = () => CELLS.map(() => Math.round(20 * Math.random() - 10) / 5);
    state.weights = name === "own" ? own : (PRESETS[name]?.weights ?? random());
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
  const known = Object.keys(PRESETS).find((name) => String(PRESETS[name].weights) === String(own));
  const filters = [...named, ["random", "random"], ["own", "your own"]];
  const classes = [...Array(10).keys()].map((digit) => [digit, String(digit)]);
  const controls = {
    digit: setting("digit", choice, { label: "Digit", options: classes }),
    stride: setting("stride", segments, { label: "Stride", options: [1, 2, 3].map((step) => [step, String(step)]) }),
    padding: setting("padding", segments, { label: "Padding", options: PADDINGS }),
    relu: setting("relu", toggle, { label: "ReLU" }),
    pooling: setting("pooling", toggle, { label: "max pooling 2×2" }),
    preset: segments({ label: "Ready-made", options: filters, value: known ?? "own", change: take }),
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
  const digitTitle = part("caption", `The digit, ${SIDE}×${SIDE}`);
  const hint = "Pick a question, or type weights of your own. Then point at the map: where does its number come from?";
  root.append(
    questions(EXPERIMENTS, hint, begin),
    part(
      "areas",
      part("stage", digitTitle, input.node, part("controls", controls.digit.box, other)),
      part("settings", part("caption", "Nine weights"), part("nine fields", ...fields), controls.preset.box),
      part("stage", mapTitle, output.node, part("controls", slider, legend)),
      message,
    ),
    part(
      "lower",
      part("controls options", ...["stride", "padding", "relu", "pooling"].map((name) => controls[name].box)),
      size,
      sentence,
      arithmetic.node,
    ),
  );
  onTheme(() => {
    showWeights();
    look();
  });
  fileOf(model, "digits").then((bytes) => {
    if (bytes?.byteLength !== 10 * OF_EACH * SIDE * SIDE) {
      message.textContent = "The sample digits didn't arrive. Reload the page, or run the cell again.";
      return say(message.textContent);
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
