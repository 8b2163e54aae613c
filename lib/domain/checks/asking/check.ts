import type * as z from 'zod';
import type { Finding, FindingCode } from '../../findings/findings.ts';
import type { RecoveryMarker } from '../../recovery/recovery-marker.ts';
import type { RestoreAccount } from '../../recovery/restore-account.ts';
import type { Witness } from '../../witness/witness.ts';

/**
 * One question to the restored data, planned. Serialisable and small: it travels through the state machine, one Map
 * item each. `database` is the name in the sandbox; `params` is the kind's own, parsed again by the kind.
 */
export interface PlannedCheck {
  /** Unique in the drill, e.g. `rows:public.orders` or `row counts 1/3`. */
  id: string;
  /** Key of the registry, or `hookKind`. */
  kind: string;
  /** What a person reads in the list of checks. */
  name: string;
  database: string;
  statementTimeoutSeconds: number;
  params: unknown;
}

/** Three-valued: what did not run never counts as passed. */
export type CheckStatus = 'passed' | 'failed' | 'could not run';

/** What was asked of which part of the data, and what came back: counts, names and moments, never a value of a row. */
export interface CheckFacts {
  /** Absent in results of releases that did not say it, as the other two. */
  expected?: string;
  actual?: string;
  scope?: string;
}

export interface CheckResult extends CheckFacts {
  id: string;
  name: string;
  kind: string;
  status: CheckStatus;
  durationMs: number;
  findings: Finding[];
  /** Counts, timestamps and hashes worth keeping (row counts per table, newest row …). Never row values. */
  measured: CheckMeasurements;
}

/**
 * The kind of what a container of the user's came to. It is judged like a check and is none: nobody plans it, and it
 * says that something worked, never that the data is whole.
 */
export const hookKind = 'hook';

/** The rows of one table. */
export interface CountedTable {
  database: string;
  schema: string;
  name: string;
  rows: number;
  /** Rows that the dump holds for it, by the dump's own count. Absent: nothing says, as of a base backup. */
  expected?: number;
  /** The partitioned table, `schema.table`, at the root of the tree that this one is a leaf of. Absent: no partition. */
  partitionOf?: string;
}

/** How many objects of each kind a database holds, by the kind's name in the plural. */
export type ObjectCounts = Readonly<Record<string, number>>;

/** A leaf of a tree of partitions. */
export interface Partition {
  schema: string;
  name: string;
  /** The partitioned table at the root of its tree, `schema.table`. */
  partitionOf: string;
}

/** What the last proven drill of a database leaves for comparison. */
export interface LastProven {
  /** The day of the drill, ISO 8601. */
  day: string;
  tables: CountedTable[];
  /** Absent when its record holds none. */
  objects?: { database: string; kind: string; count: number }[];
  dump: { bytes: number; format: string } | null;
}

/** How much may be lost between a proven drill and the next, and what a loss is. */
export interface DriftTolerance {
  mode: 'error' | 'warn' | 'off';
  /** Share of its rows, 0 to 1, that a table may lose. */
  maxDropShare: number;
  /** The same for single tables, by `schema.table`. */
  tables: Record<string, number>;
}

/** What a check measured, for the record, RPO and the next drill's comparison. */
interface CheckMeasurements {
  tables?: CountedTable[];
  /** Objects by kind, and which tables are partitions, of the check's database; only dataPresent gives them. */
  objects?: ObjectCounts;
  partitions?: Partition[];
  /** What agreed with the witness of the source; only its check gives it. `contents`: tables of which every value was compared. */
  witness?: { tables: number; contents: number; rows: number };
  /** Newest business row, ISO 8601. Only the freshness check gives it. */
  newestRow?: string;
  /** Extensions as installed in the sandbox. */
  extensions?: { database: string; name: string; version: string }[];
}

/**
 * What a judge says of an observation. A check that could not ask anything is `could not run` by the runner, from the
 * error; a judge says it when only part of the question could be asked and nothing wrong was found in the rest.
 */
export interface Judgement {
  status: CheckStatus;
  findings: Finding[];
  measured?: CheckMeasurements;
}

/** The answer to a user's query, every value as PostgreSQL's own text (time zone UTC, DateStyle ISO). */
export interface QueryAnswer {
  columns: { name: string; type: string }[];
  rows: (string | null)[][];
}

