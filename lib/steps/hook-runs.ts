import { restoreTaskEnvironment } from '../contract/environment.ts';
import { caBundleFileName, hookFolder, hookLoopback } from '../contract/names.ts';
import { sandboxName } from '../domain/checks/asking/planning.ts';
import type { DatabaseConfig, HookConfig } from '../domain/config/index.ts';
import type { DrillState } from '../domain/drill/drill-state.ts';
import type { Given } from '../domain/drill/known-at.ts';
import type { RestoreAccount } from '../domain/recovery/restore-account.ts';
import type { SandboxAddress } from '../domain/sandbox/address.ts';
import type { HookRun } from '../domain/sandbox/rds/tasks.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';

type Hooks = DrillState['hooks'];

/** Files that the credentials container leaves in the folder which both containers of a hook see. */
const hookFiles = { pgpass: `${hookFolder}/pgpass`, caBundle: `${hookFolder}/${caBundleFileName}` };

const ofInstance = ({ host, port, masterRole }: SandboxAddress) => ({
  PGHOST: host,
  PGPORT: String(port),
  PGUSER: masterRole,
  PGSSLMODE: 'verify-full',
  PGSSLROOTCERT: hookFiles.caBundle,
});

/** A server inside the restore task: who logs in is known there only. What leaves the hook's own task is encrypted. */
const throughTunnel = {
  PGHOST: hookLoopback.host,
  PGPORT: String(hookLoopback.port),
  PGSSLMODE: 'disable',
};

/**
 * The hooks of a database as far as they are known before the restore: where, how long, and how to reach the sandbox.
 * Passwords are not among it; the credentials container writes them into PGPASSFILE.
 */
export function plannedHooks(
  state: Given<'address'>,
  config: DatabaseConfig,
  ports: Pick<DrillPorts, 'hookTask'>,
): Hooks {
  const { address } = state.sandbox;
  const plan = (hook: HookConfig | null, name: 'migrate' | 'smokeTest'): HookRun | null => {
    const taskDefinition = hook === null ? null : (ports.hookTask?.(state.database, name) ?? null);
    if (hook === null || taskDefinition === null) return null;
    const ours = {
      [restoreTaskEnvironment.drillId]: state.drillId,
      ...(state.plan?.kind === 'task' ? throughTunnel : ofInstance(address)),
      PGPASSFILE: hookFiles.pgpass,
    };
    const environment = Object.entries({ ...hook.environment, ...ours }).map(([Name, Value]) => ({
      Name,
      Value,
    }));
    return { taskDefinition, environment, timeoutSeconds: hook.timeoutSeconds };
  };
  return {
    migrate: plan(config.hooks.migrate, 'migrate'),
    smokeTest: plan(config.hooks.smokeTest, 'smokeTest'),
  };
}

/** A planned hook that is told who logs in. */
export const loggingInAs = (run: HookRun, role: string): HookRun => withVariable(run, 'PGUSER', role);

function withVariable(run: HookRun, name: string, value: string): HookRun {
  const others = run.environment.filter(({ Name }) => Name !== name);
  return { ...run, environment: [...others, { Name: name, Value: value }] };
}

/** The planned hooks with the name of the database that was restored. Of a dump that broke off nothing is asked. */
export function readyHooks(planned: Hooks, config: DatabaseConfig, account: RestoreAccount): Hooks {
  const ready = (run: HookRun | null, hook: HookConfig | null): HookRun | null => {
    if (run === null || !account.complete) return null;
    const asked = hook?.database ?? null;
    const database =
      asked === null ? (account.databases[0]?.name ?? 'postgres') : sandboxName(account, asked);
    return withVariable(run, 'PGDATABASE', database);
  };
  return {
    migrate: ready(planned.migrate, config.hooks.migrate),
    smokeTest: ready(planned.smokeTest, config.hooks.smokeTest),
  };
}

/** What is configured but cannot run where this drill runs. */
export function hooksNotTested(config: DatabaseConfig, planned: Hooks): string[] {
  const left = (hook: HookConfig | null, run: HookRun | null, name: string) =>
    hook !== null && run === null ? [`the ${name}: containers of yours run in drills in AWS only`] : [];
  return [
    ...left(config.hooks.migrate, planned.migrate, 'migration hook'),
    ...left(config.hooks.smokeTest, planned.smokeTest, 'smoke test'),
  ];
}
