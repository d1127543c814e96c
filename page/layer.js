// All that is known of one layer.
function layerPanel(side, number) {
  const layer = nets[side].layers[number], twin = isFold ? twins[side].get(number) : undefined;
  const group = groups[groupOf[side].get(number)], reason = reasons[side].get(number);
  const names = { kept: isFold ? "unchanged" : "", changed: "changed", removed: "removed", added: "made by a rule" };
  const parts = [
    element("h3", null, shown(layer.name) || "(no name)"),
    element("p", null, element("span", { class: "dot", colour: colour(layer.type) }), shown(layer.type), " ",
      names[layer.fate] ? element("span", { class: `tag ${layer.fate}` }, names[layer.fate]) : null,
      reason ? element("span", { class: "tag stays" }, "stays") : null,
      layer.fork ? element("span", { class: "tag" }, "fork") : null),
  ];
  if (reason) {
    const summary = summaries.get(reason.rule);
    parts.push(element("div", { class: "card stays" }, element("p", null, "Stays: ", shown(reason.message)),
      element("p", { class: "soft" }, "Rule ", element("code", null, shown(reason.rule)), summary ? `: ${shown(summary)}` : "")));
  }
  if (layer.obstacle) parts.push(element("div", { class: "card stays" }, element("p", null, "Cannot be run: ", shown(layer.obstacle))));
  if (group) parts.push(element("h4", null, group.rewrites.length > 1 ? `${group.rewrites.length} rewrites` : "Rewrite"), ...groupCards(group));
  parts.push(element("h4", null, "Connections"), connections(side, number));
  const other = twin === undefined ? undefined : nets[1 - side].layers[twin];
  parts.push(element("h4", null, "Cost"), cost(layer, side === 0 || !other ? layer : other, other && (side === 0 ? other : layer), side));
  parts.push(...blobCards(side === 0 ? layer : other, side === 1 ? layer : other, side, layer));
  parts.push(...writings(layer, other, side));
  return parts;
}

// The rewrites that a layer took part in, with what the check found.
function groupCards(group) {
  const told = new Set();
  return group.rewrites.map(place => {
    const rewrite = data.rewrites[place], summary = summaries.get(rewrite.rule);
    const names = list => listed(list.map(name => named(name)));
    const result = rewrite.added.length ? rewrite.added : rewrite.kept;
    const site = data.check && rewrite.site !== null && !told.has(rewrite.site) ? data.check.sites[rewrite.site] : null;
    if (site) told.add(rewrite.site);
    return element("div", { class: "card" },
      element("p", null, element("code", null, shown(rewrite.rule))),
      summary ? element("p", { class: "soft" }, shown(summary)) : null,
      rewrite.removed.length ? element("p", null, names(rewrite.removed), result.length ? " → " : " removed", result.length ? names(result) : null)
        : element("p", null, names(result.length ? result : rewrite.layers), " changed"),
      site ? siteLine(site) : null);
  });
}

// A layer by its name: that of the net before where there is one.
function named(name) {
  for (let side = 0; side < nets.length; side += 1) {
    const layer = byName[side].get(name);
    if (layer !== undefined) return link(side, layer);
  }
  return shown(name);
}

function siteLine(site) {
  const words = { passed: "Check passed", failed: "Check failed", "not-checked": "Not checked", conversion: "Changes the net's input or output on purpose; not compared", "nothing-to-compare": "Nothing to compare" };
  const line = element("p", null, element("span", { class: site.status === "passed" ? "good" : site.status === "failed" ? "bad" : "warn" }, words[site.status]));
  if (site.reason) line.append(`: ${shown(site.reason)}`);
  if (site.status !== "passed" && site.status !== "failed") return line;
  if (site.relative === 0) line.append(": equal");
  else if (site.relative === null) line.append(": the values cannot be compared");
  else {
    const place = site.channel === null ? "of the largest number" : `of the largest number of channel ${site.channel}`;
    line.append(`: blob ${shown(site.blob)} differs by ${brief(site.absolute)}, ${brief(site.relative)} ${place}, ${brief(site.ulps)} ulp`);
  }
  return line;
}

function connections(side, number) {
  const net = nets[side], layer = net.layers[number], heads = [["", "whole"], ["blob", "name"], ["shape", "whole"], ["layers", "name"]];
  const makers = readers[side].from.get(number) || [];
  const ends = box => box < net.layers.length ? link(side, box) : net.ends[box - net.layers.length].kind === "input" ? "input of the net" : "output of the net";
  let next = 0;
  const rows = layer.bottoms.map(name => {
    const from = makers[next];
    const tops = from === undefined ? [] : from < net.layers.length ? net.layers[from].tops : [net.ends[from - net.layers.length].value];
    const value = tops.find(top => top.name === name);
    // A blob that no layer makes has no arrow.
    if (value) next += 1;
    return row(["reads", element("span", null, breakable(name)), shapeText(value ? value.shape : null), value ? ends(from) : ""], heads);
  });
  const to = [...new Set(readers[side].to.get(number) || [])];
  layer.tops.forEach((top, place) => {
    // Who reads which of several tops shows in what they read.
    const own = layer.tops.length === 1 ? to : to.filter(box => box < net.layers.length ? net.layers[box].bottoms.includes(top.name) : net.ends[box - net.layers.length].value.name === top.name);
    rows.push(row(["makes", element("span", null, breakable(top.name)), shapeText(top.shape), element("span", null, listed(own.slice(0, 12).map(ends)), own.length > 12 ? ` and ${own.length - 12} more` : "")], heads));
  });
  return table(heads, rows);
}

