/** Which large objects the table of contents announces, and which of them have arrived. */
import { dumpError } from '../../../streams/bytes/dump-error.ts';
import { largeObjectOids } from './large-object-entries.ts';
import type { TocEntry } from './table-of-contents.ts';

export class LargeObjectAccount {
  readonly #announced = new Set<number>();
  readonly #arrived = new Set<number>();
  /** Oid to the BLOBS entry that holds its contents. */
  readonly #blobsEntry = new Map<number, number>();
  readonly #onlyBlobsEntry: number | null;
  readonly #hasContents: boolean;

  constructor(entries: TocEntry[]) {
    const byId = new Map(entries.map((entry) => [entry.id, entry]));
    for (const entry of entries) for (const oid of largeObjectOids(entry)) this.#announced.add(oid);
    const blobs = entries.filter(({ type, hadDumper }) => type === 'BLOBS' && hadDumper);
    for (const entry of blobs) {
      for (const id of entry.dependencies) {
        const group = byId.get(id);
        if (group?.type === 'BLOB METADATA') {
          for (const oid of largeObjectOids(group)) this.#blobsEntry.set(oid, entry.id);
        }
      }
    }
    this.#hasContents = blobs.length > 0;
    this.#onlyBlobsEntry = blobs.length === 1 ? (blobs[0] as TocEntry).id : null;
  }

  /**
   * Notes an arrival; true when no entry creates the object, so that its contents must.
   * @throws DrillError DUMP_CORRUPT for an object that is not announced, or comes twice.
   */
  arrive(oid: number): { create: boolean } {
    if (this.#announced.size > 0 && !this.#announced.has(oid)) {
      throw dumpError('DUMP_CORRUPT', `large object ${oid} is not in the table of contents`);
    }
    if (this.#arrived.has(oid)) throw dumpError('DUMP_CORRUPT', `large object ${oid} is in the dump twice`);
    this.#arrived.add(oid);
    return { create: !this.#announced.has(oid) };
  }

  has(oid: number): boolean {
    return this.#arrived.has(oid);
  }

  /** Dump id of the BLOBS entry that an object's contents belong to; null when there is none. */
  entryOf(oid: number): number | null {
    return this.#blobsEntry.get(oid) ?? this.#onlyBlobsEntry;
  }

  /** @throws DrillError DUMP_TRUNCATED when an announced object has not arrived. */
  assertComplete(): void {
    if (!this.#hasContents) return;
    const missing = [...this.#announced].filter((oid) => !this.#arrived.has(oid));
    if (missing.length === 0) return;
    const others = missing.length === 1 ? '' : ` and of ${missing.length - 1} more`;
    throw dumpError('DUMP_TRUNCATED', `the contents of large object ${missing[0]}${others} are missing`);
  }
}
