// The caller's sessions, as they are now: told by the service's events, or asked for.

import { call, events, now } from "./api.js";
import { at, h, setVariables, svg } from "./dom.js";
import { clock, moment, readable } from "./words.js";

const ASKED_EVERY = 5000;
const ASKED_SELDOM = 30000;
const REJOINED_AFTER = 3000;
const STATES = { AVAILABLE: "In force", REQUESTED: "Requested", UNAVAILABLE: "Ended" };
const QUARTER = 15;

export class Sessions {
  #cards = new Map();
  #say;
  #stream = null;
  #told = false;
  #timer = 0;
  #asked = 0;

  /** @param {(text: string) => void} say says something in the conversation */
  constructor(say) {
    this.#say = say;
    setInterval(() => this.#cards.forEach((card) => card.tick()), 1000);
    document.addEventListener("visibilitychange", () => document.hidden || this.refresh());
  }

  /** Asks for them now, and again later. */
  async refresh() {
    const asked = ++this.#asked;
    try {
      const found = document.hidden ? null : await call("/v1/sessions", { quiet: true });
      if (found && asked === this.#asked) this.#show(found);
    } catch {
      // Whoever speaks is told what is wrong; what was known stays.
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.refresh(), this.#told ? ASKED_SELDOM : ASKED_EVERY);
  }

  /** Listens to the events of a conversation, instead of the one before. */
  async follow(conversation) {
    this.#stream?.abort();
    const stream = (this.#stream = new AbortController());
    let there = Boolean(conversation);
    while (there && !stream.signal.aborted) {
      try {
        for await (const event of events(`/v1/conversations/${conversation}/events`, stream.signal)) {
          this.#told = true;
          if (event.name === "session") this.#update(JSON.parse(event.data));
        }
      } catch (problem) {
        there = !problem.status; // where the service has no events, it is asked
      }
      if (this.#stream === stream) this.#told = false;
      if (there) await new Promise((resolve) => setTimeout(resolve, REJOINED_AFTER));
    }
  }

  #show(found) {
    const ids = new Set(found.map(({ sessionId }) => sessionId));
    for (const [id, card] of this.#cards) {
      if (ids.has(id)) continue;
      card.element.remove();
      this.#cards.delete(id);
    }
    found.forEach((session) => this.#update(session));
    at("no-sessions").hidden = this.#cards.size > 0;
  }

  #update(session) {
    const known = this.#cards.get(session.sessionId);
    if (known) {
      known.update(session);
      return;
    }
    if (session.qosStatus === "UNAVAILABLE") return; // its end is told after it left the list
    const card = new Card(session, this.#say);
    this.#cards.set(session.sessionId, card);
    at("sessions").prepend(card.element);
    at("no-sessions").hidden = true;
  }
}

/** One session: its profile, its device, and how long it still lasts. */
class Card {
  constructor(session, say) {
    const id = session.sessionId;
    const button = (text, label, words) => h("button", { "aria-label": label, onclick: () => say(words) }, text);
    this.ring = svg("circle", { class: "left", cx: 20, cy: 20, r: 17, pathLength: 100 });
    this.left = h("span", { class: "clock", role: "timer" });
    this.state = h("span", { class: "state" });
    this.until = h("span");
    this.buttons = h("div", { class: "actions" },
      button(`+ ${QUARTER} min`, `Extend session ${id} by ${QUARTER} minutes`, `Extend session ${id} by ${QUARTER} minutes`),
      button("End", `End session ${id}`, `End session ${id}`));
    this.element = h("li", { class: "card session" },
      svg("svg", { viewBox: "0 0 40 40", class: "ring", "aria-hidden": "true" }, svg("circle", { cx: 20, cy: 20, r: 17 }), this.ring),
      h("div", { class: "what" },
        h("p", { class: "first" }, h("strong", {}, session.qosProfile), this.left),
        h("p", { class: "dim wrap" }, session.device ? readable("device", session.device).main : "Your device"),
        h("p", { class: "dim small" }, this.state, this.until)),
      this.buttons);
    this.element.title = `Session ${id}`;
    this.update(session);
  }

  update(session) {
    this.session = session;
    this.tick();
  }

  tick() {
    const { qosStatus, startedAt, expiresAt, duration } = this.session;
    const end = expiresAt ? Date.parse(expiresAt) : NaN;
    const whole = startedAt ? end - Date.parse(startedAt) : duration * 1000;
    const left = Math.max(0, end - now());
    const over = qosStatus === "UNAVAILABLE" || left === 0;
    this.element.dataset.state = over ? "UNAVAILABLE" : qosStatus;
    this.left.textContent = over || Number.isNaN(left) ? "" : clock(left / 1000);
    this.state.textContent = over ? STATES.UNAVAILABLE : STATES[qosStatus] ?? qosStatus;
    this.until.textContent = over || Number.isNaN(end) ? "" : ` until ${moment(end)}`;
    this.buttons.hidden = over;
    setVariables(this.ring, { left: over || !(whole > 0) ? 0 : Math.min(100, (100 * left) / whole) });
  }
}
