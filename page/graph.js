// A pane: the picture of one net, which can be moved and made larger and smaller, beside a small map of the whole.
class Pane {
  constructor(side) {
    this.side = side;
    this.net = nets[side];
    this.layout = this.net.layout;
    this.boxes = [];
    this.arrows = [];
    this.view = { x: 0, y: 0, scale: 1 };
    this.stage = drawn("g");
    this.svg = drawn("svg", { role: "img", "aria-label": `graph of the net ${isFold ? this.net.label : ""}` }, this.stage);
    this.map = element("canvas", { class: "map", "aria-hidden": "true" });
    const count = counted(this.net.layers.length, "layer");
    this.root = element("div", { class: "pane" }, this.svg, this.map,
      element("h2", null, isFold ? this.net.label : "net", element("span", null, count)),
      element("div", { class: "tools" },
        this.button("+", "Larger", () => this.zoom(1.3)), this.button("−", "Smaller", () => this.zoom(1 / 1.3)),
        this.button("1:1", "Readable size", () => this.begin()), this.button("all", "The whole net", () => this.whole()),
        isFold && side === 1 ? this.linkButton() : null));
    this.draw();
    this.listen();
  }

  button(text, title, action) {
    return element("button", { title, "aria-label": title, onclick: event => { event.stopPropagation(); action(); } }, text);
  }

  linkButton() {
    const button = this.button("⇄", "Move both pictures together", () => {
      areTied = !areTied;
      button.setAttribute("aria-pressed", areTied);
    });
    button.setAttribute("aria-pressed", areTied);
    return button;
  }

  draw() {
    const { boxes, arrows } = this.layout;
    const lines = drawn("g"), shapes = drawn("g");
    for (const [from, to, ...points] of arrows) {
      let path = `M${points[0]} ${points[1]}C`;
      for (let place = 2; place < points.length; place += 2) path += `${points[place]} ${points[place + 1]} `;
      const count = points.length;
      const [x, y, px, py] = [points[count - 2], points[count - 1], points[count - 4], points[count - 3]];
      // Graphviz ends the spline a little before the box: there is the head.
      const length = Math.hypot(x - px, y - py) || 1, [dx, dy] = [(x - px) / length, (y - py) / length];
      const line = drawn("path", { class: "arrow", d: path });
      const head = drawn("path", { class: "head", d: `M${x + dx * 9} ${y + dy * 9}L${x - dy * 3.6} ${y + dx * 3.6}L${x + dy * 3.6} ${y - dx * 3.6}Z` });
      lines.append(line, head);
      this.arrows.push({ from, to, line });
    }
    boxes.forEach((place, number) => {
      const box = this.box(number, place);
      this.boxes.push(box);
      shapes.append(box);
    });
    this.stage.append(lines, shapes);
  }

  box(number, [x, y, width, height]) {
    const layer = this.net.layers[number];
    const [left, top] = [x - width / 2, y - height / 2];
    const [name, sub] = this.net.lines[number];
    const group = drawn("g", { class: layer ? `box ${layer.fate}` : "box end", "data-box": number, colour: layer ? colour(layer.type) : null });
    group.append(drawn("rect", { class: "body", x: left, y: top, width, height, rx: layer ? 6 : height / 2 }));
    if (!layer) {
      group.append(drawn("text", { x, y: y + 4, "text-anchor": "middle" }, name));
      group.append(drawn("title", null, `${this.net.ends[number - this.net.layers.length].kind}: ${name}`));
      return group;
    }
    group.append(drawn("rect", { class: "strip", x: left + 1, y: top + 5, width: 4, height: height - 10, rx: 2 }));
    group.append(drawn("text", { x: left + 13, y: y - 3 }, name), drawn("text", { class: "sub", x: left + 13, y: y + 12 }, sub));
    const reason = reasons[this.side].get(number);
    if (reason) group.append(drawn("circle", { class: "badge", cx: left + width - 8, cy: top + 8, r: 5 }));
    const why = reason ? `\nstays: ${shown(reason.message)}` : "";
    group.append(drawn("title", null, `${shown(layer.name)}\n${shown(layer.type)}${layer.fate === "kept" ? "" : ", " + layer.fate}${why}`));
    return group;
  }

  // Fonts differ: a line that is longer than its box is drawn closer. All are measured first, since a change lays out anew.
  fit() {
    const texts = [...this.svg.querySelectorAll(".box text")].map(text => [text, Number(text.parentNode.firstChild.getAttribute("width")) - 20, text.getComputedTextLength()]);
    for (const [text, room, length] of texts) if (length > room) { text.setAttribute("textLength", room); text.setAttribute("lengthAdjust", "spacingAndGlyphs"); }
  }

