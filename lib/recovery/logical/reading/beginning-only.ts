import { ByteSource } from '../../streams/bytes/byte-source.ts';

/** Thrown to whoever reads on when as much of a dump was read as was asked for. */
export class BeginningRead extends Error {}

/** The first bytes of a source, and then the end of all reading. */
export const beginningOf = (source: ByteSource, contentBytes: number): ByteSource =>
  new ByteSource(firstPieces(source, contentBytes));

/** @throws BeginningRead */
async function* firstPieces(
  source: ByteSource,
  contentBytes: number,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    for (let left = contentBytes; left > 0; ) {
      const piece = await source.readPiece();
      if (piece === null) return;
      left -= piece.length;
      yield piece;
    }
    throw new BeginningRead(`the first ${contentBytes} bytes were read`);
  } finally {
    source.cancel().catch(() => {});
  }
}
