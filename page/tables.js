// What the tabs show when they are about the whole net.
const change = (before, after) => before && after !== before ? ` (${after < before ? "−" : "+"}${Math.abs((1 - after / before) * 100).toFixed(Math.abs(1 - after / before) < .0995 ? 1 : 0)} %)` : "";

// The figures above everything.
function figures() {
  const made = [], add = (label, value, kind) => made.push(element("div", { class: "figure" }, element("b", { class: kind || "" }, value), element("span", null, label)));
  const pair = (label, get, format) => {
    const [before, after] = nets.map(get);
    if (before === null || before === undefined) return;
    if (!isFold) add(label, format(before));
    else if (after === null || format(before) === format(after)) add(label, format(before));
    else add(label, `${format(before)} → ${format(after)}${change(before, after)}`);
  };
  const least = key => nets.some(net => isPartial(net.layers, key)) ? "≥ " : "";
  pair("layers", net => net.layers.length, grouped);
  pair("parameters", net => sum(net.layers, "parameters"), value => least("parameters") + short(value));
  pair("multiply-adds", net => sum(net.layers, "multiplyAdds"), value => least("multiplyAdds") + short(value));
  pair("peak memory", net => net.peak || null, value => (nets.every(net => net.complete) ? "" : "≥ ") + memory(value));
  if (!isFold) return made;
  if (data.outcome === "check-failed") add("nothing was written", "the check failed", "bad");
  if (data.outcome === "nets-differ") add("nothing was written", "the nets differ", "bad");
  if (data.check && data.check.worst !== null) add(`worst error of ${counted(data.check.compared, "checked rewrite")}`, brief(data.check.worst), data.check.failed ? "bad" : "good");
  else if (!data.check && data.rewrites.length) add("of the rewrites", "no check", "warn");
  if (data.verification) add("both nets run", data.verification.equal ? `equal${data.verification.worst === null ? "" : " to " + brief(data.verification.worst)}` : "differ", data.verification.equal ? "good" : "bad");
  if (data.refusals.length) add(data.refusals.length === 1 ? "stays for a reason" : "stay for a reason", counted(data.refusals.length, "layer"), "warn");
  return made;
}

function summaryPanel() {
  const parts = [];
  if (isFold) {
    const heads = [["file", "name"], ["before", "n"], ...data.files.some(file => file.after !== null) ? [["after", "n"]] : []];
    parts.push(element("h4", null, "Files"), table(heads, data.files.map(file => row([
      element("span", null, breakable(file.to || file.from), file.to ? null : element("span", { class: "soft" }, " (not written)")), bytes(file.before), file.after === null ? "" : bytes(file.after)].slice(0, heads.length), heads))));
    const counts = new Map();
    for (const rewrite of data.rewrites) counts.set(rewrite.rule, (counts.get(rewrite.rule) || 0) + 1);
    if (counts.size) {
      const heads = [["", "n"], ["rule", "name"]];
      parts.push(element("h4", null, "Rewrites"), table(heads, [...counts].map(([rule, count]) => row([`${grouped(count)} ×`, element("span", null, element("code", null, shown(rule)), element("br"), element("span", { class: "soft" }, shown(summaries.get(rule) || "")))], heads))));
    } else parts.push(element("p", null, "No rule of this run rewrote a layer."));
    if (data.upgraded) parts.push(element("p", null, "The files were brought to the current syntax; before is shown in it, too."));
    parts.push(...checkPart());
  }
  parts.push(element("h4", null, "Layers by type"), typeTable());
  const [net] = nets, sides = net.ends.filter(end => end.kind === "output").map(end => row(["output", shown(end.value.name), shapeText(end.value.shape)], [["", ""], ["", "name"], ["", "whole"]]));
  if (sides.length) parts.push(element("h4", null, "Outputs"), table([["", ""], ["blob", ""], ["shape", ""]], sides));
  if (isFold && data.warnings.length) parts.push(element("h4", null, "Warnings"), ...data.warnings.map(text => element("div", { class: "card stays" }, shown(text))));
  if (isFold) parts.push(element("h4", null, "Colours"), legend());
  parts.push(element("h4", null, "How to look around"), help());
  return parts;
}

function checkPart() {
  const check = data.check;
  if (!check) return [];
  const part = [element("h4", null, "Check")], tolerance = brief(check.tolerance);
  part.push(element("p", null, `${counted(check.compared, "rewrite was", "rewrites were")} run before and after on random values; ${tolerance} of a channel's largest number is allowed.`));
  if (check.notChecked) part.push(element("p", { class: "warn" }, `${counted(check.notChecked, "rewrite")} could not be checked.`));
  if (check.conversions) part.push(element("p", null, `${counted(check.conversions, "rewrite changes", "rewrites change")} the net's input or output on purpose; not compared.`));
  const failed = check.sites.filter(site => site.status === "failed");
  const worst = check.sites.filter(site => site.relative !== null && site.status === "passed").sort((a, b) => b.relative - a.relative).slice(0, 5);
  const heads = [["largest errors", "name"], ["relative", "n"], ["ulp", "n"]];
  const rows = [...failed, ...worst].map(site => row([named(site.layer), element("span", { class: site.status === "failed" ? "bad" : "" }, brief(site.relative)), brief(site.ulps)], heads));
  if (rows.length) part.push(table(heads, rows));
  return part;
}

