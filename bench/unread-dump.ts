import type { DumpHeader } from '../lib/domain/dump.ts';

/** What is known of a dump before it is read: nothing, which is all that a restore needs. */
export const unknownHeader: DumpHeader = {
  format: { layout: 'plain', wrappings: [], archiveVersion: null },
  serverVersion: null,
  dumpVersion: null,
  majorVersion: null,
  encoding: null,
  database: null,
  consistencyPoint: null,
};
