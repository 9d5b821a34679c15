// What the widgets share: a frame that follows the page's theme, controls, canvases, images, files.

const COLORS = ["paper", "ink", "grey", "pale", "line", "blue", "vermillion", "green", "purple", "orange", "sky"];
const CONTROLS = ["button", "canvas", "input", "select", "summary", "textarea"];

/** Return a new element. Attributes that begin with "on" are listeners; false and undefined leave an attribute out. */
export const element = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  if (CONTROLS.includes(tag)) made.dataset.lmSuppressShortcuts = "true"; // otherwise Jupyter takes keys for commands
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
};

export const button = (label, click, attributes = {}) =>
  element("button", { type: "button", onclick: click, ...attributes }, label);

/** A slider over a list of values; `format` writes a value. Returns its `box` and a silent `set`. */
export const slider = ({ label, values, value, format = String, change }) => {
  const input = element("input", { type: "range", min: 0, max: values.length - 1, step: 1, "aria-label": label });
  const output = element("output", { "aria-live": "off" }); // the slider itself says its value
  const show = () => {
    output.textContent = format(values[input.value]);
    input.setAttribute("aria-valuetext", output.textContent);
  };
  const set = (wanted) => {
    const distances = values.map((known) => Math.abs(known - wanted));
    input.value = distances.indexOf(Math.min(...distances));
    show();
  };
  input.addEventListener("input", () => {
    show();
    change(values[input.value]);
  });
  set(value);
  return { box: element("label", { class: "slider" }, element("span", {}, label), input, output), input, set };
};

/** A list to choose from; options are pairs of a value and a text. Returns its `box` and a silent `set`. */
export const choice = ({ label, options, value, change }) => {
  const select = element("select", { "aria-label": label, onchange: () => change(options[select.selectedIndex][0]) });
  select.append(...options.map(([, text]) => element("option", {}, text)));
  const set = (wanted) => {
    select.selectedIndex = options.findIndex(([known]) => known === wanted);
  };
  set(value);
  return { box: element("label", { class: "choice" }, element("span", {}, label), select), select, set };
};

/** Buttons of which one is pressed; options are pairs of a value and a text. Returns the same. */
export const segments = ({ label, options, value, change }) => {
  const buttons = options.map(([known, text]) =>
    button(text, () => {
      set(known);
      change(known);
    }),
  );
  const set = (wanted) =>
    options.forEach(([known], index) => buttons[index].setAttribute("aria-pressed", String(known === wanted)));
  set(value);
  const row = element("span", { class: "segments", role: "group", "aria-label": label }, ...buttons);
  return { box: element("div", { class: "choice" }, element("span", {}, label), row), set };
};

/** A box to tick. Returns its `box` and a silent `set`. */
export const toggle = ({ label, value, change }) => {
  const input = element("input", { type: "checkbox", onchange: () => change(input.checked) });
  const set = (wanted) => {
    input.checked = wanted;
  };
  set(value);
  return { box: element("label", { class: "toggle" }, input, element("span", {}, label)), input, set };
};

