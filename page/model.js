// The data of the page, and who belongs to whom. A layer is a pair of a side, 0 or 1, and its number there.
const data = JSON.parse(document.getElementById("data").textContent);
const nets = data.nets;
const isFold = nets.length > 1;

// Names come from files that anybody may have made: what has no picture of its own, or turns the order of text, is shown as an escape.
const shown = text => String(text).replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Cn}\u2028\u2029]/gu, c => `\\x{${c.codePointAt(0).toString(16).toUpperCase()}}`);

// Colours go to the most frequent types of the first net, then of the second.
const colours = new Map();
for (const net of nets) {
  const counts = new Map();
  for (const layer of net.layers) counts.set(layer.type, (counts.get(layer.type) || 0) + 1);
  const types = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  for (const [type] of types) if (!colours.has(type)) colours.set(type, Math.min(colours.size, 10));
}
const colour = type => `var(--t${colours.get(type) ?? 10})`;

// By side, the same layer of the other side.
const twins = [new Map(), new Map()];
(data.counterparts || []).forEach((after, before) => {
  if (after === null) return;
  twins[0].set(before, after);
  twins[1].set(after, before);
});

// By side and layer, the group of rewrites that it belongs to.
const groups = data.groups || [];
const groupOf = [new Map(), new Map()];
groups.forEach((group, number) => {
  group.before.forEach(layer => groupOf[0].set(layer, number));
  group.after.forEach(layer => groupOf[1].set(layer, number));
});

// By side, layers by name.
const byName = nets.map(net => {
  const names = new Map();
  net.layers.forEach((layer, number) => { if (!names.has(layer.name)) names.set(layer.name, number); });
  return names;
});

// By side and layer, why it stays although a rule was meant for it.
const reasons = [new Map(), new Map()];
for (const refusal of data.refusals || []) {
  nets.forEach((net, side) => {
    const layer = byName[side].get(refusal.layer);
    if (layer !== undefined && net.layers[layer].fate !== "removed") reasons[side].set(layer, refusal);
  });
}
const summaries = new Map((data.rules || []).map(rule => [rule.id, rule.summary]));

// By side and layer, the boxes it reads and those that read it.
const readers = nets.map(net => {
  const lists = { from: new Map(), to: new Map() };
  for (const [from, to] of net.arrows) {
    if (!lists.to.has(from)) lists.to.set(from, []);
    if (!lists.from.has(to)) lists.from.set(to, []);
    lists.to.get(from).push(to);
    lists.from.get(to).push(from);
  }
  return lists;
});

// What is lit when a layer is looked at: its group, or the layer and its twin.
function kin(side, layer) {
  const group = groupOf[side].get(layer);
  if (group !== undefined) return [groups[group].before, groups[group].after];
  const lists = [[], []];
  lists[side].push(layer);
  const twin = isFold ? twins[side].get(layer) : undefined;
  if (twin !== undefined) lists[1 - side].push(twin);
  return lists;
}

// Numbers as the reports of the command write them (Format.swift).
const digits = value => value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
function prefixed(number, base, prefixes, unit, most = 2) {
  if (number === null || number === undefined) return "?";
  let value = Number(number), place = 0;
  while (Math.abs(value) >= base - .5 && place < prefixes.length - 1) { value /= base; place += 1; }
  const text = place === 0 ? String(value) : value.toFixed(Math.min(most, digits(Math.abs(value))));
  return `${text} ${prefixes[place]}${unit}`.trim();
}
const short = number => prefixed(number, 1000, ["", "k", "M", "G", "T", "P", "E"], "");
const bytes = number => prefixed(number, 1000, ["", "k", "M", "G", "T"], "B");
const memory = number => prefixed(number, 1024, ["", "Ki", "Mi", "Gi", "Ti", "Pi"], "B", 1);
const grouped = number => String(number).replace(/\B(?=(\d{3})+$)/g, ",");
const counted = (number, noun, plural) => `${grouped(number)} ${number === 1 ? noun : plural || noun + "s"}`;
const shapeText = shape => shape === null ? "?" : shape.length ? shape.join("×") : "scalar";
// Each limit is the number from which on one digit less stands behind the point; beyond all of them stands a power of ten.
function rounded(value, least, ...limits) {
  if (value === null || value === undefined) return "?";
  if (value === 0) return "0";
  const size = Math.abs(value), place = limits.findIndex(limit => size < limit);
  return size < least || place < 0 ? value.toExponential(1).replace("e+", "e") : value.toFixed(limits.length - 1 - place);
}
const figure = value => Number.isInteger(value) && Math.abs(value) < 1e5 ? String(value) : rounded(value, .001, .01, .99995, 9.9995, 99.995, 999.95, 99999.5);
// A difference, with two digits.
const brief = value => rounded(value, .00995, .0995, .995, 9.95, 9999.5);

// Sums of a list of layers; null where nothing is known.
const sum = (layers, key) => layers.reduce((total, layer) => layer[key] === null ? total : (total ?? 0) + layer[key], null);
const isPartial = (layers, key) => layers.some(layer => layer[key] === null);
