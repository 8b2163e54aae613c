/** The parts of a cut dump as one stream. */
import { Readable } from 'node:stream';
import type { DumpObject } from '../../domain/backup/dump.ts';
import { partsOf } from '../../domain/backup/split-dumps.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import type { DumpStore } from '../../ports/dump-store.ts';

/** What was selected: parts have no name of their own in a drill. */
interface SelectedParts {
  /** Their common name. */
  key: string;
  count: number;
  sizeBytes: number;
}

/**
 * All parts in their order, one open at a time, each as it was listed now.
 * @throws DrillError DUMP_CHANGED when their number or size is no longer what was selected, and what the store throws
 */
export async function openParts(
  store: DumpStore,
  selected: SelectedParts,
  signal?: AbortSignal,
): Promise<Readable> {
  const listed: DumpObject[] = [];
  for await (const object of store.list()) if (object.key.startsWith(selected.key)) listed.push(object);
  const parts = partsOf(listed, selected.key);
  const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
  if (parts.length !== selected.count || sizeBytes !== selected.sizeBytes) {
    const now = `${parts.length} parts with ${sizeBytes} bytes`;
    const then = `${selected.count} with ${selected.sizeBytes}`;
    throw new DrillError('DUMP_CHANGED', `${selected.key} has ${now} now; it was selected as ${then}`);
  }
  return Readable.from(contentOf(store, parts, signal), { objectMode: false });
}

async function* contentOf(
  store: DumpStore,
  parts: readonly DumpObject[],
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer, void, undefined> {
  for (const { key, etag, versionId } of parts) {
    const stream = await store.open(key, {
      ...(etag === undefined ? {} : { etag }),
      ...(versionId === undefined ? {} : { versionId }),
      ...(signal === undefined ? {} : { signal }),
    });
    try {
      yield* stream;
    } finally {
      stream.destroy();
    }
  }
}
