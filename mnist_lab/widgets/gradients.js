// The gradients playground: a real backward pass, and how much of the gradient arrives at each layer.

import { button, canvas, element, fileOf, frame, segments, slider, toggle } from "./core.js";
import { drawLines, drawPath, FONT } from "./chart.js";
import { batchOf, measure } from "./backpropagation.js";
import { ACTIVATION_NAMES, EXPERIMENTS, INITIALIZATION_NAMES, verdict } from "./gradients_words.js";

const DEPTHS = Array.from({ length: 20 }, (_, index) => index + 1);
const PAUSE = 1000; // milliseconds after which another change of the same control is compared with the one before
const BINS = 25;
const NO_DIGITS = "The sample digits did not arrive, so there is nothing to compute with. Reload the page or run the cell again.";

/** Return the shares of the outputs in equal bins from `low` to `high`. */
const histogram = (values, low, high) => {
  const counts = new Array(BINS).fill(0);
  for (const value of values) {
    counts[Math.max(0, Math.min(BINS - 1, Math.floor(((value - low) / (high - low)) * BINS)))] += 1;
  }
  return counts.map((count) => count / values.length);
};

const rangeOf = ({ settings, outputs }) => {
  if (settings.activation === "sigmoid") return [0, 1];
  if (settings.activation === "tanh") return [-1, 1];
  const largest = outputs.map((values) => values.reduce((most, value) => Math.max(most, value), 0));
  return [0, Math.max(...largest) || 1];
};

/** Draw the distribution of each hidden layer's outputs, upright, below the layer's place in the chart. */
const drawOutputs = (context, found, { across, left, right }, top, bottom, colors) => {
  const [low, high] = rangeOf(found);
  const widest = 0.42 * Math.min(60, across(2) - across(1));
  context.font = FONT;
  context.textBaseline = "middle";
  context.textAlign = "right";
  context.fillStyle = colors.grey;
  for (const [value, y] of [[low, bottom], [high, top]]) {
    context.fillText(Number(value.toPrecision(2)), left - 6, y);
    drawPath(context, [[left, y], [right, y]], { color: colors.pale, width: 1 });
  }
  const step = (bottom - top) / BINS;
  context.fillStyle = colors.blue;
  found.outputs.forEach((values, index) => {
    const shares = histogram(values, low, high);
    const most = Math.max(...shares);
    shares.forEach((share, bin) => {
      const half = widest * Math.sqrt(share / most);
      if (share) context.fillRect(across(index + 1) - half, bottom - (bin + 1) * step, 2 * half, step + 0.5);
    });
  });
};

const nameOf = (names, value) => names.find(([known]) => known === value)[1];

/** Name two measurements by the settings in which they differ. */
const namesOf = (now, before) => {
  const parts = ({ depth, activation, initialization }) => [
    nameOf(ACTIVATION_NAMES, activation),
    nameOf(INITIALIZATION_NAMES, initialization),
    `${depth} hidden`,
  ];
  const [ours, theirs] = [parts(now.settings), before ? parts(before.settings) : []];
  const differing = ours.filter((part, index) => part !== theirs[index]);
  if (!before) return [ours[0]];
  if (!differing.length) return ["now", "before"];
  return [differing.join(", "), theirs.filter((part, index) => part !== ours[index]).join(", ")];
};

const drawn = (found) => found && found.ratios.every((ratio) => ratio > 0 && Number.isFinite(ratio));

