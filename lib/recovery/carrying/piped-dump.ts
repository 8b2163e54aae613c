import { bareHeader, type SelectedDump } from '../../domain/backup/dump.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import type { DumpStore } from '../../ports/dump-store.ts';

/** What a restore is told of a dump that is made while it is read: it lies nowhere. */
export function pipedDump(madeAt: string): { dump: SelectedDump; store: DumpStore } {
  return {
    dump: {
      ...{ key: 'cluster.sql', directory: false, sizeBytes: 0, uploadedAt: madeAt, expectedSha256: null },
      ...{ nameTimestamp: null, nameTimestampEnd: null },
      header: bareHeader({ layout: 'cluster', wrappings: [], archiveVersion: null }),
    },
    store: {
      location: 'the server inside the restore task',
      async *list() {},
      stat: async () => null,
      open: async (key) => {
        throw new DrillError('INTERNAL_ERROR', `${key} is made while it is read, and was asked of a store`, {
          hint: 'Please report it with the record.',
          fault: 'us',
        });
      },
    },
  };
}
