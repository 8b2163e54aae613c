import { knownExtension } from '../../../domain/extensions/known-extensions.ts';
import type { Finding, FindingCode } from '../../../domain/findings/findings.ts';
import type {
  AnnouncedObject,
  EntryOutcome,
  TableAccount,
} from '../../../domain/recovery/restore-account.ts';
import { listOf } from '../../../domain/text/quantities.ts';
import type { LeftOutExtension, RelationName } from '../policy/decision.ts';
import type { Lack } from './lack.ts';

type Failed = Extract<EntryOutcome, { status: 'failed' }>;

/** An entry that was not restored. */
export interface Failure {
  /** The finding that tells it, as it is in the account. */
  finding: Finding;
  outcome: Failed;
  /** pg_dump's type word of the entry. */
  type: string;
  /** e.g. `index public.orders_pkey`. */
  label: string;
  /** What the server did not find; null: that was not the reason. */
  lack: Lack | null;
  /** The objects that do not exist now, by their names in the schema. */
  made: RelationName[];
  /** The table that the entry's object belongs to. */
  table: string | null;
  /** Where the entry is a table's rows: their account. */
  rows: TableAccount | null;
}

/** An extension of the dump that the sandbox does not have, with the finding that says so. */
export interface MissingExtension extends LeftOutExtension {
  finding: Finding;
}

/** A finding, and the failures that are only its consequences. */
export interface Cause {
  root: Failure | MissingExtension;
  /** What the root lacks stands nowhere in the dump. */
  isAbsent: boolean;
  consequences: Failure[];
}

