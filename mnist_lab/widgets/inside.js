// A look inside a network while it classifies: the weights of a single layer, or the outputs of the hidden ones.
import { canvas, decimal, element, paintImage, ramp, signRamp } from "./core.js";

const PIXELS = 784;
const CLASSES = 10;

/** The weights of a network's only layer, class by class, lit up where they meet ink, with the votes of the ink. */
const createTemplates = ({ layers: [{ weights, biases }] }, colors) => {
  const templates = Array.from({ length: CLASSES }, (_, digit) =>
    Float32Array.from({ length: PIXELS }, (_, pixel) => weights[CLASSES * pixel + digit]),
  );
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0) / 2;
  let image = null;
  const views = templates.map((template, digit) =>
    canvas({
      label: `Weights for the ${digit}`,
      width: 90,
      draw: (context, side) => {
        const lit = template.map((weight, pixel) => (weight / largest) * (image ? 0.2 + 0.8 * image[pixel] : 1));
        paintImage(context, lit, 28, signRamp(colors), 0, 0, side, side);
      },
    }),
  );
  const captions = templates.map(() => element("figcaption"));
  const show = (seen, outputs) => {
    image = seen;
    const votes = templates.map((template, digit) =>
      template.reduce((sum, weight, pixel) => sum + weight * (image?.[pixel] ?? 0), biases[digit]),
    );
    const most = outputs.length ? votes.indexOf(Math.max(...votes)) : -1;
    for (let digit = 0; digit < CLASSES; digit++) {
      captions[digit].textContent = image ? `${digit}: ${decimal(votes[digit], 1)}` : String(digit);
      captions[digit].classList.toggle("best", digit === most);
      views[digit].redraw();
    }
  };
  const figures = views.map(({ node }, digit) => element("figure", {}, node, captions[digit]));
  const aside =
    "Blue weights vote for the digit, orange ones against it. Where you draw, they light up: " +
    "the number adds up the votes of your ink, and the bias.";
  const nodes = [element("div", { class: "templates" }, ...figures), element("p", { class: "aside" }, aside)];
  return { nodes, views, show };
};

/** The outputs of every hidden layer: a convolution's maps, or a cell for each neuron. */
const createOutputs = ({ layers }, colors) => {
  const views = [];
  const nodes = [];
  let latest = [];
  for (const [index, { kind, shape }] of layers.entries()) {
    if (index === layers.length - 1 || kind === "flatten") continue;
    const number = views.length + 1;
    const channels = shape.at(-1);
    const maps = kind !== "dense";
    const across = maps ? 12 : 40;
    const rows = Math.ceil(channels / across);
    const draw = (context, width) => {
      if (!latest[index]) return;
      const { data, shape: size } = latest[index];
      const most = data.reduce((known, value) => Math.max(known, value), 0);
      const shade = ramp(colors.paper, colors.blue);
      context.strokeStyle = colors.pale;
      const [down, along] = maps ? size : [1, 1];
      const step = width / across;
      for (let channel = 0; channel < channels; channel++) {
        const map = Float32Array.from({ length: down * along }, (_, cell) => data[channels * cell + channel]);
        const [left, top] = [(channel % across) * step, Math.floor(channel / across) * step];
        const place = [left + 1, top + 1, step - 2, step - 2];
        paintImage(context, map, along, (value) => shade(Math.sqrt(value / (most || 1))), ...place);
        context.strokeRect(...place);
      }
    };
    const label = maps ? `${channels} feature maps` : `the outputs of ${channels} neurons`;
    const view = canvas({ label: `Layer ${number}: ${label}`, width: 640, ratio: across / rows, draw });
    nodes.push(element("div", { class: "caption" }, `Layer ${number}: ${label}`), view.node);
    views.push(view);
  }
  const aside =
    "Each map shows where one filter found its pattern, each cell how strongly a neuron responds. Deeper blue means " +
    "a larger output; compare colours within a layer, not between layers.";
  nodes.push(element("p", { class: "aside" }, aside));
  const show = (_, outputs) => {
    latest = outputs;
    for (const view of views) view.redraw();
  };
  return { nodes, views, show };
};

/** Returns the `node`; `show`, which takes the image and the layers' outputs; `redraw`; and `close`. */
export const createInside = (network, colors) => {
  const { nodes, views, show } = (network.layers.length === 1 ? createTemplates : createOutputs)(network, colors);
  return {
    node: element("div", { class: "inside" }, ...nodes),
    show,
    redraw: () => views.forEach((view) => view.redraw()),
    close: () => views.forEach((view) => view.close()),
  };
};
