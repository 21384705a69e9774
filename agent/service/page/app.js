// The page: its tabs, its theme, and what its parts tell each other.

import { Conversations } from "./conversations.js";
import { at, h } from "./dom.js";
import { signIn, signOut, token } from "./login.js";
import { Sessions } from "./sessions.js";
import { Talk } from "./talk.js";
import { Watch } from "./watch.js";

const EXAMPLES = [
  ["Play without lag", "Low latency for gaming on +351966666666 for 2 hours"],
  ["Hold a video call", "Video call between 203.0.113.9:5060 and 198.51.100.7, 45 minutes"],
  ["See what there is", "Which profiles do you offer?"],
];
const VIEWS = ["talk", "watch"];

const sessions = new Sessions((text) => say(text));
const talk = new Talk((id) => told(id));
const conversations = new Conversations((id) => talk.open(id), (id) => (id === talk.id ? talk.fresh() : told(talk.id)));
const watch = new Watch(at("watch-view"));
let followed = null;

function told(id) {
  sessions.refresh();
  conversations.refresh(id);
  if (id !== followed) sessions.follow((followed = id));
}

function say(text) {
  show("talk");
  return talk.say(text);
}

function sent(event) {
  event?.preventDefault();
  const words = at("words");
  if (!words.value.trim() || !say(words.value.trim())) return;
  words.value = "";
  grown();
}

function grown() {
  const words = at("words");
  words.style.height = "auto";
  words.style.height = `${words.scrollHeight}px`;
}

function show(view, focus = false) {
  for (const name of VIEWS) {
    const [tab, here] = [at(`tab-${name}`), name === view];
    tab.setAttribute("aria-selected", String(here));
    tab.tabIndex = here ? 0 : -1;
    at(`${name}-view`).hidden = !here;
    if (here && focus) tab.focus();
  }
  if (location.hash !== `#${view}`) history.replaceState(null, "", `#${view}`);
  watch.visible = view === "watch";
}

function turned(event) {
  const last = VIEWS.length - 1;
  const here = VIEWS.indexOf(event.target.id.replace("tab-", ""));
  const next = { ArrowRight: here === last ? 0 : here + 1, ArrowLeft: here === 0 ? last : here - 1, Home: 0, End: last }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  show(VIEWS[next], true);
}

function themed(toggle = false) {
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const root = document.documentElement.dataset;
  let theme = root.theme ?? system;
  if (toggle) {
    theme = theme === "dark" ? "light" : "dark";
    if (theme === system) delete root.theme;
    else root.theme = theme;
    keep("qod-theme", root.theme);
  }
  at("theme").setAttribute("aria-checked", String(theme === "dark"));
}

function keep(name, value) {
  try {
    if (value) localStorage.setItem(name, value);
    else localStorage.removeItem(name);
  } catch {
    // Storage may be closed: the choice holds as long as the page.
  }
}

function signed() {
  at("sign").hidden = false;
  at("sign").textContent = token() ? "Sign out" : "Sign in";
  followed = null;
  if (token()) told(talk.id);
}

at("composer").addEventListener("submit", sent);
at("words").addEventListener("input", grown);
at("words").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) sent(event);
});
at("fresh").addEventListener("click", () => talk.fresh());
at("theme").addEventListener("click", () => themed(true));
at("sign").addEventListener("click", () => (token() ? signOut() : signIn("What you use this service with.")));
document.addEventListener("signed", signed);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => themed());
for (const name of VIEWS) {
  at(`tab-${name}`).addEventListener("click", () => show(name));
  at(`tab-${name}`).addEventListener("keydown", turned);
}
addEventListener("hashchange", () => show(VIEWS.includes(location.hash.slice(1)) ? location.hash.slice(1) : "talk"));
at("examples").append(...EXAMPLES.map(([title, words]) =>
  h("li", {}, h("button", { onclick: () => say(words) }, h("strong", {}, title), h("span", {}, words)))));

themed();
if (token()) signed();
show(VIEWS.includes(location.hash.slice(1)) ? location.hash.slice(1) : "talk");
talk.resume();
