import type { DumpStore } from './dump-store.ts';

/** Reads files that lie beside a dump: checksums, heartbeats, archives of uploads. */
export interface ObjectReader {
  /** A small text. @throws DrillError DUMP_UNREADABLE when it is larger than `maxBytes`, 1 MiB unless told otherwise */
  text(store: DumpStore, key: string, maxBytes?: number): Promise<string>;
  /** Unpacks an archive to its end without keeping anything; null when it is whole, else what is wrong with it. */
  archiveProblem(store: DumpStore, key: string, kind: 'tar' | 'tar.gz'): Promise<string | null>;
}
