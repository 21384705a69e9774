// Runs before the first paint, so that a chosen theme does not flash in the other one.
try {
  const chosen = localStorage.getItem("qod-theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
} catch {
  // Storage may be closed; the system's theme is shown then.
}
