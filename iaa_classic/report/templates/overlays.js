// Overlays on a photograph: switches, keys, and features that show the maps behind them.
"use strict";
const overlays = (() => {
  const all = (root, selector) => Array.from(root.querySelectorAll(selector));

  // Show exactly these overlays in every photograph below root.
  function show(root, names) {
    for (const part of all(root, ".layer, .caption [data-map]")) part.hidden = !names.has(part.dataset.map);
    for (const button of all(root, ".chip[data-map]")) button.setAttribute("aria-pressed", String(names.has(button.dataset.map)));
    for (const chart of all(root, ".chart")) chart.classList.toggle("found", names.has(chart.dataset.map));
    for (const button of all(root, ".label[data-maps]")) {
      button.setAttribute("aria-pressed", String(button.dataset.maps.split(" ").every((name) => names.has(name))));
    }
    root.shownMaps = names;
  }

  const shown = (root) => root.shownMaps || new Set();

  function toggle(root, name) {
    const names = new Set(shown(root));
    if (!names.delete(name)) names.add(name);
    show(root, names);
  }

  function pick(root, button) {
    const names = button.getAttribute("aria-pressed") === "true" ? [] : button.dataset.maps.split(" ");
    show(root, new Set(names));
    for (const chart of all(root, ".more .chart.found")) chart.closest(".more").open = true;
    const seen = names.length && (root.querySelector(".layer:not([hidden])") ? root.querySelector(".picture") : root.querySelector(".chart.found"));
    if (!seen) return;
    const box = seen.getBoundingClientRect();
    if (box.bottom < 120 || box.top > innerHeight - 120) {
      const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      seen.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
    }
  }

  // Make the switches of a detail work; the overlays named are shown at once.
  function enliven(root, names) {
    root.addEventListener("click", (event) => {
      const chip = event.target.closest(".chip[data-map]");
      const label = event.target.closest(".label[data-maps]");
      if (chip) toggle(root, chip.dataset.map);
      if (label) pick(root, label);
    });
    show(root, names || new Set());
  }

  // 1 to 9 switch an overlay, 0 switches all off; says whether the key meant anything.
  function key(root, name) {
    if (!/^[0-9]$/.test(name)) return false;
    if (name === "0") { show(root, new Set()); return true; }
    const chip = root.querySelector(`.chip[data-key="${name}"]`);
    if (chip) toggle(root, chip.dataset.map);
    return Boolean(chip);
  }

  return { enliven, key, show, shown };
})();
