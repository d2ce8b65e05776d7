// Proposals on the cards, keys that override them, and the choices as a file. window.shoot: choices(), csv(), decide(id, decision).
"use strict";
window.shoot = (() => {
  const names = { pick: "pick", alternate: "alternate", reject: "reject", series: "series" };
  const stars = { pick: 4, alternate: 2, reject: -1, series: 3 };
  const overridden = new Map();
  const proposed = (id) => gallery.photographs[id].extra;
  const decision = (id) => overridden.get(id) || proposed(id).decision;
  const rating = (id) => (decision(id) === proposed(id).decision ? proposed(id).rating : stars[decision(id)]);

  for (const card of document.querySelectorAll(".card")) {
    const id = Number(card.dataset.id);
    const line = document.createElement("div");
    line.className = "proposal";
    line.setAttribute("role", "group");
    line.setAttribute("aria-label", "Choice");
    for (const name of ["pick", "alternate", "reject"]) {
      const button = document.createElement("button");
      button.type = "button";
      button.tabIndex = -1;
      button.dataset.decision = name;
      button.textContent = name;
      button.addEventListener("click", () => decide(id, name));
      line.append(button);
    }
    const why = document.createElement("p");
    why.className = "why";
    why.textContent = proposed(id).reasons;
    card.querySelector(".head").after(line, why);
    show(id);
  }
  count();

  function show(id) {
    const card = gallery.card(id);
    card.dataset.decision = decision(id);
    card.classList.toggle("overridden", overridden.has(id));
    for (const button of card.querySelectorAll(".proposal button")) {
      button.setAttribute("aria-pressed", String(button.dataset.decision === decision(id)));
    }
  }

  function decide(id, name) {
    if (name === null || name === proposed(id).decision) overridden.delete(id);
    else if (names[name]) overridden.set(id, name);
    show(id);
    count();
  }

  function count() {
    const counts = {};
    for (let id = 0; id < gallery.photographs.length; id += 1) counts[decision(id)] = (counts[decision(id)] || 0) + 1;
    const told = Object.keys(names).filter((name) => counts[name]).map((name) => `${counts[name]} ${name}`);
    if (overridden.size) told.push(`${overridden.size} by you`);
    document.querySelector("#decided").textContent = told.join(", ");
  }

  const rows = () => gallery.photographs.map((one, id) => ({
    path: one.extra.path, decision: decision(id), rating: rating(id), overridden: overridden.has(id),
  }));
  const choices = () => JSON.stringify({ "iaa-classic": "choices", version: 1, choices: rows() }, null, 1) + "\n";
  const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const csv = () => ["path,decision,rating,overridden", ...rows().map((row) => Object.values(row).map(String).map(quoted).join(","))].join("\n") + "\n";

  function save(text, name, type) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }
  document.querySelector("#export-json").addEventListener("click", () => save(choices(), "choices.json", "application/json"));
  document.querySelector("#export-csv").addEventListener("click", () => save(csv(), "choices.csv", "text/csv"));

  for (const [key, name] of [["p", "pick"], ["a", "alternate"], ["x", "reject"], ["u", null]]) {
    gallery.key(key, (id) => decide(Number(id), name));
  }
  window.addEventListener("beforeunload", (event) => {
    if (overridden.size) event.preventDefault();
  });
  return { choices, csv, decide };
})();
