// Tells Ripen that a named page was visited: <script src="…/visits.js" data-page="pricing" async></script>
// Nothing is kept or sent before the visitor agreed: data-consent="given" on the script, or ripenVisits.allow() from
// your consent banner. Never with Do Not Track or Global Privacy Control.
(() => {
  const script = document.currentScript;
  const KEY = "ripen-visitor";
  const unwanted = navigator.doNotTrack === "1" || window.doNotTrack === "1" || navigator.globalPrivacyControl === true;
  const keep = () => {
    const fresh = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) => n.toString(16).padStart(2, "0")).join("");
    if (!localStorage.getItem(KEY)) localStorage.setItem(KEY, fresh());
    return localStorage.getItem(KEY);
  };
  const tell = (page) => {
    if (!page || !localStorage.getItem(KEY)) return;
    const body = new URLSearchParams({ visitor: localStorage.getItem(KEY), page });
    navigator.sendBeacon(new URL("visits/", script.src), body);
  };
  window.ripenVisitor = () => (unwanted ? null : localStorage.getItem(KEY));
  window.ripenVisits = {
    allow() {
      if (unwanted) return;
      keep();
      tell(script.dataset.page);
    },
    forget: () => localStorage.removeItem(KEY),
  };
  if (unwanted) localStorage.removeItem(KEY);
  else if (script.dataset.consent === "given") window.ripenVisits.allow();
  else tell(script.dataset.page);
})();
