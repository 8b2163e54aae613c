import { dumpError } from '../../../streams/bytes/dump-error.ts';

/**
 * The bytes of a text up to the first zero byte: none stands in SQL of any encoding that PostgreSQL dumps in, so what
 * holds one is a block that was never written, or lost.
 * @throws DrillError DUMP_CORRUPT at the zero, with its place and the length of the hole
 */
export async function* withoutZeroBytes(
  pieces: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, void, undefined> {
  let position = 0;
  let hole: { at: number; length: number } | null = null;
  for await (const piece of pieces) {
    const zero: number = hole === null ? piece.indexOf(0) : 0;
    if (zero < 0) {
      position += piece.length;
      yield piece;
      continue;
    }
    if (zero > 0) yield piece.subarray(0, zero);
    hole ??= { at: position + zero, length: 0 };
    const end = piece.findIndex((value, index) => index >= zero && value !== 0);
    hole.length += (end < 0 ? piece.length : end) - zero;
    if (end >= 0) throw zeroBytes(hole);
  }
  if (hole !== null) throw zeroBytes(hole);
}

const zeroBytes = ({ at, length }: { at: number; length: number }) =>
  dumpError(
    'DUMP_CORRUPT',
    `${length === 1 ? 'a zero byte stands' : `${length} zero bytes stand`} in the text from byte ${at} on`,
  );
