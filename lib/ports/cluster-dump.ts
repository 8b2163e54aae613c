import type { Readable } from 'node:stream';
import type { ClientConfig } from 'pg';

/** pg_dumpall at work on a recovered cluster. */
export interface ClusterDump {
  /** What it writes: plain SQL of roles and every database. */
  text: Readable;
  /** How it ended, once `text` has: null when well, else what it said, without values of rows. */
  failure: Promise<string | null>;
}

/** A recovered cluster that is carried into another server. */
export interface CarriedFrom {
  /** Begins a dump of everything. */
  dump(signal: AbortSignal): ClusterDump;
  connection(database: string): Promise<ClientConfig>;
  /** Roles that the drill gave itself there. */
  ownRoles: readonly string[];
}
