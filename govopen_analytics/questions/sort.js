/* A click on a heading sorts the rows, by number where the cells begin with one. */
(table => {
const value = row => column => {
  const text = row.cells[column].textContent.trim();
  const number = parseFloat(text.replace("−", "-").replace(/[<>,]/g, ""));
  return [isNaN(number) ? Infinity : number, text];
};
const order = column => (a, b) => {
  const [n, s] = value(a)(column), [m, t] = value(b)(column);
  return n === m ? s.localeCompare(t) : n - m;
};
table.querySelectorAll("thead th").forEach((head, column) => {
  let sign = -1;
  head.style.cursor = "pointer";
  head.onclick = () => {
    sign = -sign;
    const body = table.tBodies[0];
    body.append(...[...body.rows].sort((a, b) => sign * order(column)(a, b)));
  };
});
})(document.currentScript.previousElementSibling)
