/** What kinds of statements may run beside others, or go to the server together. */
import type { Decision, StatementPlan } from '../policy/decision.ts';

/** Kinds whose order among others matters only through locks and names; everything else runs in the dump's order. */
export const parallelKinds: ReadonlySet<StatementPlan['kind']> = new Set([
  'create index',
  'add key',
  'add foreign key',
  'add constraint',
  'attach partition',
  'create trigger',
  'create policy',
  'alter table',
  'comment',
  'create statistics',
  'refresh materialized view',
  'owner',
  'grant',
  'sequence value',
]);

/** Kinds that show that the schema stands: from here on work may overlap. */
export const startsPostData: ReadonlySet<StatementPlan['kind']> = new Set([
  'create index',
  'add key',
  'add foreign key',
]);

/** The lane of a batch whose statements run in the dump's order, with nothing beside them. */
export const serial = 'serial';

/** Whether it is of the whole server: it never opens the database that happens to be current. */
export const isOfServer = ({ kind, defer, owner }: StatementPlan): boolean =>
  kind === 'role' || kind === 'database' || (kind === 'owner' && defer && owner?.schema === null);

/** Whether a database has to be there for it. A setting alone opens none. */
export const runsInDatabase = (plan: StatementPlan): boolean => plan.kind !== 'set' && !isOfServer(plan);

/** Kinds that do no work worth a session of its own, and need nothing but their roles before them. */
const shortKinds: ReadonlySet<StatementPlan['kind']> = new Set([
  'comment',
  'create schema',
  'create table',
  'definition',
  'grant',
  'owner',
  'sequence value',
]);

/** Kinds whose work grows with the rows of their tables. */
const kindsOverRows: ReadonlySet<StatementPlan['kind']> = new Set([
  'add key',
  'add foreign key',
  'add constraint',
  'attach partition',
  'create index',
]);

/** Work over no more rows than this takes less than a round trip. */
const fewRowsBytes = 64 * 1024;

/** Statements as short as this go to the server together. */
const shortBytes = 16 * 1024;

/** @param rowsBytes that it may read */
export const isShort = (
  { plan, statements }: Extract<Decision, { action: 'run' }>,
  rowsBytes: number,
): boolean =>
  (shortKinds.has(plan.kind) ||
    (kindsOverRows.has(plan.kind) && plan.locks !== null && rowsBytes < fewRowsBytes)) &&
  !plan.defer &&
  statements.length === 1 &&
  (statements[0]?.sql.length ?? 0) < shortBytes;
