import type { SelectedDump } from './dump.ts';

/**
 * What a database can be recovered from: a dump; a base backup with its WAL; a snapshot of the service that runs it.
 * A kind can be recovered where domain/sandbox/methods.ts has a method for it, and nowhere else.
 */
export type BackupKind = 'logical' | 'physical' | 'snapshot';

/** A dump as a drill selected it. */
export interface LogicalBackup {
  kind: 'logical';
  dump: SelectedDump;
}

/** A base backup as a drill selected it; the WAL lies where the source says. */
export interface PhysicalBackup {
  kind: 'physical';
  dump: SelectedDump;
}

/** A backup as a drill selected it, by kind. A kind comes in here with the code that selects it. */
export type SelectedBackup = LogicalBackup | PhysicalBackup;

/** What people are told that a kind is. */
export const backupWords = {
  logical: 'dump',
  physical: 'base backup',
  snapshot: 'snapshot',
} as const satisfies Record<BackupKind, string>;

/** The backup that a drill's state names. */
export const backupOf = ({ dump }: { dump: SelectedDump }): SelectedBackup => ({
  kind: dump.header.format.layout === 'base backup' ? 'physical' : 'logical',
  dump,
});
