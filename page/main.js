// What is chosen, lit and found, and the controls that change it.
let areTied = true, chosen = null, tab = "summary";
const found = nets.map(() => new Set());
let hits = [], hit = -1;
const panes = [];
const byID = id => document.getElementById(id);

function light(side, layer) {
  const lists = side === undefined ? chosen ? kin(...chosen) : [[], []] : kin(side, layer);
  panes.forEach((pane, number) => pane.mark("linked", lists[number]));
}

// Chooses a layer, or none; the picture of the other net goes to what belongs to it.
function choose(side, layer, isQuiet) {
  chosen = side === undefined ? null : [side, layer];
  if (chosen && panes.length) panes[side].reveal(layer, true, isQuiet);
  panes.forEach((pane, number) => {
    const isOwn = chosen && number === side;
    pane.mark("chosen", isOwn ? [layer] : []);
    pane.markArrows(isOwn ? layer : undefined);
    if (!chosen) return;
    if (isOwn) return;
    const near = kin(side, layer)[number];
    if (near.length) { pane.view.scale = panes[side].view.scale; pane.reveal(near[0], true, isQuiet); }
    else pane.follow(panes[side]);
  });
  light();
  if (!isQuiet) writeHash();
  if (chosen) showTab("layer"); else if (tab === "layer") showTab("summary");
}

const tabs = [
  ["summary", "Summary", summaryPanel, () => ""],
  ["layer", "Layer", () => chosen ? layerPanel(...chosen) : [element("p", { class: "soft" }, "Click a layer of the picture or of a table.")], () => ""],
  ["layers", "Layers", layersPanel, () => ""],
];
if (isFold) tabs.splice(2, 0, ["rewrites", "Rewrites", rewritesPanel, () => data.rewrites.length], ["stays", "Stays", staysPanel, () => data.refusals.length]);

function showTab(name) {
  tab = tabs.some(([own]) => own === name) ? name : "summary";
  byID("tabs").replaceChildren(...tabs.map(([own, label, , count]) => element("button", { role: "tab", "aria-selected": String(own === tab), "data-tab": own, onclick: () => { showTab(own); writeHash(); } }, label, count() ? element("i", null, grouped(count())) : null)));
  byID("panel").replaceChildren(...tabs.find(([own]) => own === tab)[2]());
  byID("panel").scrollTop = 0;
}

// Layers whose name and type have the words; where there are none, those that read or make a blob of that name.
function search(text, isQuiet) {
  byID("search").value = text;
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const own = layer => `${layer.name}\n${layer.type}`, blobs = layer => [...layer.bottoms, ...layer.tops.map(top => top.name)].join("\n");
  const matches = text => words.length && words.every(word => text.toLowerCase().includes(word));
  const subject = nets.some(net => net.layers.some(layer => matches(own(layer)))) ? own : blobs;
  hits = [];
  nets.forEach((net, side) => {
    found[side].clear();
    net.layers.forEach((layer, number) => {
      if (!matches(subject(layer))) return;
      found[side].add(number);
      if (side === 0 || !twins[1].has(number) || !found[0].has(twins[1].get(number))) hits.push([side, number]);
    });
  });
  // An exact name first, then names before types.
  const rank = ([side, number]) => { const name = nets[side].layers[number].name.toLowerCase(); return name === text.toLowerCase() ? 0 : name.includes(words[0] ?? "") ? 1 : 2; };
  hits = hits.map((pair, place) => [rank(pair), place, pair]).sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(item => item[2]);
  hit = -1;
  byID("matches").textContent = words.length ? counted(hits.length, "match", "matches") : "";
  panes.forEach((pane, side) => { pane.mark("found", found[side]); pane.drawMap(); });
  if (tab === "layers") showTab("layers");
  if (!isQuiet) writeHash();
}
function nextHit(step) {
  if (!hits.length) return;
  hit = (hit + step + hits.length) % hits.length;
  choose(...hits[hit]);
  byID("matches").textContent = `${hit + 1} of ${counted(hits.length, "match", "matches")}`;
}

// What is looked at stands behind the # of the address, so that it can be linked to: #select=conv1, #side=after, #search=conv, #tab=stays.
function writeHash() {
  const parts = new URLSearchParams();
  if (chosen) { parts.set("select", nets[chosen[0]].layers[chosen[1]].name); if (chosen[0]) parts.set("side", "after"); }
  if (byID("search").value) parts.set("search", byID("search").value);
  if (tab !== "layer" && tab !== "summary") parts.set("tab", tab);
  history.replaceState(null, "", parts.size ? `#${parts}` : location.pathname + location.search);
}
function readHash() {
  const parts = new URLSearchParams(location.hash.slice(1));
  search(parts.get("search") || "", true);
  const name = parts.get("select"), sides = parts.get("side") === "after" ? [1, 0] : [0, 1];
  const side = name === null ? undefined : sides.find(own => byName[own] && byName[own].has(name));
  if (side !== undefined) choose(side, byName[side].get(name), true);
  showTab(parts.get("tab") || (side !== undefined ? "layer" : "summary"));
}

function walk(step) {
  if (!chosen) return choose(0, 0);
  const [side, layer] = chosen, lists = step > 0 ? readers[side].to : readers[side].from;
  const near = (lists.get(layer) || []).find(box => box < nets[side].layers.length);
  if (near !== undefined) choose(side, near);
}

function start() {
  const title = byID("title");
  document.title = `${data.title} – caffold`;
  title.append(shown(data.title), element("small", null, isFold ? data.dryRun ? "as caffold would fold it" : "folded by caffold" : "drawn by caffold"));
  byID("figures").append(...figures());
  if (data.remark) { byID("remark").hidden = false; byID("remark").textContent = shown(data.remark); }
  if (nets.every(net => net.layout)) {
    for (let side = 0; side < nets.length; side += 1) panes.push(new Pane(side));
    byID("graphs").append(...panes.map(pane => pane.root));
    panes.forEach(pane => pane.fit());
    panes[0].begin();
    addEventListener("resize", () => panes.forEach(pane => pane.show()));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => panes.forEach(pane => pane.drawMap()));
  } else document.querySelector("main").classList.add("bare");
  byID("search").addEventListener("input", event => search(event.target.value));
  byID("search").addEventListener("keydown", event => { if (event.key === "Enter") nextHit(event.shiftKey ? -1 : 1); });
  addEventListener("keydown", event => {
    const isTyping = event.target instanceof HTMLInputElement;
    if (event.key === "Escape") { if (byID("search").value) search(""); else choose(); byID("search").blur(); }
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/") { event.preventDefault(); byID("search").focus(); }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); walk(event.key === "ArrowDown" ? 1 : -1); }
  });
  addEventListener("hashchange", readHash);
  readHash();
}
start();