/** Read-only access for a check; every query runs under the check's statement timeout with row_security = off. */
export interface CheckDatabase {
  /**
   * One statement of ours. Every value comes as PostgreSQL's own text, or null: no number loses digits on the way.
   * @throws DrillError CHECK_TIMED_OUT, CHECK_COULD_NOT_RUN (message holds no row values)
   */
  query(sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  /**
   * Asks a query that a user wrote, and reads at most `maxRows` rows of its answer. Only what a cursor can be declared
   * for is run: one SELECT, VALUES or TABLE without data-modifying WITH.
   * @throws DrillError CHECK_TIMED_OUT, CHECK_COULD_NOT_RUN (message holds no row values)
   */
  ask(sql: string, maxRows: number): Promise<QueryAnswer>;
  /** Tries to log in as another role, in a connection of its own. */
  canLogIn(role: string, password: string | null): Promise<boolean>;
  /**
   * A password that the operator put into the environment of the process that runs checks: it never travels in a
   * planned check. @throws DrillError CHECK_COULD_NOT_RUN when the variable is not set
   */
  password(environmentVariable: string): string;
  /**
   * A password from SSM Parameter Store. @throws DrillError SECRET_UNREADABLE, or CHECK_COULD_NOT_RUN where checks may
   * read none
   */
  parameter(name: string): Promise<string>;
}

/** Facts from which checks are planned. Pure data. */
export interface CheckContext {
  account: RestoreAccount;
  /** Checks of drills.yaml for this database, already parsed by each kind's schema. */
  configured: ConfiguredCheck[];
  /** Rows per table (`schema.table`, or `database:schema.table` in a cluster) of the last proven drill; null: none. */
  lastProvenRows: Record<string, number> | null;
  /** What the last proven drill is compared by; absent: none is there, or it is of a newer dump. */
  lastProven?: LastProven;
  /** Absent: nobody asked for a comparison. */
  drift?: DriftTolerance;
  /** What the source said of itself when the dump was made; absent: nothing is known of it. */
  witness?: Witness;
  /** Two rows around the moment that was recovered to; absent: none are configured, or not of this moment. */
  marker?: RecoveryMarker;
  /** Size and format of the dump at hand; absent: not compared. */
  dump?: { bytes: number; format: string };
  /** The moment from which ages are measured: the dump's own, ISO 8601. */
  dumpMoment: string;
  /** How much later than dumpMoment the newest row may honestly be (zones, clock skew); absent: 300. */
  dumpMomentToleranceSeconds?: number;
  /** Database in the sandbox that unqualified configured checks ask. */
  defaultDatabase: string;
  statementTimeoutSeconds: number;
  /** How grave a sequence is that is behind where the dump itself set it; absent: a warning. */
  sequencesBehind?: 'error' | 'warning';
  /** Roles whose passwords were set from SSM Parameter Store and whose login is to be tried; absent: none. */
  roleLogins?: { role: string; ssmParameter: string }[];
}

/** One entry of `checks:` in drills.yaml, after parsing: exactly one kind with its settings. */
export interface ConfiguredCheck {
  kind: string;
  settings: unknown;
  /** Database of a cluster dump this check asks; null: the default one. */
  database: string | null;
  /** Limit for each statement of this check; absent: the context's. */
  statementTimeoutSeconds?: number;
}

interface KindOfCheck<Params, Observation> {
  /** Its name in planned checks, records and, of a configured one, in drills.yaml. */
  kind: string;
  /** What people read in its place, in reports and in terminals: a few words in small letters. */
  title: string;
  /** One sentence for the documentation: what it asks. */
  asks: string;
  /** Every finding it can give, for the documentation. */
  findings: readonly FindingCode[];
  /** Whether it reads whole tables: over much data it may then outlast a Lambda. */
  scans: boolean;
  plan(context: CheckContext): PlannedCheck[];
  /** Plain sentences: what this kind leaves untested, as it is planned or because it is not. Absent: nothing to say. */
  notTested?(context: CheckContext): string[];
  /** Whether it logs in with a password of SSM Parameter Store, which only the restore task may read. Absent: never. */
  needsStoredPassword?(params: Params): boolean;
  /** For the record: counts, names and moments, never a value of a row. */
  evidence: {
    expected(params: Params): string;
    /** Of the check's database, which is named beside it. */
    scope(params: Params): string;
    actual(params: Params, observation: Observation): string;
  };
  parseParams(params: unknown): Params;
  observe(params: Params, database: CheckDatabase): Promise<Observation>;
  judge(params: Params, observation: Observation): Judgement;
}

/** Planned from the account of the restore, with no configuration. */
export interface BuiltInCheckKind<Params, Observation> extends KindOfCheck<Params, Observation> {
  origin: 'built-in';
}

/** Planned from drills.yaml, where its kind is the key of an entry of `checks:`. */
export interface ConfiguredCheckKind<Params, Observation> extends KindOfCheck<Params, Observation> {
  origin: 'configured';
  /** What stands under that key. Transforms nothing, so that a setting may be parsed twice. */
  settings: z.ZodType;
}

/**
 * A kind of check: one file in kinds/ that knows all about it, and one line in registry.ts. docs/checks.md, the schema
 * of drills.yaml, the lanes and what was not tested follow from it. `plan` and `judge` are pure; `observe` holds the
 * SQL.
 */
export type CheckKind<Params, Observation> =
  | BuiltInCheckKind<Params, Observation>
  | ConfiguredCheckKind<Params, Observation>;
