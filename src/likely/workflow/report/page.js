"use strict";
// Sorts the table by the column whose heading was pressed; missing values stay last either way.
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const status = document.getElementById("sorted");

  const read = (row, column, numeric) => {
    const cell = row.cells[column];
    if (cell.querySelector("i")) return null;
    if (!numeric) return cell.textContent;
    const text = cell.dataset.value ?? cell.textContent;
    return Number(text.replace("inf", "Infinity"));
  };

  const sortBy = (column) => {
    const head = heads[column];
    const numeric = head.classList.contains("number");
    const order = head.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
    const sign = order === "ascending" ? 1 : -1;
    const keyed = [...body.rows].map((row) => [read(row, column, numeric), row]);
    keyed.sort(([a], [b]) => {
      if (a === null || b === null) return (a === null) - (b === null);
      if (numeric) return sign * (a < b ? -1 : a > b ? 1 : 0);
      return sign * a.localeCompare(b);
    });
    body.append(...keyed.map(([, row]) => row));
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", order);
    status.textContent = `Sorted by ${head.textContent}, ${order}.`;
  };

  heads.forEach((head, column) => {
    head.querySelector("button").addEventListener("click", () => sortBy(column));
  });
}
// Paper cannot be unfolded.
addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("details")) folded.open = true;
});