const luminance = (color) => {
  const [red, green, blue] = color.match(/[\d.]+/g).map(Number);
  return (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
};

/**
 * Put an empty widget into `el`, dark where the page's text is light. Returns its `root`; `say`, for screen readers;
 * `colors`, by name as "#rrggbb"; `onTheme`, which calls a function once these are known and whenever they change;
 * and `close`.
 */
export const frame = (el, label) => {
  const status = element("div", { class: "spoken", role: "status" });
  const keep = { onkeydown: (event) => event.stopPropagation() }; // other notebooks take keys for commands, too
  const root = element("div", { class: "mnist-lab-widget", role: "group", "aria-label": label, ...keep }, status);
  el.append(root);
  const listeners = [];
  const colors = {};
  const follow = () => {
    if (!el.isConnected) return;
    const theme = luminance(getComputedStyle(el).color) > 0.5 ? "dark" : "light";
    if (theme === root.dataset.theme) return;
    root.dataset.theme = theme;
    const style = getComputedStyle(root);
    for (const name of COLORS) colors[name] = style.getPropertyValue(`--${name}`).trim();
    for (const listener of listeners) listener();
  };
  const soon = () => requestAnimationFrame(follow); // once the page's new style holds
  const observer = new MutationObserver(soon);
  for (const node of [document.documentElement, document.body]) observer.observe(node, { attributes: true });
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", soon);
  const arrival = new ResizeObserver(follow); // a notebook may put `el` into the page after rendering
  arrival.observe(root);
  follow();
  return {
    root,
    colors,
    say: (text) => {
      status.textContent = text;
    },
    onTheme: (listener) => {
      listeners.push(listener);
      if (root.dataset.theme) listener();
    },
    close: () => {
      observer.disconnect();
      arrival.disconnect();
      dark.removeEventListener("change", soon);
      root.remove();
    },
  };
};

/**
 * A canvas as wide as its container, at most `width` CSS pixels, and `ratio` times as wide as high. `draw` receives the
 * context, scaled to CSS pixels, and its width and height. Returns the `node`, `redraw`, and `close`.
 */
export const canvas = ({ label, width, ratio = 1, draw, ...attributes }) => {
  const style = `aspect-ratio: ${ratio}; max-width: ${width}px`;
  const node = element("canvas", { role: "img", "aria-label": label, style, ...attributes });
  let waiting = 0;
  const redraw = () => {
    waiting ||= requestAnimationFrame(() => {
      waiting = 0;
      const [across, down] = [node.clientWidth, node.clientHeight];
      if (!across || !down || !node.closest("[data-theme]")) return; // not in the page yet
      const scale = devicePixelRatio || 1;
      node.width = Math.round(across * scale);
      node.height = Math.round(down * scale);
      const context = node.getContext("2d");
      context.scale(node.width / across, node.height / down);
      draw(context, across, down);
    });
  };
  const observer = new ResizeObserver(redraw);
  observer.observe(node);
  const close = () => {
    observer.disconnect();
    cancelAnimationFrame(waiting);
  };
  return { node, redraw, close };
};

export const rgb = (color) => [1, 3, 5].map((start) => parseInt(color.slice(start, start + 2), 16));

/** Mix two colours, "#rrggbb": a share of 0 gives the first, 1 the second. Returns [red, green, blue]. */
export const mix = (from, to, share) => {
  const [start, end] = [rgb(from), rgb(to)];
  return start.map((channel, index) => channel + (end[index] - channel) * Math.min(1, Math.max(0, share)));
};

/** Return a function that mixes two colours as `mix` does, from a table: fast enough for every pixel. */
export const ramp = (from, to) => {
  const table = Array.from({ length: 256 }, (_, level) => mix(from, to, level / 255));
  return (share) => table[Math.round(255 * Math.min(1, Math.max(0, share)))];
};

/** Return `signColor` for values from -1 to 1, from tables: fast enough for every pixel. */
export const signRamp = ({ paper, blue, vermillion }) => {
  const [positive, negative] = [ramp(paper, blue), ramp(paper, vermillion)];
  return (value) => (value > 0 ? positive(value) : negative(-value));
};

/** Blue up to `largest`, vermillion down to its negative, paper at zero. */
export const signColor = (value, largest, { paper, blue, vermillion }) =>
  mix(paper, value > 0 ? blue : vermillion, Math.abs(value) / (largest || 1));

/** Paint numbers, row by row, as an image; `color` turns a number into [red, green, blue]. */
export const paintImage = (context, values, columns, color, x, y, width, height) => {
  const pixels = new ImageData(columns, values.length / columns);
  for (let index = 0; index < values.length; index++) pixels.data.set([...color(values[index]), 255], 4 * index);
  const small = element("canvas", { width: pixels.width, height: pixels.height });
  small.getContext("2d").putImageData(pixels, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, x, y, width, height);
};

/** Return the bytes of one of the model's files, a DataView, or null where they do not arrive. */
export const fileOf = async (model, name) => {
  try {
    return (await model.get("files")?.[name]) ?? null;
  } catch {
    return null;
  }
};

export const prefersStillness = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Call `tick` before each frame that the page shows, until it returns false or the returned function is called. */
export const animate = (tick) => {
  let running = true; // `tick` itself may stop it
  const step = () => {
    if (running && tick() !== false) requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
  return () => {
    running = false;
  };
};

export const percent = (share, decimals = share < 0.995 ? 0 : 1) =>
  `${(100 * share).toFixed(decimals)}%`;

/** A probability in percent, which is never rounded to 100%. */
export const certainty = (share) => (share > 0.999 ? ">99.9%" : percent(share));

/** A number with a true minus sign, and never minus zero. */
export const decimal = (value, decimals) => {
  const text = Math.abs(value).toFixed(decimals);
  return value < 0 && Number(text) ? `−${text}` : text;
};
