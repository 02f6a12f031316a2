// Coding by hand: one task after the other, themes chosen by keys. Every decision is
// sent to the kernel at once, which writes it before the next task is shown.
const govopenCoding = (() => {
  const make = govopenMake;
  const KEYS = "123456789abcdefghijklmopqrstuvwxyz"; // n and 0 mean: no theme

  function render({ model, el }) {
    const { words, themes } = model.get("header");
    let chosen = [];
    const task = make("div", { className: "go-code-task" });
    const boxes = themes.map((theme, i) => {
      const box = make("input", { type: "checkbox", onchange: () => toggle(theme.id) });
      const order = make("b", { className: "go-code-order" });
      const label = make("label", { className: "go-code-theme" }, box,
        make("kbd", null, KEYS[i] || ""), " ", order, theme.label, make("small", null, theme.definition));
      return { theme, box, order, label };
    });
    const none = make("input", { type: "checkbox", onchange: () => toggle("") });
    const noTheme = make("label", { className: "go-code-theme" }, none, make("kbd", null, "0"), " " + words.no_theme);
    const remark = make("input", { type: "text", maxLength: 500, "aria-label": words.remark, placeholder: words.remark });
    const message = make("p", { className: "go-code-told", role: "status" });
    const summary = make("div", { className: "go-code-summary" });
    const button = (label, action) => make("button", { type: "button", onclick: action }, label);
    const root = make("div", {
      className: "go-explorer go-code", tabIndex: 0, role: "group", "aria-label": words.title,
      "data-lm-suppress-shortcuts": "true", onkeydown: keys,
    }, task, make("div", { className: "go-code-themes" }, ...boxes.map((box) => box.label), noTheme), remark,
    make("p", { className: "go-tools" }, button(words.save, () => save()), button(words.back, () => go(-1)), button(words.skip, () => go(1))),
    make("p", { className: "go-note" }, words.keys), message, summary);

    function toggle(id) {
      if (id === "") chosen = chosen.includes("") ? [] : [""];
      else if (chosen.includes(id)) chosen = chosen.filter((other) => other !== id);
      else chosen = [...chosen.filter(Boolean), id];
      show();
    }

    function show() {
      for (const { theme, box, order } of boxes) {
        const place = chosen.indexOf(theme.id);
        box.checked = place >= 0;
        order.textContent = place >= 0 ? place + 1 + ". " : "";
      }
      none.checked = chosen.includes("");
    }

    function keys(event) {
      const isTyping = event.target === remark || event.ctrlKey || event.metaKey || event.altKey;
      if (event.key === "Enter" && event.target.tagName !== "BUTTON") save();
      else if (isTyping) return;
      else if (event.key === "ArrowRight") go(1);
      else if (event.key === "ArrowLeft") go(-1);
      else if (event.key === "0" || event.key === "n") toggle("");
      else if (KEYS.includes(event.key) && themes[KEYS.indexOf(event.key)]) toggle(themes[KEYS.indexOf(event.key)].id);
      else return;
      event.preventDefault();
      event.stopPropagation();
    }

    const send = (what, more) => model.send({ what, task_id: model.get("task").task_id, ...more });
    const go = (step) => send("go", { step });
    const save = () => send("save", { themes: chosen, remark: remark.value });

    function showTask() {
      const now = model.get("task");
      chosen = now.chosen || [];
      remark.value = now.remark || "";
      task.replaceChildren();
      if (now.task_id) {
        task.append(make("p", { className: "go-note" }, now.place), make("p", { className: "go-text", lang: "zh-CN" }, now.text));
        for (const line of now.lines) task.append(make("p", { className: "go-note go-code-line" }, line));
      } else task.append(make("p", { className: "go-status" }, words.done));
      show();
      root.focus({ preventScroll: true });
    }

    function showMessage() { message.textContent = model.get("message"); }

    function showSummary() {
      summary.replaceChildren(...model.get("summary").map((line) => make("p", null, line)));
    }

    model.on("change:task", showTask);
    model.on("change:message", showMessage);
    model.on("change:summary", showSummary);
    showTask();
    showMessage();
    showSummary();
    el.append(root);
    return () => {
      model.off("change:task", showTask);
      model.off("change:message", showMessage);
      model.off("change:summary", showSummary);
    };
  }

  return { render };
})();
