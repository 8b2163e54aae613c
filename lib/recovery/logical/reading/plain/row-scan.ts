import { byte } from '../text/byte-kinds.ts';

/** What one piece of a COPY block holds. */
export interface RowScan {
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

/** What came before the piece. */
export interface RowScanState {
  atLineStart: boolean;
  /** The bytes before end in an odd number of backslashes. */
  oddBackslashes: boolean;
}

/**
 * Finds the rows of one piece and the end line. One search for a newline per row costs 3 GB/s; a loop over bytes would
 * cost half of that.
 */
export function scanRows(piece: Buffer, before: RowScanState, backslashEscapes: boolean): RowScan {
  const length = piece.length;
  const scan: RowScan = {
    rows: 0,
    lines: 0,
    firstRowEnd: 0,
    lastRowEnd: 0,
    stop: length,
    stopsAtLineStart: false,
    terminatorBytes: 0,
  };
  let at = 0;
  let lineStart = before.atLineStart;
  for (;;) {
    if (lineStart && piece[at] === byte.backslash) {
      const terminatorBytes = endLineLength(piece, at);
      if (terminatorBytes !== 0) {
        scan.stop = at;
        scan.stopsAtLineStart = true;
        if (terminatorBytes < 0) return scan;
        scan.terminatorBytes = terminatorBytes;
        scan.lines++;
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
    const mayEscape = newline === 0 ? before.oddBackslashes : piece[newline - 1] === byte.backslash;
    if (
      mayEscape &&
      backslashEscapes &&
      endsInOddBackslashes(piece.subarray(0, newline), before.oddBackslashes)
    ) {
      continue;
    }
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

/** `oddBefore`: whether the bytes before these did; it matters when these are nothing but backslashes. */
export function endsInOddBackslashes(bytes: Buffer, oddBefore: boolean): boolean {
  let count = 0;
  while (count < bytes.length && bytes[bytes.length - 1 - count] === byte.backslash) count++;
  return (count % 2 === 1) !== (count === bytes.length && oddBefore);
}
