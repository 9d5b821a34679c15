// What the playgrounds share: questions to begin with, and spoken results that wait until a slider rests.

import { element, segments } from "./core.js";

/** Return an element with a class and children. */
export const part = (name, ...children) => element("div", { class: name }, ...children);

/**
 * Return a row of questions and the text of the chosen one; `begin` receives the settings that it begins with, and the
 * question. The element's `unlight` shows that the settings are the question's no longer.
 */
export const questions = (experiments, hint, begin) => {
  const text = element("p", { class: "prompt" }, hint);
  const row = segments({
    label: "Find out:",
    options: experiments.map(({ question }, index) => [index, question]),
    change: (index) => {
      text.textContent = experiments[index].task;
      begin(experiments[index].settings, experiments[index]);
    },
  });
  return Object.assign(part("questions", row.box, text), { unlight: () => row.set(null) });
};

/** Return a function that says a text once half a second has passed without another; and `cancel`. */
export const patiently = (say) => {
  let waiting = 0;
  const later = (text) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => say(text), 500);
  };
  return { later, cancel: () => clearTimeout(waiting) };
};
