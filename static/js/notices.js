// Toasts go away by themselves, errors stay; a request that fails says so.
const LIFETIME = 6000;

function expire(notice) {
  if (!notice.classList.contains("notice-error")) setTimeout(() => notice.remove(), LIFETIME);
}

function fail(text) {
  const template = document.getElementById("notice-template");
  const notice = template.content.firstElementChild.cloneNode(true);
  notice.querySelector("[data-text]").textContent = text;
  document.getElementById("toasts").append(notice);
}

document.addEventListener("DOMContentLoaded", () => {
  const toasts = document.getElementById("toasts");
  if (!toasts) return;
  toasts.querySelectorAll("[data-notice]").forEach(expire);
  new MutationObserver((changes) => {
    for (const change of changes)
      for (const node of change.addedNodes) if (node.matches?.("[data-notice]")) expire(node);
  }).observe(toasts, { childList: true });
});

document.addEventListener("click", (event) => {
  event.target.closest?.("[data-dismiss]")?.closest("[data-notice]").remove();
});

document.addEventListener("htmx:sendError", () => fail("The server cannot be reached. Check the connection and try again."));
document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  if (status === 403 || status === 404) fail("That is not there, or not open to you.");
  else if (status === 409) fail("Somebody was faster. Reload the page to see what changed.");
  else fail("That did not work. Nothing was changed; try again.");
});
