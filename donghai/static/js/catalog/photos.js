// A merchant's photos of one product: choosing, sending, dragging into order, cropping.

import { Queue } from "./photo_queue.js";

const htmx = window.htmx;
let isDragging = false;

function swap(html) {
  htmx.swap("#photos", html, { swapStyle: "outerHTML" });
}

// ---- on their way ----
function tileOf(list, photo, forget) {
  const known = list.querySelector(`[data-id="${photo.id}"]`);
  if (known) return known;
  const tile = document.getElementById("queued-photo").content.cloneNode(true).firstElementChild;
  tile.dataset.id = photo.id;
  const image = tile.querySelector("img");
  image.src = URL.createObjectURL(photo.blob);
  image.addEventListener("error", () => { image.hidden = true; }); // no picture at all
  tile.querySelector("[data-forget]").addEventListener("click", () => { forget(photo.id); leave(list, tile); });
  list.append(tile);
  list.hidden = false;
  return tile;
}

function leave(list, tile) {
  URL.revokeObjectURL(tile.querySelector("img").src);
  tile.remove();
  list.hidden = !list.children.length;
}

function showRefused(tile, html) {
  const answer = new DOMParser().parseFromString(html, "text/html");
  const turned = answer.querySelector("[data-turned]");
  if (turned) tile.querySelector("[data-why]").textContent = turned.textContent;
  tile.querySelector("progress").hidden = true;
}

function startQueue(editor) {
  const form = editor.querySelector("[data-add]");
  const list = editor.querySelector("[data-queue]");
  const queue = new Queue({
    to: new URL(form.action).pathname,
    token: form.elements.csrfmiddlewaretoken.value,
    show(photo, state, more) {
      const tile = tileOf(list, photo, (id) => queue.forget(id));
      if (state === "kept") {
        leave(list, tile);
        swap(more);
        return;
      }
      tile.dataset.state = state;
      if (state === "sending") tile.querySelector("progress").value = more;
      if (state === "refused") showRefused(tile, more);
    },
  });
  for (const input of form.querySelectorAll("input[type=file]")) {
    const take = () => {
      if (input.files.length) queue.add([...input.files]);
      input.value = "";
    };
    input.addEventListener("change", take);
    take(); // what was chosen while this page was still loading
  }
  queue.resume();
}

// ---- order ----
function arrange() {
  const strip = document.querySelector("#photos .photo-strip");
  if (!strip || window.Sortable.get(strip)) return;
  window.Sortable.create(strip, {
    animation: 150,
    delay: 200, // a finger that scrolls doesn't drag
    delayOnTouchOnly: true,
    touchStartThreshold: 6,
    filter: ".photo-tools",
    preventOnFilter: false,
    onStart() { isDragging = true; },
    onEnd({ oldIndex, newIndex }) {
      isDragging = false;
      if (oldIndex === newIndex) return;
      const form = strip.closest("[data-order]");
      htmx.ajax("POST", form.getAttribute("action"), { source: form, target: "#photos", swap: "outerHTML" });
    },
  });
}

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target.id !== "photos") return;
  if (detail.xhr.status === 422) detail.shouldSwap = true; // it says what is wrong
  const isPoll = detail.requestConfig.verb === "get";
  if (isPoll && (isDragging || !detail.xhr.responseText.includes('id="photos"'))) detail.shouldSwap = false;
});

// ---- crop ----
function startCropping(editor) {
  const dialog = editor.querySelector("[data-crop-dialog]");
  const ground = dialog.querySelector(".crop-ground");
  const square = dialog.querySelector("[data-square]");
  const tools = [square, dialog.querySelector("[data-whole]"), dialog.querySelector("[data-keep]")];
  let cropper = null;
  let to = "";

  function open(button) {
    to = button.dataset.crop;
    const box = button.dataset.box ? JSON.parse(button.dataset.box) : [0, 0, 1, 1];
    const image = document.createElement("img");
    image.alt = "";
    image.src = button.dataset.original;
    ground.replaceChildren(image);
    square.checked = false;
    for (const tool of tools) tool.disabled = true; // until the photo is there
    dialog.showModal();
    cropper = new window.Cropper(image, {
      viewMode: 1,
      autoCropArea: 1,
      checkOrientation: false, // browsers turn photos upright themselves
      rotatable: false,
      zoomOnWheel: false,
      background: false,
      ready() {
        choose(box);
        for (const tool of tools) tool.disabled = false;
      },
    });
  }

  function choose([left, top, right, bottom]) {
    const { naturalWidth: width, naturalHeight: height } = cropper.getImageData();
    cropper.setData({ x: left * width, y: top * height, width: (right - left) * width, height: (bottom - top) * height });
  }

  function chosen() {
    const { naturalWidth, naturalHeight } = cropper.getImageData();
    const { x, y, width, height } = cropper.getData();
    const part = (value) => Math.min(1, Math.max(0, value)).toFixed(4);
    return {
      left: part(x / naturalWidth),
      top: part(y / naturalHeight),
      right: part((x + width) / naturalWidth),
      bottom: part((y + height) / naturalHeight),
    };
  }

  editor.addEventListener("click", (event) => {
    const button = event.target.closest("[data-crop]");
    if (button && !isDragging) open(button);
  });
  square.addEventListener("change", () => cropper?.setAspectRatio(square.checked ? 1 : Number.NaN));
  dialog.querySelector("[data-whole]").addEventListener("click", () => {
    square.checked = false;
    cropper?.setAspectRatio(Number.NaN);
    choose([0, 0, 1, 1]);
  });
  dialog.querySelector("[data-keep]").addEventListener("click", () => {
    const form = document.querySelector("#photos [data-order]");
    htmx.ajax("POST", to, { source: form, target: "#photos", swap: "outerHTML", values: chosen() });
    dialog.close();
  });
  dialog.addEventListener("close", () => {
    cropper?.destroy();
    cropper = null;
    ground.replaceChildren();
  });
}

for (const editor of document.querySelectorAll("[data-photo-editor]")) {
  editor.classList.add("scripted");
  startQueue(editor);
  startCropping(editor);
  arrange();
  document.addEventListener("htmx:load", arrange);
}
