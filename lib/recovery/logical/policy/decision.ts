import type { Finding } from '../../../domain/findings/findings.ts';
import type { DumpEntry, Statement } from '../dump/dump-stream.ts';

/** How strongly a statement locks a relation, in the only three grades that scheduling needs. */
export type LockGrade =
  /** CREATE INDEX (ShareLock): any number of them on one table at once, but no writes. */
  | 'share'
  /** ADD FOREIGN KEY, CREATE TRIGGER (ShareRowExclusiveLock): alone with itself and with share. */
  | 'share row exclusive'
  /** ALTER TABLE … (AccessExclusiveLock): alone. */
  | 'exclusive';

/** A relation by the names the statement gives, unquoted. Schema null: found through search_path. */
export interface RelationName {
  schema: string | null;
  name: string;
}

export interface RelationLock extends RelationName {
  grade: LockGrade;
}

/** What the statement is, as far as loading has to know. Decided by PostgreSQL's own parser. */
export type StatementKind =
  | 'set' // SET / set_config: session setting, applied to every connection
  | 'create schema'
  | 'create table'
  | 'definition' // of anything else that is made or changed without a look at any row: functions, types, views, sequences
  | 'create index'
  | 'add key' // PRIMARY KEY, UNIQUE, EXCLUDE
  | 'add foreign key'
  | 'add constraint' // CHECK, NOT NULL
  | 'attach partition' // table or index
  | 'create trigger'
  | 'create policy'
  | 'alter table' // any other ALTER TABLE on named relations only
  | 'comment'
  | 'create statistics'
  | 'refresh materialized view'
  | 'owner'
  | 'grant'
  | 'sequence value' // SELECT pg_catalog.setval(…)
  | 'large object' // SELECT pg_catalog.lo_create / lowrite …
  | 'insert'
  | 'copy'
  | 'role' // CREATE / ALTER ROLE, role membership
  | 'database' // CREATE / ALTER / DROP DATABASE
  | 'other';

export interface StatementPlan {
  kind: StatementKind;
  /** Relations it locks; null = unknown, treat as locking everything (run alone, in order). */
  locks: RelationLock[] | null;
  /** Run at the very end of the database instead of in place (e.g. FORCE ROW LEVEL SECURITY, so that REFRESH works). */
  defer: boolean;
  /** Roles it names as owner, grantee or default-privilege role. */
  roles: string[];
  /** For `owner`: the new owner, and the schema it must be able to create in (null: none needed). */
  owner?: { role: string; schema: string | null };
  /** For `create table`: parents (INHERITS, PARTITION OF), and whether COPY order may matter (rules, triggers …). */
  parents?: RelationName[];
  /** For `set`: name and value. */
  setting?: { name: string; value: string };
  /** For `create extension`-like needs: the extension's name. */
  extension?: string;
}

/** An extension of the dump that the sandbox does not have. */
export interface LeftOutExtension {
  name: string;
  /** WITH SCHEMA of its CREATE EXTENSION; null when the dump does not say. */
  schema: string | null;
}

/** The verdict of the RDS policy on one statement. */
export type Decision =
  /**
   * Run `statements` (the original, or its rewrite; empty never). `rule` names the policy rule when rewritten;
   * `keptBy` the one by which an unchanged statement is kept or deferred, where a rule says so.
   */
  | {
      action: 'run';
      statements: Statement[];
      plan: StatementPlan;
      rule: string | null;
      keptBy?: string;
    }
  /** Leave it out; a documented difference that changes no verdict by itself. `finding` when worth saying. */
  | {
      action: 'skip';
      rule: string;
      finding: Finding | null;
      /** The extension that the dump has and the sandbox will not have. */
      leavesOut?: LeftOutExtension;
    }
  /** Never executed; the finding (STATEMENT_REFUSED, META_COMMAND_REFUSED) is in the record. */
  | { action: 'refuse'; rule: string; finding: Finding };

/** What the policy knows of the target when it decides. */
export interface PolicyContext {
  /** Major version of the server restored into, 14 to 18. */
  targetMajor: number;
  /** The master role we restore as; the dump's roles of that name are mapped to it. */
  masterRole: string;
  /** Extensions the server offers (pg_available_extensions). */
  availableExtensions: ReadonlySet<string>;
  /** Roles that count as superusers on the server, so that nobody else may grant them. @default none */
  superuserRoles?: ReadonlySet<string>;
  /** True where a master that is no superuser may create event triggers (RDS). @default false, as PostgreSQL */
  eventTriggersAllowed?: boolean;
  /** The database being restored: its name in the dump and the one it has in the sandbox. @default same name */
  databaseName?: { dump: string; sandbox: string };
  entry: DumpEntry;
}
