
"use strict";
// The page asks for itself and takes over what is inside; without this script it is as it was when it was opened.
const EVERY = 5000;
const PATIENCE = 4000;
const the = (id) => document.getElementById(id);
const pause = the("pause");
let paused = false;

function isBeingRead() {
  return document.hidden || paused || !document.getSelection().isCollapsed;
}

function show(fresh) {
  const sentence = fresh.querySelector("h1").textContent;
  // Only what is new is said aloud.
  if (sentence !== document.querySelector("h1").textContent) the("told").textContent = sentence;
  document.title = fresh.title;
  for (const part of ["main", ".who", "link[rel=icon]"]) {
    document.querySelector(part).replaceWith(fresh.querySelector(part));
  }
}

function tell(silence) {
  const since = document.querySelector("time").textContent;
  the("silent").textContent = silence ? `No answer since ${since}. What stands below is old.` : "";
  document.body.classList.toggle("old", silence);
}

async function refresh() {
  if (isBeingRead()) return;
  try {
    const answer = await fetch("", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    if (!answer.ok) throw new Error(answer.status);
    show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    tell(false);
  } catch {
    tell(true);
  }
}

pause.addEventListener("click", () => {
  paused = !paused;
  pause.setAttribute("aria-pressed", String(paused));
  refresh();
});
document.addEventListener("visibilitychange", refresh);
pause.hidden = the("refreshing").hidden = false;
setInterval(refresh, EVERY);
