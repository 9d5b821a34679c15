// The map of a loss over two weights: colours and contours, the descents' paths, and their balls.

import { element, mix } from "./core.js";
import { drawMarker, drawPath, FONT, spread, writeOver } from "./chart.js";
import { SURFACES } from "./surfaces.js";

export const HEIGHT = 0.75; // of a map that is 1 wide
const LIGHT = [-0.6, 0.8]; // the contours are lit from the top left

/** How the descents of an optimizer look, on the map and in the chart. */
export const LOOKS = {
  sgd: { name: "SGD", sign: "●", color: "vermillion", shape: "circle", dash: [] },
  momentum: { name: "momentum", sign: "■", color: "blue", shape: "square", dash: [9, 4] },
  adam: { name: "Adam", sign: "▲", color: "green", shape: "triangle", dash: [2, 4] },
};

/** Return a canvas with a surface's colours, the darker the lower, and its contours. */
export const paintSurface = (surface, columns, rows, { paper, blue, sky }, dark) => {
  const { loss, gradient, reach, contours } = SURFACES[surface];
  const low = dark ? mix(paper, "#000000", 0.4) : mix(paper, blue, 0.45);
  const high = dark ? mix(paper, sky, 0.42) : mix(paper, blue, 0.02);
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
      const facing = -(across * LIGHT[0] + up * LIGHT[1]) / slope; // 1 towards the light, -1 away from it
      const line = level < 0.5 ? 0 : Math.max(0, Math.min(1, 1.4 - distance)) * (0.12 + 0.4 * Math.abs(facing));
      const share = Math.min(1, Math.floor(level) / highest);
      for (let channel = 0; channel < 3; channel++) {
        const ground = low[channel] + (high[channel] - low[channel]) * share;
        pixels.data[index + channel] = ground + ((facing > 0 ? 255 : 0) - ground) * line;
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

/** Draw the paths up to the step `position`, what is to come of them faintly, the start, and what there is to find. */
export const drawMap = (context, width, height, { surface, start, paths, position, colors }) => {
  const { minima, saddle, reach } = SURFACES[surface];
  const place = ([x, y]) => [((x / reach + 1) * width) / 2, height / 2 - ((y / reach) * width) / 2];
  context.font = FONT;
  context.textBaseline = "middle";
  context.textAlign = "left";
  writeOver(context, "weight 1 →", 8, height - 14, colors.ink, colors.paper);
  writeOver(context, "↑ weight 2", 8, 14, colors.ink, colors.paper);
  context.textAlign = "center";
  for (const point of minima) writeOver(context, "★", ...place(point), colors.ink, colors.paper);
  if (saddle) writeOver(context, "✕", ...place(saddle), colors.ink, colors.paper);
  const drawn = paths.map(({ optimizer, points }) => {
    const { color, dash } = LOOKS[optimizer];
    const [all, done] = [points.map(place), travelled(points, position).map(place)];
    context.globalAlpha = 0.35;
    drawPath(context, all, { color: colors[color], width: 1 });
    context.globalAlpha = 0.75;
    drawPath(context, done, { color: colors.paper, width: 4 });
    context.globalAlpha = 1;
    drawPath(context, done, { color: colors[color], dash, width: 2 });
    context.fillStyle = colors[color];
    for (const [x, y] of done.slice(0, -1)) context.fillRect(x - 1.5, y - 1.5, 3, 3);
    return done.at(-1);
  });
  const [startX, startY] = place(start);
  drawMarker(context, "circle", startX, startY, 8, colors.paper, colors.ink);
  writeOver(context, "start", startX, startY + (startY > height - 40 ? -18 : 18), colors.ink, colors.paper);

  const balls = drawn.map(([x, y]) => {
    const [right, down] = [x - width / 2, y - height / 2]; // a ball outside is drawn at the edge, in its direction
    const share = Math.min(1, (width / 2 - 9) / Math.abs(right), (height / 2 - 9) / Math.abs(down));
    return [width / 2 + share * right, height / 2 + share * down];
  });
  const heights = spread(
    balls.map(([, y]) => y),
    16,
    10,
    height - 10,
  );
  paths.forEach(({ optimizer }, index) => {
    const { name, color, shape } = LOOKS[optimizer];
    const [x, y] = balls[index];
    const left = x > width - 90;
    context.textAlign = left ? "right" : "left";
    const label = [x + (left ? -14 : 14), heights[index]];
    if (Math.abs(label[1] - y) > 8) drawPath(context, [[x, y], label], { color: colors[color], width: 1 });
    drawMarker(context, shape, x, y, 7, colors[color], colors.paper);
    writeOver(context, name, ...label, colors[color], colors.paper);
  });
};
