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

/** What there is to find out: a question, the settings that it begins with, and what to do. */
export const EXPERIMENTS = [
  {
    question: "Where do gradients vanish?",
    settings: { depth: 2, activation: "sigmoid", initialization: "glorot" },
    task:
      "Add hidden layers, one at a time. By how much does each of them shrink the first layer's gradient? The " +
      "sigmoid's slope is a quarter at best: what do you expect?",
  },
  {
    question: "Is the sigmoid guilty?",
    settings: { depth: 12, activation: "sigmoid", initialization: "glorot" },
    task: "Switch to tanh, then to ReLU, and compare with the grey line. Which of them would you stack twelve deep?",
  },
  {
    question: "How large should weights be?",
    settings: { depth: 20, activation: "relu", initialization: "glorot" },
    task:
      "Glorot's rule loses a little at each ReLU layer; switch to He's, which was made for ReLU. Then try small " +
      "weights, and watch the outputs below the chart fade.",
  },
  {
    question: "Is it luck?",
    settings: { depth: 8, activation: "sigmoid", initialization: "glorot" },
    task: "Draw new random weights a few times. How far does the line move, and does its slope ever change?",
  },
  {
    question: "Why not zeros?",
    settings: { depth: 3, activation: "sigmoid", initialization: "zeros" },
    task: "Which layer gets a gradient at all? Then take tanh. What is left to learn?",
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
  const level = factor < 1.5 && factor > 1 / 1.5;
  const way = factor > 1 ? `shrinks by a factor of ${rounded(factor)}` : `grows by a factor of ${rounded(1 / factor)}`;
  const [first, last] = [1 / ratios[0], 1 / ratios.at(-1)];
  const meaning =
    `At a learning rate of 0.01, SGD takes about ${steps(last)} steps to change the output layer's weights by 1%, ` +
    `and about ${steps(first)} for the first layer's.`;
  let end = "";
  if (first > 1e5 * last) end = " The first layer, the only one that sees the pixels, hardly learns.";
  if (level && last > 1e5) end = " It's tiny everywhere: outputs fade on the way forward, errors on the way back.";
  return [
    level ? "From layer to layer, the gradient stays about level." : `Each layer further back, the gradient ${way}.`,
    meaning + end,
  ];
};
