// What the pad says and asks.

export const BUTTONS = { look: "Look inside", hide: "Hide" };
export const HINT = "Draw a few digits first. Then try one of these.";
export const IN_NOTEBOOK = "These networks live in the notebook: run its cell there to see their predictions.";
export const KEYS = "Keyboard: arrow keys move the pen, Space lowers or lifts it, Ctrl+Z undoes, Delete clears.";
export const PREPARED =
  "Your drawing, tidied as MNIST's digits were: scaled, and centred in 28×28 pixels. Lesson 11 shows how.";
export const SILENT = "No answer from the kernel: it's busy with another cell, or it has stopped.";

export const QUESTIONS = [
  {
    question: "Can you fool it?",
    task: "Draw a digit that you read at a glance and the network doesn't. What do you think misled it?",
  },
  {
    question: "When is a 4 a 9?",
    task: "Draw a 4 with an open top, then close the top a little at a time. Where does the answer flip?",
  },
  {
    question: "Does size matter?",
    task: "Draw the same digit tiny in a corner, then as large as you can. Compare what the network sees.",
  },
  {
    question: "What if it's no digit?",
    task:
      "Draw a letter, a face, a scribble. The ten probabilities always add up to 1. So how could the network ever " +
      "say that it's none of the ten?",
  },
];

export const TEN = {
  title: "Keep ten digits",
  how:
    "Draw a digit, then press its class below. With all ten you can test a network on your own hand: copy them as " +
    "text for lab.your_digits.",
  copy: "Copy as text",
  field: "Your ten digits as text",
  copied: "Copied. Paste it between the quotes of lab.your_digits(\"\").",
  selected: "Your browser won't let me copy, so it's selected: press Ctrl+C, or ⌘C on a Mac.",
  button: (digit, kept) => `Keep as ${digit}${kept ? ", in place of the one you kept" : ""}`,
  drawFirst: (digit) => `Draw a ${digit} first.`,
  keptAs: (digit, count) => `Kept as ${digit}: ${count} of 10.`,
  missing: (digits) => `Still missing: ${digits.join(", ")}.`,
};

/** Say what a network is made of, and how well it classifies. */
export const described = (layers, accuracy) => {
  const count = (kind) => layers.filter((layer) => layer.kind === kind).length;
  const [convolutions, dense] = [count("convolution"), count("dense")];
  const plural = convolutions + dense > 1 ? "s" : "";
  const parts = convolutions ? `${convolutions} convolutional and ${dense} dense` : `${dense} dense`;
  return `${parts} layer${plural}; classifies ${accuracy} of the test digits correctly`;
};
