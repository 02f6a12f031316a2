// What stands for tasks leads to them: texts and cells by links, marks by a click.
"use strict";
addEventListener("DOMContentLoaded", () => {
  const label = document.body.dataset.tasks;
  for (const shown of document.querySelectorAll("[data-tasks]:not(body)")) {
    const link = document.createElement("a");
    link.href = "search.html" + shown.dataset.tasks;
    link.title = label;
    link.append(...(shown.hasChildNodes() ? shown.childNodes : ["→"]));
    if (link.textContent === "→") link.setAttribute("aria-label", label);
    shown.append(link);
  }
  for (const chart of document.querySelectorAll(".js-plotly-plot")) {
    const address = (event) => event.points[0].customdata;
    const point = (event) => {
      chart.querySelector(".nsewdrag").style.cursor = address(event) ? "pointer" : "";
    };
    chart.on("plotly_hover", point);
    chart.on("plotly_click", (event) => {
      if (address(event)) location.href = "search.html" + address(event);
    });
  }
});
