// The server allowed the call (HX-Trigger): the device dials.
document.addEventListener("dial", (event) => {
  window.location.href = `tel:${event.detail.number}`;
});
