// One overlay on all cards, drawn when they come into sight.
"use strict";
(() => {
  const select = document.querySelector("#overlay");
  if (!select) return;
  const near = new Set();

  async function draw(card) {
    const name = select.value;
    const box = card.querySelector(".open");
    const old = box.querySelector(".layer");
    if (old && old.dataset.map === name) return;
    if (old) old.remove();
    if (!name) return;
    const content = await details.unpack(card.dataset.id);
    if (select.value !== name || box.querySelector(".layer")) return; // another one has been chosen meanwhile
    const layer = content.querySelector(`.layer[data-map="${name}"]`);
    if (!layer) return;
    layer.hidden = false;
    layer.setAttribute("aria-hidden", "true");
    box.append(layer);
  }

  const sight = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) near.delete(entry.target);
      else { near.add(entry.target); draw(entry.target); }
    }
  }, { rootMargin: "300px" });
  for (const card of document.querySelectorAll(".card")) sight.observe(card);
  select.addEventListener("change", () => near.forEach(draw));

  // A digit shows its overlay, or hides it again; 0 hides any.
  gallery.overlay = (digit) => {
    const option = select.querySelector(`[data-key="${digit}"]`);
    if (!option && digit !== "0") return false;
    select.value = option && select.value !== option.value ? option.value : "";
    near.forEach(draw);
    return true;
  };
})();