function typeTable() {
  const types = new Map();
  nets.forEach((net, side) => net.layers.forEach(layer => {
    if (!types.has(layer.type)) types.set(layer.type, [[], []]);
    types.get(layer.type)[side].push(layer);
  }));
  const heads = isFold ? [["type", "name"], ["before", "n"], ["after", "n"], ["parameters", "n"], ["mult-adds", "n"]] : [["type", "name"], ["layers", "n"], ["parameters", "n"], ["mult-adds", "n"]];
  const last = isFold ? 1 : 0;
  const cells = (name, sides) => [name, ...nets.map((_, side) => grouped(sides[side].length)), ...["parameters", "multiplyAdds"].map(key => sides[last].length ? (isPartial(sides[last], key) && sum(sides[last], key) !== null ? "≥ " : "") + short(sum(sides[last], key)) : "")];
  const rows = [...types].sort((a, b) => b[1][0].length - a[1][0].length || b[1][1].length - a[1][1].length).map(([type, sides]) => row(cells(element("span", null, element("span", { class: "dot", colour: colour(type) }), shown(type)), sides), heads, { class: "row", title: "Search for this type", onclick: () => search(type) }));
  rows.push(row(cells("all", nets.map(net => net.layers)), heads, { class: "all" }));
  return table(heads, rows);
}

function legend() {
  const tag = (kind, text) => element("span", { class: `tag ${kind}` }, text);
  return element("p", null, tag("changed", "changed"), tag("removed", "removed"), tag("added", "made by a rule"), tag("stays", "● stays although a rule was meant for it"));
}

function help() {
  return element("p", { class: "soft" }, "Drag to move, the wheel scrolls, with ", element("kbd", null, "Ctrl"), " it zooms. ", element("kbd", null, "/"), " searches, ", element("kbd", null, "Enter"), " goes to the next match, ", element("kbd", null, "↑"), " and ", element("kbd", null, "↓"), " walk from layer to layer, ", element("kbd", null, "Esc"), " goes back. The bar beside a picture shows the whole net.");
}

function rewritesPanel() {
  if (!data.rewrites.length) return [element("p", null, "No rule of this run rewrote a layer.")];
  const list = element("div"), make = number => element("div", null, ...groupCards(groups[number]));
  return [element("p", { class: "soft" }, `${counted(data.rewrites.length, "rewrite")}; those that share a layer stand together.`), list, portions(make, groups.length, 60, item => list.append(item))];
}

function staysPanel() {
  if (!data.refusals.length) return [element("p", null, "No layer stays that a rule of this run was meant for.")];
  const kinds = new Map();
  for (const refusal of data.refusals) {
    const key = `${refusal.type}\n${refusal.rule}`;
    if (!kinds.has(key)) kinds.set(key, []);
    kinds.get(key).push(refusal);
  }
  return [element("p", { class: "soft" }, "Layers that stay although a rule was meant for them, with the reason of the rule that came nearest."),
    ...[...kinds.values()].flatMap(list => {
      const place = element("div"), byMessage = new Map();
      for (const { message, layer } of list) byMessage.has(message) ? byMessage.get(message).push(layer) : byMessage.set(message, [layer]);
      const make = ([message, layers]) => {
        const names = element("p");
        const more = portions(number => element("span", null, number ? ", " : "", named(layers[number])), layers.length, 40, item => names.append(item));
        return element("div", { class: "card" }, element("p", null, shown(message)), names, more);
      };
      const cards = [...byMessage];
      return [element("h4", null, counted(list.length, `${shown(list[0].type)} layer`)), element("p", { class: "soft" }, "Rule ", element("code", null, shown(list[0].rule)), `: ${shown(summaries.get(list[0].rule) || "")}`), place, portions(number => make(cards[number]), cards.length, 40, item => place.append(item))];
    })];
}

let order = [];
function layersPanel() {
  const heads = [["layer", "name"], ["output", "whole"], ["parameters", "n"], ["mult-adds", "n"]];
  const entries = [];
  nets.forEach((net, side) => net.layers.forEach((layer, number) => {
    // Of two nets all layers of the first, and those of the second that the first does not have.
    if (side === 0 || !twins[1].has(number)) entries.push([side, number, layer]);
  }));
  const hits = found.some(set => set.size) ? entries.filter(([side, number]) => found[side].has(number)) : entries;
  const keys = [layer => layer.name, layer => layer.tops[0] ? shapeText(layer.tops[0].shape) : "", layer => -(layer.parameters ?? -1), layer => -(layer.multiplyAdds ?? -1)];
  if (order.length) hits.sort((a, b) => { const [x, y] = [keys[order[0]](a[2]), keys[order[0]](b[2])]; return x < y ? -1 : x > y ? 1 : 0; });
  const sort = column => { order = order[0] === column ? [] : [column]; showTab("layers"); };
  const holder = table(heads, [], { sort }), body = holder.querySelector("tbody");
  const make = place => {
    const [side, number, layer] = hits[place];
    return row([element("span", null, element("span", { class: "dot", colour: colour(layer.type) }), link(side, number), element("br"), element("span", { class: "soft" }, shown(layer.type))), layer.tops[0] ? shapeText(layer.tops[0].shape) : "", short(layer.parameters), short(layer.multiplyAdds)], heads);
  };
  return [isFold ? element("p", { class: "soft" }, "All layers of the net before the fold, and new ones. Click a heading to sort.") : null, holder, portions(make, hits.length, 250, item => body.append(item))].filter(Boolean);
}
