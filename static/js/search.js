// The search field's list of hits: arrows move, Enter opens, Escape closes.
const field = () => document.getElementById("search-field");
const list = () => document.getElementById("search-results");
const hits = () => [...list().querySelectorAll("[role=option]")];

function show(open) {
  list().hidden = !open;
  field().setAttribute("aria-expanded", String(open));
  if (!open) field().removeAttribute("aria-activedescendant");
}

function select(step) {
  const all = hits();
  if (!all.length) return;
  const at = all.findIndex((hit) => hit.getAttribute("aria-selected") === "true");
  all[at]?.setAttribute("aria-selected", "false");
  const next = all[(at + step + all.length) % all.length];
  next.setAttribute("aria-selected", "true");
  next.scrollIntoView({ block: "nearest" });
  field().setAttribute("aria-activedescendant", next.id);
}

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "search-results") show(list().childElementCount > 0);
});

document.addEventListener("keydown", (event) => {
  if (event.target !== field()) return;
  if (event.key === "Escape") {
    show(false);
    field().blur();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    select(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter") {
    const chosen = list().querySelector("[aria-selected=true]");
    if (chosen) {
      event.preventDefault();
      chosen.click();
    }
  }
});

document.addEventListener("focusin", (event) => {
  if (!field()) return;
  if (event.target === field()) show(list().childElementCount > 0);
  else if (!event.target.closest?.(".search")) show(false);
});
document.addEventListener("click", (event) => {
  if (field() && !event.target.closest?.(".search")) show(false);
});
