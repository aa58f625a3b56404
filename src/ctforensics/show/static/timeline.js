// The timeline's page: charts by Vega, everything else by DOM nodes whose text is set as text. Nothing from evidence is ever
// markup, a link or code. It asks the case with typed requests; the newest look wins, at most one is under way.

const AXIS = 64;
const RIGHT = 12;
const ROW = 22;
const SECOND = 1000;
const COLUMNS = [
  ["star", "★"], ["time", "time (UTC)"], ["kind", "kind"], ["event_name", "event"], ["actor", "actor"], ["address", "address"],
  ["service", "service"], ["region", "region"], ["target", "target"], ["error", "error"], ["verification", "proof"],
];
const KINDS = ["error", "write", "read"];
const FLAG = { duplicate: "⧉", late: "◷" };
const KEYS = [
  ["← →", "pan a quarter; with Shift finely; in the table: next field"], ["+ −", "zoom"], ["Home", "everything"],
  ["[ ]", "previous, next gap or tampered time"], ["n p", "next, previous finding or mark"], ["j k ↓ ↑", "rows; among the values: ↓ ↑, Enter only this, Shift+Enter not this"],
  ["PgUp PgDn", "pages"], ["Enter", "event in full"], ["Esc", "back"], ["s", "star"], ["l", "label"], ["c", "comment"],
  ["Space", "mark a range: start, then end"], ["m", "label all matching events"], ["u", "undo the last note"], ["f x", "only this value, not this value"],
  ["a", "around this event"], ["g", "go to a time or event id"], ["/", "search"], ["Alt+← Alt+→", "history"], ["v", "snapshot"],
  ["e", "export"], ["y", "copy as a cell"], ["o", "sort by this column"], ["t", "charts as a table"], ["d", "coverage by account and region"], ["?", "this list"],
];

const number = (n) => Number(n).toLocaleString("en-US");
const stamp = (ms) => {
  const text = new Date(ms).toISOString();
  return text.endsWith(".000Z") ? text.slice(0, -5) + "Z" : text;
};
const clamp = (value, lo, hi) => Math.min(Math.max(value, lo), hi);

/** A principal's ARN with what tells it apart in front: role/name of an account. */
const short = (text) => text.replace(/^arn:aws[^:]*:(?:iam|sts)::(\d*):(.*)$/s, (_, account, name) => `${name.replace(/^assumed-role\//, "")} · ${account}`);

/** An element with properties, and children that are nodes or text. */
function make(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.filter((c) => c !== null && c !== undefined));
  return node;
}

/** Vega, once for each page: asked from the kernel, run as a module from memory. */
function loadVega(ask) {
  if (globalThis.ctforensicsVega) return Promise.resolve(globalThis.ctforensicsVega);
  if (!globalThis.ctforensicsVegaComing) {
    globalThis.ctforensicsVegaComing = ask({ type: "vega" }).then(async (answer) => {
      const place = URL.createObjectURL(new Blob([answer.script], { type: "text/javascript" }));
      await import(/* webpackIgnore: true */ place);
      URL.revokeObjectURL(place);
      return globalThis.ctforensicsVega;
    });
    globalThis.ctforensicsVegaComing.catch(() => { globalThis.ctforensicsVegaComing = null; });
  }
  return globalThis.ctforensicsVegaComing;
}

/** Questions to the kernel: each has a number, each answer finds its question. */
class Line {
  constructor(model, pushed) {
    this.model = model;
    this.prefix = Math.random().toString(36).slice(2);
    this.next = 0;
    this.open = new Map();
    this.heard = (message) => {
      if (!message || typeof message !== "object") return;
      if (message.id === undefined || message.id === null) { pushed(message); return; }
      const waiting = this.open.get(message.id);
      if (!waiting) return;
      this.open.delete(message.id);
      waiting(message);
    };
    model.on("msg:custom", this.heard);
  }
  ask(request) {
    const id = `${this.prefix}:${++this.next}`;
    return new Promise((resolve) => {
      this.open.set(id, resolve);
      try {
        this.model.send({ ...request, id });
      } catch { // the line to the kernel is closed
        this.open.delete(id);
        resolve({ error: "The kernel is gone.", hint: "Run the cell again.", cause: "offline", id });
      }
    });
  }
  tell(request) { try { this.model.send(request); } catch { /* nobody is there to hear it */ } }
  close() { this.model.off("msg:custom", this.heard); this.open.clear(); }
}

/** What crossed as JSON, deflated, in base64. */
async function inflated(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).json();
}

/** Looks that came before they were wanted, each counted by the kernel for exactly its range and filter. */
class Ahead {
  constructor() { this.held = new Map(); this.of = undefined; }
  /** What an answer's numbers were made from: load and notes. What was kept of another state goes. */
  made(of) {
    if (of === undefined || of === this.of) return true;
    this.held.clear();
    const first = this.of === undefined;
    this.of = of;
    return first;
  }
  key(lo, hi, where, stack, bucket) { return JSON.stringify([lo, hi, where, stack, bucket]); }
  keep(answer) {
    const [lo, hi, bucket] = answer.for;
    this.held.set(this.key(lo, hi, answer.where, answer.stack, bucket), answer);
    while (this.held.size > 32) this.held.delete(this.held.keys().next().value);
  }
  has(lo, hi, of) { return this.held.has(this.key(lo, hi, of.where, of.stack, of.bucket)); }
  /** The answer to a wish, if it is a plain look at a range that was counted ahead. */
  find(wish) {
    if (wish.key !== undefined || wish.top !== undefined || wish.overview) return undefined;
    return this.held.get(this.key(wish.lo, wish.hi, wish.where, wish.stack, wish.bucket));
  }
  drop() { this.held.clear(); }
}

class Timeline {
  constructor(model, el) {
    this.model = model;
    this.ahead = new Ahead();
    this.line = new Line(model, (message) => this.pushed(message));
    this.views = {};
    this.rows = new Map();
    this.past = [];
    this.future = [];
    this.row = null;      // position of the row with the focus
    this.column = 3;
    this.top = 0;
    this.range = [0, 1];  // positions of the view
    this.where = [];
    this.stack = "kind";
    this.scale = "linear";
    this.bucket = 0;
    this.moves = 0;
    this.telling = 0; // moves that the kernel has not heard of yet
    this.build(el);
    this.start();
  }

  // -- the page ----------------------------------------------------------------------------------------------------

  build(el) {
    this.root = make("div", { class: "ct-timeline", "data-lm-suppress-shortcuts": "true", "data-state": "loading", tabindex: "-1", role: "region", "aria-label": "Timeline of the case" });
    this.patterns = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    this.patterns.setAttribute("class", "ct-patterns");
    this.patterns.setAttribute("aria-hidden", "true");
    this.head = make("div", { class: "ct-head" });
    this.notice = make("div", { class: "ct-notice", role: "alert", hidden: true });
    this.filters = make("div", { class: "ct-filters", role: "toolbar", "aria-label": "Filter" });
    this.prompt = make("div", { class: "ct-prompt", hidden: true });
    this.charts = make("div", { class: "ct-charts" });
    this.controls = make("div", { class: "ct-controls" });
    this.bucketTable = make("div", { class: "ct-buckets", hidden: true, tabindex: "0", role: "region", "aria-label": "Charts as a table" });
    this.lower = make("div", { class: "ct-lower" });
    this.status = make("div", { class: "ct-status", role: "status", "aria-live": "polite" });
    this.tip = make("div", { class: "ct-tip", hidden: true, "aria-hidden": "true" });
    this.help = make("div", { class: "ct-help", hidden: true, role: "dialog", "aria-label": "Keys" }, ...this.keyList());
    this.root.append(this.patterns, this.head, this.notice, this.filters, this.prompt, this.charts, this.controls, this.bucketTable, this.lower, this.status, this.tip, this.help);
    this.buildCharts();
    this.buildLower();
    el.append(this.root);
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.themeWatch = new MutationObserver(() => this.theme());
    this.themeWatch.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-jp-theme-name"] });
    this.mediaDark = globalThis.matchMedia("(prefers-color-scheme: dark)");
    this.mediaChanged = () => this.theme();
    this.mediaDark.addEventListener("change", this.mediaChanged);
    this.sizeWatch = new ResizeObserver(() => this.resized());
    this.sizeWatch.observe(this.root);
    this.theme();
  }

  keyList() {
    const items = KEYS.flatMap(([keys, what]) => [make("dt", {}, keys), make("dd", {}, what)]);
    return [make("b", {}, "Keys"), make("dl", {}, ...items), this.button("close", () => this.toggleHelp(false))];
  }

  button(text, act, props = {}) {
    return make("button", { type: "button", onclick: act, ...props }, text);
  }

