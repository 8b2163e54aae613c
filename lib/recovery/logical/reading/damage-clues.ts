import { DrillError, isDrillError } from '../../../domain/findings/errors.ts';
import type { FindingCode } from '../../../domain/findings/findings.ts';
import { finding } from '../../../domain/findings/findings.ts';

const [lineFeed, carriageReturn] = [0x0a, 0x0d];

/** A block of a disk or file system that was never written, or lost. Padding of tar is shorter. */
const emptyBlock = Buffer.alloc(512);

/** As many line feeds after carriage returns, and none without, come by chance once in 256 to this power. */
const tellingLineFeeds = 4;

const damages: ReadonlySet<FindingCode> = new Set(['DUMP_CORRUPT', 'DUMP_TRUNCATED', 'DUMP_NOT_A_DUMP']);

/** Looks at the stored bytes as they pass, for what explains damage that a decoder meets in them later. */
export class DamageClues {
  #position = 0;
  #lastByte = 0;
  /** Line feeds after a carriage return; null as soon as one came without. */
  #translatedLineFeeds: number | null = 0;
  #zeros: { at: number; length: number; isOpen: boolean } | null = null;

  see(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#lookForLineFeeds(piece);
    this.#lookForZeros(piece);
    this.#position += piece.length;
    this.#lastByte = piece.at(-1) ?? 0;
  }

  /**
   * The error with what the stored bytes say of its cause; any other value as it is.
   * @param isText the stored bytes are plain text, in which carriage returns break nothing
   */
  explain(error: unknown, isText: boolean): unknown {
    if (!isDrillError(error) || !damages.has(error.code)) return error;
    const told = (code: FindingCode, clue: string, hint = error.hint): DrillError =>
      new DrillError(code, `${error.message}; ${clue}`, { hint, cause: error });
    if (!isText && (this.#translatedLineFeeds ?? 0) >= tellingLineFeeds) {
      const clue =
        'every line feed of the file follows a carriage return: it was written through a terminal (docker exec -t, ssh -t) or copied as text';
      return told('DUMP_CORRUPT', clue, finding('LINE_ENDS_CHANGED', clue).hint);
    }
    // Zeros in front of everything are told by whoever looked for the beginning.
    if (isText || this.#zeros === null || this.#zeros.at === 0) return error;
    const { at, length } = this.#zeros;
    return told(error.code, `${length} zero bytes stand in the file from byte ${at} on`);
  }

  #lookForLineFeeds(piece: Buffer): void {
    let before = this.#lastByte;
    for (let at = piece.indexOf(lineFeed); at >= 0; at = piece.indexOf(lineFeed, at + 1)) {
      if (this.#translatedLineFeeds === null || this.#translatedLineFeeds > 10_000) return;
      before = at === 0 ? before : (piece[at - 1] ?? 0);
      this.#translatedLineFeeds = before === carriageReturn ? this.#translatedLineFeeds + 1 : null;
    }
  }

  #lookForZeros(piece: Buffer): void {
    let from = 0;
    if (this.#zeros === null) {
      from = piece.indexOf(emptyBlock);
      if (from < 0) return;
      this.#zeros = { at: this.#position + from, length: 0, isOpen: true };
    }
    if (!this.#zeros.isOpen) return;
    const end = piece.findIndex((value, at) => at >= from && value !== 0);
    this.#zeros.length += (end < 0 ? piece.length : end) - from;
    this.#zeros.isOpen = end < 0;
  }
}
