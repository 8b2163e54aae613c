/** Rows of a COPY … FROM stdin block, cut into chunks of whole rows without looking at their content. */
import { dumpError } from '../../../streams/bytes/dump-error.ts';
import { chunkBytes, RowChunks, type RowsEvent, type RowsTotal } from '../text/row-chunks.ts';
import { endsInOddBackslashes, scanRows } from './row-scan.ts';
import type { SqlWindow } from './sql-window.ts';

export interface CopyRowsOptions {
  /** For messages: what is being read, e.g. `the rows of public.orders`. */
  description: string;
  /** False for CSV: quoted newlines make rows unknowable here; lines are counted and cut instead. */
  backslashEscapes: boolean;
}

/**
 * Reads rows up to the line `\.`, as psql does: the whole line decides, whatever the options of the COPY. In the text
 * format a newline after an odd number of backslashes belongs to the row (CopyReadLineText).
 *
 * @throws DrillError DUMP_TRUNCATED when the text ends before that line.
 */
export async function* readCopyRows(
  window: SqlWindow,
  { description, backslashEscapes }: CopyRowsOptions,
): AsyncGenerator<RowsEvent, RowsTotal, undefined> {
  const firstLine = window.line;
  const chunks = new RowChunks();
  const state = { atLineStart: true, oddBackslashes: false };
  /** Bytes that must be looked at again together with the next piece: a line too short to tell whether it is `\.`. */
  let rest: Buffer = Buffer.alloc(0);
  let incoming: Buffer | null = window.takeAll();
  for (;;) {
    if (incoming.length === 0) incoming = await window.readPiece();
    if (incoming === null) break;
    const later: Buffer = incoming.subarray(chunkBytes);
    const part: Buffer = incoming.subarray(0, chunkBytes);
    const piece: Buffer = rest.length === 0 ? part : Buffer.concat([rest, part]);
    const scan = scanRows(piece, state, backslashEscapes);
    window.line += scan.lines;
    if (scan.rows > 0) yield* chunks.addRows(piece.subarray(0, scan.lastRowEnd), scan.rows, scan.firstRowEnd);
    yield* chunks.addPartial(piece.subarray(scan.lastRowEnd, scan.stop));
    if (scan.terminatorBytes > 0) {
      yield* chunks.finish();
      // Copied only where it must be: what comes after each of 5,000 small tables is a megabyte.
      const all = piece === part ? incoming : Buffer.concat([piece, later]);
      window.resume(all, scan.stop + scan.terminatorBytes);
      return chunks.total;
    }
    rest = piece.subarray(scan.stop);
    state.atLineStart = scan.stopsAtLineStart;
    state.oddBackslashes = endsInOddBackslashes(piece.subarray(0, scan.stop), state.oddBackslashes);
    incoming = later;
  }
  // psql hands the last line to the server even without its newline, and the server knows `\.`.
  if (/^\\\.\r?$/.test(rest.toString('latin1'))) {
    yield* chunks.finish();
    return chunks.total;
  }
  throw dumpError(
    'DUMP_TRUNCATED',
    `the dump ends at line ${window.line}, inside ${description} that begin at line ${firstLine}`,
  );
}
