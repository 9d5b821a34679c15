// What the descent playground says: experiments to begin with, and where a ball is.

import { SURFACES } from "./surfaces.js";

export const ARRIVED = 0.01; // of the starting loss
export const WORTH_MARKING = 1e-3; // a start with less than that is at a minimum already

const CALM = { momentum: 0.9, batch_size: null, decay: 1, optimizers: ["sgd"] };

/** What there is to find out: a question, the settings that it begins with, and what to do. */
export const EXPERIMENTS = [
  {
    question: "Which rate is too large?",
    settings: { ...CALM, surface: "bowl", learning_rate: 0.1 },
    task:
      "Press Play, then raise the learning rate slowly. At which value do the steps begin to leap across the " +
      "minimum, and at which does SGD leave the map? Then switch to the narrow valley and find the limit there.",
  },
  {
    question: "Why the zigzag?",
    settings: { ...CALM, surface: "valley", learning_rate: 0.31 },
    task:
      "Press Play. Across the valley the slope is steep, along it nearly flat, yet both directions share one " +
      "learning rate. A smaller rate stops the zigzag, but does SGD arrive sooner? Tick momentum, then Adam.",
  },
  {
    question: "Who leaves the saddle first?",
    settings: { ...CALM, surface: "saddle", learning_rate: 0.03, optimizers: ["sgd", "momentum", "adam"] },
    task:
      "Near the saddle point the slope is almost zero: which ball will wait there, and which will roll through? " +
      "Press Play. Then drag the start up and down: how does the wait depend on it? And right on the middle line?",
  },
  {
    question: "Does SGD ever settle?",
    settings: { ...CALM, surface: "bowl", learning_rate: 0.2, batch_size: 4 },
    task:
      "Each step follows the gradient of a small batch, which is right only on average. Will SGD ever come to rest? " +
      "Press Play. Try larger batches, then a smaller learning rate: what does each cost?",
  },
  {
    question: "Does decay help?",
    settings: { ...CALM, surface: "bowl", learning_rate: 0.2, batch_size: 4, decay: 0.95 },
    task:
      "The same noise, but each step shrinks the learning rate by 5%: long steps first, then ever shorter ones. " +
      "Press Play. Find the decay that ends lowest. What happens if the rate decays too soon?",
  },
];

const written = (loss) => (loss < 1e-5 ? "below 0.00001" : String(Number(loss.toPrecision(2))));

const counted = (steps) => `${steps} ${steps === 1 ? "step" : "steps"}`;

/** Explain growing losses of plain SGD, where one number does; otherwise return an empty text. */
export const limit = (paths, position, { surface, learning_rate: rate, batch_size: batch, decay }) => {
  const { curvature } = SURFACES[surface];
  const losses = paths.find(({ optimizer }) => optimizer === "sgd")?.losses;
  if (!losses || !curvature || batch || decay < 1 || rate * curvature <= 2) return "";
  if (losses[Math.min(losses.length - 1, Math.floor(position))] <= losses[0]) return "";
  const [largest, most] = [curvature, 2 / curvature].map((number) => number.toPrecision(3));
  return `Here the learning rate must stay below 2 ÷ ${largest} ≈ ${most}, where ${largest} is the steepest curvature.`;
};

const judged = (losses) => {
  if (losses[0] < WORTH_MARKING) return "it started next to a minimum";
  const arrived = losses.map((loss) => loss <= ARRIVED * losses[0]);
  const first = arrived.indexOf(true);
  if (first < 0) return `it's ${losses.at(-1) > losses[0] ? "above" : "still above 1% of"} its starting value`;
  const since = arrived.lastIndexOf(false) + 1;
  if (since === losses.length) return `it first fell to 1% at step ${first}, but rose again`;
  if (since > first) return `it first fell to 1% at step ${first}, and last at step ${since}`;
  return `it fell to 1% of its starting value at step ${first}`;
};

/** Say in a sentence where a ball is at a step. */
export const reading = ({ losses, diverged }, position, { batch_size: batch }) => {
  const step = Math.min(losses.length - 1, Math.floor(position));
  if (!step) return `At the start the loss is ${written(losses[0])}.`;
  if (diverged && step === losses.length - 1) return `It diverges: after ${counted(step)} it has left the map.`;
  const recent = losses.slice(Math.max(0, step - 19), step + 1);
  const mean = recent.reduce((sum, loss) => sum + loss, 0) / recent.length;
  const average = batch && step >= 20 ? ` (average over the last 20 steps: ${written(mean)})` : "";
  return `After ${counted(step)} the loss is ${written(losses[step])}${average}; ${judged(losses.slice(0, step + 1))}.`;
};
