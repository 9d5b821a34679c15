// The map of a loss over two weights: colours and contours, the descents' paths, and their balls.

import { element, mix, rgb } from "./core.js";
import { drawMarker, drawPath, FONT, spread, writeOver } from "./chart.js";
import { SURFACES } from "./surfaces.js";

export const HEIGHT = 0.75; // of a map that is 1 wide

/** How the descents of an optimizer look, on the map and in the chart. */
export const LOOKS = {
  sgd: { name: "SGD", sign: "●", color: "vermillion", shape: "circle", dash: [] },
  momentum: { name: "momentum", sign: "■", color: "purple", shape: "square", dash: [9, 4] },
  adam: { name: "Adam", sign: "▲", color: "green", shape: "triangle", dash: [2, 4] },
};

/** Return a canvas with a surface's colours, the darker the lower, and its contours. */
export const paintSurface = (surface, columns, rows, { paper, ink, blue, sky }, dark) => {
  const { loss, gradient, reach, contours } = SURFACES[surface];
  const low = dark ? mix(paper, "#000000", 0.4) : mix(paper, blue, 0.45);
  const high = dark ? mix(paper, sky, 0.42) : mix(paper, blue, 0.02);
  const contour = rgb(ink);
  const highest = contours * Math.sqrt(loss(reach, -HEIGHT * reach));
  const unit = (2 * reach) / columns;
  const pixels = new ImageData(columns, rows);
  for (let row = 0, index = 0; row < rows; row++) {
    const y = HEIGHT * reach - (row + 0.5) * unit;
    for (let column = 0; column < columns; column++, index += 4) {
      const x = (column + 0.5) * unit - reach;
      const root = Math.sqrt(Math.max(0, loss(x, y)));
      const level = contours * root;
      const [across, up] = gradient(x, y);
      const slope = Math.hypot(across, up) || 1e-9;
      const distance = (Math.abs(level - Math.round(level)) * 2 * root) / (contours * slope * unit); // in pixels
      const line = level < 0.5 ? 0 : 0.35 * Math.max(0, Math.min(1, 1.4 - distance));
      const share = Math.min(1, Math.floor(level) / highest);
      for (let channel = 0; channel < 3; channel++) {
        const ground = low[channel] + (high[channel] - low[channel]) * share;
        pixels.data[index + channel] = ground + (contour[channel] - ground) * line;
      }
      pixels.data[index + 3] = 255;
    }
  }
  const painted = element("canvas", { width: columns, height: rows });
  painted.getContext("2d").putImageData(pixels, 0, 0);
  return painted;
};

/** Return the points of a path up to a step, which may be in between two. */
const travelled = (points, position) => {
  const whole = Math.min(points.length - 1, Math.floor(position));
  const next = points[Math.min(points.length - 1, whole + 1)];
  const share = position - whole;
  if (next === points[whole] || share >= 1) return points.slice(0, whole + 1);
  return [...points.slice(0, whole + 1), points[whole].map((value, axis) => value + share * (next[axis] - value))];
};

/** Write the name of an axis in a corner, on a plate that keeps the contours off. */
const writeAxis = (context, text, y, { ink, paper }) => {
  context.fillStyle = paper;
  context.globalAlpha = 0.85;
  context.fillRect(4, y - 10, context.measureText(text).width + 8, 20);
  context.globalAlpha = 1;
  context.fillStyle = ink;
  context.fillText(text, 8, y);
};

/** Draw the paths up to the step `position`, the start, and what there is to find. */
export const drawMap = (context, width, height, { surface, start, paths, position, colors }) => {
  const { minima, saddle, reach } = SURFACES[surface];
  const place = ([x, y]) => [((x / reach + 1) * width) / 2, height / 2 - ((y / reach) * width) / 2];
  context.font = FONT;
  context.textBaseline = "middle";
  context.textAlign = "left";
  writeAxis(context, "weight 1 →", height - 14, colors);
  writeAxis(context, "↑ weight 2", 14, colors);
  const drawn = paths.map(({ optimizer, points }) => {
    const { color, dash } = LOOKS[optimizer];
    const done = travelled(points, position).map(place);
    context.globalAlpha = 0.75;
    drawPath(context, done, { color: colors.paper, width: 4 });
    context.globalAlpha = 1;
    drawPath(context, done, { color: colors[color], dash, width: 2 });
    context.fillStyle = colors[color];
    for (const [x, y] of done.slice(0, -1)) context.fillRect(x - 1.5, y - 1.5, 3, 3);
    return done.at(-1);
  });
  const [startX, startY] = place(start);
  drawMarker(context, "circle", startX, startY, 10, colors.paper, colors.ink);
  context.textAlign = "center";
  const labelX = Math.min(width - 20, Math.max(20, startX));
  writeOver(context, "start", labelX, startY + (startY > height - 40 ? -20 : 20), colors.ink, colors.paper);

  const balls = drawn.map(([x, y]) => {
    const [right, down] = [x - width / 2, y - height / 2]; // a ball outside is drawn at the edge, in its direction
    const share = Math.min(1, (width / 2 - 9) / Math.abs(right), (height / 2 - 9) / Math.abs(down));
    return [width / 2 + share * right, height / 2 + share * down];
  });
  paths.forEach(({ optimizer }, index) => {
    const { color, shape } = LOOKS[optimizer];
    drawMarker(context, shape, ...balls[index], 7, colors[color], colors.paper);
  });
  context.textAlign = "center";
  const found = [...minima.map((point) => ["★", point]), ...(saddle ? [["✕", saddle]] : [])];
  for (const [sign, point] of found) {
    writeOver(context, sign, ...place(point), colors.ink, colors.paper, `16px ${FONT.slice(5)}`);
  }
  const heights = spread(
    balls.map(([, y]) => y),
    16,
    10,
    height - 10,
  );
  paths.forEach(({ optimizer }, index) => {
    const { name, color } = LOOKS[optimizer];
    const [x, y] = balls[index];
    const left = x > width - 90;
    context.textAlign = left ? "right" : "left";
    const label = [x + (left ? -14 : 14), heights[index]];
    const leader = [[x + (left ? -7 : 7), y], label];
    if (Math.abs(label[1] - y) > 8) drawPath(context, leader, { color: colors[color], width: 1 });
    writeOver(context, name, ...label, colors[color], colors.paper);
  });
};
