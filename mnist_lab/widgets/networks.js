// Networks without a kernel: read a file that networks.py describes, compute it layer by layer, prepare a drawing.
// Values between layers are `{ data, shape }`: a Float32Array, row by row, and `[rows, columns, channels]` or `[n]`.

const IMAGE_SIDE = 28;
const DIGIT_SIDE = 20; // MNIST's makers scaled each digit into a box of this side
const FAINT_INK = 0.1; // weaker ink is none, as in preprocess_digit

const product = (numbers) => numbers.reduce((all, number) => all * number, 1);

/** Read a network file, a DataView, into `{ lesson, accuracy, layers }` with Float32Arrays; Error if it is damaged. */
export const readNetwork = (view) => {
  try {
    return wholeNetwork(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
  } catch (error) {
    throw new Error(`This network's file is damaged (${error.message}). Reload the page, or install mnist-lab again.`);
  }
};

const wholeNetwork = (buffer) => {
  const start = 4 + new DataView(buffer).getUint32(0, true);
  const header = new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array(buffer, 4, start - 4));
  const { lesson, accuracy, layers } = JSON.parse(header);
  let end = start;
  const numbers = (kind, offset, count) => {
    const found = new kind(buffer, start + offset, count);
    end = Math.max(end, start + offset + found.byteLength);
    return found;
  };
  const floats = (offset, count) => {
    const found = numbers(Float32Array, offset, count);
    if (!found.every(Number.isFinite)) throw new Error("some of its numbers are infinite");
    return found;
  };
  const dequantized = ({ dtype, offset, scales }, shape) => {
    const weights = new Float32Array(product(shape));
    if (dtype === "float16") {
      const halves = numbers(Uint16Array, offset, weights.length);
      const bits = new Uint32Array(weights.buffer); // float32 has the same fields: its exponent is 112 larger
      halves.forEach((half, i) => {
        bits[i] = ((half & 0x8000) << 16) | ((half & 0x7fff) << 13);
        weights[i] *= 2 ** 112;
      });
    } else {
      const factors = floats(scales, shape.at(-1));
      const multiples = numbers(Int8Array, offset, weights.length);
      multiples.forEach((multiple, i) => {
        weights[i] = multiple * factors[i % factors.length];
      });
    }
    return weights;
  };
  const withNumbers = (layer) => {
    if (!layer.weights) return layer;
    if (!Object.hasOwn(ACTIVATIONS, layer.activation)) throw new Error(`unknown activation: ${layer.activation}`);
    const weights = dequantized(layer.weights, layer.shape);
    return { ...layer, weights, biases: floats(layer.biases.offset, layer.shape.at(-1)) };
  };
  const network = { lesson, accuracy, layers: layers.map(withNumbers) };
  if (end !== buffer.byteLength) throw new Error(`${buffer.byteLength} bytes, of which ${end} are its own`);
  const outputs = network.layers.reduce((shape, layer) => outputShape(layer, shape), [IMAGE_SIDE, IMAGE_SIDE, 1]);
  if (String(outputs) !== "10") throw new Error(`its last layer has ${outputs} outputs`);
  return network;
};

/** Where a window lies along one axis: at how many places, and how much padding comes before (as TensorFlow pads). */
export const places = (size, window, { strides, padding }) => {
  if (padding === "valid") return { count: Math.floor((size - window) / strides) + 1, before: 0 };
  const count = Math.ceil(size / strides);
  return { count, before: Math.floor(Math.max(0, (count - 1) * strides + window - size) / 2) };
};

const outputShape = (layer, shape) => {
  const inputs = product(shape);
  const [height, width, channels, filters] = layer.shape ?? [];
  if (layer.kind === "flatten") return [inputs];
  if (layer.kind === "dense" && height === inputs) return [width];
  const fits = layer.kind === "max_pooling" || (layer.kind === "convolution" && channels === shape[2]);
  const counts = [places(shape[0], height, layer).count, places(shape[1], width, layer).count];
  if (!fits || shape.length < 3 || !counts.every((count) => Number.isInteger(count) && count >= 1)) {
    throw new Error(`a ${layer.kind} layer of the shape ${layer.shape} cannot follow the shape ${shape}`);
  }
  return [...counts, filters ?? shape[2]];
};

