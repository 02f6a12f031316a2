// The explorer: one script for a widget in a notebook and for a page from a disk.
// Text from plans only ever becomes text nodes: nothing of it is read as markup.
const govopenExplorer = (() => {
  const make = govopenMake;
  const ROW = 76; // height of a row (pixels), as in the style sheet
  const BLOCK = 40; // rows fetched at once
  const MOST_ROWS = 200000; // browsers bound the height of an element
  const MOST_OPTIONS = 100;
  const MOST_AGENCIES = 12; // drawn
  const BEFORE = 14; // characters shown before a word that was found
  const BLANKS = /[\u200b-\u200d\u2060\ufeff\u00ad]|(?<=[^\x00-\x7f])[ \t]+|[ \t]+(?=[^\x00-\x7f])/g;
  const FORMULA = /^ *[=+\-@\t\r＝＋－＠]/;

  // Words ------------------------------------------------------------------------

  const fill = (sentence, values) =>
    sentence.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? values[key] : whole));
  const count = (n) => Number(n).toLocaleString("en-US");

  // As the library folds: character by character, so that offsets hold.
  function folder([from, to]) {
    const table = new Map(Array.from(from, (letter, i) => [letter, to[i]]));
    const variants = new RegExp("[" + from.replace(/[\\\]^-]/g, "\\$&") + "]", "g");
    return (text) => {
      const folded = text.replace(variants, (letter) => table.get(letter));
      const small = folded.toLowerCase();
      return small.length === folded.length ? small : folded;
    };
  }

  const termsOf = (words, fold, longest) =>
    words.slice(0, longest).split(/\s+/).filter(Boolean).map((word) => fold(word).replace(BLANKS, ""));

  // Where the words stand in a text as it was written, blanks and all.
  function places(text, terms, fold) {
    if (!terms.length) return [];
    const folded = fold(text);
    const offsets = [];
    let at = 0;
    for (const gap of folded.matchAll(BLANKS)) {
      while (at < gap.index) offsets.push(at++);
      at = gap.index + gap[0].length;
    }
    while (at < folded.length) offsets.push(at++);
    const shorter = folded.replace(BLANKS, "");
    const found = [];
    for (const term of terms) {
      for (let i = shorter.indexOf(term); term && i !== -1; i = shorter.indexOf(term, i + term.length)) {
        found.push([offsets[i], offsets[i + term.length - 1] + 1]);
      }
    }
    return found.sort((a, b) => a[0] - b[0]);
  }

  // Elements ---------------------------------------------------------------------

  function marked(parent, text, spans) {
    let done = 0;
    for (const [start, end] of spans) {
      if (end <= done) continue;
      parent.append(text.slice(done, Math.max(start, done)));
      parent.append(make("mark", null, text.slice(Math.max(start, done), end)));
      done = end;
    }
    parent.append(text.slice(done));
    return parent;
  }

  function download(name, parts, type) {
    const address = URL.createObjectURL(new Blob(parts, { type }));
    make("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  }

  // Engines: what finds tasks, in a page from a disk the page itself, else the kernel.

  function pageEngine(header, columns, texts, fold) {
    const n = columns.ids.length;
    const flat = (lists) => {
      const starts = new Int32Array(n + 1);
      lists.forEach((list, i) => { starts[i + 1] = starts[i] + list.length; });
      return { starts, codes: Int32Array.from(lists.flat()) };
    };
    const plan = Int32Array.from(columns.plan);
    const facets = header.facets.map((facet) => ({
      ...facet, ...(facet.plans ? {} : flat(columns[facet.key])),
      // What a task lacks is not searched for.
      folded: facet.labels.map((label, i) =>
        (["", "none"].includes(facet.values[i]) ? "" : fold(label).replace(BLANKS, ""))),
    }));
    const byKey = Object.fromEntries(facets.map((facet) => [facet.key, facet]));
    const searchable = texts.map((text) => fold(text).replace(BLANKS, ""));
    const positions = new Map(columns.ids.map((id, i) => [id, i]));
    let found = Int32Array.from(columns.ids, (_, i) => i);

    function keepThose(keep, facet, chosen) {
      if (facet.plans) {
        const has = Uint8Array.from(facet.plans, (value) => chosen[value]);
        for (let i = 0; i < n; i++) keep[i] &= has[plan[i]];
        return;
      }
      const { starts, codes } = facet;
      for (let i = 0; i < n; i++) {
        if (!keep[i]) continue;
        let has = 0;
        for (let j = starts[i]; j < starts[i + 1]; j++) has |= chosen[codes[j]];
        keep[i] = has;
      }
    }

    function mentions(keep, term) {
      const has = new Uint8Array(n);
      for (let i = 0; i < n; i++) has[i] = searchable[i].includes(term) ? 1 : 0;
      for (const facet of facets) {
        const chosen = Uint8Array.from(facet.folded, (label) => (label.includes(term) ? 1 : 0));
        if (!chosen.includes(1)) continue;
        const named = new Uint8Array(n).fill(1);
        keepThose(named, facet, chosen);
        for (let i = 0; i < n; i++) has[i] |= named[i];
      }
      for (let i = 0; i < n; i++) keep[i] &= has[i];
    }

    async function find(state, terms) {
      const keep = new Uint8Array(n).fill(1);
      for (const facet of facets) {
        const wanted = new Set(state[facet.key] || []);
        if (wanted.size) {
          keepThose(keep, facet, Uint8Array.from(facet.values, (value) => (wanted.has(value) ? 1 : 0)));
        }
      }
      terms.forEach((term) => mentions(keep, term));
      const kept = [];
      for (let i = 0; i < n; i++) if (keep[i]) kept.push(i);
      found = Int32Array.from(kept);
      return counted();
    }

    function counted() {
      const agency = byKey.agency;
      const theme = byKey.theme;
      const totals = new Array(agency.values.length).fill(0);
      const counts = new Map();
      const plans = new Set();
      for (const i of found) {
        const place = agency.plans[plan[i]];
        totals[place] += 1;
        plans.add(plan[i]);
        for (let j = theme.starts[i]; j < theme.starts[i + 1]; j++) {
          const cell = theme.codes[j] * totals.length + place;
          counts.set(cell, (counts.get(cell) || 0) + 1);
        }
      }
      const cells = [...counts].map(([cell, k]) => [Math.floor(cell / totals.length), cell % totals.length, k]);
      return { n: found.length, n_plans: plans.size, totals, cells };
    }

    const row = (i) => ({
      id: columns.ids[i], plan: plan[i], ordinal: columns.ordinal[i], deadline: columns.deadline[i],
      theme: columns.theme[i], unit: columns.unit[i], text: texts[i],
    });
    const rows = async (from, to) => Array.from(found.slice(from, to), row);
    const task = async (id) => (positions.has(id) ? row(positions.get(id)) : null);
    return { find, rows, task };
  }

  function kernelEngine(ask) {
    let last = {};
    return {
      find: (state) => { last = state; return ask("find", { state }); },
      rows: (start, stop) => ask("rows", { start, stop, state: last }),
      task: (id) => ask("task", { task_id: id }),
    };
  }

  // The view ---------------------------------------------------------------------

  function mount(root, header, engine, fold, options) {
    const words = header.words;
    const byKey = Object.fromEntries(header.facets.map((facet) => [facet.key, facet]));
    const labelOf = (key, value) => byKey[key].labels[value];
    let state = { words: "", ...options.state };
    let terms = [];
    let result = { n: 0, n_plans: 0, totals: [], cells: [] };
    let turn = 0; // what a later change has overtaken is thrown away
    let active = -1;
    let blocks = new Map();
    const prefix = "go" + Math.random().toString(36).slice(2, 8);

    const search = make("input", {
      type: "search", id: prefix + "-q", autocomplete: "off", maxLength: header.longest, value: state.words,
      oninput: () => later(() => change({ words: search.value })),
    });
    let waiting = 0;
    function later(action) {
      clearTimeout(waiting);
      waiting = setTimeout(action, options.pause);
    }
    const clear = make("button", { type: "button", onclick: () => { search.value = ""; reset(); } }, words.clear);
    const facets = header.facets.map(facetView);
    const status = make("p", { className: "go-status", role: "status" });
    const chart = make("div", { className: "go-chart", tabIndex: 0, role: "region", "aria-label": words.chart });
    const spacer = make("div", { role: "presentation" });
    const list = make("div", {
      className: "go-list", tabIndex: 0, role: "listbox", "aria-label": words.list,
      onscroll: drawRows, onkeydown: keys,
    }, spacer);
    const detail = make("section", { className: "go-detail", "aria-label": words.task, tabIndex: -1, hidden: true });
    detail.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
    const chartTitle = make("h2", null, words.chart);
    const chartNote = make("p", { className: "go-note" }, words.chart_note);
    const tools = make("p", { className: "go-tools" },
      ...options.exports.map(([label, action]) => make("button", {
        type: "button", onclick: () => guarded(() => action(state)),
      }, label)),
      make("button", { type: "button", onclick: saveChart }, words.svg));
    root.classList.add("go-explorer");
    root.dataset.lmSuppressShortcuts = "true"; // keys of JupyterLab
    root.replaceChildren(
      make("div", { className: "go-search" }, make("label", { htmlFor: prefix + "-q" }, words.find), search, clear),
      make("p", { className: "go-note" }, words.find_hint),
      make("div", { className: "go-facets" }, ...facets.map((facet) => facet.element)),
      status,
      make("div", { className: "go-panes" }, make("div", null, list, tools), detail),
      chartTitle, chart, chartNote);

    function facetView(facet) {
      const title = make("summary");
      const box = make("div", { className: "go-options" });
      const narrow = make("input", {
        type: "search", "aria-label": fill(words.narrow, { facet: facet.label }),
        placeholder: words.narrow_hint, oninput: () => draw(),
      });
      const many = facet.values.length > 12;
      const element = make("details", { className: "go-facet" }, title, ...(many ? [narrow] : []), box);
      element.addEventListener("keydown", (event) => {
        if (event.key === "Escape") { element.open = false; title.focus(); }
      });
      function draw() {
        const chosen = new Set(state[facet.key] || []);
        const term = fold(narrow.value.trim());
        const fitting = facet.values.map((_, i) => i)
          .filter((i) => !term || fold(facet.labels[i]).includes(term))
          .sort((a, b) => chosen.has(facet.values[b]) - chosen.has(facet.values[a]) || a - b);
        const shown = fitting.slice(0, MOST_OPTIONS).map((i) => make("label", null, make("input", {
          type: "checkbox", checked: chosen.has(facet.values[i]),
          onchange: (event) => choose(facet.key, facet.values[i], event.target.checked),
        }), " " + facet.labels[i]));
        const left = fitting.length - shown.length;
        box.replaceChildren(...shown, ...(left > 0 ? [make("small", null, fill(words.more_options, { n: count(left) }))] : []));
      }
      function tell() {
        const chosen = state[facet.key] || [];
        const labels = chosen.map((value) => facet.labels[facet.values.indexOf(value)] ?? value);
        title.textContent = facet.label + words.colon +
          (chosen.length > 2 ? fill(words.chosen, { n: chosen.length }) : labels.join(words.join) || words.all);
        element.classList.toggle("go-set", chosen.length > 0);
      }
      return { element, tell, draw };
    }

    function choose(key, value, isOn) {
      const kept = (state[key] || []).filter((other) => other !== value);
      change({ [key]: isOn ? [...kept, value] : kept });
    }

    const reset = () => { state = { words: "" }; change({}); };

    function change(part, isTold = true) {
      state = { ...state, ...part };
      for (const [key, value] of Object.entries(state)) {
        if (Array.isArray(value) && !value.length) delete state[key];
      }
      return guarded(async () => {
        const now = ++turn;
        terms = termsOf(state.words, fold, header.longest);
        facets.forEach((facet) => { facet.tell(); });
        const fresh = await engine.find(state, terms);
        if (now !== turn) return;
        result = fresh;
        blocks = new Map();
        active = -1;
        list.removeAttribute("aria-activedescendant");
        list.scrollTop = 0;
        facets.forEach((facet) => { facet.draw(); });
        tellStatus();
        drawChart();
        drawRows();
        if (isTold) options.onState(state);
      });
    }

    async function guarded(action) {
      try { await action(); } catch (error) {
        status.textContent = fill(words.failed, { error: error.message || error });
      }
    }

    function tellStatus() {
      const sentence = fill(words.found, { n: count(result.n), all: count(header.n), plans: count(result.n_plans) });
      const cut = result.n > MOST_ROWS ? " " + fill(words.listed, { n: count(MOST_ROWS) }) : "";
      status.textContent = result.n ? sentence + cut : words.nothing;
      spacer.style.height = Math.min(result.n, MOST_ROWS) * ROW + "px";
      for (const part of [list, tools, chartTitle, chart, chartNote]) part.hidden = !result.n;
    }

    // Only the rows in sight are in the page; their texts come when they are.
    function drawRows() {
      const first = Math.max(0, Math.floor(list.scrollTop / ROW) - 2);
      const last = Math.min(Math.min(result.n, MOST_ROWS), first + Math.ceil(list.clientHeight / ROW) + 5);
      const shown = [];
      for (let i = first; i < last; i++) {
        const block = Math.floor(i / BLOCK);
        if (!blocks.has(block)) {
          const mine = blocks;
          mine.set(block, null);
          guarded(async () => {
            mine.set(block, await engine.rows(block * BLOCK, (block + 1) * BLOCK));
            if (mine === blocks) drawRows();
          });
        }
        const rows = blocks.get(block);
        shown.push(rowView(i, rows && rows[i - block * BLOCK]));
      }
      spacer.replaceChildren(...shown);
      const current = spacer.querySelector("[aria-selected=true]");
      if (current) list.setAttribute("aria-activedescendant", current.id);
    }

    const nameOf = (row) => {
      const [, agency, year] = header.plans[row.plan];
      return fill(words.row, { agency, year, ordinal: row.ordinal });
    };
    const themesOf = (row) => row.theme.map((value) => labelOf("theme", value)).join(words.join);

    function rowView(i, row) {
      const element = make("div", {
        className: "go-row", role: "option", id: prefix + "-" + i, onclick: () => { active = i; drawRows(); openRow(i); },
        "aria-selected": i === active, "aria-setsize": result.n, "aria-posinset": i + 1,
      });
      element.style.top = i * ROW + "px";
      if (!row) { element.append("…"); return element; }
      const head = make("div", { className: "go-row-head" }, make("b", null, nameOf(row)), " · " + themesOf(row));
      if (row.deadline) head.append(" · ", make("i", null, row.deadline));
      const spans = places(row.text, terms, fold);
      const cut = spans.length && spans[0][0] > BEFORE * 2 ? spans[0][0] - BEFORE : 0;
      const text = (cut ? "…" : "") + row.text.slice(cut, cut + 300);
      const moved = spans.map(([a, b]) => [a - cut + (cut ? 1 : 0), b - cut + (cut ? 1 : 0)]);
      element.append(head, marked(make("div", { className: "go-row-text" }), text, moved.filter(([a]) => a < text.length)));
      return element;
    }

    function keys(event) {
      const page = Math.max(1, Math.floor(list.clientHeight / ROW) - 1);
      const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -result.n, End: result.n };
      if (event.key === "Enter" && active >= 0) openRow(active);
      else if (event.key in steps) {
        active = Math.min(Math.min(result.n, MOST_ROWS) - 1, Math.max(0, active + steps[event.key]));
        if (active * ROW < list.scrollTop) list.scrollTop = active * ROW;
        const below = (active + 1) * ROW - list.clientHeight;
        if (below > list.scrollTop) list.scrollTop = below;
        drawRows();
      } else return;
      event.preventDefault();
    }

    const openRow = (i) => guarded(async () => {
      const rows = await engine.rows(i, i + 1);
      if (rows.length) await open(rows[0].id);
    });

    // One task: all of it, and where it stands in its source.
    async function open(id) {
      const row = await engine.task(id);
      if (!row) { status.textContent = fill(words.no_task, { id }); return; }
      const spans = places(row.text, terms, fold);
      const pair = (label, value) => [make("dt", null, label), make("dd", null, value || words.none)];
      const shown = [
        make("button", { type: "button", className: "go-close", onclick: close }, words.close),
        make("h2", null, nameOf(row)),
        marked(make("p", { className: "go-text", lang: "zh-CN" }), row.text, spans),
        make("dl", null, ...pair(words.facets.theme, themesOf(row)),
          ...pair(words.facets.unit, row.unit.map((value) => labelOf("unit", value)).join(words.join)),
          ...pair(words.facets.due, row.deadline), ...pair(words.id, row.id)),
      ];
      const address = options.addressOf && options.addressOf(row);
      if (address) shown.push(make("p", null, make("a", { href: address }, words.in_source)));
      if (row.source) {
        const [before, inside, after] = row.source;
        shown.push(make("h3", null, words.in_source), make("p", { className: "go-note" }, row.place),
          make("p", { className: "go-source", lang: "zh-CN" }, before, make("mark", null, inside), after));
      }
      detail.replaceChildren(...shown);
      detail.hidden = false;
      detail.focus({ preventScroll: true });
      detail.scrollIntoView({ block: "nearest" });
      options.onOpen(id);
    }

    function close() {
      detail.hidden = true;
      options.onOpen("");
      list.focus({ preventScroll: true });
    }

    // The chart: themes by agencies, of what is shown.
    function drawChart() {
      const agencies = result.totals.map((n, i) => [n, i]).filter(([n]) => n).sort((a, b) => b[0] - a[0] || a[1] - b[1]);
      const drawn = agencies.slice(0, MOST_AGENCIES).map(([, i]) => i);
      const counts = new Map(result.cells.map(([theme, agency, n]) => [theme + "," + agency, n]));
      const themes = byKey.theme.values.map((_, i) => i);
      const [left, top, wide, high] = [210, 58, 84, 26];
      const size = [left + drawn.length * wide + 8, top + themes.length * high + 8];
      const svg = draw("svg", { xmlns: "http://www.w3.org/2000/svg", viewBox: "0 0 " + size.join(" "), width: size[0], height: size[1], role: "img", "aria-label": words.chart, "font-family": "'Noto Sans SC','Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif", "font-size": 12 });
      svg.append(draw("rect", { width: size[0], height: size[1], fill: "#fff" }));
      const cut = (text, most) => (text.length > most ? text.slice(0, most - 1) + "…" : text);
      drawn.forEach((agency, column) => {
        const name = labelOf("agency", agency);
        const x = left + column * wide + wide / 2;
        [name.slice(0, 6), cut(name.slice(6), 6), "n = " + count(result.totals[agency])].forEach((line, k) => {
          svg.append(draw("text", { x, y: 16 + k * 15, "text-anchor": "middle", fill: k === 2 ? "#52606d" : "#1f2933" }, line));
        });
      });
      themes.forEach((theme, line) => {
        const y = top + line * high;
        svg.append(draw("text", { x: left - 8, y: y + 17, "text-anchor": "end", fill: "#1f2933" }, cut(labelOf("theme", theme), 30)));
        drawn.forEach((agency, column) => {
          const n = counts.get(theme + "," + agency) || 0;
          const share = n / result.totals[agency];
          const cell = draw("g", { class: "go-cell" });
          cell.append(
            draw("title", {}, labelOf("agency", agency) + " · " + labelOf("theme", theme) + words.colon + n),
            draw("rect", { x: left + column * wide + 1, y: y + 1, width: wide - 2, height: high - 2, fill: n ? "#0b5394" : "#f5f7fa", "fill-opacity": n ? 0.08 + 0.92 * share : 1 }),
            draw("text", { x: left + column * wide + wide / 2, y: y + 17, "text-anchor": "middle", fill: share > 0.45 ? "#fff" : "#1f2933" }, n ? count(n) : "·"));
          cell.addEventListener("click", () => change({ agency: [byKey.agency.values[agency]], theme: [byKey.theme.values[theme]] }));
          svg.append(cell);
        });
      });
      const hidden = agencies.length - drawn.length;
      chart.replaceChildren(svg, ...(hidden > 0 ? [make("p", { className: "go-note" }, fill(words.chart_more, { n: count(hidden) }))] : []));
    }

    function draw(name, attributes, text) {
      const made = document.createElementNS("http://www.w3.org/2000/svg", name);
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
      if (text !== undefined) made.textContent = text;
      return made;
    }

    function saveChart() {
      const svg = new XMLSerializer().serializeToString(chart.querySelector("svg"));
      download("tasks.svg", ['<?xml version="1.0" encoding="UTF-8"?>\n', svg], "image/svg+xml");
    }

    facets.forEach((facet) => { facet.tell(); });
    return { change, open: (id) => guarded(() => open(id)), set: (wanted) => {
      if (JSON.stringify(wanted) === JSON.stringify(state)) return;
      state = { words: "", ...wanted };
      search.value = state.words;
      change({}, false);
    } };
  }

  // A page from a disk -----------------------------------------------------------

  function page(root, data, addresses) {
    const { header, columns, texts } = data;
    const fold = folder(header.fold);
    const engine = pageEngine(header, columns, texts, fold);
    const given = new URLSearchParams(location.search);
    const state = { words: given.get("q") || "" };
    for (const facet of header.facets) {
      if (given.has(facet.key)) state[facet.key] = given.getAll(facet.key);
    }
    const address = (id) => (id ? "#" + encodeURIComponent(id) : location.pathname + location.search);
    const view = mount(root, header, engine, fold, {
      state,
      pause: 30, // milliseconds after the last key
      exports: [[header.words.csv, () => saveTable(header, engine)]],
      addressOf: (row) => addresses[header.plans[row.plan][0]] && addresses[header.plans[row.plan][0]] + "#" + encodeURIComponent(row.id),
      onOpen: (id) => history.replaceState(null, "", address(id)),
      onState: () => {},
    });
    const opened = () => {
      const id = decodeURIComponent(location.hash.slice(1));
      if (id && id !== "content") view.open(id);
    };
    addEventListener("hashchange", opened);
    view.change({}, false).then(opened);
  }

  async function saveTable(header, engine) {
    const words = header.words;
    const labels = (key, row) => row[key].map((value) => header.facets.find((facet) => facet.key === key).labels[value]).join("；");
    const cell = (value) => {
      const text = FORMULA.test(String(value)) ? "'" + value : String(value);
      return /[",\r\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
    };
    const lines = [words.columns];
    for (const row of await engine.rows(0, header.n)) {
      const [, agency, year] = header.plans[row.plan];
      lines.push([row.id, agency, year, row.ordinal, labels("theme", row), labels("unit", row), row.deadline, row.text]);
    }
    download("tasks.csv", ["\ufeff", lines.map((line) => line.map(cell).join(",")).join("\r\n"), "\r\n"], "text/csv");
  }

  // A widget in a notebook -------------------------------------------------------

  function render({ model, el }) {
    const prefix = Math.random().toString(36).slice(2);
    const questions = new Map();
    const answer = (content, buffers) => {
      const question = questions.get(content.number);
      if (!question) return;
      questions.delete(content.number);
      if (content.error) question.bad(new Error(content.error));
      else question.good(buffers && buffers.length ? buffers[0] : content.value);
    };
    model.on("msg:custom", answer);
    const ask = (what, values) => new Promise((good, bad) => {
      const number = prefix + questions.size + Math.random();
      questions.set(number, { good, bad });
      model.send({ number, what, ...values });
    });
    // The table of the last state stands below for those without a kernel.
    const style = make("style", null, "." + model.get("table_class") + " { display: none; }");
    const root = make("div");
    el.append(style, root);
    const header = model.get("header");
    const fold = folder(header.fold);
    root.textContent = header.words.loading;
    const file = (kind, type) => async (state) => download("tasks." + kind, [await ask("file", { kind, state })], type);
    let view = null;
    const start = async () => {
      view = mount(root, header, kernelEngine(ask), fold, {
        state: model.get("state"),
        pause: 150, // words are searched in the kernel
        exports: [
          [header.words.csv, file("csv", "text/csv")],
          [header.words.xlsx, file("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")],
        ],
        onOpen: () => {},
        onState: (state) => { model.set("state", state); model.save_changes(); },
      });
      await view.change({}, false);
    };
    start().catch((error) => { root.textContent = fill(header.words.failed, { error: error.message }); });
    const update = () => { if (view) view.set(model.get("state")); };
    model.on("change:state", update);
    return () => { model.off("msg:custom", answer); model.off("change:state", update); };
  }

  return { page, render };
})();
