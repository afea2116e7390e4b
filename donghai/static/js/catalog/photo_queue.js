// Photos on their way: kept in the browser's own database until the server has them, so
// that a dead connection, a reload or an empty battery loses none.

const LONGEST = 2400; // pixels; more than the largest file that is shown
const LONGEST_WAIT = 30000;

function asPromise(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

// Where there is no database (a private window), memory is better than nothing.
class InMemory {
  #kept = new Map();
  #last = 0;
  async all() { return [...this.#kept.values()]; }
  async add(photo) {
    const id = (this.#last += 1);
    this.#kept.set(id, { ...photo, id });
    return id;
  }
  async remove(id) { this.#kept.delete(id); }
}

class InDatabase {
  #database;
  constructor(database) { this.#database = database; }
  static async open() {
    const opening = indexedDB.open("donghai-photos", 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore("photos", { keyPath: "id", autoIncrement: true });
    };
    return new InDatabase(await asPromise(opening));
  }
  #photos(mode) {
    return this.#database.transaction("photos", mode).objectStore("photos");
  }
  async all() { return asPromise(this.#photos("readonly").getAll()); }
  async add(photo) { return asPromise(this.#photos("readwrite").add(photo)); }
  async remove(id) { return asPromise(this.#photos("readwrite").delete(id)); }
}

// At most 2400 pixels, upright; what the browser can't open goes as it is.
export async function shrunk(file) {
  try {
    const image = await createImageBitmap(file, { imageOrientation: "from-image" });
    const part = LONGEST / Math.max(image.width, image.height);
    if (part >= 1 && file.type === "image/jpeg") return file;
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.width * Math.min(1, part));
    canvas.height = Math.round(image.height * Math.min(1, part));
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.imageSmoothingQuality = "high";
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    image.close();
    const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
    return made ?? file;
  } catch {
    return file;
  }
}

// "kept", "refused" (the answer says why), "stopped" (signed out) or "offline".
function send(photo, token, onProgress) {
  return new Promise((resolve) => {
    const form = new FormData();
    form.append("photos", photo.blob, photo.name);
    const request = new XMLHttpRequest();
    request.open("POST", photo.to);
    request.setRequestHeader("HX-Request", "true");
    request.setRequestHeader("X-CSRFToken", token);
    request.timeout = 120000;
    request.upload.onprogress = (event) => onProgress(event.loaded / event.total);
    request.onerror = request.ontimeout = () => resolve({ outcome: "offline" });
    request.onload = () => {
      const isOurs = new URL(request.responseURL).pathname === photo.to;
      const html = request.responseText;
      if (request.status === 200 && isOurs) resolve({ outcome: "kept", html });
      else if (request.status === 422 || request.status === 413) resolve({ outcome: "refused", html });
      else if (request.status >= 500 || request.status === 429) resolve({ outcome: "offline" });
      else resolve({ outcome: "stopped" });
    };
    request.send(form);
  });
}

// Sends one after the other. `show` is told of each: (photo, state, part or answer).
export class Queue {
  #store;
  #to;
  #token;
  #show;
  #running = false;
  #wake = () => {};

  constructor({ to, token, show }) {
    [this.#to, this.#token, this.#show] = [to, token, show];
    this.#store = InDatabase.open().catch(() => new InMemory());
    addEventListener("online", () => this.#wake());
    document.addEventListener("visibilitychange", () => this.#wake());
  }

  async resume() {
    for (const photo of await this.#mine()) this.#show(photo, "waiting");
    await this.#run();
  }

  async add(files) {
    for (const file of files) {
      const name = file.name || "photo.jpg";
      const photo = { to: this.#to, name, blob: await shrunk(file) };
      photo.id = await this.#keep(photo);
      this.#show(photo, "waiting");
      this.#run();
    }
  }

  async forget(id) {
    await (await this.#store).remove(id);
  }

  async #keep(photo) {
    try {
      return await (await this.#store).add(photo);
    } catch { // the disk is full, or the database went away
      const left = await this.#mine().catch(() => []);
      const memory = new InMemory();
      for (const { id, ...kept } of left) await memory.add(kept);
      this.#store = Promise.resolve(memory);
      return memory.add(photo);
    }
  }

  async #mine() {
    return (await (await this.#store).all()).filter((photo) => photo.to === this.#to);
  }

  async #run() {
    if (this.#running) return;
    this.#running = true;
    let wait = 1000;
    for (let next; (next = (await this.#mine())[0]);) {
      const photo = next;
      this.#show(photo, "sending", 0);
      const answer = await send(photo, this.#token, (part) => this.#show(photo, "sending", part));
      if (answer.outcome === "kept" || answer.outcome === "refused") {
        await this.forget(photo.id);
        wait = 1000;
      }
      this.#show(photo, answer.outcome, answer.html);
      if (answer.outcome === "stopped") break;
      if (answer.outcome === "offline") {
        await this.#pause(wait);
        wait = Math.min(wait * 2, LONGEST_WAIT);
      }
    }
    this.#running = false;
  }

  #pause(milliseconds) {
    return new Promise((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, milliseconds);
    });
  }
}
