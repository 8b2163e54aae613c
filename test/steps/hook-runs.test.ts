import { expect, test } from 'vitest';
import type { DrillState } from '../../lib/domain/drill/drill-state.ts';
import { judgedHooks } from '../../lib/steps/hook-results.ts';
import { hooksNotTested, plannedHooks } from '../../lib/steps/hook-runs.ts';
import { aDrillState } from '../support/drill-states.ts';
import { inMemoryPorts } from '../support/in-memory-ports.ts';

const hook = {
  ...{ image: 'app:1', command: null, environment: { PGHOST: 'elsewhere', LEVEL: 'all' }, database: null },
  ...{ platform: null, timeoutSeconds: 60 },
};
const config = {
  ...inMemoryPorts().ports.configuration.database('shop'),
  hooks: { migrate: hook, smokeTest: null },
};
const hookTask = (database: string, name: string) => `${database}-${name}`;
const address = {
  sandboxId: 's',
  host: 'db.example.com',
  port: 5433,
  masterRole: 'drill_master',
  serverVersion: '17',
};

function planned(kind: 'task' | 'rds', ports = { hookTask }) {
  const state = { ...aDrillState(), database: 'shop', plan: { kind }, sandbox: { address } };
  return plannedHooks(state as never, config, ports);
}
const variablesOf = (run: { environment: { Name: string; Value: string }[] } | null) =>
  Object.fromEntries((run?.environment ?? []).map(({ Name, Value }) => [Name, Value]));

test('a hook reaches an instance itself, and verifies it', () => {
  expect(variablesOf(planned('rds').migrate)).toMatchObject({
    ...{ PGHOST: 'db.example.com', PGPORT: '5433', PGUSER: 'drill_master' },
    ...{ PGSSLMODE: 'verify-full', LEVEL: 'all' },
  });
});

test('a hook finds a server inside the restore task on its own loopback, unencrypted until it leaves its task', () => {
  const variables = variablesOf(planned('task').migrate);

  expect(variables).toMatchObject({
    ...{ PGHOST: '127.0.0.1', PGPORT: '5432', PGSSLMODE: 'disable' },
    ...{ PGPASSFILE: '/restore-drill/pgpass', LEVEL: 'all' },
  });
  expect(variables).not.toHaveProperty('PGUSER');
});

test('a hook of which no task is deployed is named as not tested', () => {
  const none = plannedHooks({ ...aDrillState(), sandbox: { address } } as never, config, { hookTask: null });

  expect(hooksNotTested(config, none)).toEqual([
    'the migration hook: containers of yours run in drills in AWS only',
  ]);
  expect(hooksNotTested(config, planned('task'))).toEqual([]);
});

test.each([
  ['passed', { Containers: [{ Name: 'hook', ExitCode: 0 }] }, []],
  ['failed', { Containers: [{ Name: 'hook', ExitCode: 1 }] }, ['HOOK_FAILED']],
  ['could not run', { Error: 'States.Timeout', Cause: '' }, ['HOOK_COULD_NOT_RUN']],
  ['could not run', { Error: 'ECS.AccessDeniedException', Cause: 'not you' }, ['HOOK_COULD_NOT_RUN']],
])(
  'a hook that ran beside a server inside the task %s by what its task came to: %j',
  (status, migrate, codes) => {
    const runs = planned('task');
    const restored = {
      hooks: { migrate: null, smokeTest: null },
      within: { serverVersion: '17.1', absentWalls: [], hooks: { runs, outcomes: { migrate } } },
    };
    const [judged, ...more] = judgedHooks({ ...aDrillState(), restored } as unknown as DrillState, 'now');

    expect(more).toEqual([]);
    expect(judged?.check.name).toBe('migration hook');
    expect(judged?.stored?.result.status).toBe(status);
    expect(judged?.stored?.result.findings.map(({ code }) => code)).toEqual(codes);
  },
);

test('a hook that was to run there and left nothing counts as not run', () => {
  const runs = planned('task');
  const within = { serverVersion: '17.1', absentWalls: [], hooks: { runs, outcomes: {} } };
  const restored = { hooks: { migrate: null, smokeTest: null }, within };

  const [judged] = judgedHooks({ ...aDrillState(), restored } as unknown as DrillState, 'now');

  expect(judged?.stored).toBeNull();
});
