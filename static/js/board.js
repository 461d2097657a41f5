// Cards of the board are dragged to another stage; the menu of each card does the same from the keyboard. While a card is
// dragged, stages that ask for something first say so; dropping it there asks.
let dragged = null;
let needs = {};

const target = (event) => event.target.closest?.("[data-board] :is([data-stage], [data-end])");

function lockStages(locked) {
  document.querySelectorAll("[data-board] [data-stage]").forEach((column) => {
    const text = (locked && needs[column.dataset.stage]) || "";
    const note = column.querySelector(".board-lock");
    note.hidden = !text;
    note.querySelector("span").textContent = text && `First: ${text}`;
    column.classList.toggle("is-locked", Boolean(text));
  });
}

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-move]");
  if (!dragged) return;
  needs = JSON.parse(dragged.dataset.needs || "{}");
  event.dataTransfer.effectAllowed = "move";
  dragged.classList.add("is-dragged");
  // Chromium ends a drag when the page moves under it in the same moment.
  setTimeout(() => {
    if (!dragged) return;
    document.body.classList.add("is-dragging");
    lockStages(true);
  });
});

document.addEventListener("dragend", () => {
  dragged?.classList.remove("is-dragged");
  document.body.classList.remove("is-dragging");
  document.querySelectorAll(".is-target").forEach((over) => over.classList.remove("is-target"));
  lockStages(false);
  dragged = null;
});

document.addEventListener("dragover", (event) => {
  const over = dragged && target(event);
  document.querySelectorAll(".is-target").forEach((other) => other.classList.toggle("is-target", other === over));
  if (!over) return;
  event.preventDefault();
  over.classList.add("is-target");
});

const ask = (url) => window.htmx.ajax("GET", url, { target: "#dialog-body", swap: "innerHTML" });

document.addEventListener("drop", (event) => {
  const over = dragged && target(event);
  if (!over) return;
  event.preventDefault();
  if (over.contains(dragged)) return;
  const { stage, end } = over.dataset;
  if (end) ask(dragged.dataset[end]);
  else if (needs[stage]) ask(`${dragged.dataset.move}&stage=${stage}`);
  else window.htmx.ajax("POST", dragged.dataset.move, { source: dragged, swap: "none", values: { stage } });
});
