// The conversation: what is said, what is proposed, and the person's word on it.

import { call, newKey } from "./api.js";
import { announce, at, h, icon } from "./dom.js";
import { Card } from "./proposal.js";

const KEPT = "qod-conversation";
const WARNING = "M12 8v5M12 16.5v.5M12 3 2.5 20h19Z";

export class Talk {
  #id = null;
  #card = null;
  #busy = false;
  #visit = 0;
  #profiles = [];
  #changed;

  /** @param {(id: string|null) => void} changed is told when there may be something new */
  constructor(changed) {
    this.#changed = changed;
  }

  /** The id of the conversation, or null where it has not begun. */
  get id() {
    return this.#id;
  }

  /** Goes on with the conversation that this tab had, if any. */
  async resume() {
    const kept = sessionStorage.getItem(KEPT);
    if (kept) await this.open(kept, true);
    else this.fresh();
  }

  /** An empty conversation; it begins with the first words. */
  fresh() {
    this.#turnTo(null);
    if (matchMedia("(pointer: fine)").matches) at("words").focus(); // no keyboard over a phone's page
  }

  /** Shows one that was had before. */
  async open(id, quiet = false) {
    const visit = this.#turnTo(id);
    try {
      const { messages, proposal } = await call(`/v1/conversations/${id}`, { quiet });
      if (visit !== this.#visit) return;
      for (const { role, text } of messages) this.#add(role === "person" ? person(text) : assistant({ text }));
      if (proposal) await this.#propose(proposal, visit);
    } catch (problem) {
      if (visit !== this.#visit) return;
      if (problem.status === 404) this.fresh();
      else this.#add(failure(problem, () => this.open(id)));
    }
  }

  /** Says something; it is answered, or a call is proposed. */
  say(text) {
    if (this.#busy) {
      announce("One moment: what you said before is still being answered.");
      return false;
    }
    this.#add(person(text));
    this.#step((key) => this.#said(text, key), () => this.#card?.waits && this.#card.settle("reject", "Not sent: you said something else"));
    return true;
  }

  #confirm(card, word) {
    if (this.#busy || !card.waits) return;
    card.busy = true;
    this.#step((key) => this.#confirmed(word, key), ({ failed }) => card.settle(failed ? "refused" : word.decision), () => (card.busy = false));
    at("words").focus({ preventScroll: true });
  }

  async #said(text, key) {
    if (!this.#id) {
      const visit = this.#visit;
      const { id } = await call("/v1/conversations", { method: "POST", key });
      if (visit === this.#visit) this.#keep(id);
      return call(`/v1/conversations/${id}/turns`, { method: "POST", key, body: { text } });
    }
    return this.#posted("turns", { text }, key);
  }

  async #confirmed(word, key) {
    const reply = await this.#posted("confirmation", word, key);
    return word.decision === "reject" ? { ...reply, failed: false } : reply; // it was the person's wish
  }

  #posted(what, body, key) {
    return call(`/v1/conversations/${this.#id}/${what}`, { method: "POST", key, body });
  }

  /** One step, under one key however often it is tried. */
  async #step(made, done, failed = () => {}, key = newKey()) {
    const visit = this.#visit;
    const waiting = this.#add(h("div", { class: "waiting" }, h("span", { class: "unseen" }, "Deciding"), h("i"), h("i"), h("i")));
    this.#busy = true;
    try {
      const reply = await made(key);
      if (visit !== this.#visit) return;
      waiting.remove();
      done(reply);
      await this.#show(reply, visit);
    } catch (problem) {
      waiting.remove();
      if (visit !== this.#visit) return;
      failed();
      const again = this.#add(failure(problem, () => {
        if (this.#busy) return;
        again.remove();
        this.#step(made, done, failed, key);
      }));
    } finally {
      if (visit === this.#visit) this.#busy = false;
      this.#changed(this.#id);
    }
  }

  async #show({ text, failed, choices, proposal }, visit) {
    if (text) this.#add(assistant({ text, failed, choices, say: (choice) => this.say(choice) }));
    if (proposal) await this.#propose(proposal, visit);
  }

  async #propose(proposal, visit) {
    if (!this.#profiles.length) this.#profiles = await call("/v1/profiles", { quiet: true }).catch(() => []);
    if (visit !== this.#visit) return;
    this.#card = new Card(proposal, this.#profiles, (card, word) => this.#confirm(card, word));
    this.#add(this.#card.element);
    const typing = document.activeElement === at("words") && at("words").value;
    if (!typing && !document.querySelector("dialog[open]")) this.#card.focus();
  }

  #turnTo(id) {
    this.#card = null;
    this.#busy = false;
    at("log").replaceChildren();
    this.#keep(id);
    return ++this.#visit;
  }

  #keep(id) {
    this.#id = id;
    if (id) sessionStorage.setItem(KEPT, id);
    else sessionStorage.removeItem(KEPT);
    at("welcome").hidden = Boolean(id);
    this.#changed(id);
  }

  #add(element) {
    at("welcome").hidden = true;
    at("log").append(element);
    element.scrollIntoView({ block: "end" });
    return element;
  }
}

const person = (text) => h("p", { class: "person wrap" }, h("span", { class: "unseen" }, "You: "), text);

function assistant({ text, failed, choices = [], say }) {
  return h("div", { class: failed ? "reply failed" : "reply" },
    failed && icon(WARNING),
    h("div", {},
      h("p", { class: "wrap" }, failed && h("span", { class: "unseen" }, "Refused: "), text),
      choices.length > 0 && h("div", { class: "choices", role: "group", "aria-label": "Which session" },
        choices.map((choice) => h("button", { class: "code", onclick: () => say(choice) }, choice)))));
}

function failure(problem, again) {
  return h("div", { class: "reply failed", role: "alert" }, icon(WARNING),
    h("div", {}, h("p", {}, h("strong", {}, problem.title)), h("p", { class: "wrap" }, problem.message),
      h("button", { onclick: again }, "Try again")));
}
