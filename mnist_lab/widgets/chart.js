// Line charts with a logarithmic axis, and what a drawing over them needs: markers, labels that keep clear.

export const FONT = '12px system-ui, "DejaVu Sans", Verdana, sans-serif';
const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** Write a power of ten: 0.01, 1, 1,000, or with an exponent. */
export const power = (exponent) => {
  if (Math.abs(exponent) < 4) return (10 ** exponent).toLocaleString("en", { maximumFractionDigits: 3 });
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

/**
 * Draw lines over a logarithmic axis, each with its name at its end.
 *
 * `x` holds where the axis is to go `from` and `to`, its `ticks`, pairs of a position and a text, and a `label`; `y`
 * holds two exponents of ten; `rules` are pairs of a height and a text. A line has a `name`, its `values`, of which
 * the first is at `from`, a `color`, a `dash`, a marker's `shape`, and `marked`, the indices that get a marker.
 * Returns functions from a position, and from a value, to canvas coordinates, and the plot's four edges.
 */
export const drawLines = (context, width, height, { colors, x, y, lines, rules = [] }) => {
  context.font = FONT;
  const exponents = [];
  const stride = Math.ceil((y.to - y.from) / Math.max(2, Math.floor(height / 45)));
  for (let exponent = y.to; exponent >= y.from; exponent -= stride) exponents.push(exponent);
  const widest = (texts) => Math.max(0, ...texts.map((text) => context.measureText(text).width));
  const left = widest(exponents.map(power)) + 10;
  const right = width - widest(lines.map(({ name }) => name)) - 14;
  const [top, bottom] = [8, height - 36];
  const across = (position) => left + ((right - left) * (position - x.from)) / (x.to - x.from || 1);
  const down = (value) => {
    const exponent = Math.min(y.to + 1, Math.max(y.from - 1, Math.log10(value || 1e-300)));
    return bottom + ((top - bottom) * (exponent - y.from)) / (y.to - y.from);
  };

  context.fillStyle = colors.grey;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const exponent of exponents) {
    context.fillText(power(exponent), left - 6, down(10 ** exponent));
    drawPath(context, [[left, down(10 ** exponent)], [right, down(10 ** exponent)]], { color: colors.pale, width: 1 });
  }
  context.textAlign = "center";
  for (const [position, text] of x.ticks) context.fillText(text, across(position), bottom + 11);
  context.textAlign = "right";
  context.fillText(x.label, right, bottom + 27);
  context.textAlign = "left";
  for (const [value, text] of rules) {
    drawPath(context, [[left, down(value)], [right, down(value)]], { color: colors.line, dash: [2, 3], width: 1 });
    writeOver(context, text, left + 4, down(value) - 8, colors.grey, colors.paper);
  }

  const paths = lines.map(({ values }) => Array.from(values, (value, index) => [across(x.from + index), down(value)]));
  context.save();
  context.beginPath();
  context.rect(left - 8, top - 1, right - left + 16, bottom - top + 2);
  context.clip();
  lines.forEach((line, index) => drawPath(context, paths[index], line));
  context.restore();
  const inside = ([px, py]) => [px, Math.min(bottom, Math.max(top, py))];
  lines.forEach(({ shape, marked = [], color }, index) => {
    for (const at of marked) drawMarker(context, shape, ...inside(paths[index][at]), 4, color, colors.paper);
  });
  const ends = paths.map((path) => inside(path.at(-1)));
  const heights = spread(ends.map(([, py]) => py), 15, top, bottom);
  lines.forEach(({ name, color }, index) => {
    const [px, py] = ends[index];
    const short = px < right - 12;
    if (short) drawPath(context, [[px + 6, py], [right, heights[index]]], { color, dash: [1, 3], width: 1 });
    context.fillStyle = color;
    context.fillText(name, right + 10, heights[index]);
  });
  return { across, down, left, right, top, bottom };
};
