// The gradients playground: a real backward pass, and how much of the gradient arrives at each layer.

import { button, canvas, element, fileOf, frame, segments, slider, toggle } from "./core.js";
import { drawLevel, drawLines, FONT } from "./chart.js";
import { part, patiently, questions } from "./playground.js";
import { batchOf, measure, weightsMaker } from "./backpropagation.js";
import {
  ACTIVATION_NAMES,
  EXPERIMENTS,
  INITIALIZATION_NAMES,
  isMeasurable,
  namesOf,
  verdict,
} from "./gradients_words.js";

const DEPTHS = Array.from({ length: 20 }, (_, index) => index + 1);
const PAUSE = 1000; // milliseconds after which a change of the same control is compared with the setting before
const BINS = 31;
const DIGITS_BYTES = 100 * 784;

/** Return a smoothed histogram of values from `low` to `high`, as shares of the highest bin. */
const histogram = (values, low, high) => {
  const counts = new Array(BINS + 2).fill(0); // with an empty bin at either end
  for (const value of values) {
    counts[1 + Math.max(0, Math.min(BINS - 1, Math.floor(((value - low) / (high - low)) * BINS)))] += 1;
  }
  const smooth = counts.map((count, bin) => (counts[bin - 1] ?? 0) + 2 * count + (counts[bin + 1] ?? 0));
  const most = Math.max(...smooth);
  return smooth.map((count) => count / most);
};

/** Return the least and the largest output that are shown: those of an activation, for ReLU those that there are. */
const rangeOf = ({ settings, outputs }) => {
  if (settings.activation !== "relu") return settings.activation === "tanh" ? [-1, 1] : [0, 1];
  const largest = outputs.map((values) => values.reduce((most, value) => Math.max(most, value), 0));
  return [0, Math.max(...largest) || 1];
};

/** Draw the distribution of each hidden layer's outputs, upright, below the layer's place in the chart. */
const drawOutputs = (context, found, { across, left, right }, top, bottom, colors) => {
  const [low, high] = rangeOf(found);
  const widest = 0.44 * Math.min(60, across(2) - across(1));
  context.font = FONT;
  context.textAlign = "right";
  context.fillStyle = colors.grey;
  context.fillText(Number(high.toPrecision(2)), left - 6, top);
  context.fillText(low, left - 6, bottom);
  drawLevel(context, left, right, top, { color: colors.pale });
  drawLevel(context, left, right, bottom, { color: colors.pale });
  const height = (bottom - top) / BINS;
  context.fillStyle = colors.blue;
  found.outputs.forEach((values, index) => {
    const middle = across(index + 1);
    const edge = histogram(values, low, high).map((share, bin) => [widest * share, bottom - (bin - 0.5) * height]);
    context.beginPath();
    for (const [half, y] of edge) context.lineTo(middle + half, y);
    for (const [half, y] of edge.reverse()) context.lineTo(middle - half, y);
    context.fill();
  });
};

