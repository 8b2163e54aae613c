import { howToGet } from '../../../domain/extensions/known-extensions.ts';
import { DrillError } from '../../../domain/findings/errors.ts';
import { finding } from '../../../domain/findings/findings.ts';
import type {
  AnnouncedObject,
  EntryOutcome,
  TableAccount,
} from '../../../domain/recovery/restore-account.ts';
import { KnownNames } from '../../../domain/server-errors/known-names.ts';
import { tellServerError } from '../../../domain/server-errors/tell-server-error.ts';
import type { DumpEntry, Statement } from '../dump/dump-stream.ts';
import type { RelationName, StatementPlan } from '../policy/decision.ts';
import { attemptedAct } from '../tampering/attempted-act.ts';
import { announcedObject } from './announced-objects.ts';
import type { AttemptContext } from './attempt-context.ts';
import { AttemptSpoiled } from './attempt-spoiled.ts';
import { namesInCatalogue } from './catalogue-names.ts';
import { functionThatReadsTables, readsTables, readsTablesHint } from './check-constraints.ts';
import type { Session } from './connection.ts';
import { classify, definesRoutine, findingOf, readingOf } from './failure-class.ts';
import { type Lack, lackOf } from './lack.ts';
import { ConnectionLost, type ServerError } from './server-error.ts';
import { statementBytes } from './session-settings.ts';

/** Runs the statements the policy allowed. @param bytesToRead see EntryLimit @throws ServerError, AttemptSpoiled */
export async function runStatements(
  session: Session,
  statements: readonly Statement[],
  label: string,
  bytesToRead = 0,
): Promise<void> {
  for (const statement of statements) {
    try {
      await session.run(statementBytes(statement), bytesToRead);
    } catch (error) {
      if (error instanceof ConnectionLost) throw new AttemptSpoiled(label, error);
      throw error;
    }
    // The policy allows no transaction control; a statement that still left one open must not swallow what follows.
    if (session.transactionStatus !== 'I') await session.text('ROLLBACK');
  }
}

export const diskFull = (): DrillError =>
  new DrillError('SANDBOX_DISK_FULL', 'the server of the sandbox ran out of disk', {
    fault: 'service',
  });

/** A statement that failed, and what is known of it. */
export interface FailedWork {
  entry: DumpEntry;
  plan: StatementPlan | null;
  error: ServerError;
  missingRoles?: readonly string[];
  /** A session of the database, to ask what its catalogue knows; null: there is none to ask. */
  session: Session | null;
  /** Where the statement was to bring rows: the account of their table. */
  rows?: TableAccount;
}

/** The outcome of a failed statement, told as a finding too. @throws DrillError SANDBOX_DISK_FULL, ENTRY_TIMED_OUT */
export async function failedOutcome(context: AttemptContext, failed: FailedWork): Promise<EntryOutcome> {
  const { entry, plan, error, missingRoles = [] } = failed;
  const extension = plan?.extension ?? null;
  const inCatalogue = failed.session === null ? [] : await namesInCatalogue(failed.session, error.message);
  const lack = lackOf(error);
  const failure = classify(error, {
    plan,
    missingRoles,
    missingExtension:
      extension !== null && !context.facts.availableExtensions.has(extension) ? extension : null,
    existsElsewhere: lack === null || failed.session === null ? null : inCatalogue.includes(lack.name),
    definesRoutine: entry.statements.some(({ sql }) => definesRoutine(sql)),
  });
  if (failure === 'out of disk') throw diskFull();
  const ofStatement = [
    ...(plan?.roles ?? []),
    ...missingRoles,
    extension,
    ...(plan?.locks ?? []).flatMap(({ schema, name }) => [schema, name]),
  ];
  const label = labelOf(entry, plan);
  if (error.limitSeconds !== null) {
    const message = context.book.findTimedOut(label, error.limitSeconds);
    return { status: 'failed', failure, sqlState: error.sqlState, message };
  }
  const names = new KnownNames([...ofStatement, ...inCatalogue], context.book.names);
  const message = tellServerError(error, names, readingOf(error, plan, entry));
  const outcome: FailedOutcome = { status: 'failed', failure, sqlState: error.sqlState, message };
  const act = attemptedAct(error);
  if (act !== null) {
    context.book.find(
      finding('DUMP_TRIED_TO_ACT', `${label}: code of the dump tried to ${act}, and the server refused it`),
    );
    return outcome;
  }
  const code =
    plan?.kind === 'owner' && failure !== 'missing role' ? 'OWNER_NOT_RESTORED' : findingOf[failure];
  const ofExtension = failure === 'missing extension' ? extension : null;
  const { session } = failed;
  const called =
    session === null
      ? null
      : await functionThatReadsTables(error, async (sql) => (await session.text(sql)).rows);
  const because = called === null ? '' : readsTables(error.constraint, called);
  const hint = ofExtension === null ? null : howToGet(ofExtension, context.facts.majorVersion);
  const found = finding(
    code,
    `${label}: ${message} (SQLSTATE ${error.sqlState}${placeOf(entry)})${because}`,
    called === null ? (hint ?? undefined) : readsTablesHint,
  );
  if (ofExtension !== null) context.book.leaveOut({ name: ofExtension, schema: null, finding: found });
  context.book.fail({
    finding: found,
    outcome,
    type: entry.type,
    label,
    lack: failure === 'orphaned rows' ? lackOfRows(plan) : lack,
    ...objectOf(entry, plan),
    rows: failed.rows ?? null,
  });
  return outcome;
}

/** What failed, for a person: `index public.orders_pkey`; without a header of pg_dump the table, or else the line. */
function labelOf(entry: DumpEntry, plan: StatementPlan | null): string {
  const { type, schema, name } = (plan === null ? null : headlessTable(entry, plan)) ?? entry;
  const [first] = entry.statements;
  if (name === '' && first !== undefined) return `the statement at line ${first.line}`;
  return `${type.toLowerCase()} ${schema === null ? name : `${schema}.${name}`}`;
}

const headlessTable = (entry: DumpEntry, plan: StatementPlan): AnnouncedObject | null =>
  entry.type === 'STATEMENT' ? announcedObject('', entry, plan) : null;

/** Where a plain dump has what failed; nothing for archives, which have no lines. */
const placeOf = ({ statements: [first] }: DumpEntry): string =>
  first === undefined || first.line === null ? '' : `, line ${first.line} of the dump`;

type FailedOutcome = Extract<EntryOutcome, { status: 'failed' }>;

/** The rows that a foreign key did not find: those of the table it points to, which its statement names second. */
function lackOfRows(plan: StatementPlan | null): Lack | null {
  const referenced = plan?.kind === 'add foreign key' ? plan.locks?.[1] : undefined;
  return referenced === undefined ? null : { kind: 'rows', schema: referenced.schema, name: referenced.name };
}

/** Statements about objects that are there already. */
const changes: ReadonlySet<string> = new Set([
  'owner',
  'grant',
  'comment',
  'sequence value',
  'copy',
  'insert',
]);

/** What does not exist because the statement failed, and the table it would have belonged to. */
function objectOf(
  entry: DumpEntry,
  plan: StatementPlan | null,
): { made: RelationName[]; table: string | null } {
  const object = plan === null || changes.has(plan.kind) ? null : announcedObject('', entry, plan);
  if (object === null) return { made: [], table: null };
  const { schema, name, table } = object;
  return { made: [{ schema, name: name.replace(/\(.*$/s, '') }], table };
}
