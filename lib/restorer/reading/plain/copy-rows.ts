/** Rows of a COPY … FROM stdin block, cut into chunks of whole rows without looking at their content. */
import { dumpError } from '../dump-error.ts';
import { byte } from './byte-kinds.ts';
import type { SqlWindow } from './sql-window.ts';

/** Chunks reach this size before they are handed on; the next row boundary then ends them. */
const chunkBytes = 512 * 1024;
/** Larger rows are handed on in pieces, so that a value of any size passes in bounded memory. */
const maxHeldRowBytes = 8 * 1024 * 1024;

export type RowsEvent =
  | { kind: 'rows'; bytes: Buffer; rows: number }
  | { kind: 'row-piece'; bytes: Buffer; rows: 0 | 1 };

export interface RowsTotal {
  rows: number;
  bytes: number;
}

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
  options: CopyRowsOptions,
): AsyncGenerator<RowsEvent, RowsTotal, undefined> {
  const firstLine = window.line;
  const total: RowsTotal = { rows: 0, bytes: 0 };
  /** Whole rows not handed on yet. */
  let held: Buffer[] = [];
  let heldBytes = 0;
  let heldRows = 0;
  /** Start of a row whose end has not arrived yet. */
  let partial: Buffer[] = [];
  let partialBytes = 0;
  /** True when the beginning of the current row was handed on already. */
  let pieced = false;
  /** Bytes that must be looked at again together with the next piece: a line too short to tell whether it is `\.`. */
  let rest: Buffer = Buffer.alloc(0);
  let atLineStart = true;
  let oddBackslashes = false;

  const flush = (): RowsEvent => {
    const event: RowsEvent = {
      kind: 'rows',
      bytes: held.length === 1 ? (held[0] as Buffer) : Buffer.concat(held, heldBytes),
      rows: heldRows,
    };
    total.rows += heldRows;
    total.bytes += heldBytes;
    held = [];
    heldBytes = 0;
    heldRows = 0;
    return event;
  };
  const hold = (bytes: Buffer, rows: number): void => {
    held.push(...partial);
    heldBytes += partialBytes;
    partial = [];
    partialBytes = 0;
    if (bytes.length > 0) held.push(bytes);
    heldBytes += bytes.length;
    heldRows += rows;
  };

  let incoming: Buffer | null = window.takeAll();
  for (;;) {
    if (incoming === null || incoming.length === 0) incoming = await window.readPiece();
    if (incoming === null) break;
    let piece: Buffer = incoming.subarray(0, chunkBytes);
    const later: Buffer = incoming.subarray(chunkBytes);
    if (rest.length > 0) {
      piece = Buffer.concat([rest, piece]);
      rest = Buffer.alloc(0);
    }
    const scan = scanPiece(piece, atLineStart, oddBackslashes, options.backslashEscapes);
    window.line += scan.lines;
    let rowsStart = 0;
    let rows = scan.rows;
    if (pieced && rows > 0) {
      const end = piece.subarray(0, scan.firstRowEnd);
      total.rows += 1;
      total.bytes += end.length;
      yield { kind: 'row-piece', bytes: end, rows: 1 };
      pieced = false;
      rowsStart = scan.firstRowEnd;
      rows -= 1;
    }
    if (rows > 0) {
      if (heldRows > 0 && heldBytes + partialBytes > 2 * chunkBytes) yield flush();
      hold(piece.subarray(rowsStart, scan.lastRowEnd), rows);
      if (heldBytes >= chunkBytes) yield flush();
    }
    const tail = piece.subarray(scan.lastRowEnd, scan.stop);
    if (tail.length > 0) {
      partial.push(tail);
      partialBytes += tail.length;
    }
    if (scan.terminatorBytes > 0) {
      yield* finish();
      window.resume(
        later.length === 0 ? piece : Buffer.concat([piece, later]),
        scan.stop + scan.terminatorBytes,
      );
      return total;
    }
    rest = piece.subarray(scan.stop);
    atLineStart = scan.stopsAtLineStart;
    oddBackslashes = endsInOddBackslashes(piece.subarray(0, scan.stop), oddBackslashes);
    if (pieced || partialBytes > maxHeldRowBytes) {
      if (heldRows > 0) yield flush();
      yield* handOnPartial();
    }
    incoming = later;
  }
  // psql hands the last line to the server even without its newline, and the server knows `\.`.
  if (/^\\\.\r?$/.test(rest.toString('latin1'))) {
    yield* finish();
    return total;
  }
  throw dumpError(
    'DUMP_TRUNCATED',
    `the dump ends at line ${window.line}, inside ${options.description} that begin at line ${firstLine}`,
  );

  function* handOnPartial(): Generator<RowsEvent> {
    for (const bytes of partial) {
      total.bytes += bytes.length;
      yield { kind: 'row-piece', bytes, rows: 0 };
    }
    partial = [];
    partialBytes = 0;
    pieced = true;
  }
  /** What is left when the end line came: rows, and at most one row that an escaped newline left open. */
  function* finish(): Generator<RowsEvent> {
    if (pieced) {
      for (const bytes of partial.splice(0)) {
        total.bytes += bytes.length;
        yield { kind: 'row-piece', bytes, rows: 0 };
      }
      total.rows += 1;
      yield { kind: 'row-piece', bytes: Buffer.alloc(0), rows: 1 };
    } else if (partialBytes > 0) hold(Buffer.alloc(0), 1);
    if (heldRows > 0) yield flush();
  }
}

