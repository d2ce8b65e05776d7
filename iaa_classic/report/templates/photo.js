"use strict";
(() => {
  const page = document.querySelector("main.photo");
  overlays.enliven(page);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") overlays.show(page, new Set());
    else if (overlays.key(page, event.key)) event.preventDefault();
  });
})();
