// Finds the tasks that hold every word. Text from plans only ever becomes text
// nodes: nothing of it is read as markup.
"use strict";
(function () {
  const AT_ONCE = 50;
  const HEAD = 60;
  const [AGENCY, YEAR, NUMBER, TITLE, CONTENT, THEMES, UNITS, DEADLINE] = [0, 1, 2, 3, 4, 5, 6, 7];
  const input = document.getElementById("q");
  const results = document.getElementById("results");
  const found = document.getElementById("found");
  const more = document.getElementById("more");
  const words = JSON.parse(results.dataset.words);
  const tasks = window.taskIndex.tasks;
  const folded = tasks.map((task) => task.join("\n").normalize("NFKC").toLowerCase());
  let hits = [];
  let terms = [];

  function element(name, text, parent) {
    const made = document.createElement(name);
    if (text) mark(made, text);
    parent.append(made);
    return made;
  }

  // As texts were folded to be searched, but letter for letter.
  function folding(text) {
    return Array.from(text, (letter) => {
      const one = letter.normalize("NFKC").toLowerCase();
      return one.length === letter.length ? one : letter;
    }).join("");
  }

  function mark(parent, text) {
    const lower = folding(text);
    let from = 0;
    while (from < text.length) {
      let at = text.length;
      let length = 0;
      for (const term of terms) {
        const place = lower.indexOf(term, from);
        if (place !== -1 && place < at) { at = place; length = term.length; }
      }
      parent.append(text.slice(from, at));
      if (!length) return;
      const marked = document.createElement("mark");
      marked.textContent = text.slice(at, at + length);
      parent.append(marked);
      from = at + length;
    }
  }

  function show(task) {
    const item = document.createElement("li");
    const isLong = !task[TITLE] && task[CONTENT].length > HEAD;
    const head = isLong ? task[CONTENT].slice(0, HEAD) + "…" : task[CONTENT];
    element("h2", task[TITLE] || head, item);
    if (task[CONTENT] && (task[TITLE] || isLong)) element("p", task[CONTENT], item);
    const line = element("p", "", item);
    line.className = "evidence";
    const name = [task[AGENCY], task[YEAR]].filter(Boolean).join(" ") + " #" + task[NUMBER];
    const address = window.taskIndex.pages[task[AGENCY]];
    const agency = element(address ? "a" : "span", name, line);
    if (address) agency.href = address;
    for (const [key, place] of [["themes", THEMES], ["units", UNITS], ["deadline", DEADLINE]]) {
      if (task[place]) {
        line.append(" · " + words[key] + words.colon);
        mark(line, task[place]);
      }
    }
    return item;
  }

  function extend() {
    const shown = results.children.length;
    const next = hits.slice(shown, shown + AT_ONCE);
    results.append(...next.map((number) => show(tasks[number])));
    const left = hits.length - shown - next.length;
    more.hidden = left <= 0;
    more.textContent = words.search_more.replace("{n}", Math.min(left, AT_ONCE));
  }

  function search() {
    terms = input.value.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
    results.replaceChildren();
    hits = [];
    if (terms.length) {
      folded.forEach((text, number) => {
        if (terms.every((term) => text.includes(term))) hits.push(number);
      });
    }
    found.textContent = terms.length ? words.search_found.replace("{n}", hits.length) : "";
    extend();
  }

  let waiting = 0;
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, 150);
  });
  input.form.addEventListener("submit", (event) => {
    event.preventDefault();
    search();
  });
  more.addEventListener("click", () => {
    const first = results.children.length;
    extend();
    const item = results.children[first];
    if (item) { item.tabIndex = -1; item.focus(); }
  });
  input.value = new URLSearchParams(location.search).get("q") || "";
  search();
})();