interface PieceScan {
  rows: number;
  /** Newlines passed, that of the end line included. */
  lines: number;
  firstRowEnd: number;
  lastRowEnd: number;
  /** Where looking stopped: at the end line, or at a line too short to be judged, else at the piece's end. */
  stop: number;
  stopsAtLineStart: boolean;
  /** Length of the end line when it was found, else 0. */
  terminatorBytes: number;
}

function scanPiece(
  piece: Buffer,
  atLineStart: boolean,
  oddBefore: boolean,
  backslashEscapes: boolean,
): PieceScan {
  const length = piece.length;
  const scan: PieceScan = {
    rows: 0,
    lines: 0,
    firstRowEnd: 0,
    lastRowEnd: 0,
    stop: length,
    stopsAtLineStart: false,
    terminatorBytes: 0,
  };
  let at = 0;
  let lineStart = atLineStart;
  for (;;) {
    if (lineStart && piece[at] === byte.backslash) {
      const terminatorBytes = endLineLength(piece, at);
      if (terminatorBytes !== 0) {
        scan.stop = at;
        scan.stopsAtLineStart = true;
        if (terminatorBytes > 0) {
          scan.terminatorBytes = terminatorBytes;
          scan.lines++;
        }
        return scan;
      }
    }
    const newline = piece.indexOf(byte.lineFeed, at);
    if (newline < 0) {
      scan.stopsAtLineStart = at === length && lineStart;
      return scan;
    }
    scan.lines++;
    lineStart = true;
    at = newline + 1;
    const before = newline === 0 ? oddBefore : piece[newline - 1] === byte.backslash;
    if (before && backslashEscapes && endsInOddBackslashes(piece.subarray(0, newline), oddBefore)) continue;
    scan.rows++;
    scan.lastRowEnd = at;
    if (scan.rows === 1) scan.firstRowEnd = at;
  }
}

/** Length of the line `\.` at this place; 0 when it is another line, -1 when too little of it has arrived. */
function endLineLength(piece: Buffer, at: number): number {
  const [dot, third, fourth] = [piece[at + 1], piece[at + 2], piece[at + 3]];
  if (dot === undefined) return -1;
  if (dot !== byte.dot) return 0;
  if (third === undefined) return -1;
  if (third === byte.lineFeed) return 3;
  if (third !== byte.carriageReturn) return 0;
  if (fourth === undefined) return -1;
  return fourth === byte.lineFeed ? 4 : 0;
}

function endsInOddBackslashes(bytes: Buffer, oddBefore: boolean): boolean {
  let count = 0;
  while (count < bytes.length && bytes[bytes.length - 1 - count] === byte.backslash) count++;
  return (count % 2 === 1) !== (count === bytes.length && oddBefore);
}
