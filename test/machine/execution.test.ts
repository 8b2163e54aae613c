import { describe, expect, test } from 'vitest';
import { planChecks } from '../../lib/domain/checks/registry.ts';
import { defaultDatabaseConfig } from '../../lib/domain/config/index.ts';
import { DrillError } from '../../lib/domain/findings/errors.ts';
import { anAccount, aPassedCheck, inMemoryPorts } from '../support/in-memory-ports.ts';
import { inMemoryRestore } from '../support/in-memory-restore.ts';
import { aSuccessfulTask, execute, type Handler, handlers } from './support/execution.ts';

const restoreRequest = { mode: 'restore', database: 'shop', confirm: 'shop' };
const hook = (name: string) => ({
  image: 'example/app:1',
  command: null,
  environment: { HOOK: name },
  database: null,
  platform: null,
  timeoutSeconds: 600,
});

/** A world in which every state of the machine is passed: hooks, a long check, and a person who approves. */
function everything() {
  return inMemoryRestore(
    {
      planChecks: () => ({
        planned: ['short', 'long'].map((name) => ({
          ...{ id: name, kind: 'sql', name, database: 'restored', params: {} },
          statementTimeoutSeconds: name === 'long' ? 3600 : 60,
        })),
        notTested: [],
      }),
    },
    (config) => ({
      ...config,
      roles: { passwords: [{ role: 'app', ssmParameter: '/shop/app' }], checkLogin: false },
      hooks: { migrate: hook('migrate'), smokeTest: hook('smokeTest') },
    }),
  );
}

const fail = async (): Promise<never> => {
  throw new DrillError('SANDBOX_LOST', 'injected', { hint: 'none', fault: 'service' });
};

const hookFacts = (name: string) => ({
  expected: 'exit code 0',
  actual: 'exit code 0',
  scope: `restored: the container of the ${name}`,
});

describe('an execution', () => {
  test('of a drill that proves succeeds, and passes hooks and both lanes of checks', async () => {
    const { ports, witness } = everything();

    const { end, ran } = await execute(ports, {});

    expect(end).toBe('succeeded');
    const restored = ran.indexOf('restoreDump');
    expect(ran.slice(restored, ran.indexOf('judge') + 1)).toEqual([
      'restoreDump',
      'migrate',
      'planChecks',
      'runLongChecks',
      'runCheck',
      'smokeTest',
      'judge',
    ]);
    expect(witness.records[0]?.checks).toEqual([
      { id: 'short', name: 'short', kind: 'sql', status: 'passed', durationMs: 5 },
      { id: 'long', name: 'long', kind: 'sql', status: 'passed', durationMs: 5 },
      {
        id: 'hook: migration hook',
        name: 'migration hook',
        kind: 'hook',
        status: 'passed',
        durationMs: 4000,
        ...hookFacts('migration hook'),
      },
      {
        ...{ id: 'hook: smoke test', name: 'smoke test', kind: 'hook', status: 'passed', durationMs: 4000 },
        ...hookFacts('smoke test'),
      },
    ]);
    expect(witness.sandboxes.size).toBe(0);
  });

  test('of a restore that is handed over succeeds, and passes every handler but the way back', async () => {
    const { ports } = everything();

    const { end, ran } = await execute(ports, restoreRequest);

    expect(end).toBe('succeeded');
    expect(handlers.filter((name) => !ran.includes(name))).toEqual([
      'restoreOnVolume',
      'tryOlderDump',
      'tearDownSandbox',
      'confirmGone',
    ]);
  });

  test.each<[string, Parameters<typeof execute>[2], string]>([
    ['declined', { answer: async () => ({ decision: 'declined', by: 'x' }) }, 'RESTORE_DECLINED'],
    [
      'answered by nobody',
      { answer: async () => Promise.reject(Object.assign(new Error(''), { name: 'States.Timeout' })) },
      'RESTORE_DECLINED',
    ],
    ['answered with nothing', { answer: async () => ({}) }, 'NOT_HANDED_OVER'],
    ['promoted in part', { promote: fail }, 'PROMOTION_FAILED'],
    ['not prepared for its hand-over', { prepareHandOver: fail }, 'PROMOTION_FAILED'],
    ['not handed over in the end', { handOver: fail }, 'PROMOTION_FAILED'],
  ])('of a restore that is %s fails with its own name', async (_what, instead, error) => {
    const { ports } = everything();
    expect((await execute(ports, restoreRequest, instead)).end).toBe(error);
  });
});

