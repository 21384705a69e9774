// The API key or access token: asked for when the service wants one, kept in this tab only.

import { at } from "./dom.js";

const KEPT = "qod-key";
let asking = null;

/** The token, or null. */
export const token = () => sessionStorage.getItem(KEPT);

/** Whether the person closed the dialog without an answer. */
export let declined = false;

/** Asks for a token, once however many calls need it; false where the person would not tell. */
export function signIn(detail) {
  asking ??= ask(detail).finally(() => {
    asking = null;
  });
  return asking;
}

/** Forgets the token, and all that this tab shows of its owner. */
export function signOut() {
  sessionStorage.clear();
  location.reload();
}

function ask(detail) {
  const [dialog, field] = [at("login"), at("token")];
  at("login-detail").textContent = detail;
  field.value = "";
  const before = document.activeElement;
  dialog.showModal();
  field.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      declined = !dialog.returnValue;
      if (!declined) sessionStorage.setItem(KEPT, dialog.returnValue);
      dialog.returnValue = field.value = "";
      before?.focus?.();
      changed();
      resolve(!declined);
    }, { once: true });
  });
}

const changed = () => document.dispatchEvent(new Event("signed"));

at("login").querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const given = at("token").value.trim();
  if (given) at("login").close(given);
});
at("login-cancel").addEventListener("click", () => at("login").close(""));
at("login").addEventListener("cancel", () => {
  at("login").returnValue = "";
});
