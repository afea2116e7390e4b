// A product's photos: a tap opens them large; swiping is the browser's own.

function show(row, one, behavior) {
  row.scrollTo({ left: one.offsetLeft - row.offsetLeft, behavior });
}

for (const gallery of document.querySelectorAll("[data-gallery]")) {
  const row = gallery.querySelector(".gallery-row");
  const dialog = gallery.querySelector("[data-zooms]");
  const large = dialog.querySelector(".gallery-row");

  gallery.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-zoom]");
    const mark = event.target.closest(".gallery-marks a");
    if (opener) {
      event.preventDefault();
      dialog.showModal();
      show(large, document.getElementById(opener.dataset.zoom), "instant");
    } else if (mark) {
      event.preventDefault();
      show(row, document.querySelector(mark.hash), "smooth");
    } else if (event.target.closest(".zoom-one img")) {
      event.target.closest(".zoom-one").classList.toggle("close-up");
    }
  });

  dialog.addEventListener("keydown", (event) => {
    const steps = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (steps) large.scrollBy({ left: steps * large.clientWidth });
  });

  dialog.addEventListener("close", () => {
    const place = Math.round(large.scrollLeft / large.clientWidth);
    for (const one of large.children) one.classList.remove("close-up");
    show(row, row.children[place] ?? row.firstElementChild, "instant");
  });
}