describe('a failure injected into', () => {
  const afterApproval: Handler[] = ['prepareHandOver', 'promote', 'lookAtPromotion', 'handOver'];
  const inDrill = handlers.filter(
    (name) =>
      !afterApproval.includes(name) &&
      !['askApproval', 'answer', 'tryOlderDump', 'restoreOnVolume'].includes(name),
  );

  test.each(inDrill)('%s of a drill never ends in success, and leaves no sandbox', async (name) => {
    const { ports, witness } = everything();

    const { end } = await execute(ports, {}, { [name]: fail });

    // That the teardown failed is told in the record and by its alarm; it changes no verdict.
    const ofTeardown = name === 'tearDownSandbox' || name === 'confirmGone';
    expect(end === 'succeeded').toBe(ofTeardown);
    if (name !== 'tearDownSandbox') expect(witness.sandboxes.size).toBe(0);
    if (ofTeardown) expect(witness.records[0]?.findings.map((f) => f.code)).toContain('TEARDOWN_FAILED');
  });

  const passed = handlers.filter(
    (name) => !['tryOlderDump', 'tearDownSandbox', 'confirmGone', 'restoreOnVolume'].includes(name),
  );
  test.each(passed)('%s of a real restore either tears down or keeps, never both', async (name) => {
    const { ports, witness } = everything();

    const { end } = await execute(ports, restoreRequest, { [name]: fail });

    const kept = afterApproval.includes(name) || name === 'sealRecord';
    expect(end).not.toBe('succeeded');
    expect(witness.sandboxes.size).toBe(kept ? 1 : 0);
    expect(witness.removed.length > 0).toBe(!kept && witness.planned.length > 0 && name !== 'planSandbox');
    if (kept && name !== 'sealRecord') expect(witness.records[0]?.handOver?.complete).toBe(false);
  });

  test('the way back to an older dump still tears down', async () => {
    const { ports, witness } = everything();
    ports.recoverers.logical.restore = async () =>
      anAccount({
        complete: false,
        findings: [{ code: 'DUMP_TRUNCATED', severity: 'error', message: 'cut', hint: '' }],
      });

    const { end, ran } = await execute(ports, {}, { tryOlderDump: fail });

    expect(ran).toContain('tryOlderDump');
    expect(end).not.toBe('succeeded');
    expect(witness.sandboxes.size).toBe(0);
  });
});