  buildCharts() {
    const slider = (name, label) => make("div", { class: `ct-over ct-over-${name}`, tabindex: "0", role: "slider", "aria-label": label, "aria-valuemin": "0", "aria-valuemax": "100", "aria-valuenow": "0" });
    this.plot = {};
    for (const name of ["coverage", "overview", "marks", "detail"]) {
      this.plot[name] = make("div", { class: `ct-plot ct-plot-${name}`, "aria-hidden": "true" });
    }
    this.over = { overview: slider("overview", "Range in the overview"), detail: slider("detail", "Range in detail") };
    this.brush = make("div", { class: "ct-brush" }, make("i", { class: "ct-edge ct-edge-lo" }), make("i", { class: "ct-edge ct-edge-hi" }));
    this.over.overview.append(this.brush);
    this.rubber = make("div", { class: "ct-rubber", hidden: true });
    this.hereOverview = make("div", { class: "ct-here" });
    this.hereDetail = make("div", { class: "ct-here" });
    this.over.overview.append(this.hereOverview);
    this.over.detail.append(this.rubber, this.hereDetail);
    this.lanes = make("div", { class: "ct-lanes", hidden: true });
    this.marksOver = make("div", { class: "ct-marks-over" });
    this.zoneRow = make("div", { class: "ct-zone", hidden: true });
    const named = (text, ...nodes) => make("div", { class: "ct-lane" }, make("span", { class: "ct-lane-name" }, text), ...nodes);
    this.charts.append(
      named("coverage", this.plot.coverage), this.lanes,
      named("", this.plot.overview, this.over.overview),
      named("findings", this.plot.marks, this.marksOver),
      named("", this.plot.detail, this.over.detail),
      this.zoneRow,
    );
    this.dragOverview();
    this.dragDetail();
    for (const name of ["overview", "detail"]) {
      this.over[name].addEventListener("pointermove", (event) => this.hover(name, event));
      this.over[name].addEventListener("pointerleave", () => { this.tip.hidden = true; });
      this.over[name].addEventListener("dblclick", () => { this.clicked = clearTimeout(this.clicked); this.all(); });
      this.over[name].addEventListener("wheel", (event) => this.wheel(name, event), { passive: false });
    }
    this.charts.addEventListener("dragstart", (event) => event.preventDefault()); // or the browser takes a brush for a drag of its own
    this.marksOver.addEventListener("click", (event) => this.clickMark(event));
  }

  buildLower() {
    this.facets = make("div", { class: "ct-facets", role: "region", tabindex: "0", "aria-label": "Values in the range" });
    this.caption = make("div", { class: "ct-caption" });
    this.pivot = make("div", { class: "ct-pivot", role: "toolbar", "aria-label": "From this value" });
    this.tableHead = make("div", { class: "ct-row ct-row-head", role: "row" }, ...COLUMNS.map(([name, text]) => make("span", { role: "columnheader", class: "ct-h", title: name === "star" ? "" : "click: sort by this (o)", onclick: () => this.sortBy(name) }, text)));
    this.body = make("div", { class: "ct-body", role: "rowgroup" });
    this.scroller = make("div", { class: "ct-scroller", tabindex: "-1", "aria-hidden": "true" }, make("div"));
    this.table = make("div", { class: "ct-table", role: "grid", tabindex: "0", "aria-label": "Events in the range" }, this.tableHead, make("div", { class: "ct-window" }, this.body, this.scroller));
    this.detail = make("div", { class: "ct-detail", tabindex: "0", role: "region", "aria-label": "Event in full" }, make("p", { class: "ct-dim" }, "Enter or a click on a row shows the event in full."));
    this.lower.append(this.facets, make("div", { class: "ct-middle" }, this.caption, this.table, this.pivot), this.detail);
    this.pool = [];
    for (let at = 0; at < this.model.get("height"); at++) this.pool.push(this.rowNode(at));
    this.body.append(...this.pool.map((each) => each.node));
    this.body.style.height = this.scroller.style.height = `${this.pool.length * ROW}px`;
    this.body.addEventListener("wheel", (event) => this.wheelTable(event), { passive: false });
    this.scroller.addEventListener("scroll", () => this.scrolled());
  }

  rowNode(at) {
    const cells = COLUMNS.map(([name]) => make("span", { role: "gridcell", class: `ct-c-${name}` }));
    const node = make("div", { class: "ct-row", role: "row" }, ...cells);
    node.addEventListener("click", (event) => {
      const column = cells.indexOf(event.target.closest("[role=gridcell]"));
      this.focusRow(this.top + at, column < 0 ? this.column : column);
      if (column === 0) this.star(); else this.open();
      this.table.focus({ preventScroll: true });
    });
    return { node, cells };
  }

  // -- states ------------------------------------------------------------------------------------------------------

  state(name, text = "") {
    this.root.dataset.state = name;
    if (text) this.say(text);
  }

  say(text) { this.status.textContent = text; }

  bar(text, ...nodes) {
    this.notice.replaceChildren(text, ...nodes);
    this.notice.hidden = !text;
  }

  dark() {
    const lab = document.body.dataset.jpThemeLight;
    return lab ? lab === "false" : globalThis.matchMedia("(prefers-color-scheme: dark)").matches;
  }

  theme() {
    const name = this.dark() ? "dark" : "light";
    const changed = this.root.dataset.theme && this.root.dataset.theme !== name;
    this.root.dataset.theme = name;
    if (changed && this.hello) this.draw();
  }

  pushed(message) {
    if (message.type === "moved") this.look({ lo: message.lo, hi: message.hi, where: message.where }, { history: true });
    if (message.type === "show") this.look({ key: message.key });
    if (message.type === "stale") this.stale(message.text);
  }

  stale(text) {
    if (!text || this.staleText === text) return;
    this.staleText = text;
    this.root.dataset.state = "stale";
    const again = /newer load/.test(text) ? this.button("open the newer load", () => this.reopen()) : null;
    this.bar(`${text} What is shown here is of the earlier state. `, ...(again ? [again] : []));
    this.notice.dataset.kind = "stale";
  }

  async reopen() {
    const answer = await this.line.ask({ type: "reopen" });
    if (answer.error) { this.say(answer.error); return; }
    this.staleText = "";
    this.bar("");
    this.rows.clear();
    this.ahead.drop();
    this.welcome(answer.hello);
    await this.draw();
  }

  // -- starting -----------------------------------------------------------------------------------------------------

  async start() {
    this.alive = async () => {
      if (this.model.comm_live === false || !(await this.answers(3000))) this.offline();
    };
    this.model.on("comm_live_update", this.alive);
    const [hello] = await Promise.all([this.line.ask({ type: "hello", view: this.line.prefix }), loadVega((request) => this.line.ask(request)).catch(() => null)]);
    if (hello.error) { this.state("error", hello.error); return; }
    this.welcome(hello);
    await this.draw();
  }

  welcome(hello) {
    this.hello = hello;
    [this.lo, this.hi] = hello.view;
    this.where = hello.where;
    this.stack = hello.stack;
    this.marks = hello.notes;
    const parsed = new DOMParser().parseFromString(`<svg xmlns="http://www.w3.org/2000/svg">${hello.patterns}</svg>`, "image/svg+xml");
    this.patterns.replaceChildren(document.importNode(parsed.documentElement.firstElementChild, true)); // our own drawing, no evidence
    const evidence = hello.evidence ? ` · evidence ${hello.evidence.slice(0, 8)}…${hello.evidence.slice(-4)}` : "";
    const icon = (text, title, act) => this.button(text, act, { title, "aria-label": title, class: "ct-icon" });
    const [before, after] = hello.implausible;
    const odd = before + after ? this.button(`${number(before + after)} at implausible times`, () => this.look({ lo: before ? hello.all[0] : hello.extent[1], hi: before ? hello.extent[0] : hello.all[1] }, { history: true }), { class: "ct-odd" }) : null;
    const unread = hello.unread[0] ? make("span", { class: "ct-partial" }, `${number(hello.unread[0])} of ${number(hello.unread[1])} files not read whole`) : null;
    this.root.dataset.partial = hello.unread[0] > 0;
    this.head.replaceChildren(
      make("b", { class: "ct-name" }, hello.title || "case"),
      make("span", {}, `${number(hello.events)} events${evidence}`),
      make("span", { class: "ct-total" }, hello.total), ...(unread ? [unread] : []), ...(odd ? [odd] : []),
      make("span", { class: "ct-utc" }, "UTC"),
      make("span", { class: "ct-tools" }, icon("?", "Keys", () => this.toggleHelp()), icon("⤓", "Export", () => this.export()), icon("⟲", "Everything", () => this.all())),
    );
    this.buildControls();
    this.paintFilters();
  }

  buildControls() {
    const select = (label, options, value, act) => {
      const node = make("select", { "aria-label": label, onchange: () => act(node.value) }, ...options.map(([v, text]) => make("option", { value: v, selected: String(v) === String(value) }, text)));
      this.selects[label] = node;
      return make("label", {}, `${label} `, node);
    };
    this.selects = {};
    this.legend = make("span", { class: "ct-legend" });
    this.controls.replaceChildren(
      this.legend,
      select("stacked by", this.hello.fields.map((f) => [f, f.replace("_", " ")]), this.stack, (v) => this.look({ stack: v }, { history: true })),
      select("scale", [["linear", "linear"], ["sqrt", "√"], ["symlog", "log"]], this.scale, (v) => { this.scale = v; this.draw(); }),
      select("bucket", [[0, "auto"], ...this.hello.ladder], this.bucket, (v) => this.look({ bucket: Number(v) })),
      select("zone", [["", "UTC only"], ...(this.hello.zone && this.hello.zone !== "UTC" ? [[this.hello.zone, this.hello.zone]] : []), ["other…", "other…"]], this.zone || "", (v) => this.chooseZone(v)),
      this.button("table", () => this.toggleBuckets(), { title: "charts as a table (t)" }),
      this.button("lanes", () => this.toggleLanes(), { title: "coverage by account and region (d)" }),
    );
  }

  // -- charts -------------------------------------------------------------------------------------------------------

