// What the gradients playground says: experiments to begin with, and what a measurement means.

import { power } from "./chart.js";

export const ACTIVATION_NAMES = [
  ["sigmoid", "sigmoid"],
  ["tanh", "tanh"],
  ["relu", "ReLU"],
];
export const INITIALIZATION_NAMES = [
  ["glorot", "Glorot"],
  ["he", "He"],
  ["small", "small"],
  ["zeros", "zeros"],
];

/**
 * What there is to find out: a question, the settings that it begins with, those of the grey line, and what to do.
 * Settings that it leaves out stay as they are.
 */
export const EXPERIMENTS = [
  {
    question: "Where do gradients vanish?",
    settings: { activation: "sigmoid", initialization: "glorot" },
    grey: {},
    task:
      "On the way back, slopes multiply from layer to layer, and the sigmoid's is a quarter at best. Add hidden " +
      "layers one at a time. How much does each one shrink the first layer's gradient? The grey line is " +
      "where you began.",
  },
  {
    question: "Is the sigmoid guilty?",
    settings: { depth: 12, activation: "sigmoid", initialization: "glorot" },
    grey: { activation: "relu" },
    task:
      "The grey line is ReLU's, in a network that is otherwise the same. Switch to tanh: which of the two is it " +
      "like? Which of the three would you stack twelve deep?",
  },
  {
    question: "How large should weights be?",
    settings: { depth: 20, activation: "relu", initialization: "glorot" },
    grey: {},
    task:
      "With ReLU, Glorot's rule lets the outputs shrink a little at each layer. Switch to He's rule, which was made " +
      "for ReLU, and compare with the grey line, Glorot's. Then try small weights, and watch the outputs fade.",
  },
  {
    question: "Is it luck?",
    settings: { depth: 8, activation: "sigmoid", initialization: "glorot" },
    grey: {},
    task:
      "Draw new random weights a few times, and compare with the grey line, the first draw. How far does the line " +
      "move, and does its steepness change much?",
  },
  {
    question: "Why not zeros?",
    settings: { depth: 3, activation: "sigmoid", initialization: "zeros" },
    grey: { initialization: "glorot" },
    task:
      "The grey line is Glorot's. Which layer gets a gradient at all if all weights are 0? Then switch to tanh: " +
      "what can the network still learn?",
  },
];

const UNITS = [
  [1e12, "trillion"],
  [1e9, "billion"],
  [1e6, "million"],
];

const rounded = (number) => Number(number.toPrecision(2)).toLocaleString("en");

/** Write a number of steps, rounded: 7, 3,900, 25 million, 10¹⁴. */
const steps = (number) => {
  if (number >= 1e15) return power(Math.round(Math.log10(number)));
  const [size, unit] = UNITS.find(([least]) => number >= least) ?? [1, ""];
  return `${rounded(Math.max(1, number < 10 ? Math.round(number) : number / size))} ${unit}`.trim();
};

const counted = (number) => (steps(number) === "1" ? "1 step" : `${steps(number)} steps`);

/** Return by how much the gradient shrinks per layer on its way back: the geometric mean. */
export const shrinking = (ratios) => (ratios.at(-1) / ratios[0]) ** (1 / (ratios.length - 1));

/** Whether each layer has weights, and a gradient, of more than 0. */
export const isMeasurable = ({ ratios }) => ratios.every((ratio) => ratio > 0 && Number.isFinite(ratio));

/** Name a measurement and an earlier one, if there is one, by the settings in which they differ. */
export const namesOf = (now, before) => {
  const parts = ({ settings: { depth, activation, initialization } }) => [
    Object.fromEntries(ACTIVATION_NAMES)[activation],
    Object.fromEntries(INITIALIZATION_NAMES)[initialization],
    `${depth} hidden`,
  ];
  if (!before) return [parts(now)[0]];
  const [ours, theirs] = [parts(now), parts(before)];
  const differing = [ours, theirs].map((own) => own.filter((_, index) => ours[index] !== theirs[index]).join(", "));
  return differing[0] ? differing : ["now", "before"];
};

/** Say what became of the gradient on its way back, and what that means for the first layer. */
export const verdict = ({ ratios, sizes }) => {
  if (!isMeasurable({ ratios })) {
    const blocked = "Errors can't pass back through weights of 0.";
    return sizes.at(-1) > 0
      ? [
          "All weights are 0, and only the output layer gets a gradient.",
          `${blocked} Even once the output layer has moved, all neurons of a hidden layer stay alike.`,
        ]
      : [
          "All weights are 0, and none of them gets a gradient.",
          `${blocked} Only the output layer's biases learn: how often each digit occurs, and nothing else.`,
        ];
  }
  const factor = shrinking(ratios);
  const [first, last] = [1 / ratios[0], 1 / ratios.at(-1)];
  const way = factor > 1 ? `${rounded(factor)} times smaller` : `${rounded(1 / factor)} times larger`;
  const level = `All layers get about the same gradient${last > 1e5 ? ": almost none" : ""}.`;
  const isLevel = factor < 1.5 && factor > 1 / 1.5;
  return [
    `The first layer needs about ${counted(first)} to change its weights by 1%.`,
    `${isLevel ? level : `With each layer back towards the pixels, the gradient becomes ${way}.`} ` +
      `To change its weights by 1%, the output layer needs about ${counted(last)} of SGD (learning rate 0.01); ` +
      `the first layer needs about ${steps(first)}.`,
  ];
};