const isFailure = (root: Failure | MissingExtension): root is Failure => 'lack' in root;
/** Failures that the server's message says all of; the others have a cause of their own. */
const plainFailures: ReadonlySet<FindingCode> = new Set(['ENTRY_FAILED', 'ROWS_REJECTED']);
const lackKey = ({ lack }: Failure): string => JSON.stringify([lack?.kind, lack?.schema, lack?.name]);
const keyOf = (schema: string | null, name: string): string => JSON.stringify([schema, name]);
const bareName = (name: string): string => name.replace(/\(.*$/s, '');

/** Schemas that no dump makes and every database has. */
const everywhere = ['public', 'pg_catalog', 'information_schema'];

/**
 * Sorts failures by their causes. A failure is a consequence only where the thing it lacked is known to be missing for that
 * cause: an object of the dump that itself failed, or something that the dump does not make and a missing extension does.
 * Whatever else failed stands by itself, beside a missing extension too.
 */
export function causesOf(
  failures: readonly Failure[],
  missing: readonly MissingExtension[],
  announced: readonly AnnouncedObject[],
): Cause[] {
  // Indexing what is announced takes 7 MB for 5,000 tables.
  if (failures.length === 0) return [];
  const makers = new Makers(failures, announced);
  const parents = new Map<Failure, Failure | MissingExtension>();
  for (const failure of failures) {
    const parent =
      makers.makerOf(failure) ?? extensionBehind(failure, missing, makers) ?? makers.firstLacking(failure);
    if (parent !== null) parents.set(failure, parent);
  }
  const causes = new Map<Failure | MissingExtension, Failure[]>();
  for (const failure of failures) {
    const root = rootOf(failure, parents);
    if (root !== failure) causes.set(root, [...(causes.get(root) ?? []), failure]);
  }
  return [...causes].map(([root, consequences]) => ({
    root,
    isAbsent: isFailure(root) && makers.isAbsent(root),
    consequences,
  }));
}

function rootOf(
  failure: Failure,
  parents: ReadonlyMap<Failure, Failure | MissingExtension>,
): Failure | MissingExtension {
  const seen = new Set<Failure>();
  let root: Failure | MissingExtension = failure;
  while (isFailure(root) && !seen.has(root)) {
    seen.add(root);
    const parent = parents.get(root);
    if (parent === undefined) return root;
    root = parent;
  }
  // Two that need each other are nobody's consequence.
  return isFailure(root) ? failure : root;
}

/** Who of the dump should have made what. */
class Makers {
  readonly #failed = new Map<string, Failure[]>();
  readonly #keys = new Map<string, Failure[]>();
  /** By the table whose rows were not loaded. */
  readonly #rows = new Map<string, Failure[]>();
  readonly #announced = new Set<string>();
  /** The first failure that lacked a thing which no failure should have made. */
  readonly #firstLacking = new Map<string, Failure>();
  readonly #schemas = new Set(everywhere);

  constructor(failures: readonly Failure[], announced: readonly AnnouncedObject[]) {
    for (const failure of failures) {
      for (const { schema, name } of failure.made)
        for (const key of [keyOf(schema, name), keyOf(null, name)]) add(this.#failed, key, failure);
      if (failure.rows !== null)
        for (const schema of [failure.rows.schema, null])
          add(this.#rows, keyOf(schema, failure.rows.name), failure);
      if (failure.type === 'CONSTRAINT' && failure.table !== null) add(this.#keys, failure.table, failure);
    }
    for (const { type, schema, name } of announced) {
      if (type === 'SCHEMA') this.#schemas.add(name);
      this.#announced.add(keyOf(schema, bareName(name)));
    }
    for (const failure of failures) {
      const key = lackKey(failure);
      if (this.isAbsent(failure) && !this.#firstLacking.has(key)) this.#firstLacking.set(key, failure);
    }
  }

  /** Whether the dump does not make what the failure lacked: it is a part of a database, or was edited. */
  isAbsent({ lack, finding }: Failure): boolean {
    if (lack === null || !plainFailures.has(finding.code)) return false;
    if (lack.kind === 'schema') return !this.makesSchema(lack.name);
    // What is looked for in the path may be there, and not be seen.
    return lack.kind !== 'key' && lack.kind !== 'rows' && lack.schema !== null && !this.isAnnounced(lack);
  }

  /** The first that lacked the same thing, which nothing should have made: one cause is told once. */
  firstLacking(failure: Failure): Failure | null {
    const first = this.isAbsent(failure) ? this.#firstLacking.get(lackKey(failure)) : undefined;
    return first === failure ? null : (first ?? null);
  }

  /** The first failure that kept the thing from being made; null when none did. */
  makerOf(failure: Failure): Failure | null {
    return this.#makersOf(failure)?.find((other) => other !== failure) ?? null;
  }

  #makersOf({ lack }: Failure): readonly Failure[] | undefined {
    if (lack === null) return undefined;
    const key = keyOf(lack.schema, lack.name);
    if (lack.kind === 'key') return this.#keys.get(lack.name);
    return lack.kind === 'rows' ? this.#rows.get(key) : this.#failed.get(key);
  }

  isAnnounced({ schema, name }: Lack): boolean {
    return this.#announced.has(keyOf(schema, name));
  }

  makesSchema(name: string): boolean {
    return this.#schemas.has(name);
  }
}

function add(map: Map<string, Failure[]>, key: string, failure: Failure): void {
  map.set(key, [...(map.get(key) ?? []), failure]);
}

/** The missing extension that the lacking thing can only, or most likely, belong to. */
function extensionBehind(
  { lack }: Failure,
  missing: readonly MissingExtension[],
  makers: Makers,
): MissingExtension | null {
  if (lack === null || lack.kind === 'key' || lack.kind === 'rows' || makers.isAnnounced(lack)) return null;
  const able = missing.filter((extension) => canBring(extension, lack, makers));
  return able.find(({ name }) => knownExtension(name)?.names?.test(lack.name) === true) ?? able[0] ?? null;
}

function canBring(extension: MissingExtension, lack: Lack, makers: Makers): boolean {
  const known = knownExtension(extension.name);
  const schemas = [...(known?.schemas ?? []), ...(extension.schema === null ? [] : [extension.schema])];
  if (lack.kind === 'schema')
    return !makers.makesSchema(lack.name) && (known === null || known.schemas.includes(lack.name));
  // What a schema of the extension's own holds is its own, unless the dump makes it.
  if (lack.schema !== null && lack.schema !== 'public' && schemas.includes(lack.schema)) return true;
  // A schema that the dump does not make came with an extension, and so did all in it.
  if (lack.schema !== null && !makers.makesSchema(lack.schema)) return known === null;
  // In a schema of the dump a table is the dump's own, unless the extension is known to have one of that name.
  if (lack.kind === 'relation') return known?.tables.includes(lack.name) === true;
  if (known?.names != null && lack.kind !== 'operator' && !known.names.test(lack.name)) return false;
  return lack.schema === null || extension.schema === null || schemas.includes(lack.schema);
}

/** Kinds of entries whose loss leaves every row in place, and may be no more than a view of the extension's own tables. */
const withoutRows: ReadonlySet<string> = new Set([
  ...['ACL', 'COMMENT', 'DEFAULT ACL', 'FUNCTION', 'PROCEDURE', 'RULE', 'TRIGGER', 'VIEW'],
]);

/** Consequences named in a finding; the others are counted. */
const mostNamed = 6;
const firstNamed = ['TABLE', 'MATERIALIZED VIEW', 'VIEW', 'TYPE', 'DOMAIN', 'FUNCTION', 'INDEX'];
const rankOf = (type: string): number => {
  const rank = firstNamed.indexOf(type);
  return rank < 0 ? firstNamed.length : rank;
};

/** What failed, each once, tables before what belongs to them. */
export function labelsOf(failures: readonly Failure[]): string[] {
  const sorted = failures.toSorted((a, b) => rankOf(a.type) - rankOf(b.type));
  return [...new Set(sorted.map(({ label }) => label))];
}

/** The first of them by name, the others by their number. */
export function shortened(labels: readonly string[]): string {
  return listOf(labels, mostNamed);
}

const absentHint =
  'Nothing in the dump makes it: look for --table, --schema or an exclusion in the backup job, which leave the rest and all extensions out, or for what edited the file.';

/** The finding of a cause with its consequences told in it, and the rows that were not loaded for it. */
export function toldWithConsequences({ root, isAbsent, consequences }: Cause): Finding {
  const own = isFailure(root) ? root.label : null;
  const labels = labelsOf(consequences).filter((label) => label !== own);
  const severity = severityOf(root, consequences);
  if (labels.length === 0) return { ...root.finding, severity };
  const tables = new Set(consequences.flatMap((consequence) => consequence.rows ?? []));
  const rows = [...tables].reduce((sum, table) => sum + table.rowsInDump - table.rowsLoaded, 0);
  const count = labels.length;
  const lost =
    rows === 0 ? '' : `; with it ${rows} ${rows === 1 ? 'row' : 'rows'} of the dump were not loaded`;
  const told = `${root.finding.message}; ${count} ${count === 1 ? 'entry that needs it was' : 'entries that need it were'} not restored: ${shortened(labels)}${lost}`;
  return { ...root.finding, message: told, severity, ...(isAbsent ? { hint: absentHint } : {}) };
}

function severityOf(root: Failure | MissingExtension, consequences: readonly Failure[]): Finding['severity'] {
  const { severity } = root.finding;
  if (isFailure(root))
    return consequences.some(({ finding }) => finding.severity === 'error') ? 'error' : severity;
  if (severity !== 'info') return severity;
  // Left out on purpose: what reads it is worth a word, and what holds rows is not proven without it.
  return consequences.every(({ type }) => withoutRows.has(type)) ? 'warning' : 'unverified';
}