function cost(layer, before, after, side) {
  const isPair = isFold && after;
  const heads = isPair ? [["", ""], ["before", "n"], ["after", "n"]] : [["", ""], ["", "n"]];
  const line = (label, key, format) => row(isPair ? [label, format(before[key]), format(after[key])] : [label, format(layer[key])], heads);
  return table(heads, [line("parameters", "parameters", short), line("multiply-adds", "multiplyAdds", short), line("memory of what it makes", "activationBytes", memory)]);
}

// The blobs before and after, each with what its numbers are like.
function blobCards(before, after, side, layer) {
  const own = (before ? before.blobs : []).length, other = (after ? after.blobs : []).length;
  const count = Math.max(own, other);
  if (!count) return [];
  const cards = [];
  for (let place = 0; place < count; place += 1) {
    const pair = [before && before.blobs[place], after && after.blobs[place]];
    const isSame = pair[0] && pair[1] && JSON.stringify(pair[0]) === JSON.stringify(pair[1]);
    const shownBlobs = !isFold || isSame ? [[pair[0] || pair[1], isFold ? "before and after" : ""]] : [[pair[0], "before"], [pair[1], "after"]];
    const given = shownBlobs.filter(([blob]) => blob);
    const shapes = [...new Set(given.map(([blob]) => shapeText(blob.shape)))].join(" → ");
    const types = [...new Set(given.map(([blob]) => blob.type).filter(Boolean))].join(" → ");
    const note = !isFold || isSame || (pair[0] && pair[1]) ? isSame ? "the same before and after" : "" : pair[0] ? layer.fate === "removed" ? "" : "gone after" : "new";
    cards.push(element("div", { class: "card" }, element("p", null, `blob ${place}: ${shapes} `, element("span", { class: "soft" }, types, note ? ` (${note})` : "")),
      histogram(given), statistics(given)));
  }
  return [element("h4", null, "Weights"), ...cards];
}

function statistics(given) {
  const known = given.filter(([blob]) => blob.min !== null);
  if (!known.length) return null;
  const heads = [["", ""], ["smallest", "n"], ["largest", "n"], ["mean", "n"], ["deviation", "n"], ["zeros", "n"]];
  const rows = known.map(([blob, label]) => row([label === "before and after" ? "" : label, figure(blob.min), figure(blob.max), figure(blob.mean), figure(blob.deviation), grouped(blob.zeros)], heads));
  const odd = known.reduce((total, [blob]) => total + blob.nans + blob.infinities, 0);
  return element("div", null, table(heads, rows), odd ? element("p", { class: "bad" }, `${counted(odd, "number is", "numbers are")} not finite`) : null);
}

// Histograms one above the other, on one axis, so that a change of range shows.
function histogram(given) {
  const known = given.filter(([blob]) => blob.histogram.length);
  if (!known.length) return null;
  const width = 340, high = 26, least = Math.min(...known.map(([blob]) => blob.min)), most = Math.max(...known.map(([blob]) => blob.max));
  const height = known.length * (high + 4) + 14;
  const scale = value => (value / 2 - least / 2) / (most / 2 - least / 2) * width;
  const svg = drawn("svg", { class: "histogram", viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", style: `height:${height}px`, role: "img", "aria-label": "how many numbers are of which size" });
  known.forEach(([blob, label], line) => {
    const base = (line + 1) * (high + 4) - 2, top = Math.max(...blob.histogram), [left, right] = [scale(blob.min), scale(blob.max)];
    const step = (right - left) / blob.histogram.length;
    blob.histogram.forEach((count, bin) => {
      if (!count) return;
      // The root makes rare numbers visible.
      const tall = Math.max(1, Math.sqrt(count / top) * high);
      svg.append(drawn("rect", { class: label === "after" ? "after" : "before", x: left + bin * step, y: base - tall, width: Math.max(.8, step - .3), height: tall }, drawn("title", null, `${counted(count, "number")} from ${figure(blob.min + (blob.max - blob.min) / blob.histogram.length * bin)}`)));
    });
    svg.append(drawn("line", { x1: 0, x2: width, y1: base + .5, y2: base + .5 }));
  });
  const zero = scale(0);
  if (least < 0 && most > 0) svg.append(drawn("line", { x1: zero, x2: zero, y1: 0, y2: height - 12 }), drawn("text", { x: zero, y: height - 2, "text-anchor": "middle" }, "0"));
  const crowded = share => least < 0 && most > 0 && Math.abs(zero - share) < 40;
  if (!crowded(0)) svg.append(drawn("text", { x: 0, y: height - 2 }, figure(least)));
  if (!crowded(width)) svg.append(drawn("text", { x: width, y: height - 2, "text-anchor": "end" }, figure(most)));
  return svg;
}

function writings(layer, other, side) {
  const clean = text => text.split("\n").map(line => shown(line.replaceAll("\t", "  ").replaceAll("\r", ""))).join("\n");
  const made = [element("h4", null, "Definition"), element("pre", null, clean(layer.text))];
  if (other && other.text !== layer.text) made.push(element("h4", null, side === 0 ? "Definition after" : "Definition before"), element("pre", null, clean(other.text)));
  return made;
}