const render = ({ model, el }) => {
  const state = { ...model.get("data") };
  const { root, colors, say, onTheme, close } = frame(el, "Gradients, layer by layer");
  root.classList.add("gradients");
  let [batch, found, before, seed, compared, spoken, waiting] = [null, null, null, 0, true, 0, 0];
  let last = { control: "", time: 0 };

  const chart = canvas({
    label: "Chart of each layer's gradient, and of the outputs of each hidden layer",
    width: 680,
    ratio: 1.3,
    draw: (context, width, height) => {
      if (!found) return;
      const earlier = compared && drawn(before) ? before : null;
      const [name, earlierName] = namesOf(found, earlier);
      const lines = [];
      if (earlier) {
        const look = { color: colors.grey, dash: [5, 4], width: 1.5, shape: "square" };
        lines.push({ name: earlierName, values: earlier.ratios, ...look, marked: [0, earlier.ratios.length - 1] });
      }
      if (drawn(found)) {
        lines.push({ name, values: found.ratios, color: colors.blue, shape: "circle", marked: [...found.ratios.keys()] });
      }
      const exponents = lines.flatMap(({ values }) => values.map(Math.log10));
      const layers = Math.max(found.ratios.length, earlier?.ratios.length ?? 0);
      const every = layers > 12 ? 5 : layers > 6 ? 2 : 1;
      const ticks = Array.from({ length: layers }, (_, index) => index + 1).filter((layer) => layer === 1 || layer % every === 0);
      const edges = drawLines(context, width, 0.68 * height, {
        colors,
        lines,
        x: { from: 1, to: layers, ticks: ticks.map((layer) => [layer, String(layer)]), label: "layer: pixels left, output right" },
        y: { from: Math.min(-4, Math.floor(Math.min(...exponents))), to: Math.max(0, Math.ceil(Math.max(...exponents))) },
      });
      context.textAlign = "left";
      context.fillStyle = colors.ink;
      context.font = `600 ${FONT}`;
      context.fillText("What each hidden layer puts out", edges.left, 0.73 * height);
      drawOutputs(context, found, edges, 0.78 * height, height - 10, colors);
    },
  });

  const caption = element("p", { class: "verdict" });
  const meaning = element("p", { class: "meaning" });
  const message = element("p", { class: "message" });
  const compute = () => {
    waiting = 0;
    if (!batch) return;
    found = measure({ ...state }, seed, batch);
    chart.redraw();
    [caption.textContent, meaning.textContent] = verdict(found);
    clearTimeout(spoken);
    spoken = setTimeout(() => say(`${caption.textContent} ${meaning.textContent}`), 500);
  };
  const update = () => {
    waiting ||= requestAnimationFrame(compute); // one computation for each frame, however fast a slider moves
  };
  const changed = (control) => {
    const now = performance.now();
    if (control !== last.control || now - last.time > PAUSE) before = found;
    last = { control, time: now };
    update();
  };

  const setting = (name, make, options) =>
    make({
      ...options,
      value: state[name],
      change: (value) => {
        state[name] = value;
        changed(name);
      },
    });
  const controls = {
    depth: setting("depth", slider, { label: "hidden layers", values: DEPTHS }),
    activation: setting("activation", segments, { label: "Activation", options: ACTIVATION_NAMES }),
    initialization: setting("initialization", segments, { label: "First weights", options: INITIALIZATION_NAMES }),
  };
  const prompt = element("p", { class: "aside" });
  const experiment = segments({
    label: "Find out:",
    options: EXPERIMENTS.map(([title], index) => [index, title]),
    change: (index) => {
      const [, settings, text] = EXPERIMENTS[index];
      Object.assign(state, settings);
      prompt.textContent = text;
      for (const [name, control] of Object.entries(controls)) control.set(state[name]);
      changed(`experiment ${index}`);
    },
  });
  const redrawn = button("New random weights", () => {
    seed += 1;
    changed(`seed ${seed}`);
  });
  const comparing = toggle({
    label: "compare with the setting before",
    value: compared,
    change: (ticked) => {
      compared = ticked;
      chart.redraw();
    },
  });

  root.append(
    experiment.box,
    prompt,
    element(
      "div",
      { class: "columns" },
      element(
        "div",
        {},
        ...Object.values(controls).map(({ box }) => box),
        redrawn,
        comparing.box,
        element(
          "p",
          { class: "aside" },
          "Glorot and He scale the first weights to the layer's size; small means 0.01 times normal numbers. Each hidden " +
            "layer has 60 neurons, as in lesson 02. The gradient is that of 32 sample digits, before any training.",
        ),
      ),
      element(
        "div",
        {},
        caption,
        meaning,
        message,
        element("p", { class: "caption" }, "Gradient of each layer's weights, relative to the weights"),
        chart.node,
      ),
    ),
  );
  onTheme(chart.redraw);
  fileOf(model, "digits").then((bytes) => {
    if (bytes?.byteLength === 78400) batch = batchOf(bytes);
    else message.textContent = NO_DIGITS;
    update();
  });
  return () => {
    clearTimeout(spoken);
    cancelAnimationFrame(waiting);
    chart.close();
    close();
  };
};

export default { render };
