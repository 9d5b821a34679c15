// Descents over three surfaces: plain SGD, SGD with momentum, and Adam.

export const STEPS = 100;
const NOISE = 4; // standard deviation of a gradient's noise, in each direction, for a batch of one example

const quadratic = ([[a, b], [, c]]) => ({
  loss: (x, y) => (a * x * x + 2 * b * x * y + c * y * y) / 2,
  gradient: (x, y) => [a * x + b * y, b * x + c * y],
  curvature: (a + c + Math.hypot(a - c, 2 * b)) / 2,
  minima: [[0, 0]],
});

/** By name: the loss and its gradient at two weights; the largest curvature, where it is the same everywhere. */
export const SURFACES = {
  bowl: {
    ...quadratic([
      [1.6, -1.5],
      [-1.5, 5.4],
    ]),
    start: [-2.8, 0.2],
    reach: 3.4,
    contours: 1.8,
  },
  valley: {
    ...quadratic([
      [0.48, -1.41],
      [-1.41, 5.64],
    ]),
    start: [-2.8, 0.1],
    reach: 3.4,
    contours: 2.4,
  },
  saddle: {
    loss: (x, y) => x ** 2 + (y ** 2 / 2 - 1) ** 2, // x² − y² + y⁴/4 + 1, never below 0
    gradient: (x, y) => [2 * x, y ** 3 - 2 * y],
    minima: [
      [0, -Math.SQRT2],
      [0, Math.SQRT2],
    ],
    saddle: [0, 0],
    start: [-1.6, 0.02],
    reach: 2.4,
    contours: 4,
  },
};

/** By name: return a function from a gradient and a learning rate to the step, which remembers what it needs. */
const OPTIMIZERS = {
  sgd: () => (gradient, rate) => gradient.map((slope) => -rate * slope),
  momentum: ({ momentum }) => {
    let step = [0, 0];
    return (gradient, rate) => (step = step.map((last, axis) => momentum * last - rate * gradient[axis]));
  },
  adam: () => {
    // Kingma and Ba 2014, algorithm 1
    let [mean, square, count] = [[0, 0], [0, 0], 0];
    return (gradient, rate) => {
      count += 1;
      mean = mean.map((last, axis) => 0.9 * last + 0.1 * gradient[axis]);
      square = square.map((last, axis) => 0.999 * last + 0.001 * gradient[axis] ** 2);
      const scales = square.map((value) => Math.sqrt(value / (1 - 0.999 ** count)) + 1e-8);
      return mean.map((value, axis) => (-rate * value) / (1 - 0.9 ** count) / scales[axis]);
    };
  },
};

/**
 * Return the `points` of a descent, [x, y] before the first step and after each, their `losses`, and whether it
 * `diverged`: it ends with the step that leads four times as far from the centre as the map reaches.
 */
export const descentOf = (optimizer, settings, start, noise) => {
  const { loss, gradient, reach } = SURFACES[settings.surface];
  const step = OPTIMIZERS[optimizer](settings);
  const scatter = settings.batch_size ? NOISE / Math.sqrt(settings.batch_size) : 0;
  const points = [start];
  let diverged = false;
  for (let count = 0; count < STEPS && !diverged; count++) {
    const at = points[count];
    const noisy = gradient(...at).map((slope, axis) => slope + scatter * noise[2 * count + axis]);
    const moved = step(noisy, settings.learning_rate * settings.decay ** count).map((way, axis) => at[axis] + way);
    points.push(moved);
    diverged = Math.hypot(...moved) > 4 * reach;
  }
  return { optimizer, points, losses: points.map((point) => loss(...point)), diverged };
};
