// Draw a digit: networks in the page, and networks in a notebook's kernel, classify it while you draw.
import { button, canvas, certainty, element, frame, paintImage, percent, ramp } from "./core.js";
import { createInside } from "./inside.js";
import { BUTTONS, HINT, IN_NOTEBOOK, KEYS, PREPARED, QUESTIONS, SILENT, described } from "./pad_words.js";
import { stateOf } from "./pad_state.js";
import { questions } from "./playground.js";
import { createSheet } from "./sheet.js";
import { createTenDigits } from "./ten_digits.js";

const PAUSE = 1200; // milliseconds without a change, after which the predictions are spoken
const DIGITS = [...Array(10).keys()];

/** A row of ten bars. Returns the `node`, and `show`, which takes ten probabilities or null. */
const createBars = () => {
  const bars = DIGITS.map(() => element("i"));
  const columns = DIGITS.map((digit) => element("span", {}, bars[digit], element("b", {}, String(digit))));
  const node = element("div", { class: "bars", role: "img" }, ...columns);
  const show = (probabilities) => {
    const best = probabilities ? probabilities.indexOf(Math.max(...probabilities)) : -1;
    for (const digit of DIGITS) {
      bars[digit].style.height = `${probabilities ? Math.max(1, Math.round(64 * probabilities[digit])) : 1}px`;
      columns[digit].classList.toggle("best", digit === best);
    }
    const words = probabilities && DIGITS.map((digit) => `${digit}: ${certainty(probabilities[digit])}`).join(", ");
    node.setAttribute("aria-label", words ?? "no drawing yet");
    return best;
  };
  show(null);
  return { node, show };
};

const createRow = (title) => {
  const name = element("span", { class: "name" }, title);
  const answer = element("span", { class: "answer" });
  const about = element("div", { class: "about" });
  const bars = createBars();
  const caption = element("div", { class: "caption" }, name, answer);
  const body = element("div", { class: "reading" }, caption, bars.node, about);
  const show = (probabilities) => {
    const best = bars.show(probabilities);
    name.textContent = probabilities ? `${title}: ` : title;
    answer.textContent = probabilities ? `${best} (${certainty(probabilities[best])})` : "";
  };
  return { body, about, show };
};

/** The row of a network in the page, to be opened; it asks for its weights. */
const createNetworkRow = (name, state, view) => {
  const row = createRow(`Lesson ${name}'s network`);
  const look = button(BUTTONS.look, () => toggle(), { "aria-expanded": "false", hidden: true });
  let inside = null;
  const toggle = () => {
    if (inside) {
      inside.close();
      inside.node.remove();
      inside = null;
    } else {
      inside = createInside(state.networks[name], view.colors);
      row.body.append(inside.node);
    }
    look.setAttribute("aria-expanded", String(Boolean(inside)));
    look.textContent = inside ? BUTTONS.hide : BUTTONS.look;
    show();
  };
  row.about.append(element("span"), look);
  const show = () => {
    const { layers, missing, accuracy, outputs = [] } = state.networks[name] ?? {};
    row.show(outputs.length ? [...outputs.at(-1).data] : null);
    if (layers) row.about.firstChild.textContent = described(layers, percent(accuracy, 2));
    else if (missing) row.about.firstChild.textContent = missing;
    look.hidden = !layers;
    inside?.show(state.image, outputs);
  };
  state.add(name);
  return { node: row.body, show, redraw: () => inside?.redraw(), close: () => inside?.close() };
};

/** A button in the place of a network, until the reader asks for it. */
const createHidden = (name, state, view) => {
  let row = null;
  const node = element("div", {}, button(`Show lesson ${name}'s network`, () => {
    row = createNetworkRow(name, state, view);
    node.replaceChildren(row.node);
    node.querySelector("button")?.focus();
    row.show();
  }));
  const pass = (method) => () => row?.[method]();
  return { node, show: pass("show"), redraw: pass("redraw"), close: pass("close") };
};

/** The rows of the kernel's networks, and what it has to say. */
const createKernelRows = (model, state) => {
  const { models } = model.get("data");
  const rows = new Map();
  const list = element("div", { class: "readings" });
  const message = element("div", { class: "message", role: "status" });
  const show = () => {
    const readings = model.get("readings");
    for (const { name, probabilities } of readings ?? []) {
      if (!rows.has(name)) rows.set(name, createRow(name || "Your network"));
      rows.get(name).show(probabilities);
    }
    list.replaceChildren(...(readings ?? []).map(({ name }) => rows.get(name).body));
    const away = readings === undefined && models.length ? IN_NOTEBOOK : "";
    message.textContent = state.silent ? SILENT : (model.get("message") ?? "") || away;
  };
  return { node: element("div", {}, list, message), show, redraw: () => {}, close: () => {} };
};

const render = ({ model, el }) => {
  const { networks, hidden, tidy } = model.get("data");
  const view = frame(el, "Draw a digit");
  const state = stateOf(model);
  const sheet = createSheet(state.drawing, view);
  const seen = canvas({
    label: "The image of 28 by 28 pixels that the networks see",
    class: "seen",
    width: 168,
    draw: (context, side) => {
      const shade = ramp(view.colors.paper, view.colors.ink);
      if (state.image) paintImage(context, state.image, 28, shade, 0, 0, side, side);
    },
  });
  const rows = [
    ...networks.map((name) => createNetworkRow(name, state, view)),
    ...hidden.map((name) => createHidden(name, state, view)),
    createKernelRows(model, state),
  ];
  const ten = tidy ? createTenDigits(state, view) : null; // other lessons expect digits prepared as MNIST's
  const left = element(
    "div",
    { class: "left" },
    sheet.node,
    element("div", { class: "controls" }, button("Undo", state.drawing.undo), button("Clear", state.drawing.clear)),
    ...(ten ? [ten.node] : []),
  );
  const title = element("div", { class: "caption" }, "What the network sees");
  const prepared = element("p", { class: "aside" }, tidy ? PREPARED : "");
  const middle = element("div", { class: "middle" }, title, seen.node, prepared);
  const right = element("div", { class: "right" }, ...rows.map((row) => row.node));
  view.root.classList.add("playground");
  view.root.append(
    element("div", { class: "pad columns" }, left, right, middle),
    element("p", { class: "aside keys" }, KEYS),
    questions(QUESTIONS, HINT, () => {}),
  );

  let speaking = null;
  const speak = () => {
    const captions = [...right.querySelectorAll(".caption:has(.answer:not(:empty))")];
    view.say(captions.map((caption) => caption.textContent).join("; "));
  };
  const show = () => {
    seen.redraw();
    for (const row of rows) row.show();
    ten?.show();
    clearTimeout(speaking);
    speaking = setTimeout(speak, PAUSE);
  };
  view.onTheme(() => {
    seen.redraw();
    for (const row of rows) row.redraw();
    ten?.show();
  });
  const unwatch = state.watch(show);
  return () => {
    clearTimeout(speaking);
    unwatch();
    for (const part of [sheet, seen, ten, ...rows, view]) part?.close();
  };
};

export default { render };
