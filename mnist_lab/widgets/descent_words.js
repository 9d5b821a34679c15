// What the descent playground says: experiments to begin with, and where a ball is.

import { SURFACES } from "./surfaces.js";

export const ARRIVED = 0.01; // of the first loss

const CALM = { momentum: 0.9, batch_size: null, decay: 1, optimizers: ["sgd"] };
/** What there is to find out: a question, the settings that it begins with, and what to do. */
export const EXPERIMENTS = [
  [
    "Which rate is too large?",
    { ...CALM, surface: "bowl", learning_rate: 0.1 },
    "Raise the learning rate, slowly. At which value do the steps begin to leap across the minimum, and at which does " +
      "SGD leave the map? Then take the narrow valley, and find its limit.",
  ],
  [
    "Why the zigzag?",
    { ...CALM, surface: "valley", learning_rate: 0.31 },
    "The valley is steep across and nearly flat along, yet both directions share one learning rate. A smaller one " +
      "stops the zigzag: does SGD arrive sooner? Tick momentum, then Adam.",
  ],
  [
    "Who leaves the saddle first?",
    { ...CALM, surface: "saddle", learning_rate: 0.03, optimizers: ["sgd", "momentum", "adam"] },
    "Press Play. Near the saddle point the slope is almost zero, so plain SGD waits there. Drag the start up and down: " +
      "how does the wait depend on it? And right on the middle line?",
  ],
  [
    "Can noise settle?",
    { ...CALM, surface: "bowl", learning_rate: 0.2, batch_size: 4 },
    "Each step follows the gradient of a small batch, which is right on average only. Does SGD ever come to rest? Try " +
      "larger batches, then a smaller learning rate: what does each cost?",
  ],
  [
    "Does decay help?",
    { ...CALM, surface: "bowl", learning_rate: 0.2, batch_size: 4, decay: 0.95 },
    "The same noise, but each step shrinks the learning rate by 5%: long steps first, then ever shorter ones. Find the " +
      "decay that ends lowest. What happens if the rate decays too soon?",
  ],
];

const written = (loss) => (loss < 1e-5 ? "below 0.00001" : String(Number(loss.toPrecision(2))));

/** Say in words where a ball is at a step. */
export const reading = ({ optimizer, losses, diverged }, position, { surface, learning_rate: rate, batch_size: batch, decay }) => {
  const step = Math.min(losses.length - 1, Math.floor(position));
  if (diverged && step === losses.length - 1) {
    const { curvature } = SURFACES[surface];
    const text = `diverged after ${step} ${step === 1 ? "step" : "steps"}.`;
    if (optimizer !== "sgd" || !curvature || batch || decay < 1 || rate * curvature <= 2) return text;
    const limit = (2 / curvature).toPrecision(3);
    return `${text} Its limit here is ${limit}: 2 divided by the largest curvature, ${curvature.toPrecision(3)}.`;
  }
  const below = losses.slice(0, step + 1).map((loss) => loss <= ARRIVED * losses[0]);
  const first = below.indexOf(true);
  const arrival =
    first < 0
      ? "not yet at 1% of the first loss"
      : `at 1% of the first loss after ${first}${below.includes(false, first) ? ", but it doesn't stay there" : ""}`;
  const recent = losses.slice(Math.max(0, step - 19), step + 1);
  const mean = recent.reduce((sum, loss) => sum + loss, 0) / recent.length;
  const average = batch && step >= 20 ? ` (last 20: ${written(mean)} on average)` : "";
  return `loss ${written(losses[step])} after ${step} ${step === 1 ? "step" : "steps"}${average}; ${arrival}.`;
};