const convolution = (layer, { data, shape: [rows, columns] }) => {
  const { shape: [height, width, channels, filters], strides, weights, biases } = layer;
  const down = places(rows, height, layer);
  const across = places(columns, width, layer);
  const sums = new Float32Array(down.count * across.count * filters);
  for (let place = 0; place < down.count * across.count; place++) {
    const top = Math.floor(place / across.count) * strides - down.before;
    const left = (place % across.count) * strides - across.before;
    const sum = place * filters;
    sums.set(biases, sum);
    for (let row = Math.max(0, -top); row < Math.min(height, rows - top); row++) {
      for (let column = Math.max(0, -left); column < Math.min(width, columns - left); column++) {
        const value = ((top + row) * columns + left + column) * channels;
        const weight = (row * width + column) * channels * filters;
        for (let channel = 0; channel < channels; channel++) {
          const input = data[value + channel];
          if (input === 0) continue; // most values are: paper, or behind ReLU
          const first = weight + channel * filters;
          for (let filter = 0; filter < filters; filter++) sums[sum + filter] += input * weights[first + filter];
        }
      }
    }
  }
  return sums;
};

/** Each output of a dense layer is one filter as large as the input. */
const dense = (layer, { data }) => {
  const shape = [1, 1, ...layer.shape];
  return convolution({ ...layer, shape, strides: 1, padding: "valid" }, { data, shape: [1, 1, data.length] });
};

const maxPooling = (layer, { data, shape: [rows, columns, channels] }) => {
  const { shape: [height, width], strides } = layer;
  const down = places(rows, height, layer);
  const across = places(columns, width, layer);
  return Float32Array.from({ length: down.count * across.count * channels }, (_, i) => {
    const place = Math.floor(i / channels);
    const top = Math.floor(place / across.count) * strides - down.before;
    const left = (place % across.count) * strides - across.before;
    let most = -Infinity;
    for (let row = Math.max(0, top); row < Math.min(rows, top + height); row++) {
      for (let column = Math.max(0, left); column < Math.min(columns, left + width); column++) {
        most = Math.max(most, data[(row * columns + column) * channels + (i % channels)]);
      }
    }
    return most;
  });
};

const softmax = (logits) => {
  const most = logits.reduce((a, b) => Math.max(a, b));
  const exponentials = logits.map((logit) => Math.exp(logit - most));
  const sum = exponentials.reduce((a, b) => a + b);
  return exponentials.map((exponential) => exponential / sum);
};

const ACTIVATIONS = {
  linear: (sums) => sums,
  relu: (sums) => sums.map((sum) => Math.max(0, sum)),
  sigmoid: (sums) => sums.map((sum) => 1 / (1 + Math.exp(-sum))),
  softmax,
};

/** Compute one layer: `{ data, shape }` in, `{ data, shape }` out; the first takes an image as [28, 28, 1]. */
export const layerOutput = (layer, input) => {
  const shape = outputShape(layer, input.shape);
  if (layer.kind === "flatten") return { data: input.data, shape };
  if (layer.kind === "max_pooling") return { data: maxPooling(layer, input), shape };
  const sums = layer.kind === "dense" ? dense(layer, input) : convolution(layer, input);
  return { data: ACTIVATIONS[layer.activation](sums), shape };
};

/** Return the ten probabilities of an image, a Float32Array of 784 numbers: 0 is paper, 1 is ink. */
export const classify = (network, image) => {
  const input = { data: image, shape: [IMAGE_SIDE, IMAGE_SIDE, 1] };
  return network.layers.reduce((values, layer) => layerOutput(layer, values), input).data;
};

