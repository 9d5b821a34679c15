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
export const writeOver = (context, text, x, y, color, paper, font = FONT) => {
  context.font = font;
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

const STRIP = 26; // pixels below the lowest level, for what lies beneath it

/** Draw a row of lines' looks and names, and return where it ends. */
export const drawLegend = (context, entries, left, y, colors) => {
  context.font = FONT;
  context.textBaseline = "middle";
  context.textAlign = "left";
  return entries.reduce((x, { name, color, dash, width, shape }) => {
    drawPath(
      context,
      [x, x + 26].map((end) => [end, y]),
      { color, dash, width },
    );
    if (shape) drawMarker(context, shape, x + 13, y, 4, color, colors.paper);
    writeOver(context, name, x + 32, y, color, colors.paper);
    return x + 48 + context.measureText(name).width;
  }, left);
};

/**
 * Draw lines over a logarithmic axis.
 *
 * `x` holds where the axis is to go `from` and `to`, its `ticks`, pairs of a position and a text, and a `label`; `y`
 * holds exponents of ten, from where to where and by which `stride`, and the text `below` of the strip for lesser
 * values. `rules` are levels to mark, `room` the pixels that stay free at the right. A line has its `values`, the
 * position of the `first`, a `color`, a `dash`, a marker's `shape`, `marked`, the indices that get one, and `joined`.
 * Returns a function from a position to canvas coordinates, the lines' points, and the plot's four edges.
 */
export const drawLines = (context, width, height, { colors, x, y, lines, rules = [], room = 8 }) => {
  context.font = FONT;
  const exponents = [];
  for (let exponent = y.to; exponent >= y.from; exponent -= y.stride) exponents.push(exponent);
  const written = (exponent) => power(exponent, y.from > -6 && y.to <= 3);
  const texts = [...exponents.map(written), y.below];
  const left = Math.max(...texts.map((text) => context.measureText(text).width)) + 10;
  const [right, top, bottom] = [width - room, 26, height - 38];
  const across = (position) => left + ((right - left) * (position - x.from)) / (x.to - x.from);
  const down = (value) => {
    const share = (Math.log10(value) - y.from) / (y.to - y.from);
    return share < 0 ? bottom - STRIP / 2 : bottom - STRIP + (top - bottom + STRIP) * Math.min(1, share);
  };

  context.fillStyle = colors.pale;
  context.fillRect(left, bottom - STRIP, right - left, STRIP);
  context.fillStyle = colors.grey;
  context.textBaseline = "middle";
  context.textAlign = "right";
  context.fillText(y.below, left - 6, bottom - STRIP / 2 + 3);
  for (const exponent of exponents) {
    const level = down(10 ** exponent);
    context.fillText(written(exponent), left - 6, level);
    context.globalAlpha = 0.45;
    drawLevel(context, left, right, level, { color: colors.line });
    context.globalAlpha = 1;
  }
  context.textAlign = "center";
  for (const [position, text] of x.ticks) context.fillText(text, across(position), bottom + 13);
  context.textAlign = "right";
  context.fillText(x.label, right, bottom + 29);
  for (const value of rules) drawLevel(context, left, right, down(value), { color: colors.grey, dash: [2, 3] });

  const paths = lines.map(({ values, first }) =>
    Array.from(values, (value, index) => [across(first + index), down(value)]),
  );
  lines.forEach((line, index) => line.joined && drawPath(context, paths[index], line));
  lines.forEach(({ values, shape, marked, color }, index) => {
    for (const at of marked) {
      const look = values[at] === 0 ? [colors.paper, color] : [color, colors.paper];
      drawMarker(context, shape, ...paths[index][at], 4, ...look);
    }
  });
  return { across, paths, left, right, top, bottom };
};

/** Write each line's name next to its end, clear of the others. */
export const nameEnds = (context, lines, { paths, left, right, top, bottom }, colors) => {
  context.textAlign = "left";
  const ends = paths.map((path) => path.at(-1));
  const heights = ends.map(([, py]) => py);
  for (const half of [0, 1]) {
    const near = [...ends.keys()].filter((index) => Number(2 * ends[index][0] > left + right) === half);
    const wanted = near.map((index) => heights[index]);
    const placed = spread(wanted, 15, top, bottom);
    near.forEach((index, position) => (heights[index] = placed[position]));
  }
  lines.forEach(({ name, color }, index) => {
    const [px, py] = ends[index];
    const label = [px + 11, heights[index]];
    if (Math.abs(label[1] - py) > 6) drawPath(context, [[px + 5, py], label], { color, width: 1 });
    writeOver(context, name, ...label, color, colors.paper);
  });
};
