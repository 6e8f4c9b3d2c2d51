// SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
// SPDX-License-Identifier: BSD-3-Clause
"use strict";
const tip = document.getElementById("tip");
const cellValue = (row, column) => {
  const cell = row.cells[column];
  const value = cell.dataset.v ?? cell.textContent.trim();
  return value === "" || isNaN(value) ? value : Number(value);
};
const compare = (a, b) =>
  typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));

function sort(head) {
  const table = head.closest("table");
  const up = head.getAttribute("aria-sort") === "descending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", up ? "ascending" : "descending");
  const body = table.tBodies[0];
  const rows = [...body.rows].sort((a, b) =>
    compare(cellValue(a, head.cellIndex), cellValue(b, head.cellIndex)) * (up ? 1 : -1));
  body.append(...rows);
}

document.addEventListener("click", (event) => {
  const head = event.target.closest(".sortable thead th");
  if (head) return sort(head);
  const part = event.target.closest("[data-tip]");
  if (part) tip.firstElementChild.textContent = part.dataset.tip;
  tip.hidden = !part;
});

for (const head of document.querySelectorAll(".sortable thead th")) {
  head.tabIndex = 0;
  head.addEventListener("keydown", (event) => event.key === "Enter" && sort(head));
}

for (const box of document.querySelectorAll("input[data-filter]")) {
  const rows = document.querySelector(box.dataset.filter).tBodies[0].rows;
  box.addEventListener("input", () => {
    const words = box.value.toLowerCase().split(/\s+/);
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    }
  });
}
