// The descent playground: balls that roll down a loss over two weights, by SGD, momentum and Adam.

import { animate, button, canvas, element, frame, prefersStillness, segments, slider, toggle } from "./core.js";
import { drawLegend, drawLines, nameEnds } from "./chart.js";
import { normals } from "./random.js";
import { part, patiently, questions } from "./playground.js";
import { descentOf, STEPS, SURFACES } from "./surfaces.js";
import { ARRIVED, EXPERIMENTS, limit, reading, WORTH_MARKING } from "./descent_words.js";
import { drawMap, HEIGHT, LOOKS, paintSurface } from "./loss_map.js";

const SURFACE_NAMES = [
  ["bowl", "Bowl"],
  ["valley", "Narrow valley"],
  ["saddle", "Saddle"],
];
const MANTISSAS = [
  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 40, 45, 50, 55, 60, 65, 70, 75, 80,
  85, 90, 95,
];
const RATES = [1e-4, 1e-3, 1e-2].flatMap((unit) =>
  MANTISSAS.map((mantissa) => Number((mantissa * unit).toPrecision(2))),
);
const MOMENTA = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99];
const DECAYS = [0.9, 0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99, 1];
const BATCHES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];
const STEPS_PER_SECOND = 16;
const MIDDLE = 0.02; // of the map's reach: that close to the saddle's middle line, the start snaps to it

const including = (values, value) => [...new Set([...values, value])].sort((first, second) => first - second);

