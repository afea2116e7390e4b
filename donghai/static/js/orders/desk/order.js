// The run sheet: dragged by its handles, or moved from each piece's menu. A move is shown
// at once, and taken back with words when it's refused.
import { keepWhile, onDraw, refresh, send } from "./parts.js";

let isDragging = false;
keepWhile(() => isDragging);

const rows = (list) => [...list.children].filter((row) => row.dataset.listing);

const keep = (row, before = "") => send(row.querySelector("[data-moves]"), null, { before });

function makeSortable(list) {
  if (list.dataset.isSortable || !rows(list).length) return;
  list.dataset.isSortable = "1";
  let was = [];
  window.Sortable.create(list, {
    handle: ".handle",
    animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 150,
    onChoose: () => { // before it moves: the row must stay the one under the finger
      isDragging = true;
      was = rows(list);
    },
    onUnchoose: () => {
      isDragging = false;
      setTimeout(refresh, 500); // what was put off meanwhile
    },
    onEnd: async ({ item, oldIndex, newIndex }) => {
      if (oldIndex === newIndex) return;
      if (!(await keep(item, item.nextElementSibling?.dataset.listing))) list.append(...was);
      refresh();
    },
  });
}

onDraw(() => document.querySelectorAll("[data-sorts]").forEach(makeSortable));

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-moves]");
  if (!form) return;
  event.preventDefault();
  const row = form.closest("li");
  const list = row.parentElement;
  const was = rows(list);
  if (event.submitter.value === "up") row.previousElementSibling?.before(row);
  else row.nextElementSibling?.after(row);
  event.submitter.focus();
  if (!(await send(form, event.submitter))) list.append(...was);
  refresh();
});
