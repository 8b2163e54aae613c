import { Client } from 'pg';
import { ZodError } from 'zod';
import type {
  CheckFacts,
  CheckKind,
  CheckResult,
  Judgement,
  PlannedCheck,
} from '../../domain/checks/asking/check.ts';
import type { ForcedTable, PreparedDatabase } from '../../domain/checks/check-evidence.ts';
import { checkKind } from '../../domain/checks/registry.ts';
import { isDrillError } from '../../domain/findings/errors.ts';
import { type Finding, finding } from '../../domain/findings/findings.ts';
import type { SandboxAddress } from '../../domain/sandbox/address.ts';
import type { CheckRunner } from '../../ports/drill-ports.ts';
import type { SandboxAccess } from '../../ports/sandbox-access.ts';
import { type OpenCheckDatabase, openCheckDatabase } from './check-database.ts';
import { queryError } from './query-error.ts';
import { liftForcedRowSecurity, restoreForcedRowSecurity } from './row-security.ts';

export interface CheckRunOptions {
  /** Where passwords for login checks come from; default: this process's environment. */
  password?: (environmentVariable: string) => string | undefined;
  /** Where passwords of SSM Parameter Store come from; absent: checks that need one could not run. */
  parameter?: (name: string) => Promise<string>;
}

/** The runner of a drill: lifts forced row security once per database, then runs checks as they come. */
export function createCheckRunner(access: SandboxAccess, options: CheckRunOptions = {}): CheckRunner {
  return {
    prepare: async (address, databases) => {
      const prepared: PreparedDatabase[] = [];
      for (const database of databases) {
        const forcedTables = await withoutForcedRowSecurity(access, address, database);
        prepared.push({ database, forcedTables });
      }
      return prepared;
    },
    undo: async (address, prepared) => {
      const refused: { database: string; table: string }[] = [];
      for (const { database, forcedTables } of prepared) {
        if (!forcedTables.some(({ lifted }) => lifted)) continue;
        for (const { schema, name } of await putForceBack(access, address, database, forcedTables))
          refused.push({ database, table: `${schema}.${name}` });
      }
      return refused;
    },
    run: (planned, address) => runCheck(planned, access, address, options),
  };
}

/**
 * Lifts FORCE ROW LEVEL SECURITY in one database; see row-security.ts. A database that cannot be entered is left to
 * its checks, which then say that they could not run.
 * @throws DrillError SANDBOX_LOST
 */
async function withoutForcedRowSecurity(
  access: SandboxAccess,
  address: SandboxAddress,
  database: string,
): Promise<ForcedTable[]> {
  const client = new Client(await access.connection(address, database));
  client.on('error', () => {});
  try {
    await client.connect();
    return await liftForcedRowSecurity(client);
  } catch (error) {
    const named = queryError(error, '', 0);
    if (named.code === 'SANDBOX_LOST') throw named;
    return [];
  } finally {
    await client.end().catch(() => {});
  }
}

/** @throws DrillError SANDBOX_LOST, or what kept the database from being entered */
async function putForceBack(
  access: SandboxAccess,
  address: SandboxAddress,
  database: string,
  tables: ForcedTable[],
): Promise<ForcedTable[]> {
  const client = new Client(await access.connection(address, database));
  client.on('error', () => {});
  try {
    await client.connect();
    return await restoreForcedRowSecurity(client, tables);
  } catch (error) {
    throw queryError(error, '', 0);
  } finally {
    await client.end().catch(() => {});
  }
}

/**
 * Runs one planned check on a connection of its own and says what came of it: passed, failed, or could not run with
 * the reason. A failing check never throws.
 * @throws DrillError SANDBOX_LOST when the sandbox cannot be reached any more: then no check can run
 */
export async function runCheck(
  planned: PlannedCheck,
  access: SandboxAccess,
  address: SandboxAddress,
  options: CheckRunOptions = {},
): Promise<CheckResult> {
  const started = performance.now();
  const { status, findings, measured, ...facts } = await judged(planned, access, address, options);
  return {
    id: planned.id,
    name: planned.name,
    kind: planned.kind,
    status,
    ...facts,
    durationMs: Math.round(performance.now() - started),
    findings,
    measured: measured ?? {},
  };
}

async function judged(
  planned: PlannedCheck,
  access: SandboxAccess,
  address: SandboxAddress,
  options: CheckRunOptions,
): Promise<Judgement & CheckFacts> {
  let database: OpenCheckDatabase | undefined;
  let facts: CheckFacts = {};
  try {
    const kind: CheckKind<unknown, unknown> = checkKind(planned.kind);
    const params = kind.parseParams(planned.params);
    const scope = `${planned.database}: ${kind.evidence.scope(params)}`;
    facts = { expected: kind.evidence.expected(params), scope };
    database = await openCheckDatabase(await access.connection(address, planned.database), {
      statementTimeoutSeconds: planned.statementTimeoutSeconds,
      searchPath: kind.origin === 'built-in' ? 'none' : 'default',
      password: options.password ?? ((name) => process.env[name]),
      parameter: options.parameter,
    });
    const observation = await kind.observe(params, database);
    const judgement = kind.judge(params, observation);
    return { ...judgement, ...facts, actual: kind.evidence.actual(params, observation) };
  } catch (error) {
    if (isDrillError(error) && error.code === 'SANDBOX_LOST') throw error;
    const why = findingOf(error, planned);
    return { status: 'could not run', findings: [why], ...facts, actual: `not asked: ${why.code}` };
  } finally {
    await database?.close();
  }
}

/** The finding of a check that could not run. Only our own errors' messages are repeated: they hold no row values. */
function findingOf(error: unknown, { name, database }: PlannedCheck): Finding {
  const which = `check "${name}" of database ${database}`;
  if (isDrillError(error)) return finding(error.code, `${which} could not run: ${error.message}`, error.hint);
  const what =
    error instanceof ZodError
      ? 'its plan is not understood'
      : `restore-drill failed (${error instanceof Error ? error.name : typeof error})`;
  return finding('INTERNAL_ERROR', `${which} could not run: ${what}`);
}
