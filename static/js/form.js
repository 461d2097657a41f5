// Inquiry forms: follow-up questions appear at once, a frame tells its height, views and starts are counted.
// Everything works without this file; the server decides in the end.
const form = document.querySelector("form[data-form]");

const blankAnswers = new Set(["", undefined]);
const comparable = { money: Number, number: Number, time_frame: (text) => (text === "none" ? Infinity : Number(text)) };
const words = { yes: "true", no: "false", True: "true", False: "false" };

function answers(name, kind) {
  const given = new FormData(form).getAll(name).filter((value) => !blankAnswers.has(value));
  return kind === "boolean" ? given.map((value) => words[value] ?? value) : given;
}

function compare(value, bound, kind) {
  const read = comparable[kind];
  const side = bound !== null && typeof bound === "object" ? (bound.amount ?? bound.days ?? "none") : bound;
  const [a, b] = read ? [read(value), read(String(side))] : [value, String(side)];
  return a < b ? -1 : Number(a > b);
}

function holds({ name, kind, operator, value }) {
  const base = document.querySelector(`[name="asked"][value="${CSS.escape(name.replace(/^answer-/, ""))}"]`);
  if (base?.disabled) return false;
  const given = answers(name, kind);
  if (!given.length) return false;
  const wanted = (Array.isArray(value) ? value : [value]).map(String);
  switch (operator) {
    case "answered": return true;
    case "in": return given.some((answer) => wanted.includes(answer));
    case "not_in": return !given.some((answer) => wanted.includes(answer));
    case "at_least": return compare(given[0], value, kind) >= 0;
    default: return compare(given[0], value, kind) <= 0;
  }
}

function showWhatApplies() {
  const blocks = [...form.querySelectorAll("[data-when]")];
  // As often as there are blocks: one may wait for another that comes later.
  for (let changed = true, round = 0; changed && round <= blocks.length; round += 1) {
    changed = false;
    for (const block of blocks) {
      const hidden = !JSON.parse(block.dataset.when).every(holds);
      changed ||= block.hidden !== hidden;
      block.hidden = hidden;
      block.querySelector('[name="asked"]').disabled = hidden;
    }
  }
}

function tell(what) {
  if (form.dataset.counted === undefined) navigator.sendBeacon?.(`/f/${form.dataset.form}/${what}/`);
}

if (form) {
  form.addEventListener("change", showWhatApplies);
  form.addEventListener("input", () => tell("started"), { once: true });
  showWhatApplies();
  tell("viewed");
}

if (window.parent !== window) {
  const content = document.getElementById("main");
  const tellHeight = () => window.parent.postMessage({ ripenForm: true, height: content.offsetHeight + 4 }, "*");
  new ResizeObserver(tellHeight).observe(content);
}
