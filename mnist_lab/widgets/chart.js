// Line charts with a logarithmic axis, and what a drawing over them needs: markers, labels that keep clear.

export const FONT = '12px system-ui, "DejaVu Sans", Verdana, sans-serif';
const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** Write a power of ten: 0.01, 1, 100, or, where `short` is false, with an exponent. */
export const power = (exponent, short = false) => {
  if (short || exponent === 0) return (10 ** exponent).toLocaleString("en", { maximumFractionDigits: 6 });
  return `10${exponent < 0 ? "⁻" : ""}${[...String(Math.abs(exponent))].map((digit) => SUPERSCRIPTS[digit]).join("")}`;
};

/** Return the positions moved apart, by at least `gap`, in their order, from `low` to `high`. */
export const spread = (wanted, gap, low, high) => {
  const order = wanted.map((_, index) => index).sort((first, second) => wanted[first] - wanted[second]);
  const placed = [];
  let next = low;
  for (const index of order) {
    placed[index] = Math.max(next, wanted[index]);
    next = placed[index] + gap;
  }
  let last = high;
  for (const index of order.reverse()) {
    placed[index] = Math.min(last, placed[index]);
    last = placed[index] - gap;
  }
  return placed;
};

/** Draw a circle, square or triangle with an edge of another colour. */
export const drawMarker = (context, shape, x, y, radius, color, edge) => {
  context.beginPath();
  if (shape === "circle") context.arc(x, y, radius, 0, 2 * Math.PI);
  if (shape === "square") context.rect(x - 0.9 * radius, y - 0.9 * radius, 1.8 * radius, 1.8 * radius);
  if (shape === "triangle") {
    for (const angle of [-90, 30, 150].map((degrees) => (degrees * Math.PI) / 180)) {
      context.lineTo(x + 1.25 * radius * Math.cos(angle), y + 1.25 * radius * Math.sin(angle));
    }
    context.closePath();
  }
  context.setLineDash([]);
  context.lineWidth = 1.5;
  context.fillStyle = color;
  context.strokeStyle = edge;
  context.fill();
  context.stroke();
};

/** Write a text that stays legible over lines. */
export const writeOver = (context, text, x, y, color, paper) => {
  context.font = FONT;
  context.lineJoin = "round";
  context.lineWidth = 4;
  context.strokeStyle = paper;
  context.fillStyle = color;
  context.setLineDash([]);
  context.strokeText(text, x, y);
  context.fillText(text, x, y);
};

/** Draw a line through points in canvas coordinates. */
export const drawPath = (context, points, { color, dash = [], width = 2 }) => {
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x, y);
  context.setLineDash(dash);
  context.lineJoin = "round";
  context.lineWidth = width;
  context.strokeStyle = color;
  context.stroke();
};

/** Draw a thin horizontal line. */
export const drawLevel = (context, left, right, y, look) => {
  const ends = [left, right].map((x) => [x, y]);
  drawPath(context, ends, { ...look, width: 1 });
};

/**
 * Draw lines over a logarithmic axis, each with its name at its end.
 *
 * `x` holds where the axis is to go `from` and `to`, the position of the `first` value of each line, its `ticks`, pairs
 * of a position and a text, and a `label`; `y` holds two exponents of ten; `rules` are pairs of a height and a text. A
 * line has a `name`, its `values`, a `color`, a `dash`, a marker's `shape`, and `marked`, the indices that get one.
 * Returns functions from a position, and from a value, to canvas coordinates, and the plot's four edges.
 */
export const drawLines = (context, width, height, { colors, x, y, lines, rules = [] }) => {
  context.font = FONT;
  const exponents = [];
  const stride = Math.ceil((y.to - y.from) / Math.max(2, Math.floor(height / 45)));
  for (let exponent = y.to; exponent >= y.from; exponent -= stride) exponents.push(exponent);
  const written = (exponent) => power(exponent, y.from >= -6 && y.to <= 3);
  const widest = (texts) => Math.max(0, ...texts.map((text) => context.measureText(text).width));
  const left = widest(exponents.map(written)) + 10;
  const right = width - widest(lines.map(({ name }) => name)) - 14;
  const [top, bottom] = [8, height - 38];
  const across = (position) => left + ((right - left) * (position - x.from)) / (x.to - x.from || 1);
  const down = (value) => bottom + ((top - bottom) * (Math.log10(value || 1e-300) - y.from)) / (y.to - y.from);

  context.fillStyle = colors.grey;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const exponent of exponents) {
    context.fillText(written(exponent), left - 6, down(10 ** exponent));
    drawLevel(context, left, right, down(10 ** exponent), { color: colors.pale });
  }
  context.textAlign = "center";
  for (const [position, text] of x.ticks) context.fillText(text, across(position), bottom + 13);
  context.textAlign = "right";
  context.fillText(x.label, right, bottom + 29);
  context.textAlign = "left";
  for (const [value] of rules) drawLevel(context, left, right, down(value), { color: colors.line, dash: [2, 3] });

  const place = (value, index) => [across(x.first + index), Math.min(bottom, Math.max(top, down(value)))];
  const paths = lines.map(({ values }) => Array.from(values, place));
  lines.forEach((line, index) => drawPath(context, paths[index], line));
  lines.forEach(({ shape, marked, color }, index) => {
    for (const at of marked) drawMarker(context, shape, ...paths[index][at], 4, color, colors.paper);
  });
  for (const [value, text] of rules) writeOver(context, text, left + 4, down(value) + 9, colors.grey, colors.paper);
  const ends = paths.map((path) => path.at(-1));
  const heights = ends.map(([, py]) => py);
  for (const half of [0, 1]) {
    const near = [...ends.keys()].filter((index) => Number(2 * ends[index][0] > left + right) === half);
    const placed = spread(
      near.map((index) => heights[index]),
      15,
      top,
      bottom,
    );
    near.forEach((index, position) => (heights[index] = placed[position]));
  }
  lines.forEach(({ name, color }, index) => {
    const [px, py] = ends[index];
    const label = [px + 11, heights[index]];
    if (Math.abs(label[1] - py) > 6) drawPath(context, [[px + 5, py], label], { color, width: 1 });
    writeOver(context, name, ...label, color, colors.paper);
  });
  return { across, down, left, right, top, bottom };
};
