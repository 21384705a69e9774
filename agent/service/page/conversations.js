// The conversations that the caller had: to go back to one, or to forget it.

import { call } from "./api.js";
import { announce, at, h } from "./dom.js";
import { moment } from "./words.js";

const SHOWN = 8;

export class Conversations {
  #titles = new Map();
  #all = false;
  #asked = 0;
  #open;
  #forgotten;

  /**
   * @param {(id: string) => void} open shows one
   * @param {(id: string) => void} forgotten is told of one that is no more
   */
  constructor(open, forgotten) {
    this.#open = open;
    this.#forgotten = forgotten;
  }

  /** Shows them as they are now. */
  async refresh(current) {
    const asked = ++this.#asked;
    let found;
    try {
      found = await call("/v1/conversations", { quiet: true });
    } catch {
      return; // whoever speaks is told what is wrong
    }
    const shown = this.#all ? found : found.slice(0, SHOWN);
    await Promise.all(shown.map(({ id }) => this.#title(id)));
    if (asked !== this.#asked) return;
    const more = found.length - shown.length;
    at("conversations").replaceChildren(
      ...shown.map((item) => this.#row(item, item.id === current)),
      ...(more ? [h("li", {}, h("button", { class: "quiet", onclick: () => this.#more(current) }, `${more} more`))] : []),
    );
    at("no-conversations").hidden = found.length > 0;
  }

  async #title(id) {
    if (this.#titles.has(id)) return;
    try {
      const { messages } = await call(`/v1/conversations/${id}`, { quiet: true });
      const first = messages.find(({ role }) => role === "person");
      if (first) this.#titles.set(id, first.text);
    } catch {
      // It is listed by its time alone.
    }
  }

  #row({ id, updated }, current) {
    const title = this.#titles.get(id) ?? "Nothing said yet";
    return h("li", { class: "row" },
      h("button", { class: "open", "aria-current": current && "true", title, onclick: () => this.#open(id) },
        h("span", { class: "clip" }, title), h("span", { class: "dim small" }, moment(updated * 1000))),
      h("button", { class: "quiet icon forget", "aria-label": `Forget the conversation “${title.slice(0, 60)}”`, title: "Forget", onclick: (event) => this.#forget(id, event.currentTarget) }, "×"));
  }

  #more(current) {
    this.#all = true;
    return this.refresh(current);
  }

  async #forget(id, button) {
    button.disabled = true;
    try {
      await call(`/v1/conversations/${id}`, { method: "DELETE" });
      announce("The conversation is forgotten. Its sessions stay.");
    } catch (problem) {
      button.disabled = false;
      announce(problem.message);
      if (problem.status !== 404) return;
    }
    at("fresh").focus();
    this.#forgotten(id);
  }
}
