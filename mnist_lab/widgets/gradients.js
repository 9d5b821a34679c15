// The gradients playground: a real backward pass, and how much of the gradient arrives at each layer.

import { button, canvas, element, fileOf, frame, segments, slider } from "./core.js";
import { drawLegend, drawLevel, drawLines, drawMarker, drawPath, FONT, power, writeOver } from "./chart.js";
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
const COMPARISONS = [
  ["previous", "previous setting"],
  ["fixed", "fixed"],
  ["none", "none"],
];
const LEVELS = 6; // of the vertical axis, above the lowest
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

/** Draw how each hidden layer's outputs are spread, upright, below its place in the chart: a line if all are alike. */
const drawOutputs = (context, found, { across, left, right }, top, bottom, colors) => {
  const [low, high] = rangeOf(found);
  const widest = 0.44 * Math.min(60, across(1) - across(0));
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
    const middle = across(index - found.outputs.length);
    const [least, most] = [Math.min(...values), Math.max(...values)];
    if (most - least < 1e-3 * (high - low)) {
      const y = bottom - ((bottom - top) * (least - low)) / (high - low);
      return drawPath(
        context,
        [middle - widest, middle + widest].map((x) => [x, y]),
        { color: colors.blue, width: 3 },
      );
    }
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
  let [batch, found, before, seed, waiting] = [null, null, null, 0, 0];
  let [comparison, pointed, places] = ["previous", null, []];
  let last = { control: "", time: 0 };

  const lineOf = (measured, look) => {
    const { ratios, sizes } = measured;
    const values = ratios.map((ratio, index) => sizes[index] && ratio); // 0 / 0 is no gradient
    return { values, first: 1 - ratios.length, joined: isMeasurable(measured), ...look };
  };
  const chart = canvas({
    label: "Chart of each layer's gradient, and of each hidden layer's outputs. Read a layer with the arrow keys.",
    width: 720,
    ratio: 1.2,
    role: "application",
    tabindex: 0,
    draw: (context, width, height) => {
      if (!found) return;
      const earlier = comparison === "none" ? null : before;
      const [name, earlierName] = namesOf(found, earlier);
      const layers = Math.max(found.ratios.length, earlier?.ratios.length ?? 0);
      const lines = [lineOf(found, { name, color: colors.blue, shape: "circle", marked: [...found.ratios.keys()] })];
      if (earlier) {
        const look = { color: colors.grey, dash: [5, 4], width: 1.5, shape: "square" };
        lines.unshift(lineOf(earlier, { name: earlierName, marked: [0, earlier.ratios.length - 1], ...look }));
      }
      const exponents = lines.flatMap(({ values }) => values.filter((value) => value > 0 && value < Infinity));
      const to = Math.max(0, ...exponents.map((value) => Math.ceil(Math.log10(value))));
      const stride = Math.max(1, ...exponents.map((value) => Math.ceil((to - Math.log10(value)) / LEVELS)));
      const depth = found.ratios.length - 1;
      const [every, last] = layers > 11 ? [5, depth - 1] : [1, depth]; // numbers keep clear of "output"
      const numbered = DEPTHS.filter((layer) => layer <= last && (layer === 1 || layer % every === 0));
      const ticks = numbered.map((layer) => [layer - 1 - depth, layer]);
      const edges = drawLines(context, width, 0.7 * height, {
        colors,
        lines,
        x: { from: 0.5 - layers, to: 0.5, ticks: [...ticks, [0, "output"]], label: "layer, counted from the pixels" },
        y: { from: to - LEVELS * stride, to, stride, below: "0" },
        room: 14,
      });
      drawLegend(context, lines.toReversed(), edges.left, 9, colors);
      context.fillStyle = colors.grey;
      context.fillText("← errors travel this way", 0, edges.bottom + 29);
      caption.textContent =
        "How strongly is each layer told to change? Size of the gradient ÷ size of the weights; " +
        `each line is ${power(stride, true)} times the one below.`;
      const middle = 0.7 * height + 16;
      context.fillStyle = colors.ink;
      context.fillText("Each shape: how a hidden layer's outputs are spread", 0, middle);
      drawOutputs(context, found, edges, middle + 20, height - 10, colors);
      places = edges.paths.at(-1);
      if (found.ratios.at(-1) === Infinity && pointed !== found.ratios.length - 1) {
        context.textAlign = "right";
        writeOver(context, "∞: its weights are 0", places.at(-1)[0] - 10, edges.top + 12, colors.blue, colors.paper);
      }
      drawPointed(context, lines.at(-1).values, edges);
    },
  });
  /** Say the value of the layer that is pointed at. */
  const readingOf = (values) => {
    const value = values[pointed];
    const layer = pointed === values.length - 1 ? "output" : `layer ${pointed + 1}`;
    if (value === Infinity) return `${layer}: a gradient, but weights of 0`;
    const exponent = Math.floor(Math.log10(value));
    const small = `${(value / 10 ** exponent).toFixed(1)} × ${power(exponent)}`;
    return `${layer}: ${value === 0 || value >= 1e-4 ? Number(value.toPrecision(2)) : small}`;
  };
  const drawPointed = (context, values, { left, right, top, bottom }) => {
    if (pointed === null || pointed >= values.length) return;
    const [x, y] = places[pointed];
    drawMarker(context, "circle", x, y, 7, values[pointed] ? colors.blue : colors.paper, colors.ink);
    const text = readingOf(values);
    const half = context.measureText(text).width / 2;
    context.textAlign = "center";
    const middle = Math.max(left + half, Math.min(right - half, x));
    writeOver(context, text, middle, y > (top + bottom) / 2 ? y - 18 : y + 18, colors.ink, colors.paper);
  };
  const point = (layer) => {
    pointed = layer;
    chart.redraw();
  };
  const follow = ({ clientX }) => {
    const x = clientX - chart.node.getBoundingClientRect().left;
    const distances = places.map(([place]) => Math.abs(place - x));
    if (found) point(distances.indexOf(Math.min(...distances)));
  };
  for (const name of ["pointermove", "pointerdown"]) chart.node.addEventListener(name, follow);
  for (const name of ["pointerleave", "blur"]) chart.node.addEventListener(name, () => point(null));
  chart.node.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (!way || !found) return;
    event.preventDefault();
    const last = found.ratios.length - 1;
    point(Math.max(0, Math.min(last, (pointed ?? last + 1) + way)));
    spoken.later(readingOf(lineOf(found).values));
  });

  const caption = element("p", { class: "caption" });
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
    if (another && found && comparison !== "fixed") before = found;
    last = { control, time };
    update();
  };

  const setting = (name, make, options) => {
    const change = (value) => {
      state[name] = value;
      experiments.unlight();
      changed(name);
    };
    return make({ ...options, value: state[name], change });
  };
  const controls = {
    depth: setting("depth", slider, { label: "hidden layers", values: DEPTHS }),
    activation: setting("activation", segments, { label: "Activation", options: ACTIVATION_NAMES }),
    initialization: setting("initialization", segments, { label: "Starting weights", options: INITIALIZATION_NAMES }),
  };
  const comparisons = segments({
    label: "Grey line",
    options: COMPARISONS,
    value: comparison,
    change: (chosen) => {
      comparison = chosen;
      if (chosen === "fixed") before ??= found;
      chart.redraw();
    },
  });
  const begin = (settings, { grey }) => {
    Object.assign(state, settings);
    for (const [name, control] of Object.entries(controls)) control.set(state[name]);
    comparison = "fixed";
    comparisons.set(comparison);
    const other = { ...state, ...grey };
    if (batch) before = measure(other, layersOf(other, seed), batch);
    update();
  };
  const drawAgain = () => {
    seed += 1;
    changed("seed");
  };

  const hint =
    "Pick a question, or just play: add layers, and watch how much of the gradient reaches the first layer.";
  const experiments = questions(EXPERIMENTS, hint, begin);
  const about =
    "Glorot and He scale the starting weights by the layer's size; “small” draws normally distributed numbers and " +
    "multiplies them by 0.01. Each hidden layer has 60 neurons, as in lesson 02. The gradient is computed from 32 " +
    "digits, before any training.";
  root.append(
    experiments,
    part(
      "areas",
      part(
        "results",
        part("verdict", headline, meaning, message),
        caption,
        chart.node,
      ),
      part(
        "settings",
        ...Object.values(controls).map(({ box }) => box),
        button("New random weights", drawAgain),
        comparisons.box,
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
