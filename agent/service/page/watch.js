// What the service did in the last hour, for those who run it.

import { call } from "./api.js";
import { TimeChart, bars, histogram } from "./chart.js";
import { h } from "./dom.js";
import { percent } from "./words.js";

const ASKED_EVERY = 10000;
const REFUSED = {
  401: "Sign in to see what the service did.",
  403: "Your key or token may not see the figures of the service: that needs the scope admin.",
  404: "This service does not keep figures of what it did.",
};

export class Watch {
  #visible = false;
  #timer = 0;
  #requests = new TimeChart("Requests a minute", [{ name: "all", look: "bar" }, { name: "errors", look: "alarm" }]);
  #latency = new TimeChart("Time to answer", [{ name: "median", look: "line" }, { name: "p95", look: "dash" }], seconds);
  #sessions = new TimeChart("Sessions in force", [{ name: "sessions", look: "area" }]);
  #note = h("p", { class: "note", role: "status" }, "One moment…");
  #figures = h("dl", { class: "figures" });
  #counts = h("div", { class: "grid four" });
  #all;

  constructor(element) {
    const tables = h("button", { "aria-pressed": "false", onclick: () => this.#tabular(tables) }, "As tables");
    this.#all = h("div", { hidden: true },
      h("div", { class: "heading" }, h("h2", {}, "The last hour"), tables),
      this.#figures,
      h("div", { class: "grid three" }, this.#requests.element, this.#latency.element, this.#sessions.element),
      this.#counts);
    element.append(this.#note, this.#all);
    document.addEventListener("visibilitychange", () => document.hidden || this.#refresh());
    document.addEventListener("signed", () => this.#refresh());
  }

  /** Whether the view is shown; only then it is kept up to date. */
  set visible(visible) {
    this.#visible = visible;
    this.#refresh();
  }

  async #refresh() {
    clearTimeout(this.#timer);
    if (!this.#visible || document.hidden) return;
    try {
      this.#show(await call("/v1/statistics", { quiet: true }));
    } catch (problem) {
      this.#tell(REFUSED[problem.status] ?? problem.message);
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#refresh(), ASKED_EVERY);
  }

  #show({ series }) {
    if (!series.length) {
      this.#tell("Nothing has happened yet. What comes is counted by the minute.");
      return;
    }
    [this.#note.hidden, this.#all.hidden] = [true, false];
    const at = series.map((minute) => minute.at);
    const of = (pick) => series.map((minute) => pick(minute) ?? null);
    this.#requests.show(at, [of(({ requests }) => requests), of(({ errors }) => errors)]);
    this.#latency.show(at, [of(({ latency }) => latency?.p50), of(({ latency }) => latency?.p95)]);
    this.#sessions.show(at, [of(({ sessions }) => sessions)]);
    this.#figures.replaceChildren(...figures(series));
    this.#counts.replaceChildren(
      bars("Decisions", summed(series, "decisions"), "None was made."),
      bars("Asked back for", summed(series, "questions"), "Nothing had to be asked."),
      bars("Refused by the operator", summed(series, "refusals"), "Nothing was refused."),
      histogram("Confidence", bins(series), `mean ${told(mean(series))}`));
  }

  #tell(text) {
    this.#note.textContent = text;
    [this.#note.hidden, this.#all.hidden] = [false, true];
  }

  #tabular(button) {
    const on = this.#all.classList.toggle("tables");
    button.setAttribute("aria-pressed", String(on));
  }
}

const seconds = (value) => `${value < 10 ? Number(value.toFixed(2)) : Math.round(value)} s`;
const told = (share) => (share === null ? "–" : percent(share));
const total = (values) => values.reduce((sum, value) => sum + value, 0);

function figures(series) {
  const [requests, errors] = [total(series.map((minute) => minute.requests)), total(series.map((minute) => minute.errors))];
  const slow = series.findLast(({ latency }) => latency?.p95 !== null && latency?.p95 !== undefined);
  return [
    ["Requests", requests.toLocaleString("en")],
    ["Errors", requests ? `${((100 * errors) / requests).toFixed(1)} %` : "–"],
    ["95 % answered within", slow ? seconds(slow.latency.p95) : "–"],
    ["Mean confidence", told(mean(series))],
    ["Sessions in force", String(series.at(-1).sessions)],
  ].map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)));
}

function summed(series, name) {
  const counts = {};
  for (const minute of series) {
    for (const [key, value] of Object.entries(minute[name] ?? {})) counts[key] = (counts[key] ?? 0) + value;
  }
  return counts;
}

const bins = (series) => series.reduce((sum, { confidence }) => sum.map((value, index) => value + (confidence?.histogram?.[index] ?? 0)), Array(10).fill(0));

/** The mean of all decisions: each minute's counts as often as it had decisions. */
function mean(series) {
  const weighed = series.filter(({ confidence }) => typeof confidence?.mean === "number").map(({ confidence }) => [confidence.mean, total(confidence.histogram ?? [1])]);
  const weight = total(weighed.map(([, times]) => times));
  return weight ? total(weighed.map(([value, times]) => value * times)) / weight : null;
}