  width() { return Math.max(200, this.charts.clientWidth - AXIS - RIGHT); }

  async draw() {
    this.drawing = (this.drawing || Promise.resolve()).then(() => this.embed()).catch((error) => this.state("error", `The charts cannot be drawn: ${error.message}`));
    await this.drawing;
    if (this.hello) this.look({ overview: true });
  }

  async embed() {
    const vega = globalThis.ctforensicsVega || (await loadVega((request) => this.line.ask(request)));
    const [lo, hi] = this.hello.extent;
    for (const name of ["coverage", "overview", "marks", "detail"]) {
      const place = make("div");
      const made = await vega.embed(place, this.dressed(this.hello.specs[name], name), { ast: true, actions: false, renderer: "svg", tooltip: false, logLevel: 1 });
      if (this.views[name]) this.views[name].finalize();
      this.views[name] = made.view;
      this.plot[name].replaceChildren(place);
    }
    await this.fill("coverage", { lane: this.hello.lane }, lo, hi);
    if (this.overviewAnswer) await this.fillOverview();
    this.embedded = [this.stack === "kind" ? "kind" : "series", this.scale].join();
  }

  /** A spec in the colours of the theme, with the width there is. */
  dressed(original, name) {
    const spec = structuredClone(original);
    const style = getComputedStyle(this.root);
    const ink = style.getPropertyValue("--ct-ink").trim();
    const faint = style.getPropertyValue("--ct-grid").trim();
    spec.width = this.width();
    Object.assign(spec.config.axis, { labelColor: ink, titleColor: ink, gridColor: faint });
    if (name === "detail") {
      for (const layer of spec.layer) if (layer.encoding?.y?.scale) layer.encoding.y.scale.type = this.scale;
      if (this.stack !== "kind") this.recolour(spec);
    }
    return spec;
  }

  recolour(spec) {
    for (const layer of spec.layer) {
      for (const channel of ["fill", "stroke"]) {
        if (layer.encoding?.[channel]?.field !== "kind") continue;
        layer.encoding[channel].scale = { domain: this.hello.series.map((_, at) => String(at)), range: this.hello.series };
      }
    }
  }

  async fill(name, data, lo, hi) {
    const view = this.views[name];
    if (!view) return;
    for (const [set, rows] of Object.entries(data)) view.data(set, rows);
    view.signal("lo", lo).signal("hi", hi);
    await view.runAsync();
  }

  /** The findings lane; one that was empty and stays empty is not drawn again. */
  fillMarks(lo, hi) {
    const noted = this.marks.filter((m) => m.hi >= lo && m.t < hi).map((m) => ({ ...m, t: Math.max(m.t, lo) }));
    if (!noted.length && !this.marksDrawn) return null;
    this.marksDrawn = noted.length;
    return this.fill("marks", { noted }, lo, hi);
  }

  fillOverview() {
    const o = this.overviewAnswer;
    return this.fill("overview", { bars: this.unpacked({ ...o, series: [] }), zeros: o.zeros, cuts: o.cuts, gaps: o.gaps }, ...this.hello.extent);
  }

  unpacked(answer) {
    const named = answer.series && answer.series.length;
    return answer.bars.map(([t0, t1, k, y0, n], at) => ({ at, t0, t1, kind: named ? String(k) : KINDS[k], y0, y1: y0 + n, n }));
  }

  resized() {
    if (!this.hello) return;
    const width = this.width();
    if (width === this.drawnWidth) return;
    this.drawnWidth = width;
    for (const view of Object.values(this.views)) view.width(width).runAsync();
    this.place();
  }

  // -- looking: the newest wins ------------------------------------------------------------------------------------------

  /** Wants another view. While an answer is under way only the newest wish is kept. */
  look(changes, options = {}) {
    if (!this.hello || this.root.dataset.state === "offline") return;
    if (options.history) this.remember();
    this.announced = options.say || "";
    for (const name of ["lo", "hi", "where", "stack", "bucket"]) if (changes[name] !== undefined) this[name] = changes[name];
    if (changes.lo !== undefined || changes.hi !== undefined) [this.lo, this.hi] = this.bounded(this.lo, this.hi);
    if (changes.where) this.paintFilters();
    this.moves++;
    this.wish = { type: "view", lo: this.lo, hi: this.hi, where: this.where, stack: this.stack, bucket: this.bucket };
    if (!options.history && changes.key === undefined) this.wish.size = this.pool.length + 3; // a move of the brush: the rows in sight
    for (const name of ["key", "top", "overview"]) if (changes[name] !== undefined) this.wish[name] = changes[name];
    if (changes.top === undefined && changes.lo === undefined && changes.where === undefined) this.wish.top = this.top;
    this.place();
    if (this.busy) {
      if (performance.now() - this.busySince > 300) this.line.tell({ type: "cancel" });
      return;
    }
    this.send();
  }

  bounded(lo, hi) {
    const [first, last] = [Math.min(this.hello.all[0], this.hello.extent[0]), Math.max(this.hello.all[1], this.hello.extent[1])];
    let [a, b] = [Math.round(Math.min(lo, hi)), Math.round(Math.max(lo, hi))];
    if (b - a < SECOND) b = a + SECOND;
    const width = Math.min(b - a, last - first);
    if (a < first) [a, b] = [first, first + width];
    if (b > last) [a, b] = [last - width, last];
    return [a, b];
  }

  async send() {
    const wish = this.wish;
    this.wish = null;
    this.busy = true;
    this.busySince = performance.now();
    const held = this.ahead.find(wish);
    const answer = held || (await this.asked(wish));
    try {
      if (!this.staleText) this.bar("");
      if (answer.error) this.failed(answer, wish);
      else {
        this.current(answer);
        await this.show(answer, wish);
      }
    } finally {
      this.busy = false;
    }
    if (held) this.went(wish);
    if (this.wish) this.send();
    else this.settled();
  }

  /** The kernel's answer to a wish; the page says meanwhile that it reads. */
  async asked(wish) {
    if (!this.staleText) this.root.dataset.state = "loading";
    const dim = setTimeout(() => this.root.classList.add("ct-dimmed"), 150);
    const slow = setTimeout(() => this.bar("Searching … ", this.button("cancel", () => { this.wish = null; this.line.tell({ type: "cancel" }); })), 1000);
    const dead = setTimeout(() => this.ping(), 4000);
    const answer = await this.line.ask(wish);
    for (const timer of [dim, slow, dead]) clearTimeout(timer);
    this.root.classList.remove("ct-dimmed");
    return answer;
  }

  /** Tells the kernel where the page went without asking. Looks again where notes or load changed since those numbers were made. */
  async went(wish) {
    const { lo, hi, where, stack, bucket } = wish;
    this.telling++;
    const answer = await this.line.ask({ type: "at", lo, hi, where, stack, bucket });
    this.telling--;
    if (answer.stale) this.stale(answer.stale);
    if (answer.error && !this.busy) this.failed(answer, wish);
    else if (!this.current(answer) && !this.busy && !this.sorted) this.look({});
  }

  /** Whether an answer was made from the same load and notes as those before it. */
  current(answer) { return this.ahead.made(answer.of); }

  /** Ranges to which one key leads, the way of the last step first and farther. */
  steps() {
    const ways = [["pan", 0.25], ["pan", -0.25], ["pan", 0.02], ["pan", -0.02], ["zoom", 0.5], ["zoom", 2]];
    const [way, share] = this.lastStep || [];
    const found = [];
    let [lo, hi] = [this.lo, this.hi];
    for (let far = 0; way && far < 4; far++) found.push([lo, hi] = this.stepped(way, share, lo, hi));
    for (const [name, by] of ways) found.push(this.stepped(name, by, this.lo, this.hi));
    return found;
  }

  /** Has the kernel count what keys may want next, when nobody waits for anything. */
  async lookAhead() {
    if (this.counting || this.busy || this.sorted || !this.answer || this.staleText || this.root.dataset.state === "offline") return;
    const steps = this.steps().filter(([lo, hi]) => !this.ahead.has(lo, hi, this) && !(lo === this.lo && hi === this.hi));
    const wanted = [...new Map(steps.map((step) => [step.join(), step])).values()].slice(0, 10);
    if (!wanted.length) return;
    this.counting = true;
    const answer = await this.line.ask({ type: "ahead", steps: wanted, size: this.pool.length + 3 });
    const looks = answer.error ? [] : await inflated(answer.looks);
    this.counting = false;
    if (answer.error) return;
    if (answer.stale) this.stale(answer.stale);
    if (!this.current(answer)) { if (!this.busy && !this.sorted) this.look({}); return; }
    looks.forEach((each) => this.ahead.keep(each));
  }

  /** Whether the kernel answers within some milliseconds. */
  async answers(patience) {
    let back = false;
    this.line.ask({ type: "ping" }).then((answer) => { back = !answer.error; });
    await new Promise((resolve) => setTimeout(resolve, patience));
    return back;
  }

  offline() { this.state("offline", "The kernel is gone: this picture is frozen. Run the cell again."); }

  async ping() {
    if (!(await this.answers(2000)) && this.busy) this.state("busy", "The kernel is busy: the answer comes when it is free.");
  }

