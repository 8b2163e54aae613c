/** Tells an end of the log from a page that was lost or changed in its middle: PostgreSQL takes both for the end, without a word. */

import { formatLsn } from '../numbers/lsn.ts';
import type { LogPage } from './log-page.ts';
import { type Cluster, checkPage } from './page-check.ts';
import { walPageBytes } from './page-header.ts';
import { RecordWalker } from './record-walker.ts';
import type { WalkPlace } from './walk-place.ts';

/** Offset of xlp_pageaddr (`access/xlog_internal.h`). */
const addressOffset = 8;

/**
 * Takes the pages of an archived segment from the one on which the log seems to end. A file that was used again holds there what
 * it held before, or zeros, to its end; so does one that was switched. What is of this very place was written behind that "end".
 */
export class LogBehindEnd {
  readonly #cluster: Cluster;
  readonly #place: WalkPlace;
  readonly #most: number;
  #isFirst = true;
  #found: string | null = null;

  /** @param place where the walk is @param most newest timeline that a page of the file may name */
  constructor(cluster: Cluster, place: WalkPlace, most: number) {
    this.#cluster = cluster;
    this.#place = place;
    this.#most = most;
  }

  /** In words what there is of the log behind its end; null: nothing so far. */
  get found(): string | null {
    return this.#found;
  }

  /** @returns false when no more pages are wanted */
  see(page: LogPage): boolean {
    const timelines = { least: this.#place.timeline, most: this.#most };
    if (this.#isFirst) {
      this.#isFirst = false;
      if (this.#goesOn(page)) this.#found = 'its records go on where the log is';
    } else if (checkPage(page, this.#cluster, timelines) === null)
      this.#found = `and the log goes on at ${formatLsn(page.address)}`;
    return this.#found === null;
  }

  /** Whether a page that says it is an earlier one holds the record that is due: its place and checksum cannot both be by chance. */
  #goesOn({ bytes, at, address }: LogPage): boolean {
    const page = Buffer.alloc(walPageBytes);
    bytes.copy(page, 0, at, at + walPageBytes);
    page.writeBigUInt64LE(BigInt(address), addressOffset);
    const walker = new RecordWalker({ cluster: this.#cluster, start: this.#place.next, onEvent: () => null });
    walker.goBack(this.#place);
    const words = new Int32Array(page.buffer, page.byteOffset, walPageBytes / 4);
    walker.walkPage({ bytes: page, words, at: 0, address }, this.#most);
    return walker.place.records > this.#place.records;
  }
}
