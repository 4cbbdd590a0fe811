"use strict";
// The page is whole without this: it adds filters and sorting to the tables.

for (const input of document.querySelectorAll("[data-filters]")) {
  const rows = [...document.querySelectorAll(`#${input.dataset.filters} > tbody > tr`)];
  const count = document.querySelector(`[data-counts="${input.dataset.filters}"]`);
  const names = rows.map((row) => {
    const head = row.cells[0];
    return (head.querySelector("summary") ?? head).textContent.trim().toLowerCase();
  });
  input.parentElement.hidden = false;
  input.addEventListener("input", () => {
    const wanted = input.value.trim().toLowerCase();
    let shown = 0;
    rows.forEach((row, index) => {
      row.hidden = !names[index].includes(wanted);
      shown += row.hidden ? 0 : 1;
    });
    count.value = wanted ? `${shown} of ${rows.length}` : "";
  });
}

const value = (row, column) => {
  const cell = row.cells[column];
  const text = cell.dataset.value ?? (cell.querySelector("summary") ?? cell).textContent.trim();
  const number = Number(text);
  return text === "–" ? -1 : Number.isNaN(number) ? text.toLowerCase() : number;
};

for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    if (column > 0 && !head.classList.contains("figure")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const descending = head.getAttribute("aria-sort") !== "descending" && column > 0
        || head.getAttribute("aria-sort") === "ascending";
      const sign = descending ? -1 : 1;
      const body = table.tBodies[0];
      const sorted = [...body.rows].sort((one, other) => {
        const left = value(one, column);
        const right = value(other, column);
        return left < right ? -sign : left > right ? sign : 0;
      });
      body.append(...sorted);
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", descending ? "descending" : "ascending");
    });
  });
}
