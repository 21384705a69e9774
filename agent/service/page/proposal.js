// A call that waits for the person's word, with where each of its values comes from.

import { announce, h, svg } from "./dom.js";
import { editor } from "./editor.js";
import { stretches } from "./spans.js";
import { about, percent, readable, titled } from "./words.js";

const DONE = { approve: "Sent", edit: "Edited and sent", reject: "Not sent", refused: "Refused" };
let count = 0;

export class Card {
  #profiles;
  #confirm;
  #body;
  #footer;

  /**
   * @param {object} proposal as the service tells it
   * @param {object[]} profiles the operator's, for their descriptions and for editing
   * @param {(card: Card, word: object) => void} confirm sends the person's word
   */
  constructor(proposal, profiles, confirm) {
    this.proposal = proposal;
    this.#profiles = profiles;
    this.#confirm = confirm;
    const title = `proposal-${++count}`;
    this.#body = h("div", { class: "body" });
    this.#footer = h("div", { class: "actions" });
    this.element = h("article", { class: "card proposal", role: "group", "aria-labelledby": title, tabindex: -1 },
      heading(proposal, title), quote(proposal), remarks(proposal), this.#body, this.#footer);
    for (const kind of ["pointerover", "focusin"]) this.element.addEventListener(kind, (event) => this.#light(event.target));
    for (const kind of ["pointerleave", "focusout"]) this.element.addEventListener(kind, () => this.#light(null));
    this.#look();
  }

  /** Whether it still waits. */
  get waits() {
    return !this.element.dataset.done;
  }

  /** Shows that an answer is under way, or that it is not any more. */
  set busy(busy) {
    for (const button of this.element.querySelectorAll(".actions button")) button.disabled = busy;
  }

  /** Shows what became of it: `approve`, `edit`, `reject`, or `refused`. */
  settle(what, why = DONE[what]) {
    this.element.dataset.done = what;
    this.#body.replaceChildren(table(this.proposal, this.#profiles), json(this.proposal));
    this.#footer.replaceChildren(h("p", { class: "done" }, why));
  }

  /** Puts the keyboard where it can be answered. */
  focus() {
    this.element.focus({ preventScroll: true });
  }

  #look(back = false) {
    const edit = h("button", { onclick: () => this.#edit() }, "Edit");
    this.#body.replaceChildren(table(this.proposal, this.#profiles), json(this.proposal));
    this.#footer.replaceChildren(
      h("button", { class: "primary", onclick: () => this.#confirm(this, { decision: "approve" }) }, "Send it"),
      edit,
      h("button", { class: "quiet", onclick: () => this.#confirm(this, { decision: "reject" }) }, "Don’t send"));
    if (back) edit.focus();
  }

  #edit() {
    const form = editor(this.proposal, this.#profiles, {
      send: (given) => this.#confirm(this, { decision: "edit", arguments: given }),
      cancel: () => this.#look(true),
    });
    this.#body.replaceChildren(form);
    this.#footer.replaceChildren();
    form.querySelector("input, select, textarea").focus({ preventScroll: true });
    this.element.scrollIntoView({ block: "nearest" });
  }

  #light(target) {
    const lit = target?.closest("[data-argument]")?.dataset.argument;
    for (const part of this.element.querySelectorAll("[data-argument]")) {
      part.classList.toggle("lit", part.dataset.argument === lit);
    }
  }
}

function heading({ operation, confidence }, id) {
  return h("header", {},
    h("div", {}, h("h3", { id }, titled(operation)), h("code", { class: "dim" }, operation)),
    typeof confidence === "number" && h("div", { class: "whole" }, h("span", { class: "dim small" }, "Confidence"), sureness(confidence)));
}

/** The person's words with the values in them marked; a number ties each to its argument. */
function quote({ arguments: given, turns, sources }) {
  const numbers = numbered(given);
  const shown = turns.map((text, turn) => [text, sources.filter((source) => source.turn === turn)]);
  const last = shown.length - 1;
  return h("div", { class: "quote" },
    h("p", { class: "dim small" }, "In your words"),
    shown.filter(([, found], turn) => found.length || turn === last)
      .map(([text, found]) => h("blockquote", {}, stretches(text, found).map((stretch) => marked(stretch, numbers)))));
}

function marked({ text, arguments: names, ends }, numbers) {
  return names.reduceRight((inside, name) => {
    const { label, hue } = about(name);
    const number = ends.includes(name) && numbers.get(name);
    return h("mark", { vars: { hue }, "data-argument": name, title: label }, inside,
      number && [h("sup", { "aria-hidden": "true" }, number), h("span", { class: "unseen" }, ` (${label})`)]);
  }, document.createTextNode(text));
}

const numbered = (given) => new Map(Object.keys(given).map((name, index) => [name, index + 1]));

function remarks({ remarks: told }) {
  return told.length > 0 && h("ul", { class: "remarks", "aria-label": "Please note" }, told.map((text) => h("li", {}, text)));
}

/** Each argument: its value, where it comes from, and how sure the model is of it. */
function table(proposal, profiles) {
  const numbers = numbered(proposal.arguments);
  return h("ol", { class: "arguments", "aria-label": "What would be sent" },
    Object.entries(proposal.arguments).map(([name, value]) => row(name, value, proposal, profiles, numbers.get(name))));
}

function row(name, value, { assumptions, sources, certainty }, profiles, number) {
  const { label, hue } = about(name);
  const { main, more } = readable(name, value);
  const reason = Object.hasOwn(assumptions, name) && assumptions[name];
  const said = sources.some(({ argument }) => argument === name);
  const serves = name === "qosProfile" && profiles.find((profile) => profile.name === value)?.description;
  return h("li", { vars: { hue }, "data-argument": name, class: reason ? "assumed" : said ? "said" : "read" },
    h("span", { class: "number", "aria-hidden": "true" }, number),
    h("div", { class: "what" },
      h("p", {}, h("span", { class: "name" }, label), " ", h("span", { class: "value wrap" }, main)),
      h("p", { class: "dim small" }, origin(said, reason), serves ? ` · ${serves}` : more && more !== main ? ` · ${more}` : "")),
    Object.hasOwn(certainty, name) ? sureness(certainty[name]) : h("span"));
}

function origin(said, reason) {
  if (reason) return [said && "you said it · ", h("span", { class: "tag" }, "assumed"), ` ${reason}`];
  return said ? "you said it" : "understood from your words";
}

/** A small bar with its percentage. */
function sureness(share) {
  return h("span", { class: "sure", title: `The model is ${percent(share)} sure` },
    svg("svg", { viewBox: "0 0 40 4", "aria-hidden": "true" },
      svg("rect", { width: 40, height: 4, rx: 2 }), svg("rect", { class: "part", width: 40 * share, height: 4, rx: 2 })),
    h("span", { class: "share" }, h("span", { class: "unseen" }, "Sure: "), percent(share)));
}

/** The body as JSON, each argument in its colour. */
function json({ arguments: given }) {
  const text = JSON.stringify(given, null, 2);
  const entries = Object.entries(given);
  const lines = entries.map(([name, value], index) => h("span", { vars: { hue: about(name).hue }, "data-argument": name },
    `  ${JSON.stringify(name)}: ${JSON.stringify(value, null, 2).replaceAll("\n", "\n  ")}${index < entries.length - 1 ? "," : ""}\n`));
  return h("figure", { class: "json" },
    h("figcaption", {}, h("span", { class: "dim small" }, "As it is sent"), copier(text)),
    h("pre", {}, h("code", {}, "{\n", lines, "}")));
}

function copier(text) {
  const button = h("button", { class: "quiet small" }, "Copy");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Select it to copy";
    }
    announce(button.textContent);
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });
  return button;
}
