// The browser's half of DigitPad. All views in a page share the strokes; Python receives pixels and returns readings.
// A drawing that Python holds (after a reload, or set by code or by another page) is painted under the strokes.

const SHEET = 280; // CSS pixels
const SIDE = 140; // pixels of the drawing that Python receives, each way
const PEN = 0.06; // width of the stroke, as a share of the sheet; so are all coordinates
const KEY_STEP = 0.02;
const SEND_EVERY = 60; // milliseconds, while the pen is down

export default () => {
  const strokes = [];
  let under = null; // a canvas with the drawing that Python holds
  let sent = null; // the drawing that was last sent
  const views = new Set();
  let cursor = null; // the keyboard's pen: where it is, and the stroke it draws while it is down
  let pen = null; // the id of the pointer that draws: a second finger is ignored
  let lastSent = 0;
  let timer = null;

  const paint = (context, side) => {
    context.clearRect(0, 0, side, side);
    context.lineCap = context.lineJoin = "round";
    context.lineWidth = PEN * side;
    context.strokeStyle = context.fillStyle = "#222222";
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
  };

  const small = () => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = SIDE;
    return canvas;
  };

  const pixels = () => {
    const context = small().getContext("2d", { willReadFrequently: true });
    paint(context, SIDE);
    const { data } = context.getImageData(0, 0, SIDE, SIDE);
    return Uint8Array.from({ length: SIDE * SIDE }, (_, pixel) => data[4 * pixel + 3]); // opacity is ink
  };

  const goOn = (stroke, x, y) => {
    const last = stroke.at(-1);
    if (x !== last?.x || y !== last?.y) stroke.push({ x, y }); // a canvas paints no line between equal points
  };

  const send = (model) => {
    clearTimeout(timer);
    timer = null;
    lastSent = performance.now();
    sent = new DataView(strokes.length || under ? pixels().buffer : new ArrayBuffer(0));
    model.set("drawing", sent);
    model.save_changes();
  };

  const changed = (model, done) => {
    for (const redraw of views) redraw();
    if (done) send(model);
    else timer ??= setTimeout(() => send(model), Math.max(0, lastSent + SEND_EVERY - performance.now()));
  };

  const received = (model) => {
    const drawing = model.get("drawing");
    if (drawing === sent) return;
    strokes.length = 0;
    pen = cursor = under = null;
    if (drawing?.byteLength === SIDE * SIDE) {
      under = small();
      const context = under.getContext("2d");
      const image = context.createImageData(SIDE, SIDE);
      for (let pixel = 0; pixel < SIDE * SIDE; pixel++) {
        image.data.fill(0x22, 4 * pixel, 4 * pixel + 3);
        image.data[4 * pixel + 3] = drawing.getUint8(pixel);
      }
      context.putImageData(image, 0, 0);
    }
    for (const redraw of views) redraw();
  };

  const undo = (model) => {
    if (!strokes.pop()) under = null;
    pen = null;
    if (cursor) cursor.stroke = null;
    changed(model, true);
  };

  const clear = (model) => {
    strokes.length = 0;
    pen = cursor = under = null;
    changed(model, true);
  };

  const element = (tag, className, text = "") => {
    const made = document.createElement(tag);
    made.className = className;
    made.textContent = text;
    return made;
  };

  const button = (text, action) => {
    const made = element("button", "", text);
    made.type = "button";
    made.addEventListener("click", action);
    return made;
  };

  const drawWithPointer = (sheet, model) => {
    let stroke = [];
    const add = (event) => {
      const box = sheet.getBoundingClientRect();
      goOn(stroke, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
    };
    const end = (event) => {
      if (event.pointerId !== pen) return;
      pen = null;
      changed(model, true);
    };
    sheet.addEventListener("pointerdown", (event) => {
      if (pen !== null || event.button !== 0) return;
      pen = event.pointerId;
      sheet.setPointerCapture(pen);
      stroke = [];
      strokes.push(stroke);
      add(event);
      changed(model, false);
    });
    sheet.addEventListener("pointermove", (event) => {
      if (event.pointerId !== pen) return;
      const between = event.getCoalescedEvents?.() ?? [];
      for (const part of between.length ? between : [event]) add(part);
      changed(model, false);
    });
    sheet.addEventListener("pointerup", end);
    sheet.addEventListener("pointercancel", end);
    sheet.addEventListener("lostpointercapture", end);
  };

  const drawWithKeys = (sheet, model, say) => {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    sheet.addEventListener("keydown", (event) => {
      const undoing = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !event.shiftKey;
      if ((event.altKey || event.metaKey || event.ctrlKey) && !undoing) return;
      if (event.key in moves || event.key === " ") cursor ??= { x: 0.5, y: 0.3, stroke: null };
      if (event.key in moves) {
        const [right, down] = moves[event.key];
        cursor.x = Math.min(1, Math.max(0, cursor.x + right * KEY_STEP));
        cursor.y = Math.min(1, Math.max(0, cursor.y + down * KEY_STEP));
        if (cursor.stroke) goOn(cursor.stroke, cursor.x, cursor.y);
        changed(model, false);
      } else if (event.key === " " && !event.repeat) {
        cursor.stroke = cursor.stroke ? null : [{ x: cursor.x, y: cursor.y }];
        if (cursor.stroke) strokes.push(cursor.stroke);
        say(`Pen ${cursor.stroke ? "down" : "up"}, ${percent(cursor.x)} across, ${percent(cursor.y)} down the sheet`);
        changed(model, true);
      } else if (undoing) {
        undo(model);
      } else if (event.key === "Delete" || event.key === "Backspace") {
        clear(model);
      } else if (event.key !== " ") {
        return;
      }
      event.preventDefault();
      event.stopPropagation(); // otherwise the page handles the key as a command
    });
  };

  const showSeen = (canvas, model) => {
    const view = model.get("seen");
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, 28, 28);
    if (view?.byteLength !== 28 * 28) return;
    const image = context.createImageData(28, 28);
    for (let pixel = 0; pixel < 28 * 28; pixel++) {
      image.data.fill(255 - view.getUint8(pixel), 4 * pixel, 4 * pixel + 3);
      image.data[4 * pixel + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  };

  const percent = (share) => `${(100 * share).toFixed(share < 0.995 ? 0 : 1)} %`;

  const rowOfBars = ({ name, probabilities }) => {
    const best = probabilities.indexOf(Math.max(...probabilities));
    const row = element("div", "reading");
    const caption = `${name ? `${name}: ` : ""}${best}, ${percent(probabilities[best])}`;
    row.append(element("div", "caption", caption));
    const bars = element("div", "bars");
    bars.setAttribute("role", "img");
    bars.setAttribute("aria-label", probabilities.map((share, digit) => `${digit}: ${percent(share)}`).join(", "));
    probabilities.forEach((share, digit) => {
      const column = element("span", digit === best ? "best" : "");
      const bar = element("i", "");
      bar.style.height = `${Math.round(44 * share)}px`;
      column.append(bar, element("span", "", String(digit)));
      bars.append(column);
    });
    row.append(bars);
    return row;
  };

  const render = ({ model, el }) => {
    const pad = element("div", "mnist-lab-pad");
    const left = element("div", "left");
    const sheet = element("canvas", "sheet");
    sheet.width = sheet.height = SHEET * Math.max(1, window.devicePixelRatio || 1);
    sheet.tabIndex = 0;
    sheet.dataset.lmSuppressShortcuts = "true"; // otherwise Jupyter's menus handle the keys
    sheet.setAttribute("role", "application");
    sheet.setAttribute(
      "aria-label",
      "Sheet to draw a digit on. Arrow keys move the pen, space puts it down or lifts it, Control Z undoes, Delete clears.",
    );
    const help = "Draw with mouse, pen or finger. Keys: arrows move the pen, space puts it down or lifts it, Ctrl Z undoes, Delete clears. While a cell runs, the networks wait.";
    left.append(sheet, button("Undo", () => undo(model)), button("Clear", () => clear(model)), element("p", "aside", help));

    const right = element("div", "right");
    const seen = element("canvas", "seen");
    seen.width = seen.height = 28;
    seen.setAttribute("role", "img");
    seen.setAttribute("aria-label", "The image of 28 by 28 pixels that the network sees");
    const box = element("div", "");
    box.append(element("div", "caption", "What the network sees"), seen);
    const readings = element("div", "readings");
    const message = element("div", "message");
    message.setAttribute("role", "status");
    const spoken = element("div", "spoken"); // for screen readers: the captions, once drawing pauses
    spoken.setAttribute("role", "status");
    right.append(box, readings, message, spoken);
    pad.append(left, right);
    el.append(pad);

    const redraw = () => {
      const context = sheet.getContext("2d");
      paint(context, sheet.width);
      if (!cursor) return;
      context.strokeStyle = cursor.stroke ? "#D55E00" : "#0072B2";
      context.lineWidth = sheet.width / 140;
      context.beginPath();
      context.arc(cursor.x * sheet.width, cursor.y * sheet.width, 0.04 * sheet.width, 0, 2 * Math.PI);
      context.stroke();
      context.fillStyle = context.strokeStyle;
      if (cursor.stroke) context.fill();
    };
    const say = (text) => {
      spoken.textContent = text;
    };
    let speaking = null;
    let waiting = false;
    const soon = () => {
      if (!waiting) queueMicrotask(answered); // the traits of one answer change one after the other
      waiting = true;
    };
    const answered = () => {
      waiting = false;
      clearTimeout(speaking);
      speaking = setTimeout(() => {
        say([...readings.querySelectorAll(".caption")].map((caption) => caption.textContent).join("; "));
      }, 1500);
      showSeen(seen, model);
      const rows = model.get("readings");
      readings.replaceChildren(...rows.map(rowOfBars));
      message.textContent = model.get("message");
    };
    drawWithPointer(sheet, model);
    drawWithKeys(sheet, model, say);
    views.add(redraw);
    const traits = ["seen", "readings", "message"].map((name) => `change:${name}`);
    for (const trait of traits) model.on(trait, soon);
    redraw();
    answered();
    return () => {
      clearTimeout(speaking);
      pen = null; // the sheet that was drawn on may be gone
      views.delete(redraw);
      for (const trait of traits) model.off(trait, soon);
    };
  };

  const initialize = ({ model }) => {
    received(model);
    model.on("change:drawing", () => received(model));
  };

  return { initialize, render };
};
