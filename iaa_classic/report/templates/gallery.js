// Cards that can be sorted and filtered. window.gallery is what other scripts of the page build on:
//   photographs, criteria  the data; card(id), visible() the cards in the order that is seen; current() the card in use
//   focus(card), open(id), choose(id)  go to a card, show its details, take it into the comparison
//   on(type, listener)     "update" after sorting and filtering, "open" and "close" of details, with {id}
//   key(name, action)      a further key: action(id, event) is called with the photograph in use
"use strict";
const gallery = (() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const find = (selector) => document.querySelector(selector);
  const boxes = Array.from(document.querySelectorAll(".cards"));
  const cards = Array.from(document.querySelectorAll(".card"));
  const byId = new Map(cards.map((card) => [Number(card.dataset.id), card]));
  const events = new EventTarget();
  const keys = new Map();
  const photograph = (card) => data.photographs[Number(card.dataset.id)];
  const names = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const collated = new Map(cards.map((card) => [card, photograph(card).name]));
  let last = null;

  function markOf(card, key) {
    return photograph(card).marks[data.criteria.indexOf(key)];
  }

  function orders(key) {
    if (key === "name") return (a, b) => names.compare(collated.get(a), collated.get(b));
    if (key === "given") return (a, b) => a.dataset.id - b.dataset.id;
    const value = key === "score" ? (card) => photograph(card).score : (card) => markOf(card, key);
    const of = new Map(cards.map((card) => [card, value(card)]));
    return (a, b) => of.get(b) - of.get(a) || photograph(b).score - photograph(a).score || a.dataset.id - b.dataset.id;
  }

  function sort() {
    const key = find("#sort").value;
    const sign = find("#reverse").getAttribute("aria-pressed") === "true" ? -1 : 1;
    const order = orders(key);
    const compare = (a, b) => sign * order(a, b);
    const leaders = [];
    for (const box of boxes) {
      const own = Array.from(box.children).sort(compare);
      box.append(...own);
      if (own.length) leaders.push([own[0], box.parentElement]);
    }
    leaders.sort((a, b) => compare(a[0], b[0]));
    find("#none").before(...leaders.map((pair) => pair[1]));
    for (const old of document.querySelectorAll(".effects .sorted")) old.classList.remove("sorted");
    if (data.criteria.includes(key)) {
      for (const line of document.querySelectorAll(`.effects [data-criterion="${key}"]`)) line.classList.add("sorted");
    }
    told();
  }

  function filter() {
    const wanted = find("#find").value.trim().toLocaleLowerCase();
    const least = [];
    for (const range of document.querySelectorAll("[data-least]")) {
      const active = Number(range.value) > Number(range.min);
      range.parentElement.querySelector("output").textContent = active ? range.value : "any";
      if (active) least.push([range.dataset.least, Number(range.value)]);
    }
    find(".filters").classList.toggle("active", least.length > 0);
    for (const card of cards) {
      const passes = least.every(([key, value]) => (key === "score" ? photograph(card).score : markOf(card, key)) >= value);
      const group = photograph(card).group || "";
      const text = (photograph(card).name + "\n" + group).toLocaleLowerCase();
      card.hidden = !(passes && text.includes(wanted));
    }
    for (const box of boxes) box.parentElement.hidden = !Array.from(box.children).some((card) => !card.hidden) && cards.length > 0;
    told();
  }

  const visible = () => Array.from(document.querySelectorAll(".card:not([hidden])"));

  function told() {
    const seen = visible();
    find("#none").hidden = seen.length > 0;
    find("#count").textContent = seen.length === cards.length ? `${cards.length} shown` : `${seen.length} of ${cards.length} shown`;
    for (const card of cards) card.tabIndex = -1;
    const stop = seen.includes(last) ? last : seen[0];
    if (stop) stop.tabIndex = 0;
    events.dispatchEvent(new CustomEvent("update", { detail: {} }));
  }

  function focus(card) {
    if (!card) return;
    for (const other of cards) other.tabIndex = -1;
    card.tabIndex = 0;
    card.focus({ preventScroll: true });
    card.scrollIntoView({ block: "nearest" });
    last = card;
  }

  const current = () => {
    const card = document.activeElement && document.activeElement.closest(".card");
    return card || (last && !last.hidden ? last : null);
  };

  // The card in that direction: beside it in the order, or the nearest in the row above or below.
  function beside(card, key) {
    const seen = visible();
    const place = seen.indexOf(card);
    if (place < 0 || key === "Home") return seen[0];
    if (key === "End") return seen[seen.length - 1];
    if (key === "ArrowLeft") return seen[place - 1];
    if (key === "ArrowRight") return seen[place + 1];
    const step = key === "ArrowDown" ? 1 : -1;
    const from = card.getBoundingClientRect();
    let best = null;
    for (let at = place + step; at >= 0 && at < seen.length; at += step) {
      const box = seen[at].getBoundingClientRect();
      if (Math.abs(box.top - from.top) < 4) continue;
      if (best && Math.abs(best.top - box.top) > 4) break;
      const far = Math.abs(box.left - from.left);
      if (!best || far < best.far) best = { card: seen[at], top: box.top, far };
    }
    return best && best.card;
  }

  find("#sort").addEventListener("change", sort);
  find("#reverse").addEventListener("click", (event) => {
    const button = event.currentTarget;
    button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
    sort();
  });
  find("#find").addEventListener("input", filter);
  find(".tools").addEventListener("submit", (event) => event.preventDefault());
  for (const range of document.querySelectorAll("[data-least]")) range.addEventListener("input", filter);
  find("#clear").addEventListener("click", () => {
    for (const range of document.querySelectorAll("[data-least]")) range.value = range.min;
    find("#find").value = "";
    filter();
  });
  document.addEventListener("click", (event) => {
    const panel = find(".filters");
    if (panel.open && !panel.contains(event.target)) panel.open = false;
  });
  document.addEventListener("focusin", (event) => {
    const card = event.target.closest && event.target.closest(".card");
    if (card) last = card;
  });

  const face = {
    data, photographs: data.photographs, criteria: data.criteria, visible, current, focus, beside, sort, filter, keys,
    card: (id) => byId.get(Number(id)),
    on: (type, listener) => events.addEventListener(type, (event) => listener(event.detail)),
    tell: (type, detail) => events.dispatchEvent(new CustomEvent(type, { detail })),
    key: (name, action) => keys.set(name, action),
  };
  window.gallery = face;
  filter();
  return face;
})();
