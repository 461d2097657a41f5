// The check against robots: ALTCHA's widget with a worker of our own origin, as our Content-Security-Policy wants it.
import "altcha/external";
import "altcha/altcha.css";
import "../css/proof.css";

const { worker } = document.currentScript.dataset;
globalThis.$altcha.algorithms.set("PBKDF2/SHA-256", () => new Worker(worker));
globalThis.$altcha.defaults.set({ hideFooter: true, hideLogo: true, humanInteractionSignature: false });
document.querySelector("[data-without-script]").hidden = true;
