// What all views of a pad share: the drawing, the image that networks see, and the outputs of those in the page.
import { fileOf } from "./core.js";
import { layerOutput, preprocessDigit, readNetwork } from "./networks.js";
import { SIDE, createDrawing } from "./sheet.js";

const SLICE = 8; // milliseconds of arithmetic before the page gets its turn
const SEND_EVERY = 60; // milliseconds, while the pen is down
const NO_ANSWER = 5000; // milliseconds

const nextTurn = () =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel(); // setTimeout would wait for 4 ms
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });

/** Return the outputs of a network's layers, for an image or null. The page gets its turn in between. */
const outputsOf = async ({ layers }, image) => {
  if (!image) return [];
  const outputs = [];
  let began = performance.now();
  for (const layer of layers) {
    outputs.push(layerOutput(layer, outputs.at(-1) ?? { data: image, shape: [28, 28, 1] }));
    if (performance.now() - began < SLICE) continue;
    await nextTurn();
    began = performance.now();
  }
  return outputs;
};

const isSame = (bytes, view) =>
  bytes.length === view.byteLength && bytes.every((byte, index) => byte === view.getUint8(index));

/** Send the drawing to the kernel, at most every 60 ms while it changes, and tell whether the kernel is silent. */
const connect = (model, drawing, expectsAnswer, received) => {
  let sent = model.get("drawing");
  let lastSent = 0;
  let timer = null;
  let unanswered = null;
  let silent = false;
  const send = () => {
    clearTimeout(timer);
    timer = null;
    lastSent = performance.now();
    const pixels = drawing.pixels() ?? new Uint8Array(0);
    if (isSame(pixels, sent)) return; // a pen that rests before it lifts changes nothing
    sent = new DataView(pixels.buffer);
    model.set("drawing", sent);
    model.save_changes();
    if (expectsAnswer && sent.byteLength) unanswered ??= setTimeout(() => received((silent = true)), NO_ANSWER);
  };
  drawing.watch((complete) => {
    if (complete) send();
    else timer ??= setTimeout(send, Math.max(0, lastSent + SEND_EVERY - performance.now()));
  });
  model.on("change:drawing", () => {
    const now = model.get("drawing");
    if (now === sent) return;
    drawing.load(now);
    sent = now;
  });
  const answered = () => {
    clearTimeout(unanswered);
    unanswered = null;
  };
  let waiting = false; // the traits of one answer change one after the other
  const soon = () => {
    answered();
    if (!waiting) queueMicrotask(() => received((waiting = silent = false)));
    waiting = true;
  };
  for (const trait of ["seen", "readings", "message"]) model.on(`change:${trait}`, soon);
  model.on("msg:custom", () => (silent ? soon() : answered())); // the answer may be the same as before
};

const createState = (model) => {
  const { models, tidy } = model.get("data");
  const drawing = createDrawing();
  const networks = {}; // by name, with `outputs`, one for each layer
  const watchers = new Set();
  const kept = Array(10).fill(null); // by class, the images that the reader keeps
  const state = { drawing, networks, kept, image: null, silent: false };
  const tell = () => {
    for (const watcher of watchers) watcher();
  };
  const seenByKernel = () => {
    const seen = model.get("seen");
    return seen?.byteLength ? Float32Array.from({ length: 784 }, (_, pixel) => seen.getUint8(pixel) / 255) : null;
  };
  let changes = 0;
  let working = false;
  const changed = async () => {
    changes += 1;
    if (working) return; // the loop below sees the change
    working = true;
    for (let done = 0; done !== changes; ) {
      done = changes;
      await nextTurn();
      const ink = tidy ? drawing.pixels() : null;
      state.image = tidy ? ink && preprocessDigit(ink, SIDE) : seenByKernel();
      for (const network of Object.values(networks)) {
        if (network.layers) network.outputs = await outputsOf(network, state.image);
      }
      tell();
    }
    working = false;
  };
  const received = (silent) => {
    state.silent = silent;
    if (tidy) tell();
    else changed();
  };
  drawing.watch(changed);
  if (model.get("drawing") !== undefined) {
    drawing.load(model.get("drawing"));
    connect(model, drawing, models.length || !tidy, received);
  }
  state.watch = (watcher) => {
    watchers.add(watcher);
    changed();
    return () => watchers.delete(watcher);
  };
  /** Keep the image as one of a class, and return whether there is one. */
  state.keep = (digit) => {
    if (state.image) kept[digit] = state.image;
    tell();
    return Boolean(state.image);
  };
  /** Read a network's weights, and classify by it from then on. */
  state.add = async (name) => {
    if (networks[name]) return;
    networks[name] = {};
    const bytes = await fileOf(model, `lesson_${name}.network`);
    try {
      networks[name] = bytes ? readNetwork(bytes) : { missing: "Its weights did not arrive." };
    } catch (error) {
      networks[name] = { missing: error.message };
    }
    changed();
  };
  return state;
};

const states = new WeakMap();

/** Return the state of a model, the same for each of its views. */
export const stateOf = (model) => {
  if (!states.has(model)) states.set(model, createState(model));
  return states.get(model);
};