  failed(answer, wish) {
    if (answer.cause === "offline") { this.wish = null; this.offline(); return; }
    if (this.wish) return;
    if (answer.cause === "Interrupted") {
      this.state("idle", "Cancelled; the earlier picture is shown.");
      this.bar("Cancelled: charts and table show the view before it. ", this.button("again", () => this.look(wish)));
      return;
    }
    this.state("error", `${answer.error} ${answer.hint || ""}`);
    this.bar(`${answer.error} ${answer.hint || ""} The picture is of the view before. `, this.button("retry", () => this.look(wish)));
    this.notice.dataset.kind = "error";
  }

  async show(answer, wish) {
    if (answer.stale) this.stale(answer.stale);
    const whereKey = JSON.stringify(answer.where);
    this.sorted = null;
    if (whereKey !== this.rowsOf) { this.rows.clear(); this.rowsOf = whereKey; }
    this.keep(answer.page);
    if (!this.wish) {
      [this.lo, this.hi] = answer.view;
      this.where = answer.where;
      this.range = [answer.first, answer.end];
      this.count = answer.count;
      this.answer = answer;
      this.paintFilters();
    }
    this.drawn = answer;
    const rows = this.unpacked(answer);
    const look = [answer.stack === "kind" ? "kind" : "series", this.scale].join();
    if (look !== this.embedded) { this.embedded = look; await this.embed(); }
    const [lo, hi] = answer.view;
    await Promise.all([
      this.fill("detail", { bars: rows, zeros: answer.zeros, cuts: answer.cuts, gaps: answer.gaps }, lo, hi),
      this.fillMarks(lo, hi),
    ]);
    if (answer.overview) {
      this.overviewAnswer = answer.overview;
      await this.fillOverview();
    }
    if (this.wish) return;
    this.paintLegend();
    this.selects["stacked by"].value = answer.stack;
    this.selects.bucket.value = String(this.bucket);
    this.placed(answer, wish);
  }

  placed(answer, wish) {
    if (wish.key) {
      const found = answer.page.rows.find((row) => row.key === wish.key);
      this.row = found ? found.pos : answer.top;
      this.top = clamp(this.row - Math.floor(this.pool.length / 2), this.range[0], this.lastTop());
      this.paintRows();
      this.open(wish.key);
    } else {
      this.top = clamp(answer.top, this.range[0], this.lastTop());
      if (this.row === null || this.row < this.range[0] || this.row >= this.range[1]) this.row = answer.count ? clamp(this.top, this.range[0], this.range[1] - 1) : null;
      this.paintRows();
    }
    this.place();
    if (!this.bucketTable.hidden) this.paintBuckets();
    if (answer.count === 0) this.empty(answer);
    else {
      if (!this.staleText) this.root.dataset.state = "idle";
      this.say(`${this.announced ? `${this.announced} · ` : ""}${number(answer.count)} events in ${stamp(this.lo)} … ${stamp(this.hi)} · bucket ${answer.bucket} · ${answer.coverage}`);
    }
    this.root.dataset.ms = answer.ms;
  }

  empty(answer) {
    const text = answer.without
      ? `No event matches. Without one condition: ${answer.without.map((w) => `${w.condition} → ${number(w.count)}`).join("; ")}.`
      : /no log coverage/.test(answer.coverage) ? `No log coverage in this range: nothing can be said about it.` : `No event was logged in this range. Coverage: ${answer.coverage}.`;
    this.say(`${this.announced ? `${this.announced} · ` : ""}${text} ${answer.without ? `Coverage: ${answer.coverage}.` : ""}`);
    if (!this.staleText) { this.root.dataset.state = "empty"; this.bar(text); this.notice.dataset.kind = "empty"; }
  }

  settled() {
    clearTimeout(this.aheadTimer);
    this.aheadTimer = setTimeout(() => this.lookAhead(), 40);
    clearTimeout(this.facetTimer);
    this.facets.classList.add("ct-dimmed");
    this.facetTimer = setTimeout(async () => {
      if (this.busy) return;
      const answer = await this.line.ask({ type: "facets", flags: this.flagsWanted });
      if (answer.cause === "Interrupted" && !this.busy) { this.settled(); return; } // somebody waited for something else
      if (!answer.facets || this.busy) return;
      if (!this.current(answer)) this.lookAhead();
      this.paintFacets(answer);
      if (answer.flags && !this.flagsKnown) { this.flagsKnown = true; this.again(); }
    }, 120);
  }

  // -- brush, drag, hover ----------------------------------------------------------------------------------------------

  spot(name, event) {
    const box = this.over[name].getBoundingClientRect();
    const [lo, hi] = name === "overview" ? this.hello.extent : [this.lo, this.hi];
    return lo + clamp((event.clientX - box.left) / box.width, 0, 1) * (hi - lo);
  }

  /** Puts brush and row markers where range and row are. */
  place() {
    if (!this.hello) return;
    const [first, last] = this.hello.extent;
    const share = (ms) => clamp((ms - first) / (last - first), 0, 1) * 100;
    const [a, b] = [share(this.lo), share(this.hi)];
    this.brush.style.left = `${a}%`;
    this.brush.style.width = `${Math.max(b - a, 0.2)}%`;
    const text = `${stamp(this.lo)} until ${stamp(this.hi)}` + (this.count === undefined ? "" : `, ${number(this.count)} events, ${this.answer?.coverage || ""}`);
    this.placeZone();
    for (const name of ["overview", "detail"]) {
      this.over[name].setAttribute("aria-valuetext", text);
      this.over[name].setAttribute("aria-valuenow", String(Math.round((a + b) / 2)));
    }
    const at = this.rows.get(this.row)?.t;
    for (const [node, lo, hi] of [[this.hereOverview, first, last], [this.hereDetail, this.lo, this.hi]]) {
      const inside = at !== undefined && at >= lo && at < hi;
      node.hidden = !inside;
      if (inside) node.style.left = `${((at - lo) / (hi - lo)) * 100}%`;
    }
  }

  /** A second row of labels in one named zone below those in UTC; it never replaces them. */
  placeZone() {
    this.zoneRow.hidden = !this.zone;
    if (!this.zone) return;
    const width = this.width();
    const labels = Math.max(2, Math.floor(width / 130));
    const node = (at) => {
      const label = make("span", {}, this.zoned.format(this.lo + ((this.hi - this.lo) * at) / labels));
      label.style.left = `${AXIS + (width * at) / labels}px`;
      return label;
    };
    this.zoneRow.replaceChildren(make("span", { class: "ct-lane-name ct-zone-name", title: this.zone }, this.zone), ...Array.from({ length: labels }, (_, at) => node(at)));
  }

  async chooseZone(value) {
    const name = value === "other…" ? await this.wanted("Second row of labels in the zone (such as Europe/Berlin)") : value;
    try {
      this.zoned = name ? new Intl.DateTimeFormat("en-GB", { timeZone: name, day: "2-digit", month: "short", hour: "2-digit", minute: "2-digit", second: this.hi - this.lo < 600000 ? "2-digit" : undefined, hourCycle: "h23", timeZoneName: "short" }) : null;
      this.zone = name || "";
    } catch {
      this.say(`${name} is no zone that this browser knows.`);
    }
    this.placeZone();
  }

