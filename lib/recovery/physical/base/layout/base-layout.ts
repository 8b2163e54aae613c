import type { BaseFile } from './base-file.ts';

/** How a physical base backup lies in its folder. Anything may be compressed, whatever its name says. */
export type BaseLayout =
  /** `pg_basebackup -Ft`. */
  | {
      kind: 'tars';
      base: BaseFile;
      /** Null for `-X none`, and where WAL lies inside `base`. */
      wal: BaseFile | null;
      tablespaces: { oid: string; file: BaseFile }[];
      /** Null for `--no-manifest`. */
      manifest: BaseFile | null;
    }
  /** The same, packed into one tar. `folder`: where they lie in it, empty or with a slash at its end. */
  | { kind: 'packed tars'; file: BaseFile; folder: string }
  /** One tar of a data directory, `folder` being the path of the directory in it. */
  | { kind: 'packed data directory'; file: BaseFile; folder: string }
  /** Tars that hold parts of a data directory, as WAL-G makes them. */
  | { kind: 'tar partitions'; files: BaseFile[] }
  /** The files of a data directory, below `folder`. */
  | { kind: 'data directory'; files: BaseFile[]; folder: string }
  /** A repository of another program, which its own program restores from. */
  | { kind: 'repository'; tool: RepositoryTool }
  /** A tar of WAL segments, which often lies beside bases. */
  | { kind: 'packed wal'; file: BaseFile }
  | { kind: 'unknown'; reason: string };

export type RepositoryTool = 'pgBackRest' | 'WAL-G' | 'Barman';
