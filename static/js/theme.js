// In the head, before the first paint: the remembered appearance, else the system's.
const STORED = "ripen-theme";
const system = matchMedia("(prefers-color-scheme: dark)");

function remembered() {
  try {
    return localStorage.getItem(STORED) || "system";
  } catch {
    return "system";
  }
}

function apply() {
  const choice = remembered();
  const dark = choice === "dark" || (choice === "system" && system.matches);
  document.documentElement.dataset.bsTheme = dark ? "dark" : "light";
  for (const button of document.querySelectorAll("[data-theme-choice]"))
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
}

apply();
system.addEventListener("change", apply);
document.addEventListener("DOMContentLoaded", apply);
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-theme-choice]");
  if (!button) return;
  event.stopPropagation();
  try {
    localStorage.setItem(STORED, button.dataset.themeChoice);
  } catch {
    // Private windows: the choice lasts for this page.
  }
  apply();
  document.dispatchEvent(new CustomEvent("ripen:theme"));
}, true);
