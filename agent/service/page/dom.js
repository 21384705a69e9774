// Elements. Data becomes text nodes and attributes, never markup.

/** An HTML element: h("p", { class: "dim", onclick: act }, "text", child). */
export const h = (name, attributes = {}, ...children) =>
  filled(document.createElement(name), attributes, children);

/** The same for SVG. */
export const svg = (name, attributes = {}, ...children) =>
  filled(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);

/** The element of the page with this id. */
export const at = (id) => document.getElementById(id);

/** An icon, drawn by one path; it is decoration, and its button says what it does. */
export const icon = (path) =>
  svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: path }));

/** Tells a screen reader what happened. */
export function announce(text) {
  at("status").textContent = text;
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "vars") setVariables(element, value);
    else if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  const shown = children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false);
  element.append(...shown);
  return element;
}

/** Sets custom properties of CSS: the policy forbids style attributes. */
export function setVariables(element, values) {
  for (const [name, value] of Object.entries(values)) element.style.setProperty(`--${name}`, value);
}
