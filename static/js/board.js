// Cards of the board are dragged to another stage; the menu of each card does the same from the keyboard.
let dragged = null;

const column = (event) => event.target.closest?.("[data-board] [data-stage]");

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-move]");
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  dragged.classList.add("is-dragged");
});

document.addEventListener("dragend", () => {
  dragged?.classList.remove("is-dragged");
  document.querySelectorAll(".is-target").forEach((target) => target.classList.remove("is-target"));
  dragged = null;
});

document.addEventListener("dragover", (event) => {
  const over = dragged && column(event);
  document.querySelectorAll(".is-target").forEach((target) => target.classList.toggle("is-target", target === over));
  if (!over) return;
  event.preventDefault();
  over.classList.add("is-target");
});

document.addEventListener("drop", (event) => {
  const over = dragged && column(event);
  if (!over) return;
  event.preventDefault();
  if (over.contains(dragged)) return;
  window.htmx.ajax("POST", dragged.dataset.move, { source: dragged, swap: "none", values: { stage: over.dataset.stage } });
});
