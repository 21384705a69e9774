// How values, times and operations are told to people.

const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

/** The arguments: what they are called, and their hue. */
const ARGUMENTS = new Map([
  ["device", { label: "Device", hue: 250 }],
  ["applicationServer", { label: "Server", hue: 305 }],
  ["devicePorts", { label: "Device ports", hue: 225 }],
  ["applicationServerPorts", { label: "Server ports", hue: 335 }],
  ["qosProfile", { label: "Profile", hue: 145 }],
  ["name", { label: "Profile", hue: 145 }],
  ["duration", { label: "Duration", hue: 62 }],
  ["requestedAdditionalDuration", { label: "Added time", hue: 62 }],
  ["sessionId", { label: "Session", hue: 200 }],
  ["sink", { label: "Notices to", hue: 20 }],
]);

const TITLES = new Map([
  ["createSession", "Create a session"],
  ["extendQosSessionDuration", "Extend a session"],
  ["deleteSession", "End a session"],
]);

export const LENGTHS = new Set(["duration", "requestedAdditionalDuration"]);

/** Label and hue of an argument. */
export const about = (name) => ARGUMENTS.get(name) ?? { label: name, hue: 90 };

/** What an operation does. */
export const titled = (operation) => TITLES.get(operation) ?? operation;

/** Seconds in words: "2 hours 30 minutes". */
export function spoken(seconds) {
  let rest = Math.max(0, Math.round(seconds));
  const parts = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count) parts.push(`${count} ${unit}${count === 1 ? "" : "s"}`);
  }
  return parts.join(" ") || "0 seconds";
}

/** Seconds as a clock shows them: "1:42:07", "9:05". */
export function clock(seconds) {
  const rest = Math.max(0, Math.ceil(seconds));
  const [hours, minutes] = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60];
  const tail = String(rest % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

/** A value for people, and what it is on the wire: { main, more }. */
export function readable(name, value) {
  if (LENGTHS.has(name)) return { main: spoken(value), more: `${value} s` };
  if (value === null || typeof value !== "object") return { main: String(value), more: "" };
  const leaves = leavesOf(value);
  const port = leaves.length === 2 && leaves[1][0] === "publicPort";
  return { main: unique(leaves, 1).join(port ? ":" : ", "), more: unique(leaves, 0).join(", ") };
}

const unique = (leaves, place) => [...new Set(leaves.map((leaf) => leaf[place]).filter(Boolean))];

function leavesOf(value, name = "") {
  if (value === null || typeof value !== "object") return [[name, String(value)]];
  if ("from" in value && "to" in value) return [[name, `${value.from}–${value.to}`]];
  return Object.entries(value).flatMap(([key, item]) => leavesOf(item, Array.isArray(value) ? name : key));
}

/** A share, 0 to 1, in percent. */
export function percent(share) {
  const value = share * 100;
  return `${value > 99 && value < 99.95 ? value.toFixed(1) : Math.round(value)} %`;
}

const HOUR = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

/** Hour and minute of a time in milliseconds, with the day where it is another one. */
export function moment(milliseconds) {
  const time = new Date(milliseconds);
  const today = time.toDateString() === new Date().toDateString();
  return today ? HOUR.format(time) : `${DAY.format(time)}, ${HOUR.format(time)}`;
}

/** Hour and minute alone. */
export const hour = (milliseconds) => HOUR.format(new Date(milliseconds));
