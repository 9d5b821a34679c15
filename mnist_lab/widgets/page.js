// Mounts widgets on a web page: each element with `data-widget`, the JSON of a widget's name and data.

/** Stand in for a notebook's model: files are fetched when a widget asks for them. */
const standIn = (data) => {
  const arrived = {};
  const fetched = async (name) => {
    const response = await fetch(new URL(`files/${name}`, import.meta.url));
    if (!response.ok) throw new Error(`${name}: ${response.status}`);
    return new DataView(await response.arrayBuffer());
  };
  const files = new Proxy(arrived, { get: (known, name) => (known[name] ??= fetched(name)) });
  const traits = { data, files };
  return { get: (name) => traits[name], set: () => {}, save_changes: () => {}, on: () => {}, off: () => {} };
};

for (const el of document.querySelectorAll("[data-widget]")) {
  const { name, data } = JSON.parse(el.dataset.widget);
  const { default: widget } = await import(`./${name}.js`);
  el.replaceChildren(); // the picture that stands here without a script
  widget.render({ model: standIn(data), el });
}