describe('a hook', () => {
  const described = (containers: object[], more: object = {}) =>
    JSON.stringify({ StoppedReason: 'it stopped', Containers: containers, ...more });
  const failed =
    (Cause: string, Error_ = 'States.TaskFailed') =>
    async () =>
      Promise.reject(Object.assign(new Error(Cause), { name: Error_ }));

  test.each<[string, () => Promise<unknown>, string, string, string]>([
    [
      'that exits with 3 failed',
      failed(described([{ Name: 'hook', ExitCode: 3 }], { StopCode: 'EssentialContainerExited' })),
      'failed',
      'HOOK_FAILED',
      'exit code 3',
    ],
    [
      'whose image cannot be pulled could not run',
      failed(
        described([{ Name: 'hook', Reason: 'CannotPullContainerError' }], { StopCode: 'TaskFailedToStart' }),
      ),
      'could not run',
      'HOOK_COULD_NOT_RUN',
      'CannotPullContainerError',
    ],
    [
      'that ECS refuses could not run',
      failed(JSON.stringify({ Failures: [{ Reason: 'RESOURCE:CPU' }], Tasks: [] }), 'AmazonECS.Unknown'),
      'could not run',
      'HOOK_COULD_NOT_RUN',
      'RESOURCE:CPU',
    ],
    [
      'that takes too long could not run',
      failed('', 'States.Timeout'),
      'could not run',
      'HOOK_COULD_NOT_RUN',
      'did not end within 10 min',
    ],
    [
      'that ends without an exit code could not run',
      async () => ({ ...aSuccessfulTask, Containers: [{ Name: 'hook' }] }),
      'could not run',
      'HOOK_COULD_NOT_RUN',
      'without telling how',
    ],
    ['of which nothing is told could not run', async () => ({}), 'could not run', 'HOOK_COULD_NOT_RUN', ''],
  ])('%s, and the drill is not proven', async (_what, migrate, status, code, message) => {
    const { ports, witness } = everything();

    const { end } = await execute(ports, {}, { migrate });

    const [record] = witness.records;
    expect(end).toBe(status === 'failed' ? 'NOT_PROVEN' : 'COULD_NOT_VERIFY');
    expect(record?.checks.find(({ name }) => name === 'migration hook')?.status).toBe(status);
    expect(record?.findings.find((f) => f.code === code)?.message).toContain(message);
  });

  test('gets the names of the sandbox and of its database, and no secret', async () => {
    const { ports } = everything();
    let environment: unknown;

    await execute(
      ports,
      {},
      {
        migrate: async (given) => {
          environment = given;
          return aSuccessfulTask;
        },
      },
    );

    expect(environment).toEqual({
      HOOK: 'migrate',
      DRILL_ID: 'drill-1',
      PGHOST: 'sandbox-drill-1.example.eu-west-1.rds.amazonaws.com',
      PGPORT: '5432',
      PGUSER: 'drill_master',
      PGDATABASE: 'restored',
      PGSSLMODE: 'verify-full',
      PGSSLROOTCERT: '/restore-drill/rds-global-bundle.pem',
      PGPASSFILE: '/restore-drill/pgpass',
    });
  });

  test('is not run on a dump that broke off', async () => {
    const { ports } = everything();
    ports.recoverers.logical.restore = async () => anAccount({ complete: false });

    expect((await execute(ports, {})).ran).not.toContain('migrate');
  });

  test('that cannot run here is said under "not tested"', async () => {
    const { ports, witness } = inMemoryPorts();
    const config = defaultDatabaseConfig(ports.configuration.database('shop').source);
    ports.configuration.database = () => ({
      ...config,
      hooks: { migrate: hook('migrate'), smokeTest: null },
    });

    expect((await execute(ports, {})).end).toBe('succeeded');
    expect(witness.records[0]?.notTested.join('\n')).toContain('the migration hook: containers of yours');
  });
});

describe('a restore task', () => {
  const silent = async () =>
    Promise.reject(Object.assign(new Error(''), { name: 'States.HeartbeatTimeout' }));

  test.each([
    [
      { started: false, reason: 'CannotPullContainerError: no route' },
      'RESTORE_TASK_NOT_STARTED',
      'no route',
    ],
    [{ started: true, reason: 'OutOfMemoryError: exit code 137' }, 'RESTORE_TASK_LOST', 'exit code 137'],
    [null, 'RESTORE_TASK_LOST', 'no heartbeat'],
  ])('that fell silent is diagnosed: %j', async (diagnosis, code, message) => {
    const { ports, witness } = everything();
    ports.restoreTasks!.diagnose = async () => diagnosis;

    const { end } = await execute(ports, {}, { restoreDump: silent });

    expect(end).toBe('COULD_NOT_VERIFY');
    expect(witness.records[0]?.findings.find((f) => f.code === code)?.message).toContain(message);
    expect(witness.stopped).toEqual(['drill-1']);
    expect(witness.sandboxes.size).toBe(0);
  });

  test('that cannot even be asked about is lost all the same', async () => {
    const { ports, witness } = everything();
    ports.restoreTasks!.diagnose = fail;

    await execute(ports, {}, { restoreDump: silent });

    expect(witness.records[0]?.findings.map((f) => f.code)).toContain('RESTORE_TASK_LOST');
  });

  test('that dies in the long checks leaves them as not run, and the short ones run', async () => {
    const { ports, witness } = everything();

    const { end, ran } = await execute(ports, {}, { runLongChecks: silent });

    expect(end).toBe('COULD_NOT_VERIFY');
    expect(ran).toContain('runCheck');
    expect(witness.records[0]?.checks.slice(0, 2).map(({ status }) => status)).toEqual([
      'passed',
      'could not run',
    ]);
  });

  test('that cannot be stopped does not keep the sandbox alive', async () => {
    const { ports, witness } = everything();
    ports.restoreTasks!.stop = fail;

    expect((await execute(ports, {})).end).toBe('succeeded');
    expect(witness.sandboxes.size).toBe(0);
    expect(witness.records[0]?.findings.map((f) => f.code)).toContain('TEARDOWN_FAILED');
  });
});

