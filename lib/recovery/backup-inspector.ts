import type { DumpInspector } from '../ports/drill-ports.ts';
import { createDumpInspector } from './logical/dump-inspector.ts';
import { inspectBase, momentsOfBase } from './physical/recovering/inspect-base.ts';

/** Looks into backups of every kind: dumps say what they are in their first bytes, base backups in their small files. */
export function createBackupInspector(signal?: AbortSignal): DumpInspector {
  const dumps = createDumpInspector(signal);
  return {
    inspect: (store, dump, opening) =>
      dump.walPrefix === undefined
        ? dumps.inspect(store, dump, opening)
        : inspectBase(
            { store, key: dump.key, walPrefix: dump.walPrefix, keys: opening },
            dump.replayEnd ?? null,
          ),
    momentsOfBase: (store, { key, walPrefix }, keys) => momentsOfBase({ store, key, walPrefix, keys }),
  };
}
