// Details and comparison in dialogs, and the keys.
"use strict";
(() => {
  const find = (selector) => document.querySelector(selector);
  const viewer = find("#viewer");
  const pair = find("#comparison");
  const help = find("#keys");
  const tray = find("#tray");
  let open = null;
  let shownMaps = new Set();
  let chosen = [];

  async function detail(id) {
    open = id;
    const loaded = await details.load(id);
    if (open !== id) return; // another one has been asked for meanwhile
    const content = viewer.querySelector(".content");
    const old = content.querySelector(".detail");
    if (old) shownMaps = overlays.shown(old);
    content.replaceChildren(loaded);
    overlays.enliven(content.querySelector(".detail"), shownMaps);
    content.scrollTop = 0;
    const seen = gallery.visible();
    const place = seen.indexOf(gallery.card(id));
    viewer.querySelector(".where").textContent = `${place + 1} of ${seen.length}`;
    viewer.querySelector("[data-do=previous]").disabled = place <= 0;
    viewer.querySelector("[data-do=next]").disabled = place >= seen.length - 1;
    viewer.setAttribute("aria-label", `Photograph ${gallery.photographs[id].name}`);
    pressed();
    if (!viewer.open) viewer.showModal();
    gallery.tell("open", { id });
  }

  function step(by) {
    const seen = gallery.visible();
    const next = seen[seen.indexOf(gallery.card(open)) + by];
    if (next) detail(Number(next.dataset.id));
  }

  function pressed() {
    viewer.querySelector("[data-do=choose]").setAttribute("aria-pressed", String(chosen.includes(open)));
  }

  function choose(id) {
    chosen = chosen.includes(id) ? chosen.filter((other) => other !== id) : [...chosen, id].slice(-2);
    chose();
    if (chosen.length === 2 && chosen.includes(id)) showPair();
  }

  function chose() {
    for (const card of document.querySelectorAll(".card")) {
      const is = chosen.includes(Number(card.dataset.id));
      card.classList.toggle("chosen", is);
      card.querySelector(".choose input").checked = is;
    }
    tray.hidden = chosen.length === 0;
    const called = chosen.map((id) => gallery.photographs[id].name);
    tray.querySelector("span").textContent = chosen.length === 2 ? called.join(" and ") : `${called[0]}: choose another to compare`;
    find("#compare").hidden = chosen.length < 2;
    pressed();
  }

  async function showPair() {
    const view = await comparison.view(chosen[0], chosen[1]);
    pair.querySelector(".content").replaceChildren(view);
    pair.querySelector(".content").scrollTop = 0;
    if (!pair.open) pair.showModal();
  }

  for (const dialog of [viewer, pair, help]) {
    dialog.addEventListener("click", (event) => {
      const does = event.target.closest("[data-do]");
      if (event.target === dialog || (does && does.dataset.do === "close")) dialog.close();
      else if (does && does.dataset.do === "previous") step(-1);
      else if (does && does.dataset.do === "next") step(1);
      else if (does && does.dataset.do === "choose") choose(open);
    });
  }
  // A dialog is printed on one page only: what it shows is printed in place of the gallery.
  addEventListener("beforeprint", () => {
    const top = pair.open ? pair : viewer.open ? viewer : null;
    if (!top) return;
    const sheet = top.querySelector(".content").cloneNode(true);
    sheet.className = "sheet-of-paper";
    document.body.append(sheet);
  });
  addEventListener("afterprint", () => document.querySelectorAll(".sheet-of-paper").forEach((sheet) => sheet.remove()));
  viewer.addEventListener("close", () => {
    const id = open;
    open = null;
    viewer.querySelector(".content").replaceChildren();
    gallery.focus(gallery.card(id));
    gallery.tell("close", { id });
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest(".card .open");
    if (button) detail(Number(button.closest(".card").dataset.id));
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches(".choose input")) choose(Number(event.target.closest(".card").dataset.id));
  });
  find("#compare").addEventListener("click", showPair);
  find("#forget").addEventListener("click", () => { chosen = []; chose(); });
  find("#help").addEventListener("click", () => help.showModal());

  function inViewer(event) {
    if (event.key === "ArrowLeft") step(-1);
    else if (event.key === "ArrowRight") step(1);
    else if (event.key === "c") choose(open);
    else return overlays.key(viewer.querySelector(".detail"), event.key);
    return true;
  }

  function inGallery(event) {
    const card = gallery.current();
    const moves = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"];
    if (moves.includes(event.key)) gallery.focus(card ? gallery.beside(card, event.key) : gallery.visible()[0]);
    else if (event.key === "Enter" && card && !event.target.closest("button, a, summary")) detail(Number(card.dataset.id));
    else if (event.key === "c" && card) choose(Number(card.dataset.id));
    else if (event.key === "/") find("#find").focus();
    else if (event.key === "s") find("#sort").focus();
    else if (event.key === "r") find("#reverse").click();
    else return false;
    return true;
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const top = help.open ? help : pair.open ? pair : viewer.open ? viewer : null;
    const id = viewer.open ? open : gallery.current() && Number(gallery.current().dataset.id);
    const own = top === help || top === pair ? null : gallery.keys.get(event.key);
    let done = false;
    if (own && id !== null) done = own(id, event) !== false;
    else if (event.key === "?" && top !== help) { help.showModal(); done = true; }
    else if (top === pair) done = overlays.key(pair.querySelector(".detail"), event.key);
    else if (top === viewer) done = inViewer(event);
    else if (!top) done = inGallery(event);
    if (done) event.preventDefault();
  });

  Object.assign(gallery, { open: detail, choose, openId: () => open });
  if (gallery.data.compare) {
    chosen = gallery.data.compare.slice();
    chose();
    showPair();
  }
})();
