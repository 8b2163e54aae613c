import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';

const newline = 0x0a;
const readBytes = 256 * 1024;

export interface LedgerLine {
  /** Of the line in the file. */
  startByte: number;
  bytes: Buffer;
  /** False for a last line without its newline: a crash, or a write under way. */
  ended: boolean;
}

/**
 * The lines of a file from the last to the first, as they stood when reading began. By their newline byte: U+2028 and U+2029 may stand
 * in a table's name, and JSON leaves them as they are.
 */
export async function* newestLines(path: string): AsyncGenerator<LedgerLine> {
  const file = await open(path);
  try {
    let position = (await file.stat()).size;
    let ended = false;
    // Of the line that begins before `position`, in the order of the file.
    let rest: Buffer[] = [];
    while (position > 0) {
      const piece = await readBefore(file, position);
      position -= piece.length;
      let end = piece.length;
      for (
        let at = piece.lastIndexOf(newline);
        at !== -1;
        at = at === 0 ? -1 : piece.lastIndexOf(newline, at - 1)
      ) {
        yield {
          startByte: position + at + 1,
          bytes: Buffer.concat([piece.subarray(at + 1, end), ...rest]),
          ended,
        };
        ended = true;
        rest = [];
        end = at;
      }
      rest.unshift(piece.subarray(0, end));
    }
    yield { startByte: 0, bytes: Buffer.concat(rest), ended };
  } finally {
    await file.close();
  }
}

/** The line that begins at a byte, as far as it is written by now. */
export async function lineAt(path: string, startByte: number): Promise<Buffer> {
  const bytes = await buffer(createReadStream(path, { start: startByte }));
  const end = bytes.indexOf(newline);
  return end === -1 ? bytes : bytes.subarray(0, end);
}

/** Number of the line that begins at a byte, from 1. */
export async function lineNumberAt(path: string, startByte: number): Promise<number> {
  let number = 1;
  if (startByte === 0) return number;
  const chunks: AsyncIterable<Buffer> = createReadStream(path, { end: startByte - 1 });
  for await (const chunk of chunks)
    for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, at + 1)) number += 1;
  return number;
}

/** What stands before a byte, at most `readBytes` of it. */
async function readBefore(file: FileHandle, position: number): Promise<Buffer> {
  const piece = Buffer.alloc(Math.min(readBytes, position));
  for (let have = 0; have < piece.length; ) {
    const { bytesRead } = await file.read(piece, have, piece.length - have, position - piece.length + have);
    if (bytesRead === 0) throw new Error('the file became shorter while it was read');
    have += bytesRead;
  }
  return piece;
}
