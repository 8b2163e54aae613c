import { runCheck } from '../../../lib/adapters/postgres/check-runner.ts';
import type { CheckContext, CheckResult } from '../../../lib/domain/checks/asking/check.ts';
import { planChecks } from '../../../lib/domain/checks/registry.ts';
import { aContext, configured } from '../../domain/checks/builders.ts';
import type { TestServer } from '../../support/server.ts';

/** Plans the checks of a context, sends each through JSON as the state machine does, and runs those of one kind. */
export async function runKind(
  server: TestServer,
  kind: string,
  context: CheckContext,
): Promise<CheckResult[]> {
  const planned = planChecks(context).filter((check) => check.kind === kind);
  const results: CheckResult[] = [];
  for (const check of planned) {
    results.push(
      await runCheck(JSON.parse(JSON.stringify(check)), server.access, server.address, {
        password: () => undefined,
      }),
    );
  }
  return results;
}

/** Runs one entry of drills.yaml against a database. */
export async function runConfigured(
  server: TestServer,
  database: string,
  entry: Record<string, unknown>,
  overrides: Partial<CheckContext> = {},
): Promise<CheckResult> {
  const context = aContext({ configured: [configured(entry)], defaultDatabase: database, ...overrides });
  const [kind = ''] = Object.keys(entry);
  const [result] = await runKind(server, kind, context);
  if (result === undefined) throw new Error(`nothing was planned for ${kind}`);
  return result;
}

/** Status and codes: what a person sees first. */
export const outcome = (result: CheckResult | undefined) => ({
  status: result?.status,
  codes: result?.findings.map(({ code }) => code),
});

export const passed = { status: 'passed', codes: [] };
