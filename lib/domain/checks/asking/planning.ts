import type { AnnouncedObject, EntryAccount, RestoreAccount } from '../../recovery/restore-account.ts';
import type { CheckContext, ConfiguredCheck, PlannedCheck } from './check.ts';

/**
 * Largest JSON of a planned check's params, in characters. Planned checks travel as Map items; 24,000 leaves room for
 * the rest of the item below the 32 KB that one may have.
 */
export const maxParamsSize = 24_000;

/** Names of the databases in the sandbox; the default one when the account names none. */
export function databasesOf(context: CheckContext): string[] {
  const names = [...new Set(context.account.databases.map((database) => database.name))];
  return names.length === 0 ? [context.defaultDatabase] : names;
}

/** Name in the sandbox of a database as an entry, table or object of the account gives it. */
export function sandboxName(account: RestoreAccount, database: string): string {
  if (account.databases.some(({ name }) => name === database)) return database;
  return account.databases.find(({ dumpName }) => dumpName === database)?.name ?? database;
}

/** ` in demo` when the drill has several databases, else nothing: for names of checks. */
function inDatabase(context: CheckContext, database: string): string {
  return databasesOf(context).length > 1 ? ` in ${database}` : '';
}

/** Cuts a list so that each part has at most `most` items and its JSON fits `maxParamsSize`. Never an empty part. */
export function slices<Item>(
  items: readonly Item[],
  most: number,
  weight?: { of(item: Item): number; most: number },
): Item[][] {
  const parts: Item[][] = [];
  let part: Item[] = [];
  let size = 0;
  let load = 0;
  for (const item of items) {
    const itemSize = JSON.stringify(item).length + 1;
    const itemLoad = weight?.of(item) ?? 0;
    const full =
      part.length >= most ||
      size + itemSize > maxParamsSize ||
      (weight !== undefined && load + itemLoad > weight.most);
    if (full && part.length > 0) {
      parts.push(part);
      part = [];
      size = 0;
      load = 0;
    }
    part.push(item);
    size += itemSize;
    load += itemLoad;
  }
  if (part.length > 0) parts.push(part);
  return parts;
}

/** ` 2/3` when there are several parts, else nothing. */
export function partOf(index: number, count: number): string {
  return count > 1 ? ` ${index + 1}/${count}` : '';
}

/** Plans one built-in check of a database. Its id is its name, which is unique per kind, database and part. */
export function plannedBuiltIn(
  context: CheckContext,
  kind: string,
  database: string,
  name: string,
  params: unknown,
): PlannedCheck {
  const title = name + inDatabase(context, database);
  return {
    id: title,
    kind,
    name: title,
    database,
    statementTimeoutSeconds: context.statementTimeoutSeconds,
    params,
  };
}

/** Entries of drills.yaml of one kind. */
export function configuredOf(context: CheckContext, kind: string): ConfiguredCheck[] {
  return context.configured.filter((check) => check.kind === kind);
}

/** Plans one configured check; ids that repeat are told apart by planChecks. */
export function plannedConfigured(
  context: CheckContext,
  check: ConfiguredCheck,
  name: string,
  params: unknown,
): PlannedCheck {
  const database =
    check.database === null ? context.defaultDatabase : sandboxName(context.account, check.database);
  return {
    id: `${check.kind}: ${name}`,
    kind: check.kind,
    name,
    database,
    statementTimeoutSeconds: check.statementTimeoutSeconds ?? context.statementTimeoutSeconds,
    params,
  };
}

/** pg_dump's tag of an object: `table name` for what belongs to a table, else the name. */
export function tagOf(object: AnnouncedObject): string {
  if (object.table === null || object.name.startsWith(`${object.table} `)) return object.name;
  return `${object.table} ${object.name}`;
}

const key = (account: RestoreAccount, database: string, type: string, schema: string | null, tag: string) =>
  JSON.stringify([sandboxName(account, database), type, schema, tag]);

/** Left out on purpose, or for want of an extension: that has its finding already. */
const isLeftOut = ({ outcome }: EntryAccount): boolean =>
  outcome.status === 'skipped by policy' ||
  (outcome.status === 'failed' && outcome.failure === 'missing extension');

/**
 * Tells which objects the policy left out on purpose, or that need an extension which the sandbox lacks: nobody expects
 * those afterwards. An object that was skipped in one place and restored in another is expected.
 */
export function skippedByPolicy(account: RestoreAccount): (object: AnnouncedObject) => boolean {
  const skipped = new Set<string>();
  const kept = new Set<string>();
  const keyOf = (entry: EntryAccount) => key(account, entry.database, entry.type, entry.schema, entry.name);
  for (const entry of account.entries) (isLeftOut(entry) ? skipped : kept).add(keyOf(entry));
  return (object) =>
    [tagOf(object), object.name].some((tag) => {
      const objectKey = key(account, object.database, object.type, object.schema, tag);
      return skipped.has(objectKey) && !kept.has(objectKey);
    });
}

/** Tells which objects did not come to be because their entry failed, by a finding that says so. */
export function failedEntries(account: RestoreAccount): (object: AnnouncedObject) => boolean {
  const keys = new Set(
    account.entries
      .filter(({ outcome }) => outcome.status === 'failed')
      .map((entry) => key(account, entry.database, entry.type, entry.schema, entry.name)),
  );
  return (object) =>
    [tagOf(object), object.name].some((tag) =>
      keys.has(key(account, object.database, object.type, object.schema, tag)),
    );
}
