// What the gradients playground says: experiments to begin with, and what a measurement means.

import { power } from "./chart.js";

export const ACTIVATION_NAMES = [["sigmoid", "sigmoid"], ["tanh", "tanh"], ["relu", "ReLU"]];
export const INITIALIZATION_NAMES = [["glorot", "Glorot"], ["he", "He"], ["small", "small"], ["zeros", "zeros"]];

/** What there is to find out: a question, the settings that it begins with, and what to do. */
export const EXPERIMENTS = [
  [
    "Where do gradients vanish?",
    { depth: 2, activation: "sigmoid", initialization: "glorot" },
    "Add hidden layers, one at a time. By how much does each of them shrink the first layer's gradient? The sigmoid's " +
      "slope is a quarter at best: what do you expect?",
  ],
  [
    "Is the sigmoid guilty?",
    { depth: 12, activation: "sigmoid", initialization: "glorot" },
    "Switch to tanh, then to ReLU, and compare with the pale line. Which of them would you stack twelve deep?",
  ],
  [
    "How large should weights begin?",
    { depth: 20, activation: "relu", initialization: "glorot" },
    "Glorot's rule loses a little at each ReLU layer; switch to He's, which was made for ReLU. Then try small " +
      "weights, and watch the outputs below the chart fade.",
  ],
  [
    "Is it luck?",
    { depth: 8, activation: "sigmoid", initialization: "glorot" },
    "Draw new random weights a few times. How far does the line move, and does its slope ever change?",
  ],
  [
    "Why not begin with zeros?",
    { depth: 3, activation: "sigmoid", initialization: "zeros" },
    "Which layer gets a gradient at all? Then take tanh. What is left to learn?",
  ],
];

const UNITS = [[1e12, "trillion"], [1e9, "billion"], [1e6, "million"]];

const rounded = (number) => Number(number.toPrecision(2)).toLocaleString("en");

/** Write a number of steps, rounded: 7, 3,900, 25 million, 10¹⁴. */
const steps = (number) => {
  if (number >= 1e15) return power(Math.round(Math.log10(number)));
  const [size, unit] = UNITS.find(([least]) => number >= least) ?? [1, ""];
  return `${rounded(number / size)} ${unit}`.trim();
};

/** Return by how much the gradient shrinks per layer on its way back: the geometric mean. */
export const shrinking = (ratios) => (ratios.at(-1) / ratios[0]) ** (1 / (ratios.length - 1));

/** Say what became of the gradient on its way back, and what that means for the first layer. */
export const verdict = ({ ratios, sizes }) => {
  if (!ratios.every((ratio) => ratio > 0 && Number.isFinite(ratio))) {
    const last = sizes.at(-1) > 0 ? "Only the output layer gets a gradient" : "No layer's weights get a gradient";
    return [
      `All weights are 0. ${last}; in the hidden layers it's exactly 0.`,
      "Nothing passes backwards through weights of 0, so the hidden layers stay as they are: their neurons all alike.",
    ];
  }
  const factor = shrinking(ratios);
  const level = factor < 1.5 && factor > 1 / 1.5;
  const way = factor > 1 ? `shrinks ${rounded(factor)}-fold` : `grows ${rounded(1 / factor)}-fold`;
  const [first, last] = [1 / ratios[0], 1 / ratios.at(-1)].map((number) => Math.max(1, number));
  const meaning =
    `At a learning rate of 0.01, changing the output layer's weights by 1% takes SGD about ${steps(last)} ` +
    `${steps(last) === "1" ? "step" : "steps"}; the first layer's, about ${steps(first)}.`;
  let end = "";
  if (first > 1e5 * last) end = " The first layer, the only one that sees the pixels, hardly learns.";
  if (level && last > 1e5) end = " It's tiny everywhere: outputs fade on the way forward, errors on the way back.";
  return [
    level ? "From layer to layer, the gradient stays about level." : `Each layer further back, the gradient ${way}.`,
    meaning + end,
  ];
};
