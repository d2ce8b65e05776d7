// Two photographs side by side, and why one is preferred: the same numbers and sentences as iaa_classic's compare().
"use strict";
const comparison = (() => {
  const { data } = gallery;
  const NAMED = 3;
  const FEATURES = 8;

  function element(tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  const digits = (value, count) => Math.abs(value).toFixed(count);
  function signed(value, count) {
    const text = digits(value, count);
    return Number(text) === 0 ? text : (value > 0 ? "+" : "\u2212") + text;
  }
  const points = (cents) => (cents < 0 ? "\u2212" : "") + digits(cents / 100, 2);
  const minus = (text) => text.replace(/(^|[^\w.])-(?=\d)/g, "$1\u2212");
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const kind = (value) => (value > 0 ? "up" : value < 0 ? "down" : "");

  function measured(id, index) {
    const value = data.photographs[id].values[index];
    return value === "" ? "not measured" : minus(value) + data.features[index][2];
  }
  // In a table the unit stands beside the feature's name, and only percent beside the value.
  function bare(id, index) {
    const value = data.photographs[id].values[index];
    return value === "" ? "not measured" : minus(value) + (data.features[index][3] === 100 ? " %" : "");
  }
  const unitOf = (index) => data.features[index][2].replace(/^ %/, "").trim();

  // Differences, the preferred photograph first; effects of criteria in hundredths of a point, of features in millionths.
  function compare(first, second) {
    const photographs = data.photographs;
    let [a, b] = [first, second];
    if (photographs[b].score > photographs[a].score) [a, b] = [b, a];
    const criteria = data.criteria.map((name, index) => {
      const effects = [photographs[a].effects[index], photographs[b].effects[index]];
      return { name, effects, difference: effects[0] - effects[1] };
    });
    criteria.sort((one, other) => Math.abs(other.difference) - Math.abs(one.difference));
    const features = data.features.map(([label, criterion], index) => {
      const effects = [photographs[a].shares[index], photographs[b].shares[index]];
      return { index, label, criterion, effects, difference: effects[0] - effects[1] };
    });
    features.sort((one, other) => Math.abs(other.difference) - Math.abs(one.difference));
    return { ids: [a, b], criteria, features, by: photographs[a].shown - photographs[b].shown };
  }

  function side(which, differences) {
    const named = differences.slice(0, NAMED).map((one) => `${one.name} (${signed(one.difference / 100, 2)})`);
    if (!named.length) return "";
    const end = named.pop();
    const listed = named.length ? named.join(data.words.comma) + data.words.and + end : end;
    return fill(data.words[which + (named.length ? "_more" : "_one")], { criteria: listed });
  }

  function leading(result) {
    const best = result.criteria.reduce((one, other) => (other.difference > one.difference ? other : one), { difference: 0 });
    if (!best.difference) return null;
    return result.features.find((one) => one.criterion === best.name && one.difference > 0);
  }

  function sentences(result) {
    const [a, b] = result.ids.map((id) => data.photographs[id]);
    const values = { a: a.name, b: b.name, by: points(result.by), score_a: points(a.shown), score_b: points(b.shown) };
    const said = [fill(data.words[result.by ? "preferred" : "tie"], values)];
    const sides = [side("for", result.criteria.filter((one) => one.difference > 0)), side("against", result.criteria.filter((one) => one.difference < 0))];
    const text = sides.filter(Boolean).join(data.words.semicolon);
    if (text) said.push(text[0].toUpperCase() + text.slice(1) + ".");
    const first = result.by ? leading(result) : null;
    if (first) {
      said.push(fill(data.words.leading, {
        criterion: first.criterion, feature: first.label, effect: signed(first.difference / 1e6, 2),
        value_a: measured(result.ids[0], first.index), value_b: measured(result.ids[1], first.index),
      }));
    }
    return said;
  }

  function bar(value, reach) {
    const width = (50 * Math.abs(value)) / (reach || 1);
    const inner = element("i", { class: `bar ${kind(value)}` });
    inner.style.left = `${value < 0 ? 50 - width : 50}%`;
    inner.style.width = `${width}%`;
    return element("td", { class: "track", "aria-hidden": "true" }, element("div", { class: "run" }, inner));
  }

  function table(caption, heads, rows) {
    const head = element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text)));
    return element("div", { class: "scroll" }, element("table", {}, element("caption", { class: "hidden" }, caption),
      element("thead", {}, head), element("tbody", {}, ...rows)));
  }

  const heads = (result, first) => (result.by ? [first, "Preferred", "Other", "", "Difference"] : [first, "First", "Second", "", "Difference"]);

  function criteriaTable(result) {
    const reach = Math.max(...result.criteria.map((one) => Math.abs(one.difference)));
    const rows = result.criteria.map((one) => element("tr", { "data-criterion": one.name },
      element("th", { scope: "row" }, one.name[0].toUpperCase() + one.name.slice(1)),
      ...one.effects.map((cents) => element("td", {}, signed(cents / 100, 2))),
      bar(one.difference, reach), element("td", { class: kind(one.difference) }, signed(one.difference / 100, 2))));
    const total = element("tr", { class: "total" }, element("th", { scope: "row" }, "Score"),
      ...result.ids.map((id) => element("td", {}, points(data.photographs[id].shown))),
      element("td", { class: "track" }), element("td", { class: kind(result.by) }, signed(result.by / 100, 2)));
    const baseline = element("tr", {}, element("th", { scope: "row" }, "Baseline"),
      ...result.ids.map(() => element("td", {}, data.baseline.toFixed(2))), element("td", { class: "track" }), element("td", {}, ""));
    return table("Effects of the criteria on both photographs", heads(result, "Criterion"), [baseline, ...rows, total]);
  }

  function featureTable(result) {
    const strongest = result.features.filter((one) => one.difference).slice(0, FEATURES);
    const reach = Math.max(...strongest.map((one) => Math.abs(one.difference)));
    const rows = strongest.map((one) => element("tr", {},
      element("th", { scope: "row" }, one.label[0].toUpperCase() + one.label.slice(1), 
        element("small", {}, [one.criterion, unitOf(one.index)].filter(Boolean).join(" \u00b7 "))),
      ...result.ids.map((id) => element("td", { class: "value" }, bare(id, one.index))),
      bar(one.difference, reach), element("td", { class: kind(one.difference) }, signed(one.difference / 1e6, 2))));
    return table("Features behind the difference", heads(result, "Feature"), rows);
  }

  function sideOf(result, position, content) {
    const id = result.ids[position];
    const figure = content.querySelector(".picture");
    for (const part of figure.querySelectorAll(".switches, .further, .caption")) part.remove();
    const won = position === 0 && result.by ? [element("span", { class: "won" }, "preferred")] : [];
    const name = element("bdi", { title: data.photographs[id].name }, data.photographs[id].name);
    return element("div", { class: "side" }, element("p", {}, name, ...won, element("strong", {}, points(data.photographs[id].shown))), figure);
  }

  async function view(first, second) {
    const result = compare(first, second);
    const contents = await Promise.all(result.ids.map(details.load));
    const switches = contents[0].querySelectorAll(".switches, .further"); // those of the first photograph serve both
    const because = element("div", { class: "because" }, ...sentences(result).map((text) => element("p", {}, text)));
    const facing = element("div", { class: "facing" },
      element("section", {}, element("h3", {}, "Criteria"), criteriaTable(result)),
      element("section", {}, element("h3", {}, "Features behind the difference"), featureTable(result)));
    const versus = element("div", { class: "versus" }, sideOf(result, 0, contents[0]), sideOf(result, 1, contents[1]));
    const root = element("div", { class: "detail" }, versus, ...switches, because, facing);
    overlays.enliven(root);
    return root;
  }

  return { compare, sentences, view };
})();
gallery.compare = comparison.compare;
