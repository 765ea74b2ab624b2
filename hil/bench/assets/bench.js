// The bench page: shows what the server pushes, sends what the hands do. It keeps no state of its
// own: a reload shows the same bench.

const $ = (id) => document.getElementById(id);
const elem = (name, attributes = {}, ...children) => {
  const node = Object.assign(document.createElement(name), attributes);
  node.append(...children);
  return node;
};

async function order(path, body = {}) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  }).catch(() => null);
  if (answer && !answer.ok) say(await answer.text());
}

let silence = 0;
function say(sentence) {
  $("said").textContent = sentence;
  $("said").hidden = false;
  clearTimeout(silence);
  silence = setTimeout(() => ($("said").hidden = true), 4000);
}

// ── the glass ────────────────────────────────────────────────────────────────────────────────

const screen = $("screen");
screen.addEventListener("click", (event) => {
  const box = screen.getBoundingClientRect();
  const x = (event.clientX - box.left) / box.width;
  const y = (event.clientY - box.top) / box.height;
  order("/tap", { x, y });
  const finger = $("finger");
  finger.hidden = true;
  void finger.offsetWidth; // starts the animation anew
  finger.style.left = `${screen.offsetLeft + x * box.width}px`;
  finger.style.top = `${screen.offsetTop + y * box.height}px`;
  finger.hidden = false;
});

function stream(image, path) {
  const begin = () => (image.src = `${path}?${Date.now()}`);
  image.addEventListener("error", () => setTimeout(begin, 1000));
  begin();
}
stream(screen, "/screen.mjpeg");

// ── who stands there ─────────────────────────────────────────────────────────────────────────

const KNOBS = {
  core: { field: "core_c", unit: " °C", digits: 1 },
  distance: { field: "distance_cm", unit: " cm", digits: 1 },
  ambient: { field: "ambient_c", unit: " °C", digits: 1 },
};
for (const [id, knob] of Object.entries(KNOBS)) {
  $(id).addEventListener("input", () => {
    label(id);
    order("/knob", { [knob.field]: Number($(id).value) });
  });
}
const label = (id) =>
  ($(`${id}-out`).textContent = Number($(id).value).toFixed(KNOBS[id].digits) + KNOBS[id].unit);

$("forward").onclick = () => order("/forward");
$("away").onclick = () => order("/away");
$("scan").onclick = () => order("/scan");
$("autopilot").onchange = (event) => order("/autopilot", { on: event.target.checked });

function showResident(resident, kinds) {
  const box = $("kinds");
  if (box.children.length !== kinds.length) {
    box.replaceChildren(...kinds.map(({ kind, title }) => {
      const button = elem("button", { textContent: title });
      button.dataset.kind = kind;
      button.onclick = () => order("/kind", { kind });
      return button;
    }));
  }
  for (const button of box.children) {
    button.setAttribute("aria-pressed", String(button.dataset.kind === resident.kind));
  }
  $("kind-means").textContent = kinds.find(({ kind }) => kind === resident.kind)?.means ?? "";
  for (const [id, knob] of Object.entries(KNOBS)) {
    if (document.activeElement !== $(id)) $(id).value = resident[knob.field];
    label(id);
  }
  $("forward").textContent = resident.forehead ? "Show the code again" : "Step forward";
}

// ── what the server tells ────────────────────────────────────────────────────────────────────

function showProcesses(processes) {
  $("processes").replaceChildren(...processes.map((one) => {
    const chip = elem("li", { className: one.state, textContent: one.name.replace(/^(kiosk|site)-/, "") });
    const again = one.restarts ? `, restarted ${one.restarts}×, last ${one.last_exit}` : "";
    chip.title = `${one.name}: ${one.state}, pid ${one.pid}${again}. ${one.status}`;
    return chip;
  }));
}

function showJourney(steps) {
  $("journey").replaceChildren(...steps.map((step) => elem(
    "li",
    { className: step.state },
    elem("b", { textContent: step.title }),
    elem("span", { textContent: step.text }),
    elem("em", { textContent: step.ms === null ? "" : `${step.ms} ms` }),
  )));
}

