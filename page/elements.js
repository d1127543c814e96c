// Elements of the page. Text of the data is always text: nothing of it is read as HTML.
function element(name, attributes, ...children) {
  const made = document.createElement(name);
  return filled(made, attributes, children);
}
function drawn(name, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  return filled(made, attributes, children);
}
function filled(made, attributes, children) {
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key === "colour") made.style.setProperty("--colour", value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  for (const child of children.flat()) if (child !== null && child !== undefined) made.append(child);
  return made;
}

// A table: heads with the classes of their columns, and rows of cells.
function table(heads, rows, options = {}) {
  const head = element("tr", null, heads.map(([text, kind], column) => element("th", {
    class: `${kind || ""} ${options.sort ? "sort" : ""}`, onclick: options.sort ? () => options.sort(column) : null
  }, text)));
  return element("div", { class: "scroll" }, element("table", null, element("thead", null, head), element("tbody", null, rows)));
}
function row(cells, heads, attributes) {
  return element("tr", attributes, cells.map((cell, column) => element("td", { class: heads[column][1] }, cell)));
}

// A link to a layer, by side and number.
function link(side, layer) {
  const own = nets[side].layers[layer];
  return element("a", {
    class: `layer ${own.fate === "removed" ? "gone" : ""}`, tabindex: 0, role: "link",
    onclick: () => choose(side, layer), onkeydown: event => { if (event.key === "Enter") choose(side, layer); },
    onmouseenter: () => light(side, layer), onmouseleave: () => light()
  }, own.name ? breakable(own.name) : "(no name)");
}
// A name or path that breaks behind its marks, and elsewhere only where it must.
const breakable = text => shown(text).split(/(?<=[/_.-])/).flatMap((part, place) => place ? [element("wbr"), part] : [part]);
const listed = links => links.flatMap((item, place) => place ? [", ", item] : [item]);

// A list that shows its first items, and more of them when asked.
function portions(make, count, portion, put) {
  let next = 0;
  const button = element("button", { class: "more", onclick: () => add() });
  function add() {
    const end = Math.min(count, next + portion);
    for (; next < end; next += 1) put(make(next));
    button.textContent = `${grouped(count - next)} more`;
    button.hidden = next >= count;
  }
  add();
  return button;
}