describe('a sandbox without capacity', () => {
  const places = (count: number) => ({
    engineVersion: '15.17',
    placements: Array.from({ length: count }, (_unused, index) => ({
      instanceClass: 'db.m7g.large',
      availabilityZone: `eu-west-1${'abc'[index]}`,
    })),
    storageGib: 400,
    parameterGroup: 'import-15',
    production: null,
    estimatedCostUsd: 0.2,
  });

  function scarce(count: number, when: 'asked' | 'looked at', full: number) {
    const world = everything();
    const { sandboxes } = world.ports;
    const { provision, look } = sandboxes;
    const tried: number[] = [];
    sandboxes.preflight = async (demand) => ({
      possible: true,
      plan: { kind: 'rds', ...demand, rds: places(count) },
      findings: [],
    });
    sandboxes.provision = async (plan, placement = 0) => {
      tried.push(placement);
      if (when === 'asked' && placement < full)
        throw new DrillError('SANDBOX_NO_CAPACITY', 'none there', { hint: 'elsewhere' });
      return provision(plan);
    };
    sandboxes.look = async (id) =>
      when === 'looked at' && world.witness.sandboxes.has(id) && (tried.at(-1) ?? 0) < full
        ? { state: 'no capacity', reason: 'none there' }
        : look(id);
    return { ...world, tried };
  }

  test.each(['asked', 'looked at'] as const)(
    'is asked for elsewhere, when it is told as it is %s',
    async (when) => {
      const { ports, tried, witness } = scarce(3, when, 2);

      expect((await execute(ports, {})).end).toBe('succeeded');
      expect(tried).toEqual([0, 1, 2]);
      expect(witness.records[0]?.findings.map((f) => f.code)).not.toContain('SANDBOX_NO_CAPACITY');
      expect(witness.sandboxes.size).toBe(0);
    },
  );

  test.each(['asked', 'looked at'] as const)(
    'anywhere ends the drill, when it is told as it is %s',
    async (when) => {
      const { ports, tried, witness } = scarce(2, when, 9);

      expect((await execute(ports, {})).end).toBe('COULD_NOT_VERIFY');
      expect(tried).toEqual([0, 1]);
      expect(witness.records[0]?.findings.map((f) => f.code)).toContain('SANDBOX_NO_CAPACITY');
      expect(witness.sandboxes.size).toBe(0);
    },
  );

  test('an impossible plan makes nothing and says why', async () => {
    const { ports, witness, tried } = scarce(1, 'asked', 0);
    ports.sandboxes.preflight = async () => ({
      possible: false,
      findings: [{ code: 'COST_CAP_EXCEEDED', severity: 'unverified', message: '9 USD', hint: '' }],
    });

    expect((await execute(ports, restoreRequest)).end).toBe('COULD_NOT_VERIFY');
    expect(tried).toEqual([]);
    expect(witness.removed).toEqual([]);
    expect(witness.planned).toEqual([]);
    expect(witness.records[0]?.findings.map((f) => f.code)).toContain('COST_CAP_EXCEEDED');
  });
});