/** Round as Python and NumPy do: halves to the even number. */
const roundToEven = (number) => {
  const rounded = Math.round(number);
  return rounded - number === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
};

const hamming = (x) => {
  if (x === 0) return 1;
  if (Math.abs(x) >= 1) return 0;
  return (Math.sin(Math.PI * x) / (Math.PI * x)) * (0.54 + 0.46 * Math.cos(Math.PI * x));
};

/** Scale each line of `data` to `size` numbers as Pillow does (HAMMING), and turns lines into columns. */
const scaledLines = (data, length, size) => {
  const lines = data.length / length;
  const scale = length / size;
  const reach = Math.max(1, scale);
  const scaled = new Float32Array(size * lines);
  for (let place = 0; place < size; place++) {
    const centre = (place + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - reach + 0.5));
    const count = Math.min(length, Math.trunc(centre + reach + 0.5)) - first;
    const weights = Float64Array.from({ length: count }, (_, i) => hamming((first + i - centre + 0.5) / reach));
    const sum = weights.reduce((a, b) => a + b);
    for (let line = 0; line < lines; line++) {
      let weighted = 0;
      for (let i = 0; i < count; i++) weighted += weights[i] * data[line * length + first + i];
      scaled[place * lines + line] = weighted / sum;
    }
  }
  return scaled;
};

/** Where an axis of the digit begins in the image: its centre of mass comes to the middle if it stays inside. */
const startOf = (masses) => {
  const mass = masses.reduce((a, b) => a + b);
  const centre = masses.reduce((all, one, i) => all + i * one, 0) / mass;
  const start = roundToEven(roundToEven((IMAGE_SIDE / 2 - centre) * 1e3) / 1e3);
  return Math.min(IMAGE_SIDE - masses.length, Math.max(0, start));
};

/**
 * Make a drawing the networks' input, as preprocess_digit does: the digit is cut out, its longer side scaled to 20
 * pixels, and centred. `ink` has side × side whole numbers, row by row: 0 is paper, 255 is ink. Without ink: null.
 */
export const preprocessDigit = (ink, side) => {
  const shares = Array.from({ length: 256 }, (_, level) => roundToEven((level / 255) * 1e6) / 1e6);
  const strongest = shares[ink.reduce((a, b) => Math.max(a, b))];
  if (strongest < FAINT_INK) return null;
  const strengths = shares.map((share) => (share / strongest < FAINT_INK ? 0 : share / strongest));
  let [top, bottom, left, right] = [side, 0, side, 0];
  for (let row = 0, i = 0; row < side; row++) {
    for (let column = 0; column < side; column++, i++) {
      if (strengths[ink[i]] === 0) continue;
      if (row < top) top = row;
      bottom = row;
      if (column < left) left = column;
      if (column > right) right = column;
    }
  }
  const [rows, columns] = [bottom - top + 1, right - left + 1];
  const cutOut = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const begin = (top + row) * side + left;
    for (let column = 0; column < columns; column++) cutOut[row * columns + column] = strengths[ink[begin + column]];
  }
  const scale = DIGIT_SIDE / Math.max(rows, columns);
  const [height, width] = [rows, columns].map((length) => Math.max(1, roundToEven(length * scale)));
  const digit = scaledLines(scaledLines(cutOut, columns, width), rows, height);
  const [rowMasses, columnMasses] = [new Float64Array(height), new Float64Array(width)];
  digit.forEach((strength, i) => {
    rowMasses[Math.floor(i / width)] += strength;
    columnMasses[i % width] += strength;
  });
  const first = startOf(rowMasses) * IMAGE_SIDE + startOf(columnMasses);
  const most = digit.reduce((a, b) => Math.max(a, b));
  const image = new Float32Array(IMAGE_SIDE * IMAGE_SIDE);
  digit.forEach((strength, i) => {
    image[first + Math.floor(i / width) * IMAGE_SIDE + (i % width)] = strength / most;
  });
  return image;
};
