// Charts, drawn as SVG at the size they are shown in. Each has a table of the same values.

import { h, svg } from "./dom.js";
import { hour } from "./words.js";

const HEIGHT = 172;
const EDGE = { left: 38, right: 6, top: 8, bottom: 20 };
const TICK = 900;
let count = 0;

/**
 * A card with a chart of values over time.
 *
 * @param {string} title
 * @param {{name: string, look: "bar"|"line"|"dash"|"area"|"alarm"}[]} lines
 * @param {(value: number) => string} told a value as text
 */
export class TimeChart {
  #lines;
  #told;
  #at = [];
  #values = [];
  #chosen = null;

  constructor(title, lines, told = String) {
    this.#lines = lines;
    this.#told = told;
    const id = `chart-${++count}`;
    this.reading = h("p", { class: "reading" });
    this.plot = h("div", { class: "plot", tabindex: 0, role: "img", "aria-roledescription": "chart", "aria-labelledby": id, "aria-describedby": `${id}-how` });
    this.table = h("table", {});
    this.element = h("section", { class: "card chart", "aria-labelledby": id },
      h("header", {}, h("h3", { id }, title), this.reading),
      this.plot,
      h("p", { class: "unseen", id: `${id}-how` }, "Left and right arrows read single minutes."),
      h("div", { class: "tabular" }, this.table));
    this.#listen();
  }

