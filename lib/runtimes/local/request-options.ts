/** What the command line was given, parsed: one drill's wishes on this machine. */
export interface DrillOptions {
  /** Configured database; undefined: the only one, or the one that --dump fits. */
  database?: string | undefined;
  config?: string | undefined;
  /** A file, a directory dump, or s3://bucket/key. */
  dump?: string | undefined;
  /** A base backup, or a folder of them. */
  base?: string | undefined;
  /** Archived WAL of it. */
  wal?: string | undefined;
  /** Recover to this position of WAL. */
  lsn?: string | undefined;
  /** Recover no further than the base backup needs to be consistent. */
  immediate?: boolean | undefined;
  /** A folder that stands in for the configured bucket. */
  from?: string | undefined;
  at?: string | undefined;
  endpointUrl?: string | undefined;
  region?: string | undefined;
  pathStyle?: boolean | undefined;
  connections?: number | undefined;
  keepOrder?: string[] | undefined;
  /** Seconds without progress after which an entry of the dump is ended. */
  entryTimeout?: number | undefined;
  decryptPassphraseEnv?: string | undefined;
  decryptPassphraseFile?: string | undefined;
  decryptKeyEnv?: string | undefined;
  decryptKeyFile?: string | undefined;
  /** Name of the dump inside its tar or zip. */
  member?: string | undefined;
  stateDir?: string | undefined;
  cacheDir?: string | undefined;
}
