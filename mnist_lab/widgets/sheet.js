// A sheet to draw on: strokes that all views of a widget share, drawn by mouse, pen, finger or keys.
import { canvas, element, percent } from "./core.js";

export const SIDE = 140; // pixels of the drawing that networks get, each way
const PEN = 0.06; // width of the stroke, as a share of the sheet; so are all coordinates
const KEY_STEP = 0.02;
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const LABEL =
  "Sheet to draw a digit on. Arrow keys move the pen, space puts it down or lifts it, Control Z undoes, Delete clears.";

const smallCanvas = () => {
  const made = document.createElement("canvas");
  made.width = made.height = SIDE;
  return made;
};

/** A drawing: strokes over what `load` puts under them. `watch` gets true when a change is complete. */
export const createDrawing = () => {
  const before = []; // what each undo goes back to
  let strokes = [];
  const watchers = new Set();
  const small = smallCanvas().getContext("2d", { willReadFrequently: true });
  let under = null;
  let open = null; // the stroke that is being drawn
  const isEmpty = () => !strokes.length && !under;
  const remember = () => before.push([strokes.slice(), under]);
  const changed = (complete) => {
    for (const watcher of watchers) watcher(complete);
  };
  const paint = (context, side, ink) => {
    context.clearRect(0, 0, side, side);
    context.lineCap = context.lineJoin = "round";
    context.lineWidth = PEN * side;
    context.strokeStyle = context.fillStyle = ink;
    if (under) context.drawImage(under, 0, 0, side, side);
    for (const stroke of strokes) {
      context.beginPath();
      if (stroke.length === 1) {
        context.arc(stroke[0].x * side, stroke[0].y * side, (PEN * side) / 2, 0, 2 * Math.PI);
        context.fill();
      } else {
        for (const { x, y } of stroke) context.lineTo(x * side, y * side);
        context.stroke();
      }
    }
    context.globalCompositeOperation = "source-in"; // in one colour, also what lies under the strokes
    context.fillRect(0, 0, side, side);
    context.globalCompositeOperation = "source-over";
  };
  return {
    paint,
    watch: (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    isEmpty,
    isOpen: () => Boolean(open),
    begin: (point) => {
      remember();
      open = [point];
      strokes.push(open);
      changed(false);
    },
    extend: (point) => {
      const last = open?.at(-1);
      if (!last || (point.x === last.x && point.y === last.y)) return; // a canvas paints no line between equal points
      open.push(point);
      changed(false);
    },
    complete: () => {
      open = null;
      changed(true);
    },
    undo: () => {
      [strokes, under] = before.pop() ?? [strokes, under];
      open = null;
      changed(true);
    },
    clear: () => {
      if (isEmpty()) return;
      remember();
      strokes = [];
      under = open = null;
      changed(true);
    },
    load: (bytes) => {
      before.splice(0, before.length, [[], null]);
      strokes = [];
      under = open = null;
      if (bytes?.byteLength === SIDE * SIDE) {
        const image = new ImageData(SIDE, SIDE);
        for (let pixel = 0; pixel < SIDE * SIDE; pixel++) image.data[4 * pixel + 3] = bytes.getUint8(pixel);
        under = smallCanvas();
        under.getContext("2d").putImageData(image, 0, 0);
      }
      changed(false);
    },
    /** The ink, `[SIDE * SIDE]` from 0 (paper) to 255, or null without a stroke. */
    pixels: () => {
      if (isEmpty()) return null;
      paint(small, SIDE, "black");
      const { data } = small.getImageData(0, 0, SIDE, SIDE);
      return Uint8Array.from({ length: SIDE * SIDE }, (_, pixel) => data[4 * pixel + 3]);
    },
  };
};

const drawWithPointer = (node, drawing) => {
  let pen = null; // the id of the pointer that draws: a second finger is ignored
  const point = (event) => {
    const box = node.getBoundingClientRect();
    return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
  };
  const end = (event) => {
    if (event.pointerId !== pen) return;
    pen = null;
    drawing.complete();
  };
  node.addEventListener("pointerdown", (event) => {
    if (pen !== null || event.button !== 0) return;
    pen = event.pointerId;
    node.setPointerCapture(pen);
    drawing.begin(point(event));
  });
  node.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pen) return;
    const between = event.getCoalescedEvents?.() ?? [];
    for (const part of between.length ? between : [event]) drawing.extend(point(part));
  });
  for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) node.addEventListener(name, end);
};

const drawWithKeys = (node, drawing, cursor, redraw, say) => {
  node.addEventListener("keydown", (event) => {
    const undoing = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !event.shiftKey;
    if ((event.altKey || event.metaKey || event.ctrlKey) && !undoing) return;
    cursor.down &&= drawing.isOpen();
    if (event.key in MOVES) {
      const [right, down] = MOVES[event.key];
      cursor.x = Math.min(1, Math.max(0, cursor.x + right * KEY_STEP));
      cursor.y = Math.min(1, Math.max(0, cursor.y + down * KEY_STEP));
      if (cursor.down) drawing.extend({ x: cursor.x, y: cursor.y });
    } else if (event.key === " ") {
      if (event.repeat) return;
      cursor.down = !cursor.down;
      if (cursor.down) drawing.begin({ x: cursor.x, y: cursor.y });
      else drawing.complete();
      const position = `${percent(cursor.x)} across, ${percent(cursor.y)} down the sheet`;
      say(`Pen ${cursor.down ? "down" : "up"}, ${position}`);
    } else if (undoing) {
      drawing.undo();
    } else if (event.key === "Delete" || event.key === "Backspace") {
      drawing.clear();
    } else {
      return;
    }
    cursor.shown = drawing.isOpen() || !drawing.isEmpty() || event.key in MOVES;
    redraw();
    event.preventDefault();
    event.stopPropagation(); // otherwise the page handles the key as a command
  });
};

/** A view of a drawing. Returns the `node` and `close`. */
export const createSheet = (drawing, { say, colors, onTheme }) => {
  const cursor = { x: 0.5, y: 0.3, down: false, shown: false };
  const hint = element("span", { class: "hint", "aria-hidden": "true" }, "Draw a digit here");
  const view = canvas({
    label: LABEL,
    role: "application",
    class: "sheet",
    tabindex: 0,
    width: 280,
    draw: (context, side) => {
      drawing.paint(context, side, colors.ink);
      hint.hidden = cursor.shown || !drawing.isEmpty();
      if (!cursor.shown) return;
      const down = cursor.down && drawing.isOpen();
      context.strokeStyle = context.fillStyle = down ? colors.vermillion : colors.blue;
      context.lineWidth = side / 140;
      context.beginPath();
      context.arc(cursor.x * side, cursor.y * side, 0.04 * side, 0, 2 * Math.PI);
      if (down) context.fill();
      context.stroke();
    },
  });
  view.node.addEventListener("focus", () => {
    cursor.shown ||= view.node.matches(":focus-visible"); // the keys' pen is to be seen before the first key
    view.redraw();
  });
  drawWithPointer(view.node, drawing);
  drawWithKeys(view.node, drawing, cursor, view.redraw, say);
  onTheme(view.redraw);
  const unwatch = drawing.watch(view.redraw);
  return {
    node: element("div", { class: "paper" }, view.node, hint),
    close: () => {
      unwatch();
      view.close();
    },
  };
};