  listen() {
    let start = null;
    const under = event => {
      const box = event.target.closest && event.target.closest("[data-box]");
      return box ? Number(box.dataset.box) : undefined;
    };
    this.svg.addEventListener("pointerdown", event => {
      start = { x: event.clientX, y: event.clientY, view: { ...this.view }, moved: false, box: under(event) };
      this.svg.setPointerCapture(event.pointerId);
    });
    this.svg.addEventListener("pointermove", event => {
      if (!start) return;
      const [dx, dy] = [event.clientX - start.x, event.clientY - start.y];
      if (Math.hypot(dx, dy) > 3) start.moved = true;
      if (!start.moved) return;
      this.root.classList.add("moving");
      this.move(start.view.x - dx / this.view.scale, start.view.y - dy / this.view.scale);
    });
    const end = event => {
      this.root.classList.remove("moving");
      if (start && !start.moved && event.type === "pointerup") this.click(start.box);
      start = null;
    };
    this.svg.addEventListener("pointerup", end);
    this.svg.addEventListener("pointercancel", end);
    this.svg.addEventListener("pointerover", event => {
      const box = under(event);
      if (start || box === this.hovered) return;
      this.hovered = box;
      if (box !== undefined && box < this.net.layers.length) light(this.side, box); else light();
    });
    this.root.addEventListener("wheel", event => {
      event.preventDefault();
      const step = event.deltaMode === 1 ? 30 : 1;
      if (event.ctrlKey || event.metaKey || event.altKey) {
        const bounds = this.svg.getBoundingClientRect();
        this.zoom(Math.exp(-event.deltaY * step * .003), event.clientX - bounds.left, event.clientY - bounds.top);
      } else {
        const [x, y] = event.shiftKey ? [event.deltaY, event.deltaX] : [event.deltaX, event.deltaY];
        this.move(this.view.x + x * step / this.view.scale, this.view.y + y * step / this.view.scale);
      }
    }, { passive: false });
    const jump = event => {
      if (event.type === "pointermove" && !event.buttons) return;
      const bounds = this.map.getBoundingClientRect();
      const share = Math.min(1, Math.max(0, (event.clientY - bounds.top) / bounds.height));
      this.centre(this.layout.width / 2, share * this.layout.height);
    };
    this.map.addEventListener("pointerdown", event => { this.map.setPointerCapture(event.pointerId); jump(event); });
    this.map.addEventListener("pointermove", jump);
    this.svg.addEventListener("dblclick", event => {
      const bounds = this.svg.getBoundingClientRect();
      this.zoom(1.6, event.clientX - bounds.left, event.clientY - bounds.top);
    });
  }

  click(box) {
    if (box === undefined) return choose();
    if (box < this.net.layers.length) return choose(this.side, box);
    // An input or output stands for the layers at its other side.
    const near = readers[this.side].to.get(box) || readers[this.side].from.get(box) || [];
    if (near.length) choose(this.side, near[0]);
  }

  get size() { return { width: this.svg.clientWidth || 600, height: this.svg.clientHeight || 600 }; }

  // `view.x` and `view.y` are the point of the picture in the upper left corner of the pane.
  move(x, y, isFollowing = false) {
    const { width, height } = this.size, scale = this.view.scale;
    const inside = (value, whole, seen) => {
      const margin = seen / scale - 60 / scale;
      return Math.min(whole - 60 / scale, Math.max(-margin, value));
    };
    this.view.x = inside(x, this.layout.width, width);
    this.view.y = inside(y, this.layout.height, height);
    this.show();
    if (!isFollowing && areTied && isFold) panes[1 - this.side].follow(this);
  }

  show() {
    const { x, y, scale } = this.view;
    this.stage.setAttribute("transform", `scale(${scale}) translate(${-x} ${-y})`);
    this.svg.classList.toggle("far", scale < .3);
    this.drawMap();
  }

  zoom(factor, x = this.size.width / 2, y = this.size.height / 2) {
    const scale = Math.min(3, Math.max(.02, this.view.scale * factor));
    const point = [this.view.x + x / this.view.scale, this.view.y + y / this.view.scale];
    this.view.scale = scale;
    this.move(point[0] - x / scale, point[1] - y / scale);
  }

  centre(x, y, isFollowing = false) {
    this.move(x - this.size.width / 2 / this.view.scale, y - this.size.height / 2 / this.view.scale, isFollowing);
  }

  // The begin of the net, as large as it can be read.
  begin() {
    const wide = (this.size.width - 60) / this.layout.width;
    this.view.scale = wide < .8 ? .9 : Math.min(1, wide);
    const first = this.layout.boxes.reduce((best, box) => box[1] < best[1] ? box : best);
    const x = wide < .8 ? first[0] : this.layout.width / 2 + 20 / this.view.scale;
    this.move(x - this.size.width / 2 / this.view.scale, -44 / this.view.scale);
  }