function showInstruments(instruments) {
  const box = $("instruments");
  if (box.children.length !== instruments.length) box.replaceChildren(...instruments.map(card));
  for (const one of instruments) {
    const state = $(`state-${one.role}`);
    state.textContent = one.says;
    state.className = `state ${one.health}`;
    const means = $(`means-${one.role}`);
    const word = one.words.find(({ word }) => word === one.fault);
    means.textContent = word ? word.means : one.about;
    means.classList.toggle("on", Boolean(word));
    for (const button of $(`faults-${one.role}`).children) {
      button.setAttribute("aria-pressed", String(button.dataset.word === one.fault));
    }
  }
}

function card(one) {
  const button = ({ word, means }) => {
    const node = elem("button", { textContent: word, title: means });
    node.dataset.word = word;
    node.onclick = () => order("/fault", { role: one.role, word });
    return node;
  };
  const heal = elem("button", { textContent: "heal", className: "heal", title: "Undo the fault" });
  heal.onclick = () => order("/fault", { role: one.role, word: null });
  return elem(
    "section",
    { className: "card" },
    elem("h2", {}, one.title, elem("span", { lang: "zh", textContent: one.title_zh }),
      elem("span", { id: `state-${one.role}` })),
    elem("div", { id: `faults-${one.role}`, className: "faults" }, ...one.words.map(button), heal),
    elem("p", { id: `means-${one.role}`, className: "fault-means" }),
    one.role === "camera" ? cameraPicture() : elem("div", { id: `wire-${one.role}`, className: "wire" }),
    elem("p", { className: "legend", textContent: one.legend }),
  );
}

function cameraPicture() {
  const image = elem("img", { className: "seen", alt: "What the camera sees" });
  stream(image, "/camera.mjpeg");
  return image;
}

const WIRE_ROWS = 9;
function showWire({ role, rows }) {
  const box = $(`wire-${role}`);
  if (!box) return;
  for (const row of rows) {
    const key = row.from + row.hex;
    const same = [...box.children].slice(-2).find((one) => one.dataset.key === key);
    if (same) {
      // A question asked again and again, and its answer, stay two rows.
      same.lastChild.textContent = `  ×${(same.times = (same.times ?? 1) + 1)}`;
      continue;
    }
    const node = elem("div", { className: row.from === "kiosk" ? "out" : "in" },
      row.hex, elem("i", { textContent: row.means ? `  ${row.means}` : "" }), elem("b"));
    node.dataset.key = key;
    box.append(node);
  }
  while (box.children.length > WIRE_ROWS) box.firstChild.remove();
}

let papersShown = null;
function showPapers(papers) {
  $("paper-count").textContent = papers.length ? `${papers.at(-1).number} printed` : "";
  const key = papers.map(({ number }) => number).join();
  if (key === papersShown || !papers.length) return;
  const fresh = papersShown !== null;
  papersShown = key;
  $("papers").replaceChildren(...papers.toReversed().map((paper, index) => {
    const source = `/papers/${paper.number}.png`;
    const open = elem("button", { title: "Look closer" }, elem("img", { src: source, alt: "" }));
    open.onclick = () => {
      $("big-paper").src = source;
      $("big-text").textContent = paper.text;
      $("big").showModal();
    };
    return elem("figure", { className: fresh && index === 0 ? "new" : "" }, open,
      elem("figcaption", { textContent: paper.text }));
  }));
}

function show(state) {
  $("site").textContent = state.site;
  $("staff").href = state.staff_url;
  $("autopilot").checked = state.autopilot;
  $("dark").hidden = state.has_picture;
  $("caption").textContent = state.caption;
  showProcesses(state.processes);
  showResident(state.resident, state.kinds);
  showJourney(state.journey);
  showInstruments(state.instruments);
  showPapers(state.papers);
}

const events = new EventSource("/events");
events.addEventListener("state", (event) => show(JSON.parse(event.data)));
events.addEventListener("wire", (event) => showWire(JSON.parse(event.data)));
events.onopen = () => ($("lost").hidden = true);
events.onerror = () => ($("lost").hidden = false);
