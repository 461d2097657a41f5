// Puts the form here: <script src="…/f/<form>/embed.js" async></script>
(() => {
  const script = document.currentScript;
  const address = new URL("embed/", script.src);
  const here = new URL(location.href);
  address.searchParams.set("page", here.href);
  address.searchParams.set("referrer", document.referrer);
  for (const [name, value] of here.searchParams) {
    if (name.startsWith("utm_")) address.searchParams.set(name, value);
  }
  const visitor = window.ripenVisitor?.();
  if (visitor) address.searchParams.set("visitor", visitor);
  const frame = document.createElement("iframe");
  frame.src = address.href;
  frame.title = script.dataset.title || "Form";
  frame.style.cssText = "display:block;width:100%;height:640px;border:0;color-scheme:auto";
  window.addEventListener("message", (event) => {
    const told = event.data;
    if (event.origin === address.origin && event.source === frame.contentWindow && told && told.ripenForm) {
      frame.style.height = `${Math.min(Math.ceil(Number(told.height)) || 640, 10000)}px`;
    }
  });
  script.after(frame);
})();
