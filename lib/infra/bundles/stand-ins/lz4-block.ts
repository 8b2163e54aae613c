/**
 * Stands in for the native package `lz4-napi` inside the bundles for AWS (lib/infra puts it there): without native
 * code the same files run on every processor, and none needs an installation for another one.
 * Format: lz4 doc/lz4_Block_format.md.
 */

/** A length byte of this value is followed by another one. */
const lengthContinues = 255;
/** Every match is at least this long, so the format stores its length without it. */
const shortestMatchBytes = 4;
/** Up to here a loop is faster than a call that copies. */
const shortCopyBytes = 24;

/**
 * Decompresses one block. `input` begins with the largest size of the result (32 bits, little endian), as lz4-napi
 * wants it; `dictionary` is what the block may refer back to.
 * @throws RangeError when the block is damaged
 */
export function uncompressSync(input: Buffer, dictionary: Buffer = Buffer.alloc(0)): Buffer {
  const end = input.length;
  const output = Buffer.allocUnsafe(dictionary.length + input.readUInt32LE(0));
  dictionary.copy(output, 0);
  let to = dictionary.length;
  let from = 4;
  while (from < end) {
    const token = input[from++]!;
    let literals = token >> 4;
    if (literals === 15) [literals, from] = longLength(input, from, literals);
    if (from + literals > end || to + literals > output.length)
      throw new RangeError('literals reach beyond the block');
    if (literals <= shortCopyBytes)
      for (let left = literals; left > 0; left -= 1) output[to++] = input[from++]!;
    else {
      input.copy(output, to, from, from + literals);
      to += literals;
      from += literals;
    }
    // The last sequence has literals only.
    if (from === end) break;
    if (from + 2 > end) throw new RangeError('the block ends early');
    const offset = input[from]! | (input[from + 1]! << 8);
    from += 2;
    let matched = token & 15;
    if (matched === 15) [matched, from] = longLength(input, from, matched);
    matched += shortestMatchBytes;
    if (offset === 0 || offset > to || to + matched > output.length)
      throw new RangeError('a match reaches beyond the block');
    // A match may overlap what it writes: then it repeats, and copying it as a whole would be wrong.
    if (matched > shortCopyBytes && offset >= matched) {
      output.copyWithin(to, to - offset, to - offset + matched);
      to += matched;
    } else for (let left = matched; left > 0; left -= 1, to += 1) output[to] = output[to - offset]!;
  }
  return output.subarray(dictionary.length, to);
}

/** The rest of a length that does not fit its four bits, and where reading goes on. */
function longLength(input: Buffer, start: number, first: number): [length: number, next: number] {
  let length = first;
  let from = start;
  for (;;) {
    const more = input[from++];
    if (more === undefined) throw new RangeError('the block ends early');
    length += more;
    if (more !== lengthContinues) return [length, from];
  }
}
