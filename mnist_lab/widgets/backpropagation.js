// A dense network's forward and backward pass: weighted sums, activations, softmax, cross-entropy, gradients.

import { normals, uniforms } from "./random.js";

const [PIXELS, CLASSES] = [784, 10];
export const NEURONS = 60; // in each hidden layer, as in lesson 02
export const BATCH = 32;

/** By name: the activation of a sum, and the slope there, given the activation. */
const ACTIVATIONS = {
  sigmoid: { value: (sum) => 1 / (1 + Math.exp(-sum)), slope: (output) => output * (1 - output) },
  tanh: { value: Math.tanh, slope: (output) => 1 - output * output },
  relu: { value: (sum) => (sum > 0 ? sum : 0), slope: (output) => (output > 0 ? 1 : 0) },
};

/** By name: a layer's weights, drawn from its seed. Keras redraws He's normal numbers beyond two deviations. */
const INITIALIZATIONS = {
  glorot: (seed, inputs, outputs) => {
    const limit = Math.sqrt(6 / (inputs + outputs));
    return uniforms(seed, inputs * outputs).map((chance) => limit * (2 * chance - 1));
  },
  he: (seed, inputs, outputs) => normals(seed, inputs * outputs).map((number) => number * Math.sqrt(2 / inputs)),
  small: (seed, inputs, outputs) => normals(seed, inputs * outputs).map((number) => 0.01 * number),
  zeros: (seed, inputs, outputs) => new Float64Array(inputs * outputs),
};

/**
 * Return a function from settings and a seed to a network's layers: `weights`, [inputs × outputs], and the two sizes.
 *
 * It remembers the weights of the last seed, since a slider asks for the same again and again.
 */
export const weightsMaker = () => {
  let [known, remembered] = [new Map(), 0];
  return ({ depth, initialization }, seed) => {
    if (seed !== remembered) [known, remembered] = [new Map(), seed];
    return Array.from({ length: depth + 1 }, (_, index) => {
      const [inputs, outputs] = [index ? NEURONS : PIXELS, index < depth ? NEURONS : CLASSES];
      const number = index < depth ? index + 1 : 0; // the output layer's weights do not depend on the depth
      const key = `${initialization} ${number}`;
      if (!known.has(key)) known.set(key, INITIALIZATIONS[initialization](100 * seed + number, inputs, outputs));
      return { weights: known.get(key), inputs, outputs };
    });
  };
};

/** Return a batch from the hundred sample digits, ten of each class: `images` from 0 to 1, and their `classes`. */
export const batchOf = (view) => {
  const images = new Float64Array(BATCH * PIXELS);
  const classes = Array.from({ length: BATCH }, (_, row) => {
    const digit = Math.floor((row * 100) / BATCH);
    for (let pixel = 0; pixel < PIXELS; pixel++) {
      images[row * PIXELS + pixel] = view.getUint8(digit * PIXELS + pixel) / 255;
    }
    return Math.floor(digit / 10);
  });
  return { images, classes };
};

const weightedSums = (values, { weights, inputs, outputs }) => {
  const sums = new Float64Array(BATCH * outputs);
  for (let row = 0; row < BATCH; row++) {
    for (let input = 0; input < inputs; input++) {
      const value = values[row * inputs + input];
      if (value === 0) continue; // most pixels are paper
      const [from, to] = [input * outputs, row * outputs];
      for (let output = 0; output < outputs; output++) sums[to + output] += value * weights[from + output];
    }
  }
  return sums;
};

/** Return the slopes of the batch's mean cross-entropy: the probabilities minus the classes, by the batch size. */
const softmaxErrors = (logits, classes) => {
  const errors = new Float64Array(logits.length);
  classes.forEach((right, row) => {
    const own = logits.subarray(row * CLASSES, (row + 1) * CLASSES);
    const largest = Math.max(...own);
    const exponentials = own.map((logit) => Math.exp(logit - largest));
    const total = exponentials.reduce((sum, value) => sum + value, 0);
    exponentials.forEach((value, index) => {
      errors[row * CLASSES + index] = (value / total - (index === right ? 1 : 0)) / BATCH;
    });
  });
  return errors;
};

const gradientOf = (values, errors, { inputs, outputs }) => {
  const gradient = new Float64Array(inputs * outputs);
  for (let row = 0; row < BATCH; row++) {
    for (let input = 0; input < inputs; input++) {
      const value = values[row * inputs + input];
      if (value === 0) continue;
      const [from, to] = [row * outputs, input * outputs];
      for (let output = 0; output < outputs; output++) gradient[to + output] += value * errors[from + output];
    }
  }
  return gradient;
};

/** Return the errors of a layer's outputs, from those of the next layer's sums: back through its weights. */
const errorsBefore = (errors, { weights, inputs, outputs }) => {
  const before = new Float64Array(BATCH * inputs);
  for (let row = 0; row < BATCH; row++) {
    for (let input = 0; input < inputs; input++) {
      let sum = 0;
      const [from, to] = [row * outputs, input * outputs];
      for (let output = 0; output < outputs; output++) sum += errors[from + output] * weights[to + output];
      before[row * inputs + input] = sum;
    }
  }
  return before;
};

/** Return the `gradients` of all layers' weights, and the hidden layers' `outputs`. */
export const backpropagate = (layers, { images, classes }, activation) => {
  const { value, slope } = ACTIVATIONS[activation];
  const inputs = [images];
  for (const layer of layers.slice(0, -1)) inputs.push(weightedSums(inputs.at(-1), layer).map(value));
  let errors = softmaxErrors(weightedSums(inputs.at(-1), layers.at(-1)), classes);
  const gradients = [];
  for (let index = layers.length - 1; index >= 0; index--) {
    gradients[index] = gradientOf(inputs[index], errors, layers[index]);
    if (!index) break;
    const outputs = inputs[index];
    errors = errorsBefore(errors, layers[index]).map((error, at) => error * slope(outputs[at]));
  }
  return { gradients, outputs: inputs.slice(1) };
};

const rms = (values) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

/** Return by layer the gradient's `sizes`, their `ratios` to the weights' sizes, and the hidden layers' `outputs`. */
export const measure = (settings, layers, batch) => {
  const { gradients, outputs } = backpropagate(layers, batch, settings.activation);
  const sizes = gradients.map(rms);
  return { settings, outputs, sizes, ratios: sizes.map((size, index) => size / rms(layers[index].weights)) };
};
