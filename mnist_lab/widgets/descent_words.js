// What the descent playground says: experiments to begin with, and where a ball is.

import { SURFACES } from "./surfaces.js";

export const ARRIVED = 0.01; // of the first loss

const CALM = { momentum: 0.9, batch_size: null, decay: 1, optimizers: ["sgd"] };

/** What there is to find out: a question, the settings that it begins with, and what to do. */
export const EXPERIMENTS = [
  {
    question: "Which rate is too large?",
    settings: { ...CALM, surface: "bowl", learning_rate: 0.1 },
    task:
      "Raise the learning rate, slowly. At which value do the steps begin to leap across the minimum, and at which " +
      "does SGD leave the map? Then take the narrow valley, and find its limit.",
  },
  {
    question: "Why the zigzag?",
    settings: { ...CALM, surface: "valley", learning_rate: 0.31 },
    task:
      "The valley is steep across and nearly flat along, yet both directions share one learning rate. A smaller one " +
      "stops the zigzag: does SGD arrive sooner? Tick momentum, then Adam.",
  },
  {
    question: "Who leaves the saddle first?",
    settings: { ...CALM, surface: "saddle", learning_rate: 0.03, optimizers: ["sgd", "momentum", "adam"] },
    task:
      "Press Play. Near the saddle point the slope is almost zero: which ball waits there, and which rolls through? " +
      "Drag the start up and down: how does the wait depend on it? And right on the middle line?",
  },
  {
    question: "Can noise settle?",
    settings: { ...CALM, surface: "bowl", learning_rate: 0.2, batch_size: 4 },
    task:
      "Each step follows the gradient of a small batch, which is right on average only. Does SGD ever come to rest? " +
      "Try larger batches, then a smaller learning rate: what does each cost?",
  },
  {
    question: "Does decay help?",
    settings: { ...CALM, surface: "bowl", learning_rate: 0.2, batch_size: 4, decay: 0.95 },
    task:
      "The same noise, but each step shrinks the learning rate by 5%: long steps first, then ever shorter ones. " +
      "Find the decay that ends lowest. What happens if the rate decays too soon?",
  },
];

const written = (loss) => (loss < 1e-5 ? "below 0.00001" : String(Number(loss.toPrecision(2))));

const counted = (steps) => `${steps} ${steps === 1 ? "step" : "steps"}`;

/** Explain growing losses of plain SGD, where one number does. */
const limit = ({ surface, learning_rate: rate, batch_size: batch, decay }) => {
  const { curvature } = SURFACES[surface];
  if (!curvature || batch || decay < 1 || rate * curvature <= 2) return "";
  const [largest, most] = [curvature, 2 / curvature].map((number) => number.toPrecision(3));
  return ` The limit here is ${most}: 2 divided by the largest curvature, ${largest}.`;
};

/** Say in words where a ball is at a step. */
export const reading = ({ optimizer, losses, diverged }, position, settings) => {
  const step = Math.min(losses.length - 1, Math.floor(position));
  const why = optimizer === "sgd" && losses[step] > losses[0] ? limit(settings) : "";
  if (diverged && step === losses.length - 1) return `diverged after ${counted(step)}.${why}`;
  const arrived = losses.slice(0, step + 1).map((loss) => loss <= ARRIVED * losses[0]);
  const first = arrived.indexOf(true);
  let judgement = losses[step] > losses[0] ? "more than at first" : "not yet at 1% of the first loss";
  if (first >= 0) {
    judgement = `at 1% of the first loss after ${first}${arrived.includes(false, first) ? ", but not for good" : ""}`;
  }
  const recent = losses.slice(Math.max(0, step - 19), step + 1);
  const mean = recent.reduce((sum, loss) => sum + loss, 0) / recent.length;
  const average = settings.batch_size && step >= 20 ? ` (last 20: ${written(mean)} on average)` : "";
  return `loss ${written(losses[step])} after ${counted(step)}${average}; ${judgement}.${why}`;
};
