// One key each; nothing happens while typing.
const ROOMS = { t: "Today", l: "Leads", c: "Calls", o: "Opportunities" };
let waitingForRoom = false;

const typing = (target) => target.closest?.("input, textarea, select, [contenteditable], dialog[open]");

function openRoom(key) {
  const links = [...document.querySelectorAll(".sidebar-nav a")];
  links.find((link) => link.querySelector("span").textContent === ROOMS[key])?.click();
}

function move(step) {
  const links = [...document.querySelectorAll("[data-rows] .row-link")];
  if (!links.length) return;
  const row = document.activeElement.closest?.("tr, li");
  const at = links.findIndex((link) => row?.contains(link));
  links[Math.max(0, Math.min(links.length - 1, at < 0 ? 0 : at + step))].focus();
}

const ACTIONS = {
  n: () => document.querySelector("[data-next]")?.click(),
  j: () => move(1),
  k: () => move(-1),
  g: () => {
    waitingForRoom = true;
    setTimeout(() => { waitingForRoom = false; }, 1200);
  },
  "?": () => document.getElementById("keyboard-help")?.showModal(),
  "/": () => document.getElementById("search-field")?.select(),
};

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    document.getElementById("search-field")?.select();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (waitingForRoom && ROOMS[event.key]) {
    waitingForRoom = false;
    openRoom(event.key);
  } else if (ACTIONS[event.key]) {
    event.preventDefault();
    ACTIONS[event.key]();
  }
});

document.addEventListener("DOMContentLoaded", () => {
  const button = document.querySelector("[data-open-next]");
  if (!button) return;
  button.hidden = !document.querySelector("[data-next]");
  button.addEventListener("click", ACTIONS.n);
});

// A click anywhere on a row opens it.
document.addEventListener("click", (event) => {
  const row = event.target.closest?.("[data-rows] :is(tr, li)");
  if (!row || event.target.closest("a, button, input, label, select, textarea, summary") || getSelection().toString()) return;
  row.querySelector(".row-link")?.click();
});