describe('what travels through the machine', () => {
  test('stays below 256 KiB at every state with 5,000 tables and 30 older dumps', async () => {
    const tables = Array.from({ length: 5000 }, (_unused, index) => ({
      database: 'restored',
      schema: 'a_schema_with_quite_a_long_name',
      name: `a_table_whose_name_is_nearly_as_long_as_postgresql_allows_${index}`,
      rowsInDump: 3,
      rowsLoaded: 3,
      bytes: 30,
      seconds: 0,
    }));
    const { ports } = everything();
    const { openStore } = ports;
    ports.openStore = async (source) => {
      const opened = await openStore(source);
      opened.store.list = async function* () {
        for (let day = 1; day <= 30; day++) {
          const stamp = `202610${String(day).padStart(2, '0')}`;
          yield {
            key: `shop_${stamp}T020000Z.sql.gz`,
            sizeBytes: 1000,
            modifiedAt: '2026-10-30T02:05:00.000Z',
          };
        }
      };
      opened.store.stat = async (key) => ({ key, sizeBytes: 1000, modifiedAt: '2026-10-30T02:05:00.000Z' });
      return opened;
    };
    const database = ports.configuration.database;
    ports.configuration.database = (name) => ({ ...database(name), walkBack: { maxDumps: 30 } });
    ports.recoverers.logical.restore = async () => anAccount({ tables });
    ports.planChecks = (context) => ({ planned: planChecks(context), notTested: [] });
    ports.checks.run = async (check) => aPassedCheck(check);

    const { end, payloads } = await execute(ports, restoreRequest);

    expect(end).toBe('succeeded');
    expect(Math.max(...payloads.map((text) => Buffer.byteLength(text)))).toBeLessThan(256 * 1024);
  });

  test('does not grow with what the checks of a cluster of many databases come to', async () => {
    const { ports } = everything();
    ports.planChecks = () => ({
      planned: Array.from({ length: 60 }, (_unused, index) => ({
        ...{ id: `${index}`, kind: 'sql', name: `check ${index}`, database: 'restored', params: {} },
        statementTimeoutSeconds: 60,
      })),
      notTested: [],
    });

    const { end, payloads } = await execute(ports, {});

    expect(end).toBe('succeeded');
    expect(payloads.filter((text) => text.includes('"checkOutcomes"'))).toEqual([]);
  });

  test('never holds a password, and the token only where it is needed', async () => {
    const { ports } = everything();
    const set: string[] = [];
    ports.rolePasswords!.setter.set = async (_address, passwords) => {
      set.push(...passwords.map(({ password }) => password));
      return [];
    };

    const { payloads } = await execute(ports, restoreRequest);

    expect(set).toEqual(['value of /shop/app']);
    expect(payloads.filter((text) => text.includes('value of '))).toEqual([]);
    expect(payloads.filter((text) => /"taskToken"|TASK_TOKEN/.test(text))).toHaveLength(3);
  });

  test('keeps container overrides below the 8,192 characters that ECS takes', async () => {
    const { ports } = everything();
    const { payloads } = await execute(ports, {});
    const environments = payloads.filter((text) => 'DRILL_ID' in (JSON.parse(text || '{}') ?? {}));
    expect(environments).toHaveLength(4);
    // The largest that drills.yaml admits comes on top for hooks: 6,000 characters.
    expect(Math.max(...environments.map((text) => text.length))).toBeLessThan(1000);
  });
});

describe('a Lambda that Lambda itself could not start', () => {
  const refusing = (name: string, times: number) => {
    let asked = 0;
    return async (): Promise<never> => {
      asked += 1;
      // The real step cannot be reached from here: that it is asked again and again is what is looked at.
      if (asked <= times) throw Object.assign(new Error('not yet'), { name });
      throw new DrillError('SANDBOX_LOST', `asked ${asked} times`, { hint: 'none' });
    };
  };

  test.each(['ResourceNotReadyException', 'ResourceConflictException', 'ENINotReadyException'])(
    'is asked again ten times: Lambda.%s',
    async (name) => {
      const { ports, witness } = everything();

      const { ran } = await execute(ports, {}, { planSandbox: refusing(`Lambda.${name}`, 10) });

      expect(ran.filter((step) => step === 'planSandbox')).toHaveLength(11);
      expect(witness.records.at(-1)?.findings.map(({ message }) => message)).toContain('asked 11 times');
    },
  );

  test('keeps an approved database all the same when it never wakes up', async () => {
    const { ports, witness } = everything();
    const asleep = refusing('Lambda.ResourceNotReadyException', 99);

    const { end, ran } = await execute(ports, restoreRequest, { prepareHandOver: asleep });

    expect(ran.filter((step) => step === 'prepareHandOver')).toHaveLength(11);
    expect(end).toBe('PROMOTION_FAILED');
    expect(witness.promoted).toHaveLength(1);
    expect(witness.removed).toEqual([]);
    expect(witness.records[0]?.handOver?.remaining.join(' ')).toContain('it was not prepared');
  });
});
