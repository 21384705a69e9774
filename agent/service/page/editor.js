// A proposal's values as fields.

import { h } from "./dom.js";
import { LENGTHS, about, spoken } from "./words.js";

const QUARTER = 900;
let count = 0;

/**
 * A form for the values of a call.
 *
 * @param {object} proposal
 * @param {object[]} profiles the operator's
 * @param {{send: (given: object) => void, cancel: () => void}} then
 */
export function editor({ arguments: given }, profiles, { send, cancel }) {
  const fields = new Map();
  const rest = {};
  for (const [name, value] of Object.entries(given)) {
    if (LENGTHS.has(name)) fields.set(name, lengthField(name, value));
    else if (name === "qosProfile" && profiles.length) fields.set(name, profileField(name, value, profiles));
    else rest[name] = value;
  }
  if (Object.keys(rest).length) fields.set("", restField(rest));
  const form = h("form", { class: "editor" },
    [...fields.values()].map(({ element }) => element),
    h("div", { class: "actions" },
      h("button", { class: "primary" }, "Send it"),
      h("button", { type: "button", onclick: cancel }, "Cancel"),
      h("span", { class: "dim small" }, h("kbd", {}, "Esc"), " cancels")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const read = Object.assign({}, ...[...fields].map(([name, { value }]) => (name ? { [name]: value() } : value())));
    send(Object.fromEntries([...Object.keys(given), ...Object.keys(read)].filter((name) => name in read).map((name) => [name, read[name]])));
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    cancel();
  });
  return form;
}

function lengthField(name, seconds) {
  const id = `field-${++count}`;
  const words = h("output", { for: id });
  const input = h("input", { id, type: "number", min: 1, max: 2147483647, step: 1, required: true, value: seconds });
  const tell = () => (words.textContent = input.validity.valid ? `= ${spoken(input.valueAsNumber)}` : "");
  const add = (more) => {
    input.value = Math.max(1, (input.valueAsNumber || 0) + more);
    tell();
  };
  input.addEventListener("input", tell);
  tell();
  const step = (text, more, label) => h("button", { type: "button", "aria-label": label, onclick: () => add(more) }, text);
  const element = field(name, id, `${about(name).label} in seconds`, h("div", { class: "length" },
    input, step("− 15 min", -QUARTER, "15 minutes less"), step("+ 15 min", QUARTER, "15 minutes more"), words));
  return { element, value: () => input.valueAsNumber };
}

function profileField(name, value, profiles) {
  const id = `field-${++count}`;
  const known = profiles.some((profile) => profile.name === value) ? profiles : [{ name: value }, ...profiles];
  const select = h("select", { id }, known.map((profile) => h("option", { value: profile.name, selected: profile.name === value },
    profile.description ? `${profile.name} – ${profile.description}` : profile.name)));
  return { element: field(name, id, about(name).label, select), value: () => select.value };
}

function restField(rest) {
  const id = `field-${++count}`;
  const text = JSON.stringify(rest, null, 2);
  const area = h("textarea", { id, rows: Math.min(10, text.split("\n").length), spellcheck: "false", class: "code" });
  area.value = text;
  area.addEventListener("input", () => area.setCustomValidity(parsed(area.value) ? "" : "This is no JSON object yet: look for a comma, a quote or a bracket too many or too few."));
  return { element: field("", id, "All else, as JSON", area), value: () => parsed(area.value) };
}

function parsed(text) {
  try {
    const value = JSON.parse(text);
    return value && typeof value === "object" && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

const field = (name, id, label, control) =>
  h("div", { class: "field", vars: name && { hue: about(name).hue } }, h("label", { for: id }, label), control);
