import type { Statement } from '../dump/dump-stream.ts';
import type { DatabaseRequest } from '../policy/databases.ts';
import type { Decision, PolicyContext } from '../policy/decision.ts';
import type { Announcement } from '../tampering/announced-changes.ts';

export type { DatabaseRequest };

/** What loading asks of the policy; lib/recovery/logical/policy implements it. Nothing runs that it did not allow. */
export interface RestorePolicy {
  decide(statement: Statement, context: PolicyContext): Decision;
  /** Null when the statement is no CREATE DATABASE. */
  databaseRequest(statement: Statement): DatabaseRequest | null;
  /** What a statement that it lets run makes or changes on the server beside the content of databases. */
  announcementsIn(sql: string): Announcement[];
}

/** A database that the dump says nothing about. */
export const plainRequest = (name: string, encoding: string): DatabaseRequest => ({
  name,
  encoding,
  localeProvider: null,
  locale: null,
  collate: null,
  ctype: null,
  icuLocale: null,
  builtinLocale: null,
  owner: null,
  connectionLimit: null,
  isTemplate: null,
});
