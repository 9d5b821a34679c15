// Keep ten drawings, one of each class, and copy them as the text that lab.your_digits reads.
import { button, canvas, element, paintImage, ramp } from "./core.js";
import { TEN } from "./pad_words.js";

const PREFIX = "mnist-lab-digits-1:"; // the number is the format's version; handwriting/your_digits.py reads it
const GREYS = 15; // the darkest grey level; 0 is paper

/** Return ten images, `[784]` from 0 to 1 each, as a text: grey levels, two a byte, deflated, in base64. */
const textOf = async (images) => {
  const levels = images.flatMap((image) => Array.from(image, (ink) => Math.round(GREYS * ink)));
  const bytes = Uint8Array.from({ length: levels.length / 2 }, (_, i) => (levels[2 * i] << 4) | levels[2 * i + 1]);
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  const deflated = new Uint8Array(await new Response(stream).arrayBuffer());
  return PREFIX + btoa(String.fromCharCode(...deflated));
};

/** A folded section with a button for each class. Returns the `node`, `show`, and `close`. */
export const createTenDigits = (state, view) => {
  const said = element("p", { class: "aside", role: "status" });
  const field = element("textarea", { readonly: true, hidden: true, rows: 4, "aria-label": TEN.field });
  const views = [];
  const buttons = [];
  const keep = (digit) => {
    field.hidden = true;
    if (!state.keep(digit)) {
      said.textContent = TEN.drawFirst(digit);
      return;
    }
    said.textContent = TEN.keptAs(digit, state.kept.filter(Boolean).length);
    state.drawing.clear();
  };
  for (let digit = 0; digit < state.kept.length; digit++) {
    const draw = (context, side) => {
      const shade = ramp(view.colors.paper, view.colors.ink);
      if (state.kept[digit]) paintImage(context, state.kept[digit], 28, shade, 0, 0, side, side);
    };
    views.push(canvas({ label: "", "aria-hidden": "true", width: 34, draw }));
    buttons.push(button(views[digit].node, () => keep(digit)));
    buttons[digit].append(element("span", { "aria-hidden": "true" }, String(digit)));
  }
  const copy = async () => {
    const missing = [...state.kept.keys()].filter((digit) => !state.kept[digit]);
    field.hidden = true;
    if (missing.length) {
      said.textContent = TEN.missing(missing);
      return;
    }
    const text = await textOf(state.kept);
    try {
      await navigator.clipboard.writeText(text);
      said.textContent = TEN.copied;
    } catch {
      field.value = text;
      field.hidden = false;
      field.focus();
      field.select();
      said.textContent = TEN.selected;
    }
  };
  const node = element(
    "details",
    { class: "keep" },
    element("summary", {}, TEN.title),
    element("p", { class: "aside" }, TEN.how),
    element("div", { class: "kept", role: "group", "aria-label": TEN.title }, ...buttons),
    button(TEN.copy, copy),
    said,
    field,
  );
  return {
    node,
    show: () => {
      for (const [digit, one] of buttons.entries()) {
        one.setAttribute("aria-label", TEN.button(digit, Boolean(state.kept[digit])));
        views[digit].redraw();
      }
    },
    close: () => views.forEach((one) => one.close()),
  };
};
