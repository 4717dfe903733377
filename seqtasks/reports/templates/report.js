"use strict";

// Sorting: a click on a column's head sorts by it, another one reverses the order. Unknown values stay last.
function valueOf(row, column) {
  const cell = row.cells[column];
  const text = cell.dataset.v ?? cell.textContent.trim();
  const number = parseFloat(text.replace(/,/g, ""));
  return { text, number, unknown: text === "" || text === "–" };
}

function compare(a, b, numeric, direction) {
  if (a.unknown || b.unknown) return Number(a.unknown) - Number(b.unknown);
  if (numeric) return direction * (a.number - b.number);
  return direction * a.text.localeCompare(b.text, "en", { numeric: true });
}

function sort(head) {
  const table = head.closest("table");
  const column = head.cellIndex;
  const numeric = head.classList.contains("n");
  const before = head.getAttribute("aria-sort");
  const first = numeric && head.textContent.trim() !== "Rank" ? "descending" : "ascending";
  const order = before === null ? first : before === "ascending" ? "descending" : "ascending";
  for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", order);
  const direction = order === "ascending" ? 1 : -1;
  const body = table.tBodies[0];
  const rows = Array.from(body.rows, (row) => ({ row, value: valueOf(row, column) }));
  rows.sort((a, b) => compare(a.value, b.value, numeric, direction));
  body.append(...rows.map((each) => each.row));
}

for (const button of document.querySelectorAll("thead button")) {
  button.addEventListener("click", () => sort(button.closest("th")));
}

// Filters: of the results, and the pictures of the tasks that are left.
const form = document.getElementById("filters");
const results = Array.from(document.getElementById("result-table").tBodies[0].rows, (row) => ({
  row,
  task: row.cells[0].textContent,
  method: row.cells[1].firstChild.textContent,
  text: row.textContent.toLowerCase(),
}));
const pictures = Array.from(document.querySelectorAll("figure[data-tasks]"), (figure) => ({
  figure,
  tasks: figure.dataset.tasks.split("\n"),
}));

function filter() {
  const task = form.elements.task.value;
  const method = form.elements.method.value;
  const text = form.elements.text.value.trim().toLowerCase();
  const left = new Set();
  let shown = 0;
  for (const each of results) {
    const fits = (!task || each.task === task) && (!method || each.method === method) && each.text.includes(text);
    each.row.hidden = !fits;
    if (fits) {
      shown += 1;
      left.add(each.task);
    }
  }
  for (const each of pictures) each.figure.hidden = !each.tasks.some((name) => left.has(name));
  form.querySelector("output").textContent = `${shown} of ${results.length} rows`;
}

form.hidden = false;
for (const event of ["input", "change"]) form.addEventListener(event, filter);
form.addEventListener("submit", (event) => event.preventDefault());
filter();
