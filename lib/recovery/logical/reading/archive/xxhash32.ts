/** xxHash32, the checksum inside lz4 frames (github.com/Cyan4973/xxHash, doc/xxhash_spec.md). */
const prime1 = 0x9e3779b1;
const prime2 = 0x85ebca77;
const prime3 = 0xc2b2ae3d;
const prime4 = 0x27d4eb2f;
const prime5 = 0x165667b1;
const stripeBytes = 16;

const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));
const round = (lane: number, input: number): number =>
  Math.imul(rotate((lane + Math.imul(input, prime2)) | 0, 13), prime1);

/** Hash with seed 0 over bytes that come in pieces. */
export class XxHash32 {
  #lanes: [number, number, number, number] = [(prime1 + prime2) | 0, prime2 | 0, 0, -prime1 | 0];
  #length = 0;
  #rest: Buffer = Buffer.alloc(0);

  update(piece: Buffer): this {
    this.#length += piece.length;
    let bytes = piece;
    if (this.#rest.length > 0) bytes = Buffer.concat([this.#rest, piece]);
    let [a, b, c, d] = this.#lanes;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let at = 0;
    for (; at + stripeBytes <= bytes.length; at += stripeBytes) {
      a = round(a, view.getInt32(at, true));
      b = round(b, view.getInt32(at + 4, true));
      c = round(c, view.getInt32(at + 8, true));
      d = round(d, view.getInt32(at + 12, true));
    }
    this.#lanes = [a, b, c, d];
    this.#rest = Buffer.from(bytes.subarray(at));
    return this;
  }

  /** The hash as an unsigned number. */
  digest(): number {
    const [a, b, c, d] = this.#lanes;
    let hash =
      this.#length >= stripeBytes
        ? (rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)) | 0
        : prime5;
    hash = (hash + this.#length) | 0;
    let at = 0;
    for (; at + 4 <= this.#rest.length; at += 4) {
      hash = Math.imul(rotate((hash + Math.imul(this.#rest.readInt32LE(at), prime3)) | 0, 17), prime4);
    }
    for (; at < this.#rest.length; at += 1) {
      hash = Math.imul(rotate((hash + Math.imul(this.#rest[at] as number, prime5)) | 0, 11), prime1);
    }
    hash = Math.imul(hash ^ (hash >>> 15), prime2);
    hash = Math.imul(hash ^ (hash >>> 13), prime3);
    return (hash ^ (hash >>> 16)) >>> 0;
  }
}
