/** Follows the log from the start of a base from segment to segment, as far as it goes. */
import type { ImageCompression } from '../../../domain/recovery/image-compression.ts';
import type { Lsn } from '../numbers/lsn.ts';
import { type ArchiveContents, findSegment, wantedSegment } from './archive-contents.ts';
import type { TransactionEnd, WalBase, WalReach, WalSegment, WalTarget } from './coverage.ts';
import { LogBehindEnd } from './log-behind-end.ts';
import { damagedRecord } from './record-check.ts';
import { isWholeOnItsPage } from './record-length.ts';
import { RecordWalker } from './record-walker.ts';
import { segmentOf, startOfSegment } from './segment-number.ts';
import { haveSameContent, readSegment } from './segment-reader.ts';
import { type TimelineStretch, timelineOf } from './timeline-history.ts';
import type { WalEvent } from './wal-event.ts';
import type { WalFile } from './wal-file.ts';
import type { IndexedSegment } from './wal-index.ts';
import type { WalkHalt } from './walk-halt.ts';

/** Why the chain goes no further. */
export type ChainHalt = { segment: string; number: number; from: 'archive' | 'base' | null } & (
  | WalkHalt
  /** No file has this segment. */
  | { kind: 'missing' }
);

export interface ChainWalk {
  reached: WalReach;
  segments: WalSegment[];
  halt: ChainHalt;
  /** Where the base is consistent; null where neither it nor the log says so. */
  stopLsn: Lsn | null;
  /** The latest time in the log of the base itself, of a checkpoint or a transaction, in microseconds: it ended no earlier. */
  microsBeforeStop: number | null;
  /** Of the images of pages in it, beside pglz. */
  imageCompressions: ImageCompression[];
}

export class Chain {
  readonly #contents: ArchiveContents;
  readonly #timelines: readonly TimelineStretch[];
  readonly #base: WalBase;
  readonly #target: WalTarget;
  readonly #walker: RecordWalker;
  readonly #signal: AbortSignal | undefined;
  #stopLsn: Lsn | null;
  #microsBeforeStop: number | null = null;
  #lastCommit: TransactionEnd | null = null;
  #lastCompleted: TransactionEnd | null = null;
  #strangeSwitch: string | null = null;