const render = ({ model, el }) => {
  const state = { ...model.get("data") };
  const { root, colors, say, onTheme, close } = frame(el, "Gradients, layer by layer");
  root.classList.add("playground", "gradients");
  const [spoken, layersOf] = [patiently(say), weightsMaker()];
  let [batch, found, before, seed, compared, waiting] = [null, null, null, 0, true, 0];
  let last = { control: "", time: 0 };

  const chart = canvas({
    label: "Chart of each layer's gradient, and of the outputs of each hidden layer",
    width: 720,
    ratio: 1.3,
    draw: (context, width, height) => {
      if (!found) return;
      const earlier = compared ? before : null;
      const [name, earlierName] = namesOf(found, earlier);
      const lines = [];
      if (earlier) {
        const marked = [0, earlier.ratios.length - 1];
        const look = { color: colors.grey, dash: [5, 4], width: 1.5, shape: "square", marked };
        lines.push({ name: earlierName, values: earlier.ratios, ...look });
      }
      if (isMeasurable(found)) {
        const look = { color: colors.blue, shape: "circle", marked: [...found.ratios.keys()] };
        lines.push({ name, values: found.ratios, ...look });
      }
      const exponents = lines.flatMap(({ values }) => values.map(Math.log10));
      const output = found.ratios.length;
      const layers = Math.max(output, earlier?.ratios.length ?? 0);
      const every = layers > 10 ? 5 : 1;
      const inner = DEPTHS.filter((layer) => layer === 1 || (layer % every === 0 && layer < output - every / 4));
      const ticks = [...inner.filter((layer) => layer < output).map((layer) => [layer, layer]), [output, "output"]];
      const edges = drawLines(context, width, 0.68 * height, {
        colors,
        lines,
        x: { from: 0.5, to: layers + 0.5, first: 1, ticks, label: "layer, counted from the pixels" },
        y: { from: Math.floor(Math.min(-4, ...exponents)), to: Math.ceil(Math.max(0, ...exponents)) },
      });
      context.textAlign = "left";
      context.fillStyle = colors.ink;
      context.font = `600 ${FONT}`;
      context.fillText("Outputs of each hidden layer", edges.left, 0.73 * height);
      drawOutputs(context, found, edges, 0.78 * height, height - 10, colors);
    },
  });

  const headline = element("p", { class: "headline" });
  const meaning = element("p", { class: "meaning" });
  const message = element("p", { class: "message" });
  const compute = () => {
    waiting = 0;
    if (!batch) return;
    found = measure({ ...state }, layersOf(state, seed), batch);
    chart.redraw();
    [headline.textContent, meaning.textContent] = verdict(found);
    spoken.later(`${headline.textContent} ${meaning.textContent}`);
  };
  const update = () => {
    waiting ||= requestAnimationFrame(compute); // once a frame, however fast a slider moves
  };
  const changed = (control) => {
    const time = performance.now();
    const another = control !== last.control || time - last.time > PAUSE;
    if (another && found && isMeasurable(found)) before = found;
    last = { control, time };
    update();
  };

  const setting = (name, make, options) => {
    const change = (value) => {
      state[name] = value;
      changed(name);
    };
    return make({ ...options, value: state[name], change });
  };
  const controls = {
    depth: setting("depth", slider, { label: "hidden layers", values: DEPTHS }),
    activation: setting("activation", segments, { label: "Activation", options: ACTIVATION_NAMES }),
    initialization: setting("initialization", segments, { label: "First weights", options: INITIALIZATION_NAMES }),
  };
  const begin = (settings) => {
    Object.assign(state, settings);
    for (const [name, control] of Object.entries(controls)) control.set(state[name]);
    changed("question");
  };
  const drawAgain = () => {
    seed += 1;
    changed("seed");
  };
  const compare = (ticked) => {
    compared = ticked;
    chart.redraw();
  };

  const hint = "Pick a question, or just play: add layers, and watch how much arrives at the first.";
  const about =
    "Glorot and He scale the first weights by the layer's size; small ones are 0.01 times normal numbers. Each " +
    "hidden layer has 60 neurons, as in lesson 02. The gradient is that of 32 sample digits, before any training.";
  root.append(
    questions(EXPERIMENTS, hint, begin),
    part(
      "areas",
      part(
        "results",
        part("verdict", headline, meaning, message),
        element("p", { class: "caption" }, "Gradient of each layer's weights, relative to the weights"),
        chart.node,
      ),
      part(
        "settings",
        ...Object.values(controls).map(({ box }) => box),
        button("New random weights", drawAgain),
        toggle({ label: "show the previous setting", value: compared, change: compare }).box,
        element("p", { class: "aside" }, about),
      ),
    ),
  );
  onTheme(chart.redraw);
  fileOf(model, "digits").then((bytes) => {
    if (bytes?.byteLength === DIGITS_BYTES) batch = batchOf(bytes);
    else message.textContent = "The sample digits did not arrive. Reload the page, or run the cell again.";
    update();
  });
  return () => {
    spoken.cancel();
    cancelAnimationFrame(waiting);
    chart.close();
    close();
  };
};

export default { render };
