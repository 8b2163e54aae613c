import type { Readable } from 'node:stream';
import type { ClientConfig } from 'pg';

/** Why a cluster was not dumped to its end. */
export interface DumpFailure {
  /** Without values of rows. */
  words: string;
  /** The server or the program died, which says nothing against the cluster. */
  lost: boolean;
}

/** pg_dumpall at work on a recovered cluster. */
export interface ClusterDump {
  /** What it writes: plain SQL of roles and every database. */
  text: Readable;
  /** How it ended, once `text` has; null: well. */
  failure: Promise<DumpFailure | null>;
}

/** A recovered cluster that is carried into another server. */
export interface CarriedFrom {
  /** Begins a dump of everything. */
  dump(signal: AbortSignal): ClusterDump;
  connection(database: string): Promise<ClientConfig>;
  /** How many prepared transactions were open: no dump carries them. */
  openTransactions(): Promise<number>;
  /** Roles that the drill gave itself there. */
  ownRoles: readonly string[];
}