const render = ({ model, el }) => {
  const state = { ...model.get("data") };
  const noise = normals(1, 2 * STEPS);
  const { root, colors, say, onTheme, close } = frame(el, "Gradient descent over two weights");
  root.classList.add("playground", "descent");
  let [start, position, paths, ground] = [SURFACES[state.surface].start, STEPS, [], null];
  let stop = () => {};
  let playing = false;
  const spoken = patiently(say);

  const map = canvas({
    label: "Map of the loss. Move the start with the arrow keys; with Shift, further.",
    width: 720,
    ratio: 1 / HEIGHT,
    role: "application",
    tabindex: 0,
    class: "map",
    draw: (context, width, height) => {
      const { width: columns, height: rows } = context.canvas;
      const key = [state.surface, columns, rows, root.dataset.theme].join();
      if (ground?.key !== key) {
        ground = { key, image: paintSurface(state.surface, columns, rows, colors, root.dataset.theme === "dark") };
      }
      context.drawImage(ground.image, 0, 0, width, height);
      drawMap(context, width, height, { surface: state.surface, start, paths, position, colors });
    },
  });
  const chart = canvas({
    label: "Chart of the losses, step by step",
    width: 720,
    ratio: 1.6,
    draw: (context, width, height) => {
      const step = Math.floor(position);
      const lines = paths.map(({ optimizer, losses }) => {
        const values = losses.slice(0, step + 1);
        const { name, color, dash, shape } = LOOKS[optimizer];
        const look = { color: colors[color], dash, shape, marked: [values.length - 1], joined: true };
        return { name, values, first: 0, ...look };
      });
      const ticks = [0, 20, 40, 60, 80, 100].map((tick) => [tick, String(tick)]);
      const first = SURFACES[state.surface].loss(...start);
      const edges = drawLines(context, width, height, {
        colors,
        x: { from: 0, to: STEPS, ticks, label: "step" },
        y: { from: -5, to: 2, stride: 2, below: "< 0.00001" },
        lines,
        rules: first < WORTH_MARKING ? [] : [ARRIVED * first],
        room: 88,
      });
      const rule = { name: "1% of the starting loss", color: colors.grey, dash: [2, 3], width: 1 };
      if (first >= WORTH_MARKING) drawLegend(context, [rule], edges.left, 9, colors);
      nameEnds(context, lines, edges, colors);
    },
  });

  const rows = Object.entries(LOOKS).map(([optimizer, { name, sign, color }]) => {
    const tick = toggle({
      label: name,
      value: state.optimizers.includes(optimizer),
      change: (ticked) => choose(optimizer, ticked),
    });
    const text = element("span");
    tick.box.classList.add(color);
    tick.box.insertBefore(element("span", { "aria-hidden": "true" }, sign), tick.box.lastChild);
    return { optimizer, tick, text, box: part("reading", tick.box, text) };
  });
  const note = element("p", { class: "note" });

  const show = () => {
    map.redraw();
    chart.redraw();
    scrubber.set(Math.floor(position));
    for (const { optimizer, text } of rows) {
      const path = paths.find((known) => known.optimizer === optimizer);
      text.textContent = path ? reading(path, position, state) : "";
    }
    const texts = paths.map((path) => `${LOOKS[path.optimizer].name}: ${reading(path, position, state)}`);
    note.textContent = paths.length ? limit(paths, position, state) : "Tick an optimizer.";
    if (!playing) spoken.later([...texts, note.textContent].join(" "));
  };
  const update = () => {
    paths = Object.keys(LOOKS)
      .filter((optimizer) => state.optimizers.includes(optimizer))
      .map((optimizer) => descentOf(optimizer, state, start, noise));
    controls.momentum.input.disabled = !state.optimizers.includes("momentum");
    show();
  };
  const showWhole = () => {
    if (!playing) position = STEPS;
    update();
  };
  const choose = (optimizer, ticked) => {
    state.optimizers = state.optimizers.filter((known) => known !== optimizer).concat(ticked ? [optimizer] : []);
    experiments.unlight();
    update();
  };
  const moveStart = (x, y) => {
    const { reach, saddle } = SURFACES[state.surface];
    const within = (value, most) => Math.min(most, Math.max(-most, value));
    const snaps = saddle && y !== start[1] && Math.abs(y) < MIDDLE * reach;
    start = [within(x, 0.98 * reach), snaps ? 0 : within(y, 0.98 * HEIGHT * reach)];
    showWhole();
  };

  const pause = () => {
    stop();
    playing = false;
    playButton.textContent = "Play";
  };
  const goTo = (step) => {
    pause();
    position = Math.max(0, Math.min(STEPS, step));
    show();
  };
  const play = () => {
    if (playing) return goTo(position);
    if (prefersStillness()) return goTo(position < STEPS ? STEPS : 0);
    if (position >= STEPS) position = 0;
    playing = true;
    playButton.textContent = "Pause";
    let before = performance.now();
    stop = animate(() => {
      const now = performance.now();
      position += (Math.min(100, now - before) / 1000) * STEPS_PER_SECOND; // a tab that was hidden does not leap
      before = now;
      if (position >= STEPS) return goTo(STEPS);
      show();
    });
  };
  const playButton = button("Play", play, { class: "main" });
  const scrubber = slider({
    label: "step",
    values: Array.from({ length: STEPS + 1 }, (_, step) => step),
    value: STEPS,
    change: goTo,
  });

  const setting = (name, make, options) =>
    make({
      ...options,
      value: state[name] ?? 0,
      change: (value) => {
        state[name] = value;
        if (name === "surface") start = SURFACES[value].start;
        experiments.unlight();
        showWhole();
      },
    });
  const controls = {
    surface: setting("surface", segments, { label: "Surface", options: SURFACE_NAMES }),
    learning_rate: setting("learning_rate", slider, {
      label: "learning rate",
      values: including([...RATES, 1], state.learning_rate),
    }),
    momentum: setting("momentum", slider, {
      label: "momentum",
      values: including(MOMENTA, state.momentum),
    }),
    batch_size: setting("batch_size", slider, {
      label: "batch size (less noise →)",
      values: [...including(BATCHES, state.batch_size || 1), 0],
      format: (size) => (size ? String(size) : "all"),
    }),
    decay: setting("decay", slider, {
      label: "learning rate after each step",
      values: including(DECAYS, state.decay).reverse(),
      format: (decay) => (decay === 1 ? "unchanged" : `× ${decay}`),
    }),
  };
  const begin = (settings) => {
    Object.assign(state, settings);
    start = SURFACES[state.surface].start;
    for (const [name, control] of Object.entries(controls)) control.set(state[name] ?? 0);
    for (const { optimizer, tick } of rows) tick.set(state.optimizers.includes(optimizer));
    pause();
    position = 0;
    update();
  };
  const hint = "Pick a question, or just play: slide the learning rate, drag the start.";
  const experiments = questions(EXPERIMENTS, hint, begin);

  let dragging = false;
  const pointed = ({ clientX, clientY }) => {
    const box = map.node.getBoundingClientRect();
    const { reach } = SURFACES[state.surface];
    return [
      ((2 * (clientX - box.left)) / box.width - 1) * reach,
      (1 - (2 * (clientY - box.top)) / box.height) * HEIGHT * reach,
    ];
  };
  const nearStart = (event) => {
    const [x, y] = pointed(event);
    return Math.hypot(x - start[0], y - start[1]) < 0.16 * SURFACES[state.surface].reach;
  };
  const listen = (name, listener, options) => map.node.addEventListener(name, listener, options);
  listen("pointerdown", (event) => {
    if (event.button || (event.pointerType === "touch" && !nearStart(event))) return; // a swipe scrolls the page
    dragging = true;
    map.node.setPointerCapture(event.pointerId);
    moveStart(...pointed(event));
  });
  listen("pointermove", (event) => dragging && moveStart(...pointed(event)));
  for (const name of ["pointerup", "pointercancel"]) listen(name, () => (dragging = false));
  listen("click", (event) => moveStart(...pointed(event))); // a tap
  listen("touchstart", (event) => nearStart(event.touches[0]) && event.preventDefault(), { passive: false });
  listen("keydown", (event) => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!way) return;
    event.preventDefault();
    const stride = SURFACES[state.surface].reach / (event.shiftKey ? 8 : 40);
    moveStart(start[0] + stride * way[0], start[1] + stride * way[1]);
  });

  const legend =
    "Darker = lower loss, ★ minimum, ✕ saddle point. Drag the start, or click the map and use the arrow keys.";
  const names = "SGD: stochastic gradient descent. Adam: adaptive moment estimation.";
  const buttons = [
    playButton,
    button("Step", () => goTo(Math.floor(position % STEPS) + 1)),
    button("Restart", () => goTo(0)),
  ];
  const caption = (text) => element("p", { class: "caption" }, text);
  const aside = (text) => element("p", { class: "aside" }, text);
  const { surface, ...sliders } = controls;
  surface.box.classList.add("surface");
  root.append(
    experiments,
    part(
      "areas",
      surface.box,
      part("stage", caption("The loss for every pair of two weights"), map.node, aside(legend)),
      part("sliders", ...Object.values(sliders).map(({ box }) => box)),
      part("controls", ...buttons, scrubber.box),
      part("readings", ...rows.map(({ box }) => box), aside(names), note),
      part("losses", caption("Loss at each step"), chart.node),
    ),
  );
  onTheme(show);
  update();
  return () => {
    stop();
    spoken.cancel();
    map.close();
    chart.close();
    close();
  };
};

export default { render };
