// Cuts what a recorder gives into what the server wants: a header (ftyp and moov), then
// fragments (moof and mdat). Blobs end wherever the recorder pleases, boxes say their size.

const HEADER = new Set(["ftyp", "moov"]);

export class Splitter {
  #rest = new Uint8Array(0);
  #parts = [];

  // The headers and fragments that are whole with these bytes: [{isHeader, bytes}].
  push(bytes) {
    const joined = new Uint8Array(this.#rest.length + bytes.length);
    joined.set(this.#rest);
    joined.set(bytes, this.#rest.length);
    const whole = [];
    let place = 0;
    while (joined.length - place >= 8) {
      const view = new DataView(joined.buffer, place);
      const size = view.getUint32(0) === 1 && joined.length - place >= 16
        ? Number(view.getBigUint64(8)) : view.getUint32(0);
      if (size < 8 || place + size > joined.length) break;
      const kind = String.fromCharCode(...joined.subarray(place + 4, place + 8));
      this.#parts.push(joined.slice(place, place + size));
      place += size;
      if (kind === "moov" || kind === "mdat") whole.push(this.#take(HEADER.has(kind)));
    }
    this.#rest = joined.slice(place);
    return whole;
  }

  #take(isHeader) {
    const bytes = new Uint8Array(this.#parts.reduce((sum, part) => sum + part.length, 0));
    let place = 0;
    for (const part of this.#parts) {
      bytes.set(part, place);
      place += part.length;
    }
    this.#parts = [];
    return { isHeader, bytes };
  }
}
