// Calls to the service: signed in where it asks, sent again where the network failed.

import { declined, signIn, token } from "./login.js";

const AGAIN = 800;
let ahead = 0;

/** What went wrong, as problem details (RFC 9457) tell it. */
export class Problem extends Error {
  constructor({ status = 0, title = "It did not work", detail = "" }) {
    super(detail || title);
    Object.assign(this, { status, title });
  }
}

/** Names a call, so that it is carried out once however often it is sent. */
export const newKey = () =>
  crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** The service's time in milliseconds: a countdown should not hang on this machine's clock. */
export const now = () => Date.now() + ahead;

/**
 * Calls the service.
 *
 * @param {string} path
 * @param {{method?: string, body?: object, key?: string, quiet?: boolean}} options `key` is the
 *   Idempotency-Key; a `quiet` call was not made by the person, who is not asked twice for a login
 * @returns {Promise<any>} the body
 * @throws {Problem}
 */
export async function call(path, options = {}) {
  for (;;) {
    const used = token();
    const { response, body } = await reached(path, options);
    if (response.ok) return body;
    const problem = problemOf(response, body);
    if (response.status !== 401) throw problem;
    if (token() !== used) continue; // another call has asked meanwhile
    if ((options.quiet && declined) || !(await signIn(problem.message))) throw problem;
  }
}

/** The events of a stream: { name, data }. Unlike EventSource it can send the login along. */
export async function* events(path, signal) {
  const response = await sent(path, { signal });
  const kind = response.headers.get("content-type") ?? "";
  if (!response.ok || !kind.startsWith("text/event-stream")) throw problemOf(response);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split(/\r\n\r\n|\n\n/);
    rest = blocks.pop();
    yield* blocks.map(eventOf);
  }
}

function eventOf(block) {
  const lines = block.split(/\r?\n/);
  const values = (field) => lines.filter((line) => line.startsWith(`${field}:`)).map((line) => line.slice(field.length + 1).trimStart());
  return { name: values("event").at(-1) ?? "message", data: values("data").join("\n") };
}

async function reached(path, options) {
  try {
    return await answered(path, options);
  } catch {
    await new Promise((resolve) => setTimeout(resolve, AGAIN));
  }
  try {
    return await answered(path, options);
  } catch {
    throw new Problem({ title: "No connection", detail: "The service cannot be reached. Look whether it runs, and try again." });
  }
}

async function answered(path, options) {
  const response = await sent(path, options);
  const date = Date.parse(response.headers.get("date"));
  // The header has whole seconds: a second is no difference.
  if (date && Math.abs(date - Date.now()) > 1500) ahead = date - Date.now();
  const text = await response.text();
  const json = /json/.test(response.headers.get("content-type") ?? "");
  return { response, body: json && text ? JSON.parse(text) : null };
}

function sent(path, { method = "GET", body, key, signal }) {
  const headers = new Headers();
  if (token()) headers.set("Authorization", `Bearer ${token()}`);
  if (key) headers.set("Idempotency-Key", key);
  if (body) headers.set("Content-Type", "application/json");
  return fetch(path, { method, headers, signal, body: body && JSON.stringify(body), cache: "no-store", credentials: "omit" });
}

function problemOf(response, body) {
  const told = body && typeof body.title === "string" ? body : {};
  return new Problem({ title: response.statusText || `HTTP ${response.status}`, ...told, status: response.status });
}
