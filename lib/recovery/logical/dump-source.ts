import type { SelectedDump } from '../../domain/backup/dump.ts';
import type { DumpStore } from '../../ports/dump-store.ts';
import { openParts } from '../streams/joined-parts.ts';
import type { DumpSource } from './reading/open-dump.ts';

/** The bytes of a dump in a store, pinned to the version and content that were selected. */
export function dumpSourceOf(
  store: DumpStore,
  dump: Pick<SelectedDump, 'key' | 'directory' | 'parts' | 'sizeBytes' | 'etag' | 'versionId'>,
  signal?: AbortSignal,
): DumpSource {
  const pin = {
    ...(dump.etag === undefined ? {} : { etag: dump.etag }),
    ...(dump.versionId === undefined ? {} : { versionId: dump.versionId }),
    ...(signal === undefined ? {} : { signal }),
  };
  if (dump.parts !== undefined) {
    const parts = { key: dump.key, count: dump.parts, sizeBytes: dump.sizeBytes };
    return {
      kind: 'stream',
      open: () => openParts(store, parts, signal),
      sizeBytes: dump.sizeBytes,
    };
  }
  if (!dump.directory) {
    const isPinned = dump.etag !== undefined || dump.versionId !== undefined;
    return {
      kind: 'stream',
      open: () => store.open(dump.key, pin),
      // Parts of an object that may change in between do not make one dump.
      ...(isPinned
        ? {
            openFrom: (startByte: number) => store.open(dump.key, { ...pin, startByte }),
          }
        : {}),
      sizeBytes: dump.sizeBytes,
    };
  }
  const prefix = dump.key.endsWith('/') ? dump.key : `${dump.key}/`;
  const aborting = signal === undefined ? {} : { signal };
  return {
    kind: 'directory',
    list: async () => {
      const members: { name: string; sizeBytes: number }[] = [];
      for await (const { key, sizeBytes } of store.list()) {
        if (key.startsWith(prefix)) members.push({ name: key.slice(prefix.length), sizeBytes });
      }
      return members;
    },
    open: (name) => store.open(`${prefix}${name}`, aborting),
  };
}
