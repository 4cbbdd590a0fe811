"use strict";
// The page is whole without this: it adds filters and sorting to tables and pictures, and lays masks over images.

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

// What is under a layer is the picture of another figure, so that it stands in the file once.
const picture = (source, kind) => {
  const image = document.createElement("img");
  image.loading = "lazy";
  image.decoding = "async";
  image.alt = "";
  image.className = kind;
  image.src = source.src;
  return image;
};

for (const layers of document.querySelectorAll("[data-under]")) {
  const under = document.getElementById(layers.dataset.under);
  if (under) layers.prepend(picture(under, "under"));
}

// Small pictures that lead to an entry: its image under its mask.
for (const link of document.querySelectorAll("[data-shows]")) {
  const sources = [...document.querySelectorAll(`#${link.dataset.shows} [data-layer]`)];
  const layers = document.createElement("span");
  layers.className = "layers";
  layers.append(...sources.map((source, place) => picture(source, place ? "layer" : "under")));
  if (sources.length) link.prepend(layers);
}

for (const controls of document.querySelectorAll("[data-controls]")) {
  const gallery = document.getElementById(controls.dataset.controls);
  const control = (name) => controls.querySelector(`[data-${name}]`);
  const [search, chosen, from, to, order] = ["search", "class", "from", "to", "order"].map(control);
  const items = [...gallery.children].map((element) => ({
    element,
    text: element.textContent.toLowerCase(),
    classes: new Set((element.dataset.classes ?? "").split(" ")),
    scores: new Map((element.dataset.scores ?? "").split(" ").map((pair) => pair.split(":"))),
  }));
  // That of the class that was chosen, or else of the whole image.
  const score = (item) => Number(item.scores.get(chosen.value) ?? item.scores.get("all") ?? NaN);

  const show = () => {
    const words = search.value.trim().toLowerCase().split(/\s+/);
    const lowest = from?.value ? Number(from.value) : -Infinity;
    const highest = to?.value ? Number(to.value) : Infinity;
    let shown = 0;
    for (const item of items) {
      const inside = !(score(item) < lowest || score(item) > highest);
      const fits = !chosen.value || item.classes.has(chosen.value);
      item.element.hidden = !(inside && fits && words.every((word) => item.text.includes(word)));
      shown += item.element.hidden ? 0 : 1;
    }
    if (order) {
      const sign = order.value === "up" ? 1 : -1;
      gallery.append(...[...items].sort((a, b) => sign * (score(a) - score(b))).map((item) => item.element));
    }
    control("found").value = `${shown} of ${items.length}`;
  };
  const reset = () => {
    for (const input of [search, chosen, from, to]) if (input) input.value = "";
    show();
  };

  controls.hidden = false;
  for (const input of [search, chosen, from, to, order]) input?.addEventListener("input", show);
  control("reset").addEventListener("click", reset);
  const opacity = control("opacity");
  opacity?.addEventListener("input", () => {
    document.documentElement.style.setProperty("--opacity", String(opacity.value / 100));
  });
  // A click on a class shows its pictures; one on a picture shows it, whatever was filtered before.
  for (const link of document.querySelectorAll(`a[href="#${controls.closest("section").id}"][data-of]`)) {
    link.addEventListener("click", () => {
      reset();
      chosen.value = link.dataset.of;
      show();
    });
  }
  for (const link of document.querySelectorAll("[data-shows]")) link.addEventListener("click", reset);
  show();
}