  dragOverview() {
    const over = this.over.overview;
    over.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || !this.hello) return;
      over.setPointerCapture(event.pointerId);
      const start = this.spot("overview", event);
      const box = over.getBoundingClientRect();
      const edge = ((this.hello.extent[1] - this.hello.extent[0]) / box.width) * 6;
      const [lo, hi] = [this.lo, this.hi];
      const whole = hi - lo > (this.hello.extent[1] - this.hello.extent[0]) * 0.995;
      const mode = Math.abs(start - lo) < edge && !whole ? "lo" : Math.abs(start - hi) < edge && !whole ? "hi" : start > lo && start < hi && !whole ? "body" : "new";
      let moved = false;
      const move = (e) => {
        const at = this.spot("overview", e);
        if (!moved && Math.abs(at - start) < edge / 2) return;
        if (!moved) { moved = true; this.remember(); }
        if (mode === "lo") this.look({ lo: Math.min(at, hi - SECOND), hi });
        else if (mode === "hi") this.look({ lo, hi: Math.max(at, lo + SECOND) });
        else if (mode === "body") this.look({ lo: lo + at - start, hi: hi + at - start });
        else this.look({ lo: Math.min(start, at), hi: Math.max(start, at) });
      };
      const up = () => {
        over.removeEventListener("pointermove", move);
        if (!moved && mode === "new") this.bucketAt(this.overviewAnswer, start);
      };
      over.addEventListener("pointermove", move);
      over.addEventListener("pointerup", up, { once: true });
      over.addEventListener("pointercancel", up, { once: true });
    });
  }

  dragDetail() {
    const over = this.over.detail;
    over.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || !this.hello) return;
      over.setPointerCapture(event.pointerId);
      const box = over.getBoundingClientRect();
      const [start, x] = [this.spot("detail", event), event.clientX];
      let end = start, moved = false;
      const move = (e) => {
        end = this.spot("detail", e);
        moved = moved || Math.abs(e.clientX - x) > 4;
        this.rubber.hidden = !moved;
        const [a, b] = [Math.min(x, e.clientX) - box.left, Math.max(x, e.clientX) - box.left];
        this.rubber.style.left = `${clamp(a, 0, box.width)}px`;
        this.rubber.style.width = `${clamp(b, 0, box.width) - clamp(a, 0, box.width)}px`;
      };
      over.addEventListener("pointermove", move);
      const up = (e) => {
        over.removeEventListener("pointermove", move);
        this.rubber.hidden = true;
        if (e.type === "pointercancel") return;
        if (moved) this.look({ lo: Math.min(start, end), hi: Math.max(start, end) }, { history: true });
        else if (e.detail !== 2) this.bucketAt(this.drawn, start);
      };
      over.addEventListener("pointerup", up, { once: true });
      over.addEventListener("pointercancel", up, { once: true });
    });
  }

  /** A click on a bar shows that bucket; on nothing it does nothing. The wait leaves room for a double click. */
  bucketAt(answer, ms) {
    clearTimeout(this.clicked);
    const found = answer?.bars.filter(([t0, t1]) => ms >= t0 && ms < t1)[0];
    if (found) this.clicked = setTimeout(() => { this.clicked = undefined; this.look({ lo: found[0], hi: found[1] }, { history: true }); }, 260);
  }

  clickMark(event) {
    const box = this.marksOver.getBoundingClientRect();
    const at = this.lo + ((event.clientX - box.left) / box.width) * (this.hi - this.lo);
    const near = this.marks.filter((m) => m.hi >= this.lo && m.t < this.hi).sort((a, b) => Math.abs(a.t - at) - Math.abs(b.t - at))[0];
    if (!near) return;
    this.say(`${near.what}: ${near.text} · ${stamp(near.t)}`);
    if (near.key && near.what !== "range") this.open(near.key);
  }

  hover(name, event) {
    const answer = name === "overview" ? this.overviewAnswer : this.drawn;
    if (!answer || event.buttons) { this.tip.hidden = true; return; }
    const ms = this.spot(name, event);
    const bars = answer.bars.filter(([t0, t1]) => ms >= t0 && ms < t1);
    const gap = answer.gaps.find((g) => ms >= g.t0 && ms < g.t1);
    const cut = answer.cuts.find((c) => ms >= c.t0 && ms < c.t1);
    const zero = answer.zeros.find((z) => ms >= z.t0 && ms < z.t1);
    const lines = [bars.length ? `${stamp(bars[0][0])} … ${stamp(bars[0][1])}` : stamp(ms)];
    const label = (k) => (name === "detail" && answer.series?.length ? answer.series[k] : KINDS[k]);
    for (const [, , k, , n] of bars) lines.push(`${label(k)}: ${number(n)}`);
    if (gap) lines.push(`log ${gap.word}`);
    if (zero && !gap) lines.push("covered, no events");
    if (cut) lines.push(cut.word);
    this.tip.replaceChildren(...lines.map((text) => make("div", {}, text)));
    this.tip.hidden = false;
    const box = this.root.getBoundingClientRect();
    this.tip.style.left = `${clamp(event.clientX - box.left + 14, 0, box.width - this.tip.offsetWidth - 4)}px`;
    this.tip.style.top = `${event.clientY - box.top + 16}px`;
  }

  wheel(name, event) {
    if (!event.ctrlKey) return;
    event.preventDefault();
    this.zoom(event.deltaY < 0 ? 0.8 : 1.25, name === "detail" ? this.spot(name, event) : undefined);
  }

  zoom(factor, around = (this.lo + this.hi) / 2) {
    this.look({ lo: around - (around - this.lo) * factor, hi: around + (this.hi - around) * factor });
  }

  /** The range that a step leads to: a share of its width farther, or so many times as wide around its middle. */
  stepped(way, by, lo, hi) {
    const [middle, width] = [(lo + hi) / 2, hi - lo];
    return way === "pan" ? this.bounded(lo + width * by, hi + width * by) : this.bounded(middle - (width / 2) * by, middle + (width / 2) * by);
  }

  pan(share) { this.step("pan", share); }

  step(way, by) {
    const [lo, hi] = this.stepped(way, by, this.lo, this.hi);
    this.lastStep = [way, by];
    this.look({ lo, hi });
  }

  all() { this.look({ lo: this.hello.extent[0], hi: this.hello.extent[1] }, { history: true }); }

  centre(ms) { const half = (this.hi - this.lo) / 2; this.look({ lo: ms - half, hi: ms + half }, { history: true }); }

  jump(list, direction, middle) {
    const [first, last] = this.hello.extent;
    const whole = this.hi - this.lo > (last - first) * 0.9; // from everything one goes to the first or last of them
    const here = !whole ? (this.lo + this.hi) / 2 : direction > 0 ? -Infinity : Infinity;
    const ordered = list.slice().sort((a, b) => middle(a) - middle(b));
    const slack = (this.hi - this.lo) * 0.001 + 1;
    return direction > 0 ? ordered.find((each) => middle(each) > here + slack) : ordered.reverse().find((each) => middle(each) < here - slack);
  }

  gap(direction) {
    const found = this.jump(this.hello.gaps, direction, ([lo, hi]) => (lo + hi) / 2);
    if (!found) { this.say("There is no further gap."); return; }
    const [lo, hi, state] = found;
    const margin = Math.max(hi - lo, 3600000) / 2;
    this.look({ lo: lo - margin, hi: hi + margin }, { history: true, say: `${this.hello.states[state]}: ${stamp(lo)} until ${stamp(hi)}` });
  }

  mark(direction) {
    const found = this.jump(this.marks, direction, (m) => m.t);
    if (!found) { this.say("There is no further finding or mark."); return; }
    const half = (this.hi - this.lo > 86400000 ? 21600000 : this.hi - this.lo) / 2;
    this.look({ lo: found.t - half, hi: found.t + half, ...(found.key && found.what !== "range" ? { key: found.key } : {}) }, { history: true, say: `${found.what}: ${found.text} · ${stamp(found.t)}` });
  }

  // -- history ------------------------------------------------------------------------------------------------------

  snap() { return { lo: this.lo, hi: this.hi, where: this.where, stack: this.stack, top: this.top, row: this.row }; }

  remember() { this.past.push(this.snap()); this.future = []; if (this.past.length > 200) this.past.shift(); }

  travel(from, to) {
    const there = from.pop();
    if (!there) { this.say("There is no further step."); return; }
    to.push(this.snap());
    this.row = there.row;
    this.look({ lo: there.lo, hi: there.hi, where: there.where, stack: there.stack, top: there.top });
  }

  // -- filters ------------------------------------------------------------------------------------------------------

  paintFilters() {
    const chips = this.where.map((condition, at) => make("span", { class: "ct-chip" + (condition.not ? " ct-chip-not" : "") }, condition.words || condition.text || "…",
      this.button("⇄", () => this.refilter(at, { ...condition, not: !condition.not, words: undefined }), { title: "turn round", "aria-label": `turn round ${condition.words || ""}` }),
      this.button("✕", () => this.refilter(at, null), { title: "take off", "aria-label": `take off ${condition.words || ""}` })));
    const count = make("b", { class: "ct-count" }, this.count === undefined ? "…" : `${number(this.count)} of ${number(this.hello.events)} events`);
    const back = this.button("◀", () => this.travel(this.past, this.future), { title: "back (Alt+←)", "aria-label": "back", disabled: !this.past.length });
    const on = this.button("▶", () => this.travel(this.future, this.past), { title: "forward (Alt+→)", "aria-label": "forward", disabled: !this.future.length });
    if (!this.search) this.buildSearch();
    if (!this.filterParts) {
      this.filterParts = { chips: make("span", { class: "ct-chips" }), right: make("span", { class: "ct-right" }) };
      this.filters.replaceChildren(this.filterParts.chips, this.search, this.filterParts.right);
    }
    this.filterParts.chips.replaceChildren(...chips);
    this.filterParts.right.replaceChildren(count, back, on);
  }

  buildSearch() {
    const hint = `Text is looked for in ${this.hello.searched.join(", ").replaceAll("_", " ")}. Parameters and answers of calls: ask search_anywhere.`;
    const asks = { text: "in names, keys, targets ( / )" };
    this.searchField = make("select", { "aria-label": "field", title: hint }, make("option", { value: "text" }, "text in columns"), ...this.hello.fields.map((f) => make("option", { value: f }, f.replace("_", " "))));
    this.searchText = make("input", { type: "search", placeholder: asks.text, title: hint, "aria-label": "filter by", spellcheck: "false", autocomplete: "off" });
    const add = () => {
      const [field, text] = [this.searchField.value, this.searchText.value];
      if (!text) return;
      this.searchText.value = "";
      this.look({ where: [...this.where, field === "text" ? { text } : { field, is: [text] }] }, { history: true });
    };
    this.searchText.addEventListener("keydown", (event) => { if (event.key === "Enter") add(); });
    this.searchField.addEventListener("change", () => { this.searchText.placeholder = asks[this.searchField.value] ?? "add a filter ( / )"; });
    this.search = make("span", { class: "ct-search" }, this.searchField, this.searchText);
  }

  refilter(at, condition) {
    const where = this.where.slice();
    where.splice(at, 1, ...(condition ? [condition] : []));
    this.look({ where }, { history: true });
  }

  include(condition, not = false) { this.look({ where: [...this.where, not ? { ...condition, not: true } : condition] }, { history: true }); }

  paintLegend() {
    const items = this.answer.stack === "kind"
      ? KINDS.map((kind, at) => [kind, kind === "write" ? "url(#ct-write)" : `var(--ct-${kind})`, { field: "kind", is: [kind] }, at])
      : this.answer.series.map((text, at) => [text, this.hello.series[at], null, at]);
    const states = [["missing", "missing"], ["unverified", "unverified"], ["tampered", "tampered"], ["outside", "not expected"]];
    const swatch = (fill) => {
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      svg.setAttribute("width", "14"); svg.setAttribute("height", "12"); svg.setAttribute("aria-hidden", "true");
      for (const [name, value] of [["width", "14"], ["height", "12"], ["stroke", "#767676"]]) rect.setAttribute(name, value);
      rect.style.fill = fill;
      svg.append(rect);
      return svg;
    };
    this.legend.replaceChildren(
      ...items.map(([text, colour, condition]) => make("button", { type: "button", class: "ct-key", title: condition ? "click: only this; Shift: not this" : "", disabled: !condition, onclick: (e) => condition && this.include(condition, e.shiftKey) }, swatch(colour), short(text.trim()))),
      ...states.map(([state, word]) => make("span", { class: "ct-key" }, swatch(`url(#ct-${state})`), word)),
    );
  }

  /** Late and duplicate events: counted where that was asked for or costs little. */
  flagRows(flags, total) {
    const rows = (flags || []).map(({ flag, n }) => {
      const row = this.button("", (event) => this.include({ flag }, event.shiftKey), { class: "ct-facet", title: `${this.hello.flags[flag]}\nclick: only these · Shift: not these` });
      row.append(make("span", { class: "ct-facet-text" }, `${FLAG[flag]} ${flag}`), make("span", { class: "ct-facet-n" }, number(n)));
      row.style.setProperty("--share", `${(n / total) * 100}%`);
      return row;
    });
    const look = this.button("look for late and duplicate events", () => { this.flagsWanted = true; this.settled(); }, { class: "ct-stack" });
    return make("details", { open: true }, make("summary", {}, "delivery"), ...(flags ? rows : [look]));
  }

  paintFacets({ facets, flags }) {
    this.facets.classList.remove("ct-dimmed");
    const total = this.count || 1;
    this.facets.replaceChildren(...facets.map((facet) => make("details", { open: !this.folded?.has(facet.field), ontoggle: (e) => this.fold(facet.field, e.target.open) },
      make("summary", {}, facet.field.replace("_", " ")),
      ...facet.values.map((value) => this.facetRow(facet.field, value, total)),
      facet.more ? make("div", { class: "ct-dim ct-more" }, `${number(facet.more)} more values: ${number(facet.rest)}`) : null,
      this.button("stack by this", () => this.look({ stack: facet.field }, { history: true }), { "aria-label": `stack by ${facet.field}`, class: "ct-stack" }))),
      this.flagRows(flags, total));
    for (const node of this.facets.querySelectorAll("button, summary")) node.tabIndex = -1; // one stop for all values: arrows lead through them
  }

  /** Arrow keys inside the values: the next or previous of them. */
  amongFacets(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !this.facets.contains(event.target)) return false;
    const all = [...this.facets.querySelectorAll("summary, details[open] button")];
    all[clamp(all.indexOf(event.target) + step, 0, all.length - 1)]?.focus();
    return true;
  }

  fold(field, open) {
    this.folded = this.folded || new Set();
    if (open) this.folded.delete(field); else this.folded.add(field);
  }

  facetRow(field, value, total) {
    const share = value.n / total;
    const row = make("button", { type: "button", class: "ct-facet", title: `${value.text}\nclick: only this · Shift: not this · Alt: stack by ${field}`, onclick: (event) => {
      if (event.altKey) this.look({ stack: field }, { history: true });
      else this.include({ field, nos: [value.no] }, event.shiftKey);
    } }, make("span", { class: "ct-facet-text" }, short(value.text)), make("span", { class: "ct-facet-n" }, number(value.n)));
    row.style.setProperty("--share", `${share * 100}%`);
    return row;
  }

  // -- table --------------------------------------------------------------------------------------------------------

  lastTop() { return Math.max(this.range[0], this.range[1] - this.pool.length); }

  keep(page) {
    for (const row of page.rows) {
      const texts = {};
      page.dimensions.forEach((name, at) => { texts[name] = row.no[at] ? page.values[name][row.no[at]] ?? "" : ""; });
      const numbers = Object.fromEntries(page.dimensions.map((name, at) => [name, row.no[at]]));
      this.rows.set(row.pos, { ...row, texts, numbers, labels: page.labels });
    }
    if (this.rows.size > 4000) this.rows = new Map([...this.rows].slice(-2000));
  }

  paintRows() {
    const end = this.range[1];
    let missing = false;
    this.pool.forEach(({ node, cells }, at) => {
      const pos = this.top + at;
      const row = pos < end ? this.rows.get(pos) : undefined;
      node.hidden = pos >= end;
      missing = missing || (pos < end && !row);
      node.classList.toggle("ct-row-here", pos === this.row);
      node.setAttribute("aria-rowindex", String(pos - this.range[0] + 2));
      node.dataset.pos = pos;
      COLUMNS.forEach(([name], column) => {
        const cell = cells[column];
        const text = row ? this.cellText(row, name) : "…";
        const title = row?.texts[name] ?? (name === "time" ? (row?.flags || []).map((flag) => this.hello.flags[flag]).join("; ") : "");
        if (cell.textContent !== text) cell.textContent = text;
        if (cell.title !== title) cell.title = title;
        cell.classList.toggle("ct-cell-here", pos === this.row && column === this.column);
      });
      node.dataset.kind = row ? row.kind : "";
      node.dataset.tie = row?.tie ? "true" : "";
      node.dataset.proof = row ? row.texts.verification : "";
    });
    this.table.setAttribute("aria-rowcount", String(this.range[1] - this.range[0] + 1));
    const [first] = this.range;
    const shown = Math.min(this.pool.length, end - this.top);
    this.paintHead();
    this.caption.textContent = this.sorted ? `first ${number(end)} of ${number(this.sorted.of)} by ${this.sorted.field.replace("_", " ")}${this.sorted.descending ? ", descending" : ""}; click “time” for all in time order` : end > first ? `events ${number(this.top - first + 1)}–${number(this.top - first + shown)} of ${number(end - first)} in range, in time order · ⌇ same second: order not known` : "no events in range";
    this.placeScroller();
    this.paintPivot();
    this.place();
    if (missing) this.fetchRows();
  }

  cellText(row, name) {
    if (name === "star") return row.star ? "★" : "☆";
    if (name === "time") return (row.tie ? "⌇" : "") + row.time + (row.flags || []).map((flag) => ` ${FLAG[flag]}`).join("");
    if (name === "kind") return row.kind;
    const text = name === "service" ? row.texts.service.replace(/\.amazonaws\.com$/, "") : short(row.texts[name]);
    const label = row.labels?.[name]?.[row.texts[name]];
    return label ? `${text} [${label}]` : text;
  }

  /** Asks for the rows in sight again; what is shown stays until they come. */
  again() {
    this.rows = new Map([...this.rows].filter(([pos]) => pos >= this.top && pos < this.top + this.pool.length));
    this.fetchRows();
  }

  async fetchRows() {
    if (this.fetching || this.sorted) return;
    this.fetching = true;
    const first = Math.max(0, this.top - 30);
    const of = this.rowsOf;
    const answer = await this.line.ask({ type: "page", first, size: 100 });
    this.fetching = false;
    if (answer.error || of !== this.rowsOf) return;
    this.keep(answer);
    if (answer.rows.length) this.paintRows();
  }

  /** Puts the scroll bar where the rows are, once for a frame: reading it back would make the browser lay the page out at once. */
  placeScroller() {
    if (this.placing) return;
    this.placing = requestAnimationFrame(() => {
      this.placing = 0;
      const height = Math.min((this.range[1] - this.range[0]) * ROW, 1_000_000);
      if (height !== this.tall) this.scroller.firstChild.style.height = `${height}px`;
      this.tall = height;
      const room = Math.max(1, this.lastTop() - this.range[0]);
      const to = ((this.top - this.range[0]) / room) * Math.max(0, height - this.pool.length * ROW);
      this.own = Math.round(to);
      this.scroller.scrollTop = to;
    });
  }

  scrolled() {
    if (this.placing || Math.abs(this.scroller.scrollTop - this.own) < 2) return;
    const height = this.tall - this.pool.length * ROW;
    const top = this.range[0] + Math.round((this.scroller.scrollTop / Math.max(1, height)) * Math.max(0, this.lastTop() - this.range[0]));
    this.own = this.scroller.scrollTop;
    this.top = clamp(top, this.range[0], this.lastTop());
    this.paintRows();
  }

  wheelTable(event) {
    const top = clamp(this.top + Math.sign(event.deltaY) * 3, this.range[0], this.lastTop());
    if (event.ctrlKey || top === this.top) return;
    event.preventDefault();
    this.top = top;
    this.paintRows();
  }

  focusRow(pos, column = this.column) {
    if (this.range[1] <= this.range[0]) return;
    this.row = clamp(pos, this.range[0], this.range[1] - 1);
    this.column = column;
    if (this.row < this.top) this.top = this.row;
    if (this.row >= this.top + this.pool.length) this.top = this.row - this.pool.length + 1;
    this.top = clamp(this.top, this.range[0], this.lastTop());
    this.paintRows();
  }

  /** Sorts the rows of the range by another column: ascending, descending, then back to time. */
  async sortBy(name) {
    if (!this.hello || name === "star") return;
    if (name === "time" || (this.sorted?.field === name && this.sorted.descending)) { this.look({}); return; }
    const descending = this.sorted?.field === name;
    const answer = await this.line.ask({ type: "sorted", field: name, descending });
    if (answer.error || this.busy) { this.say(answer.error || ""); return; }
    this.sorted = { field: name, descending, of: this.count };
    this.rowsOf = "sorted";
    this.rows.clear();
    this.keep(answer);
    this.range = [0, answer.rows.length];
    this.top = 0;
    this.row = answer.rows.length ? 0 : null;
    this.paintRows();
  }

  paintHead() {
    [...this.tableHead.children].forEach((node, at) => {
      const on = this.sorted?.field === COLUMNS[at][0];
      if (on) node.setAttribute("aria-sort", this.sorted.descending ? "descending" : "ascending"); else node.removeAttribute("aria-sort");
    });
  }

  here() { return this.rows.get(this.row); }

  cell() {
    const row = this.here();
    const name = COLUMNS[this.column][0];
    if (!row || name === "star" || name === "time") return null;
    return name === "kind" ? { field: "kind", nos: [KINDS.indexOf(row.kind)], text: row.kind } : { field: name, nos: [row.numbers[name]], text: row.texts[name] || "(none)" };
  }

  paintPivot() {
    const cell = this.cell();
    const row = this.here();
    if (!row) { this.pivot.replaceChildren(); return; }
    const buttons = [];
    if (cell) {
      const condition = { field: cell.field, nos: cell.nos };
      buttons.push(make("span", { class: "ct-pivot-of" }, `${cell.field.replace("_", " ")} = ${cell.text.slice(0, 60)}`));
      buttons.push(this.button("only this (f)", () => this.include(condition)), this.button("not this (x)", () => this.include(condition, true)));
      buttons.push(this.button("everywhere", () => this.look({ where: [condition], lo: this.hello.extent[0], hi: this.hello.extent[1] }, { history: true })));
    }
    buttons.push(this.button("same session", () => this.same(["session", "access_key"])), this.button("same address ± 10 min", () => this.same(["address"], 600000)), this.button("around this event (a)", () => this.around()));
    this.pivot.replaceChildren(...buttons);
  }

  async same(fields, margin) {
    const row = this.here();
    const answer = await this.line.ask({ type: "value", key: row.key, fields });
    if (answer.error) { this.say(answer.error); return; }
    const [lo, hi] = margin ? [row.t - margin, row.t + margin] : this.hello.extent;
    this.look({ where: answer.conditions, lo, hi, key: row.key }, { history: true });
  }

  async around() {
    const row = this.here();
    if (!row) return;
    const answer = await this.line.ask({ type: "around", key: row.key });
    if (answer.error) { this.say(answer.error); return; }
    this.look({ where: [], lo: answer.lo, hi: answer.hi, key: answer.key }, { history: true });
  }

  // -- one event -----------------------------------------------------------------------------------------------------

  async open(key = this.here()?.key) {
    if (!key) return;
    this.shown = key;
    const row = [this.here(), ...this.rows.values()].find((each) => each?.key === key);
    const answer = await this.line.ask({ type: "event", key, t: row?.t });
    if (this.shown !== key) return;
    if (answer.error) { this.detail.replaceChildren(make("p", {}, answer.error)); return; }
    this.event = answer;
    this.paintDetail(this.tab || "fields");
    clearTimeout(this.originTimer);
    this.originTimer = setTimeout(() => this.openOrigin(key, row?.t), 60);
  }

  /** The record and the places of the event in the pane: they are searched for in the evidence, which takes longer than its fields. */
  async openOrigin(key, t) {
    if (this.shown !== key) return;
    const origin = await this.line.ask({ type: "origin", key, t });
    if (this.shown !== key || this.event?.key !== key) return;
    if (origin.cause === "Interrupted") { this.originTimer = setTimeout(() => this.openOrigin(key, t), 60); return; } // somebody waited for something else
    Object.assign(this.event, origin.error ? { lacking: `${origin.error} ${origin.hint || ""}` } : { record: origin.record, basis: origin.basis, provenance: origin.provenance });
    if (this.tab === "record" || this.tab === "proof") this.paintDetail(this.tab);
  }

  paintDetail(tab) {
    this.tab = tab;
    const event = this.event;
    const tabs = ["fields", "record", "proof", "chain", "notes"];
    const panel = make("div", { class: "ct-panel", role: "tabpanel", "aria-label": tab });
    this.detail.replaceChildren(
      make("div", { class: "ct-detail-title" }, make("b", {}, event.title), ` ${event.time}`),
      make("div", { class: "ct-tabs", role: "tablist" }, ...tabs.map((name) => this.button(name === "notes" && event.notes.length ? `notes ${event.notes.length}` : name, () => this.paintDetail(name), { role: "tab", "aria-selected": name === tab }))),
      panel,
    );
    if (tab === "fields") panel.append(make("dl", {}, ...event.fields.flatMap((f) => [make("dt", { title: f.about, class: f.testimony ? "" : "ct-concluded" }, f.name), make("dd", {}, f.text + (f.cut ? " … (cut)" : ""))])));
    if (["record", "proof"].includes(tab) && !event.provenance) { panel.append(make("p", { class: "ct-dim" }, event.lacking || "reading the evidence …")); return; }
    if (tab === "record") panel.append(make("p", { class: "ct-dim" }, event.basis), make("pre", {}, event.record));
    if (tab === "proof") this.paintProof(panel);
    if (tab === "chain") this.paintChain(panel);
    if (tab === "notes") this.paintNotes(panel);
  }

  paintProof(panel) {
    panel.append(make("p", { class: "ct-dim" }, `event key ${this.event.key}; stood in ${this.event.provenance.length} place(s)`));
    for (const place of this.event.provenance) panel.append(make("dl", {}, ...Object.entries(place).flatMap(([name, text]) => [make("dt", {}, name), make("dd", {}, text)])));
  }

  async paintChain(panel) {
    panel.append(make("p", { class: "ct-dim" }, "looking …"));
    const answer = await this.line.ask({ type: "chain", key: this.event.key });
    if (answer.error) { panel.replaceChildren(answer.error); return; }
    panel.replaceChildren(make("ol", { class: "ct-chain" }, ...answer.steps.map((step) => make("li", { class: step.here ? "ct-chain-here" : "" },
      this.button(step.time, () => this.look({ lo: Date.parse(step.time) - 600000, hi: Date.parse(step.time) + 601000, where: [], key: step.key }, { history: true })),
      make("b", {}, ` ${step.event_name} `), step.what, make("div", {}, step.actor), make("div", { class: "ct-dim" }, [step.access_key, step.address].filter(Boolean).join(" · "))))));
  }

  paintNotes(panel) {
    const list = this.event.notes.map((n) => make("li", {}, make("b", {}, n.kind), ` ${n.text} `, make("span", { class: "ct-dim" }, `${n.by}, ${n.at} `), this.button("undo", () => this.note({ act: "undo", note: n.id }))));
    panel.append(list.length ? make("ul", {}, ...list) : make("p", { class: "ct-dim" }, "No notes on this event."), this.button("star (s)", () => this.star()), this.button("label (l)", () => this.label()), this.button("comment (c)", () => this.comment()));
  }

  // -- notes ---------------------------------------------------------------------------------------------------------

  async note(request) {
    const answer = await this.line.ask({ type: "note", ...request });
    if (answer.error) { this.say(`${answer.error} ${answer.hint || ""}`); return false; }
    this.current(answer);
    const starred = new Set(answer.starred);
    for (const row of this.rows.values()) row.star = starred.has(row.key);
    this.marks = answer.notes;
    this.paintRows();
    await this.fillMarks(this.lo, this.hi);
    this.say(`Noted (${request.act.replace("_", " ")}).`);
    if (this.event) this.open(this.event.key);
    return true;
  }

  star() {
    const row = this.here();
    if (row) this.note({ act: row.star ? "unstar" : "star", key: row.key });
  }

  async label() {
    const row = this.here();
    const text = row && (await this.wanted("Label for this event"));
    if (text) this.note({ act: "label", key: row.key, text });
  }

  async comment() {
    const row = this.here();
    const text = row && (await this.wanted("Comment on this event"));
    if (text) this.note({ act: "comment", key: row.key, text });
  }

  async labelAll() {
    const text = await this.wanted(`Label for all ${number(this.count)} matching events`);
    if (text) this.note({ act: "label_all", text });
  }

  async markRange() {
    const at = this.here()?.t ?? this.lo;
    if (this.rangeStart === undefined) {
      this.rangeStart = at;
      this.say(`Range starts at ${stamp(at)}; go to its end and press Space again.`);
      return;
    }
    const range = [Math.min(this.rangeStart, at), Math.max(this.rangeStart, at) + SECOND];
    this.rangeStart = undefined;
    const text = await this.wanted(`Label for ${stamp(range[0])} until ${stamp(range[1])}`);
    if (text) this.note({ act: "label", range, text });
  }

  // -- asking the analyst --------------------------------------------------------------------------------------------

  /** A line of text or a choice from the analyst; null where they turn back. */
  wanted(question, choices) {
    return new Promise((resolve) => {
      const before = this.root.contains(document.activeElement) ? document.activeElement : this.table;
      const field = choices ? make("select", { "aria-label": question }, ...choices.map((c) => make("option", { value: c }, c))) : make("input", { type: "text", "aria-label": question, maxlength: "2000" });
      const done = (value) => {
        this.prompt.hidden = true;
        this.prompt.replaceChildren();
        before.focus({ preventScroll: true });
        resolve(value);
      };
      field.addEventListener("keydown", (event) => {
        event.stopPropagation();
        if (event.key === "Enter") { event.preventDefault(); done(field.value.trim() || null); }
        if (event.key === "Escape") done(null);
      });
      this.prompt.replaceChildren(make("label", {}, `${question}: `, field), this.button("ok", () => done(field.value.trim() || null)), this.button("cancel", () => done(null)));
      this.prompt.hidden = false;
      field.focus({ preventScroll: true });
    });
  }

  async goTo() {
    const text = await this.wanted("Go to a time (UTC) or an event id");
    if (!text) return;
    const found = await this.line.ask({ type: "find", text });
    if (found.error) { this.say(`${found.error} ${found.hint || ""}`); return; }
    if (found.key) this.look({ lo: found.t - 600000, hi: found.t + 601000, where: [], key: found.key }, { history: true });
    else this.centre(found.t);
  }

  async export() {
    const form = await this.wanted("Export the events in view as", this.hello.forms);
    if (!form) return;
    this.say("Exporting …");
    const answer = await this.line.ask({ type: "export", format: form });
    this.say(answer.error ? `${answer.error} ${answer.hint || ""}` : `Exported ${number(answer.events)} events to exhibits/${answer.path} (sha256 ${answer.sha256.slice(0, 16)}…)`);
  }

  async snapshot() {
    const text = await this.wanted("Note for this snapshot");
    if (text === null) return;
    const answer = await this.line.ask({ type: "snapshot", text });
    this.current(answer);
    this.say(answer.error || "Snapshot kept in the notes.");
  }

  async copyCell() {
    const answer = await this.line.ask({ type: "cell" });
    try {
      await navigator.clipboard.writeText(answer.text);
      this.say("Copied: paste it into a cell.");
    } catch {
      this.say("The browser does not let this page copy; the cell stands below.");
    }
    this.prompt.replaceChildren(make("textarea", { rows: "6", readonly: true, "aria-label": "cell", onkeydown: (event) => { if (event.key !== "Escape") event.stopPropagation(); } }, answer.text), this.button("close", () => { this.prompt.hidden = true; this.table.focus({ preventScroll: true }); }));
    this.prompt.hidden = false;
  }

  toggleHelp(on = this.help.hidden) {
    this.help.hidden = !on;
    if (on) this.help.querySelector("button").focus(); else this.over.overview.focus({ preventScroll: true });
  }

  toggleBuckets() {
    this.bucketTable.hidden = !this.bucketTable.hidden;
    if (!this.bucketTable.hidden) { this.paintBuckets(); this.bucketTable.focus({ preventScroll: true }); }
  }

  paintBuckets() {
    const held = new Map();
    const names = this.answer.series?.length ? this.answer.series : KINDS;
    for (const [t0, t1, k, , n] of this.answer.bars) {
      if (!held.has(t0)) held.set(t0, { t1, n: names.map(() => 0) });
      held.get(t0).n[k] += n;
    }
    for (const zero of this.answer.zeros) held.set(zero.t0, { t1: zero.t1, n: names.map(() => 0) });
    const said = (t0, t1) => this.answer.gaps.filter((g) => g.t0 < t1 && g.t1 > t0).map((g) => g.word).join(", ") || "covered";
    const rows = [...held].sort((a, b) => a[0] - b[0]).map(([t0, { t1, n }]) => make("tr", {}, make("th", { scope: "row" }, stamp(t0)), ...n.map((each) => make("td", {}, number(each))), make("td", {}, said(t0, t1))));
    this.bucketTable.replaceChildren(make("table", {}, make("caption", {}, `Events by bucket of ${this.answer.bucket}; ${this.answer.coverage}`), make("thead", {}, make("tr", {}, make("th", {}, "from (UTC)"), ...names.map((n) => make("th", {}, short(n.trim()))), make("th", {}, "log"))), make("tbody", {}, ...rows)));
  }

  async toggleLanes() {
    this.lanes.hidden = !this.lanes.hidden;
    if (this.lanes.hidden) return;
    const answer = await this.line.ask({ type: "lanes" });
    const names = [...new Set(answer.lanes.map((r) => r.lane))].filter(Boolean);
    const [lo, hi] = this.hello.extent;
    this.lanes.replaceChildren(...names.map((name) => {
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      svg.setAttribute("class", "ct-lane-svg");
      svg.setAttribute("preserveAspectRatio", "none");
      svg.setAttribute("role", "img");
      const own = answer.lanes.filter((r) => r.lane === name);
      svg.setAttribute("aria-label", own.map((r) => `${r.word} from ${stamp(r.t0)} until ${stamp(r.t1)}`).slice(0, 20).join("; "));
      for (const r of own) {
        const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
        rect.setAttribute("x", `${((r.t0 - lo) / (hi - lo)) * 100}%`);
        rect.setAttribute("width", `${((r.t1 - r.t0) / (hi - lo)) * 100}%`);
        rect.setAttribute("height", "100%");
        rect.style.fill = r.state === "verified" ? "var(--ct-verified)" : r.state === "verified_empty" ? "var(--ct-verified-empty)" : `url(#ct-${r.state})`;
        svg.append(rect);
      }
      return make("div", { class: "ct-lane-one" }, make("span", { class: "ct-lane-in", title: name }, name), svg);
    }), answer.left_out ? make("div", { class: "ct-dim" }, `${number(answer.left_out)} more lanes, none of them worse`) : "");
  }

  // -- keys ----------------------------------------------------------------------------------------------------------

  key(event) {
    const inField = event.target.closest("input, select, textarea");
    if (inField) {
      if (event.key === "Escape") { this.table.focus({ preventScroll: true }); event.stopPropagation(); }
      return;
    }
    if (event.ctrlKey || event.metaKey || !this.hello) return;
    const handled = event.altKey ? this.altKey(event.key) : this.plainKey(event);
    if (handled) { event.preventDefault(); event.stopPropagation(); }
  }

  altKey(key) {
    if (key === "ArrowLeft") { this.travel(this.past, this.future); return true; }
    if (key === "ArrowRight") { this.travel(this.future, this.past); return true; }
    return false;
  }

  plainKey(event) {
    const button = event.target.closest("button, summary");
    if (button && (event.key === "Enter" || event.key === " ")) return false;
    if (this.amongFacets(event)) return true;
    const inTable = this.table.contains(event.target);
    const sideways = (sign) => (inTable ? this.focusRow(this.row ?? this.top, clamp(this.column + sign, 0, COLUMNS.length - 1)) : this.pan(sign * (event.shiftKey ? 0.02 : 0.25)));
    const row = this.row ?? this.top;
    const cell = this.cell();
    const acts = {
      ArrowLeft: () => sideways(-1), ArrowRight: () => sideways(1), "+": () => this.step("zoom", 0.5), "=": () => this.step("zoom", 0.5), "-": () => this.step("zoom", 2), Home: () => this.all(),
      "[": () => this.gap(-1), "]": () => this.gap(1), n: () => this.mark(1), p: () => this.mark(-1),
      j: () => this.focusRow(row + 1), k: () => this.focusRow(row - 1), ArrowDown: () => this.focusRow(row + 1), ArrowUp: () => this.focusRow(row - 1),
      PageDown: () => this.focusRow(row + this.pool.length), PageUp: () => this.focusRow(row - this.pool.length), End: () => this.focusRow(this.range[1] - 1),
      Enter: () => { this.open(); this.detail.focus({ preventScroll: true }); }, Escape: () => this.escape(),
      s: () => this.star(), l: () => this.label(), c: () => this.comment(), " ": () => this.markRange(), m: () => this.labelAll(), u: () => this.note({ act: "undo" }),
      f: () => cell && this.include({ field: cell.field, nos: cell.nos }), x: () => cell && this.include({ field: cell.field, nos: cell.nos }, true),
      a: () => this.around(), g: () => this.goTo(), "/": () => this.searchText.focus({ preventScroll: true }), v: () => this.snapshot(), e: () => this.export(), y: () => this.copyCell(),
      o: () => this.sortBy(COLUMNS[this.column][0]), t: () => this.toggleBuckets(), d: () => this.toggleLanes(), "?": () => this.toggleHelp(),
    };
    const act = acts[event.key];
    if (!act) return false;
    if (this.staleText && ["s", "l", "c", "m", " ", "v"].includes(event.key)) { this.say("Marking is off: the evidence changed."); return true; }
    act();
    return true;
  }

  escape() {
    this.help.hidden = true;
    this.prompt.hidden = true;
    this.table.focus({ preventScroll: true });
  }

  close() {
    for (const view of Object.values(this.views)) view.finalize();
    this.sizeWatch.disconnect();
    this.themeWatch.disconnect();
    this.mediaDark.removeEventListener("change", this.mediaChanged);
    this.model.off("comm_live_update", this.alive);
    clearTimeout(this.facetTimer);
    clearTimeout(this.aheadTimer);
    clearTimeout(this.originTimer);
    cancelAnimationFrame(this.placing);
    this.line.tell({ type: "gone", view: this.line.prefix });
    this.line.close();
    this.root.remove();
  }
}

export default {
  render({ model, el }) {
    const timeline = new Timeline(model, el);
    el.ctforensics = timeline;
    return () => timeline.close();
  },
};