  /** Shows values: `at` in seconds since 1970, `values` a list for each line, null where unknown. */
  show(at, values) {
    [this.#at, this.#values] = [at, values];
    this.#draw();
    this.table.replaceChildren(
      h("caption", {}, this.element.querySelector("h3").textContent),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Time"), this.#lines.map(({ name }) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, at.map((time, index) => h("tr", {}, h("th", { scope: "row" }, hour(time * 1000)),
        values.map((line) => h("td", {}, this.#text(line[index])))))));
  }

  #listen() {
    new ResizeObserver(() => this.#draw()).observe(this.plot);
    this.plot.addEventListener("pointermove", (event) => this.#choose(this.#nearest(event)));
    this.plot.addEventListener("pointerleave", () => this.#choose(null));
    this.plot.addEventListener("focus", () => this.reading.setAttribute("aria-live", "polite"));
    this.plot.addEventListener("blur", () => {
      this.reading.removeAttribute("aria-live");
      this.#choose(null);
    });
    this.plot.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step || !this.#at.length) return;
      event.preventDefault();
      const last = this.#at.length - 1;
      this.#choose(Math.min(last, Math.max(0, (this.#chosen ?? last + (step < 0 ? 1 : 0)) + step)));
    });
  }

  #nearest(event) {
    const box = this.plot.getBoundingClientRect();
    const share = (event.clientX - box.left - EDGE.left) / (box.width - EDGE.left - EDGE.right);
    return this.#at.length ? Math.min(this.#at.length - 1, Math.max(0, Math.floor(share * this.#at.length))) : null;
  }

  #choose(index) {
    this.#chosen = index;
    this.#draw();
  }

  #text = (value) => (value === null || value === undefined ? "–" : this.#told(value));

  #draw() {
    const width = this.plot.clientWidth;
    if (!width || !this.#at.length) return;
    const shown = Math.min(this.#chosen ?? this.#at.length - 1, this.#at.length - 1);
    const top = niceTop(Math.max(0, ...this.#values.flat().map((value) => value ?? 0)));
    const slot = (width - EDGE.left - EDGE.right) / this.#at.length;
    const place = {
      slot,
      x: (index) => EDGE.left + slot * (index + 0.5),
      y: (value) => HEIGHT - EDGE.bottom - ((HEIGHT - EDGE.bottom - EDGE.top) * value) / top,
    };
    this.plot.replaceChildren(svg("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, "aria-hidden": "true" },
      this.#grid(width, top, place),
      this.#lines.map(({ look }, index) => drawn(look, this.#values[index], place)),
      this.#chosen !== null && svg("line", { class: "cross", x1: place.x(shown), x2: place.x(shown), y1: EDGE.top, y2: HEIGHT - EDGE.bottom })));
    this.reading.replaceChildren(h("span", { class: "dim" }, hour(this.#at[shown] * 1000)),
      ...this.#lines.map(({ name, look }, index) => h("span", { class: `key ${look}` }, h("i", { "aria-hidden": "true" }), `${name} `, h("b", {}, this.#text(this.#values[index][shown])))));
  }

  #grid(width, top, { x, y }) {
    const whole = this.#told === String;
    const levels = [0, top / 2, top].filter((value) => !whole || Number.isInteger(value)).map((value) => [
      svg("line", { class: value ? "rule" : "axis", x1: EDGE.left, x2: width - EDGE.right, y1: y(value), y2: y(value) }),
      svg("text", { x: EDGE.left - 8, y: y(value) + 4, "text-anchor": "end" }, this.#told(value)),
    ]);
    const hours = this.#at.map((time, index) => Math.floor(time / TICK) !== Math.floor((this.#at[index - 1] ?? time) / TICK) &&
      x(index) < width - 24 &&
      svg("text", { x: x(index), y: HEIGHT - 4, "text-anchor": "middle" }, hour(time * 1000)));
    return [...levels.flat(), ...hours];
  }
}

function drawn(look, values, { slot, x, y }) {
  const bar = (value, index) => value > 0 && svg("rect", { class: look, x: x(index) - slot * 0.36, width: slot * 0.72, y: y(value), height: y(0) - y(value), rx: Math.min(1.5, slot / 4) });
  if (look === "bar" || look === "alarm") return values.map(bar);
  const path = line(values, x, y);
  const area = look === "area" && svg("path", { class: "area", d: `${path}L${x(values.length - 1)} ${y(0)}L${x(0)} ${y(0)}Z` });
  return [area, svg("path", { class: look === "area" ? "line" : look, d: path })];
}

/** A path through the values; it is broken where one is not known. */
function line(values, x, y) {
  let pen = "M";
  return values.map((value, index) => {
    if (value === null || value === undefined) {
      pen = "M";
      return "";
    }
    const step = `${pen}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    pen = "L";
    return step;
  }).join("");
}

/** A round number that is no less, and whose half is round too. */
function niceTop(value) {
  if (value <= 0) return 1;
  const size = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 3, 4, 6, 8, 10].map((factor) => factor * size).find((top) => top >= value * 0.999);
}

/** Counts by name with a bar for each, the most frequent first. */
export function bars(title, counts, nothing) {
  const items = Object.entries(counts).sort((one, other) => other[1] - one[1] || one[0].localeCompare(other[0]));
  const most = Math.max(1, ...items.map(([, value]) => value));
  return h("section", { class: "card chart" }, h("header", {}, h("h3", {}, title)),
    items.length === 0 ? h("p", { class: "dim" }, nothing) : h("ul", { class: "bars", "aria-label": title }, items.map(([name, value]) =>
      h("li", {}, h("span", {}, name), " ", h("b", {}, value.toLocaleString("en")),
        svg("svg", { width: "100%", height: 5, "aria-hidden": "true" }, svg("rect", { class: "bar", width: `${(100 * value) / most}%`, height: 5, rx: 2 }))))));
}

/** How often each tenth from 0 to 100 % came. */
export function histogram(title, bins, mean) {
  const most = Math.max(1, ...bins);
  const [width, height, slot] = [200, 96, 20];
  const columns = bins.map((value, index) => svg("rect", { class: "bar", x: index * slot + 2, width: slot - 4, rx: 2, y: height * (1 - value / most), height: (height * value) / most },
    svg("title", {}, `${index * 10}–${index * 10 + 10} %: ${value}`)));
  return h("section", { class: "card chart" }, h("header", {}, h("h3", {}, title), h("p", { class: "reading" }, mean)),
    svg("svg", { class: "histogram", viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" }, svg("line", { class: "axis", x1: 0, x2: width, y1: height, y2: height }), columns),
    h("p", { class: "ends dim small", "aria-hidden": "true" }, h("span", {}, "0 %"), h("span", {}, "50 %"), h("span", {}, "100 %")),
    h("div", { class: "tabular" }, h("table", {}, h("caption", {}, title),
      h("tbody", {}, bins.map((value, index) => h("tr", {}, h("th", { scope: "row" }, `${index * 10}–${index * 10 + 10} %`), h("td", {}, value)))))));
}
