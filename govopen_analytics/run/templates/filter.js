// Shows the entries of a list whose text holds what was typed.
"use strict";
(function () {
  const input = document.getElementById("filter");
  const items = Array.from(document.getElementById("filtered").children);
  document.getElementById("filter-row").hidden = items.length < 8;
  input.addEventListener("input", () => {
    const wanted = input.value.trim().toLowerCase();
    for (const item of items) item.hidden = !item.textContent.toLowerCase().includes(wanted);
  });
})();
