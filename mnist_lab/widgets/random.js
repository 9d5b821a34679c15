// Random numbers that repeat: the same seed gives the same numbers, in Python's playgrounds too.

/** Return numbers from 0 to below 1 (Tommy Ettinger's Mulberry32, 2017). */
export const uniforms = (seed, count) => {
  const numbers = new Float64Array(count);
  for (let index = 0; index < count; index++) {
    const state = (seed + Math.imul(0x6d2b79f5, index + 1)) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    numbers[index] = ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  return numbers;
};

/** Return normally distributed numbers, with a mean of 0 and a standard deviation of 1 (Box and Muller 1958). */
export const normals = (seed, count) => {
  const chances = uniforms(seed, 2 * count);
  const numbers = new Float64Array(count);
  for (let index = 0; index < count; index++) {
    const [radius, angle] = [Math.sqrt(-2 * Math.log(1 - chances[2 * index])), 2 * Math.PI * chances[2 * index + 1]];
    numbers[index] = radius * Math.cos(angle);
  }
  return numbers;
};