  constructor(
    contents: ArchiveContents,
    timelines: readonly TimelineStretch[],
    base: WalBase,
    target: WalTarget,
    signal?: AbortSignal,
  ) {
    this.#signal = signal;
    this.#contents = contents;
    this.#timelines = timelines;
    this.#base = base;
    this.#target = target;
    this.#stopLsn = base.stopLsn;
    this.#walker = new RecordWalker({
      cluster: base,
      start: base.startLsn,
      onEvent: (event, end) => this.#see(event, end),
      ...(target.kind === 'lsn' ? { stopAtRecord: target.lsn } : {}),
      ...(target.kind === 'immediate' && base.stopLsn !== null ? { stopAtEnd: base.stopLsn } : {}),
    });
  }

  async walk(): Promise<ChainWalk> {
    const { segmentBytes } = this.#base;
    const segments: WalSegment[] = [];
    for (let number = segmentOf(this.#base.startLsn, segmentBytes); ; number += 1) {
      this.#signal?.throwIfAborted();
      await this.#contents.ask?.(wantedSegment(number, this.#timelines, segmentBytes).name);
      const { name, timeline, found } = findSegment(number, this.#timelines, segmentBytes, this.#contents);
      if (found === null) {
        const cut = await this.#cutShort(segments.at(-1), number - 1);
        return this.#ended(segments, cut ?? { kind: 'missing', segment: name, number, from: null });
      }
      const { segment, from } = found;
      const file = segment.copies.at(-1) as WalFile;
      segments.push({ name, sizeBytes: file.sizeBytes, from, file });
      const halt = await this.#walkSegment(segment, timeline, from);
      if (halt === null) continue;
      const cut = halt.kind === 'end' ? await this.#cutShort(segments.at(-1), number) : null;
      return this.#ended(segments, cut ?? { ...halt, segment: name, number, from });
    }
  }

  /** Where the log ends within a record whose own page has all of it, and its length is not what was written. */
  async #cutShort(last: WalSegment | undefined, number: number): Promise<ChainHalt | null> {
    const { segmentBytes } = this.#base;
    const lsn = this.#walker.place.pending?.lsn ?? null;
    if (lsn === null || last?.from !== 'archive' || segmentOf(lsn, segmentBytes) !== number) return null;
    const start = startOfSegment(number, segmentBytes);
    if (!(await isWholeOnItsPage(last.file, start, segmentBytes, lsn))) return null;
    const { reason } = damagedRecord(lsn, 'its length is another than the one its checksum is of');
    return { kind: 'damaged', lsn, reason, segment: last.name, number, from: 'archive' };
  }

  async #walkSegment(
    segment: IndexedSegment,
    timeline: number,
    from: 'archive' | 'base',
  ): Promise<WalkHalt | null> {
    const { segmentBytes } = this.#base;
    const start = startOfSegment(segment.number, segmentBytes);
    const before = {
      place: this.#walker.place,
      commit: this.#lastCommit,
      completed: this.#lastCompleted,
      stopLsn: this.#stopLsn,
    };
    if (!(await haveSameContent(segment.copies, segmentBytes)))
      return { kind: 'damaged', lsn: start, reason: 'two copies of it differ' };
    const walked: { halt: WalkHalt | null; behind: LogBehindEnd | null } = { halt: null, behind: null };
    const problem = await readSegment(segment.copies.at(-1) as WalFile, start, segmentBytes, (page) => {
      if (walked.behind !== null) return walked.behind.see(page);
      walked.halt = this.#walker.walkPage(page, timeline);
      // The base's own folder may hold a segment that was copied while it was written.
      if (walked.halt?.kind !== 'end' || from === 'base') return walked.halt === null;
      walked.behind = new LogBehindEnd(this.#base, this.#walker.place, timeline);
      return walked.behind.see(page);
    });
    if (problem !== null) {
      // None of it is replayed: its restore fails.
      this.#walker.goBack(before.place);
      this.#lastCommit = before.commit;
      this.#lastCompleted = before.completed;
      this.#stopLsn = before.stopLsn;
      return { kind: 'damaged', lsn: start, reason: problem };
    }
    if (this.#strangeSwitch !== null)
      return { kind: 'damaged', lsn: this.#walker.place.next, reason: this.#strangeSwitch };
    const { halt, behind } = walked;
    if (halt?.kind !== 'end' || behind === null || behind.found === null) return halt;
    return { kind: 'damaged', lsn: halt.lsn, reason: `${halt.reason}, ${behind.found}` };
  }

  #see(event: WalEvent, end: Lsn): 'stop before' | 'stop after' | null {
    const { base, target } = { base: this.#base, target: this.#target };
    const isWithinBase = this.#stopLsn === null || event.lsn < this.#stopLsn;
    if (event.kind === 'backup end' && event.start === base.startLsn && this.#stopLsn === null) {
      this.#stopLsn = end;
      return target.kind === 'immediate' ? 'stop after' : null;
    }
    if (isWithinBase && 'micros' in event)
      this.#microsBeforeStop = Math.max(event.micros, this.#microsBeforeStop ?? event.micros);
    if (event.kind === 'end of recovery' || event.kind === 'checkpoint') {
      if (event.timeline === timelineOf(event.lsn, this.#timelines)) return null;
      this.#strangeSwitch = `it switches to timeline ${event.timeline}, of which the history says nothing`;
      return 'stop before';
    }
    if (event.kind !== 'commit' && event.kind !== 'abort') return null;
    const { lsn, micros } = event;
    // As recoveryStopsBefore has it, which looks at aborted transactions as well.
    if (!isWithinBase && target.kind === 'time' && micros > target.time.getTime() * 1000)
      return 'stop before';
    this.#lastCompleted = { lsn, micros, time: new Date(Math.floor(micros / 1000)) };
    if (event.kind === 'commit') this.#lastCommit = this.#lastCompleted;
    return null;
  }

  #ended(segments: WalSegment[], halt: ChainHalt): ChainWalk {
    const { next, lastRecord, timeline, records } = this.#walker.place;
    return {
      reached: {
        lsn: next,
        timeline: timelineOf(lastRecord ?? next, this.#timelines) ?? timeline,
        lastRecord,
        records,
        lastCommit: this.#lastCommit,
        lastCompleted: this.#lastCompleted,
      },
      segments,
      halt,
      stopLsn: this.#stopLsn,
      microsBeforeStop: this.#microsBeforeStop,
      imageCompressions: this.#walker.imageCompressions,
    };
  }
}
