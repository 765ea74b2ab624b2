// Keeps the staff page fresh: swaps server-rendered fragments, sends the lane's word.
// Owns nothing: without it every page and every button still works, only not by itself.
"use strict";

const SILENT_MS = 6000; // the server says something every 2 s

const stale = document.getElementById("stale");
const toast = document.getElementById("toast");
let heardAt = Date.now();
let pressed = false; // a finger is on the page: nothing may move under it
let waiting = {};

function swap(fragments) {
  Object.assign(waiting, fragments);
  if (pressed) return;
  for (const [id, html] of Object.entries(waiting)) {
    const element = document.getElementById(id);
    if (element) element.innerHTML = html;
  }
  waiting = {};
}

function heard() {
  heardAt = Date.now();
  stale.hidden = true;
}

function listen() {
  const source = new EventSource(document.body.dataset.events);
  source.addEventListener("fragments", (event) => { heard(); swap(JSON.parse(event.data)); });
  source.addEventListener("beat", heard);
}

function say(sentence) {
  toast.textContent = sentence;
  toast.hidden = false;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { toast.hidden = true; }, 5000);
}

async function send(form) {
  const button = form.querySelector("button");
  button.disabled = true;
  button.classList.add("sending");
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      headers: { Accept: "application/json" },
      signal: AbortSignal.timeout(5000),
    });
    if (!answer.ok) {
      say(answer.headers.get("content-type")?.includes("json") ? (await answer.json()).sentence : answer.statusText);
      button.disabled = false;
    }
  } catch {
    say(stale.textContent);
    button.disabled = false;
  } finally {
    button.classList.remove("sending");
  }
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form.word")) return;
  event.preventDefault();
  send(event.target);
});
document.addEventListener("pointerdown", () => { pressed = true; });
for (const end of ["pointerup", "pointercancel"]) {
  document.addEventListener(end, () => setTimeout(() => { pressed = false; swap({}); }, 60));
}
setInterval(() => { stale.hidden = Date.now() - heardAt < SILENT_MS; }, 1000);
listen();
