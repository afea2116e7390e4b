// A product's photos: a tap opens them large; swiping is the browser's own.

// A close-up begins where it was tapped.
function toggle(one, { clientX, clientY }) {
  const box = one.querySelector("img").getBoundingClientRect();
  const [across, down] = [(clientX - box.left) / box.width, (clientY - box.top) / box.height];
  if (!one.classList.toggle("close-up")) return;
  one.scrollTo(
    one.scrollWidth * across - one.clientWidth / 2,
    one.scrollHeight * down - one.clientHeight / 2,
  );
}

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
      history.pushState({ zoom: true }, ""); // so that Back closes the photo alone
      show(large, document.getElementById(opener.dataset.zoom), "instant");
    } else if (mark) {
      event.preventDefault();
      show(row, document.querySelector(mark.hash), "smooth");
    } else if (event.target.closest(".zoom-one img")) {
      toggle(event.target.closest(".zoom-one"), event);
    }
  });

  dialog.addEventListener("keydown", (event) => {
    const steps = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (steps) large.scrollBy({ left: steps * large.clientWidth });
  });

  addEventListener("popstate", () => dialog.close());

  dialog.addEventListener("close", () => {
    if (history.state?.zoom) history.back();
    const place = Math.round(large.scrollLeft / large.clientWidth);
    for (const one of large.children) one.classList.remove("close-up");
    show(row, row.children[place] ?? row.firstElementChild, "instant");
  });
}