  whole() {
    const { width, height } = this.size;
    this.view.scale = Math.min(1, (width - 60) / this.layout.width, (height - 60) / this.layout.height);
    this.centre(this.layout.width / 2, this.layout.height / 2);
  }

  isSeen(layer) {
    const [x, y, wide, high] = this.layout.boxes[layer], { width, height } = this.size, { scale } = this.view;
    const [left, top] = [(x - wide / 2 - this.view.x) * scale, (y - high / 2 - this.view.y) * scale];
    return left > 8 && top > 40 && left + wide * scale < width - 48 && top + high * scale < height - 46;
  }

  reveal(layer, isFollowing, isCentred) {
    const [x, y, wide] = this.layout.boxes[layer];
    // A box has to fit beside the map.
    this.view.scale = Math.min(this.view.scale < .5 ? .9 : this.view.scale, (this.size.width - 72) / wide);
    if (!isCentred && this.isSeen(layer)) return this.show();
    this.centre(x + 20 / this.view.scale, y, isFollowing);
  }

  // Goes to the place that belongs to what is in the middle of the other pane.
  follow(other) {
    const { anchors } = this;
    this.view.scale = other.view.scale;
    const middle = other.view.y + other.size.height / 2 / other.view.scale;
    const offset = other.view.x + other.size.width / 2 / other.view.scale - other.layout.width / 2;
    let place = anchors.findIndex(([from]) => from > middle);
    if (place < 0) place = anchors.length - 1;
    const [[a, b], [c, d]] = [anchors[Math.max(0, place - 1)], anchors[place]];
    const share = c > a ? Math.min(1, Math.max(0, (middle - a) / (c - a))) : 0;
    const beyond = middle < a ? middle - a : middle > c ? middle - c : 0;
    const x = this.layout.width / 2 + offset * Math.min(1, this.layout.width / other.layout.width), y = b + share * (d - b) + beyond;
    const { width, height } = this.size, { scale } = this.view;
    // Both begin at their tops, and end at their ends.
    const top = Math.min(other.view.y, -44 / scale), end = Math.max(top, this.layout.height - height / scale + 44 / scale);
    this.move(x - width / 2 / scale, Math.max(top, Math.min(end, y - height / 2 / scale)), true);
  }

  // Pairs of heights, of the other picture and of this one, that belong together; both rise.
  get anchors() {
    if (this.pairs) return this.pairs;
    const other = panes[1 - this.side].layout;
    const pairs = [...twins[1 - this.side]].map(([theirs, own]) => [other.boxes[theirs][1], this.layout.boxes[own][1]]);
    pairs.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const rising = [[0, 0]];
    for (const pair of pairs) if (pair[0] > rising.at(-1)[0] && pair[1] > rising.at(-1)[1]) rising.push(pair);
    rising.push([Math.max(other.height, rising.at(-1)[0] + 1), Math.max(this.layout.height, rising.at(-1)[1])]);
    return this.pairs = rising;
  }

  mark(name, layers) {
    for (const box of this.svg.querySelectorAll(`.${name}`)) box.classList.remove(name);
    for (const layer of layers) if (this.boxes[layer]) this.boxes[layer].classList.add(name);
  }

  markArrows(layer) {
    for (const arrow of this.arrows) arrow.line.classList.toggle("near", layer !== undefined && (arrow.from === layer || arrow.to === layer));
  }

  drawMap() {
    if (this.isDrawing) return;
    this.isDrawing = true;
    requestAnimationFrame(() => { this.isDrawing = false; this.paintMap(); });
  }

  paintMap() {
    const canvas = this.map, ratio = devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (!width || !height) return;
    if (canvas.width !== width * ratio || canvas.height !== height * ratio) { canvas.width = width * ratio; canvas.height = height * ratio; }
    const context = canvas.getContext("2d"), style = getComputedStyle(document.documentElement);
    const tint = name => style.getPropertyValue(name).trim();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const [sx, sy] = [width / this.layout.width, height / this.layout.height];
    const fates = { kept: tint("--arrow"), changed: tint("--accent"), removed: tint("--gone-soft"), added: tint("--good") };
    this.net.layers.forEach((layer, number) => {
      const [x, y, w, h] = this.layout.boxes[number];
      const isFound = found[this.side].has(number);
      context.fillStyle = isFound ? tint("--bad") : reasons[this.side].has(number) ? tint("--warn") : isFold ? fates[layer.fate] : tint(`--t${colours.get(layer.type) ?? 10}`);
      context.fillRect((x - w / 2) * sx, (y - h / 2) * sy, Math.max(2, w * sx), Math.max(1, h * sy - .5));
    });
    context.strokeStyle = tint("--ink");
    context.lineWidth = 1;
    const top = Math.max(.5, this.view.y * sy), seen = this.size.height / this.view.scale * sy;
    context.strokeRect(.5, top, width - 1, Math.min(height - top - .5, Math.max(4, seen)));
  }
}
