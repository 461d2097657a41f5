// hx-target="#dialog-body" opens the dialog; without script the same link is a page.
const dialog = () => document.getElementById("dialog");

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "dialog-body" || dialog().open) return;
  const heading = dialog().querySelector("h2");
  if (heading) dialog().setAttribute("aria-label", heading.textContent);
  dialog().showModal();
  dialog().querySelector("[autofocus], .dialog-content :is(input:not([type=hidden]), select, textarea)")?.focus();
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-open-dialog]");
  if (opener) document.getElementById(opener.dataset.openDialog).showModal();
  const closer = event.target.closest?.("[data-close-dialog]");
  if (closer) {
    const open = closer.closest("dialog");
    if (open) open.close();
    else history.back();
  }
  if (event.target.matches?.("dialog[open]")) event.target.close(); // a click on the backdrop
});

document.addEventListener("closeDialog", () => dialog()?.close());
