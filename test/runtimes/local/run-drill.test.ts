import { describe, expect, test } from 'vitest';
import { DrillError } from '../../../lib/domain/findings/errors.ts';
import { finding } from '../../../lib/domain/findings/findings.ts';
import type { DrillPorts } from '../../../lib/ports/drill-ports.ts';
import { runLocalDrill, type StepWatcher } from '../../../lib/runtimes/local/run-drill.ts';
import { aHeader, anAccount, aPassedCheck, inMemoryPorts } from '../../support/in-memory-ports.ts';

const silent: StepWatcher = { began: () => {}, ended: () => {} };

function drill(ports: DrillPorts, input: unknown = {}, watcher: StepWatcher = silent) {
  return runLocalDrill({ drillId: 'drill-1', input, operator: 'ada', ports, watcher });
}

const codes = (record: { findings: { code: string }[] }) => record.findings.map((f) => f.code);

describe('a drill where everything goes well', () => {
  test('is PROVEN, leaves no sandbox and no lock, and seals one record', async () => {
    const { ports, witness } = inMemoryPorts();

    const record = await drill(ports);

    expect(record.verdict).toBe('PROVEN');
    expect(record.dump?.key).toBe('shop_20261118T020000Z.sql.gz');
    expect(record.provenDump).toBe('shop_20261118T020000Z.sql.gz');
    expect(record.tables).toEqual([
      { database: 'restored', schema: 'public', name: 't', rows: 3, expected: 3 },
    ]);
    expect(record.teardown).toEqual({ confirmed: true, detail: 'the sandbox is gone' });
    expect(record.phases.map((phase) => phase.name)).toEqual([
      'Select dump',
      'Plan sandbox',
      'Provision sandbox',
      'Restore dump into sandbox',
      'Run checks',
      'Tear down sandbox',
    ]);
    expect(record.rto.actualSeconds).toBeGreaterThan(0);
    expect(record.notTested).toContain('freshness');
    expect(witness.sandboxes.size).toBe(0);
    expect(witness.locks.size).toBe(0);
    expect(witness.records).toHaveLength(1);
  });

  test('runs the states in the order of the definition', async () => {
    const { ports } = inMemoryPorts();
    const steps: string[] = [];

    await drill(ports, {}, { began: (step) => void steps.push(step), ended: () => {} });

    expect(steps).toEqual([
      'normaliseRequest',
      'selectDump',
      'thawDump',
      'planSandbox',
      'provisionSandbox',
      'lookAtSandbox',
      'lookAtSandbox',
      'prepareRestore',
      'restoreDump',
      'planChecks',
      'runCheck',
      'judge',
      'tearDownSandbox',
      'confirmGone',
      'sealRecord',
    ]);
  });
});

describe('a failure injected into', () => {
  const fail = async (): Promise<never> => {
    throw new DrillError('SANDBOX_LOST', 'injected', { hint: 'none', fault: 'service' });
  };
  const happy = inMemoryPorts().ports;
  const injected: [string, Partial<DrillPorts>][] = [
    ['listing the source', { openStore: fail }],
    [
      'inspecting the dump',
      {
        inspector: {
          ...happy.inspector,
          inspect: async () => {
            throw new Error('defect');
          },
        },
      },
    ],
    ['restoring', { recoverers: { physical: null, logical: { restore: fail } } }],
    ['preparing checks', { checks: { ...happy.checks, prepare: fail } }],
    [
      'planning checks',
      {
        planChecks: () => {
          throw new Error('defect');
        },
      },
    ],
    ['running a check', { checks: { ...happy.checks, run: fail } }],
  ];

  test.each(injected)('%s is never PROVEN, and the sandbox is gone', async (_where, given) => {
    const { ports, witness } = inMemoryPorts(given);

    const record = await drill(ports);

    expect(record.verdict).toBe('COULD_NOT_VERIFY');
    expect(witness.sandboxes.size).toBe(0);
    expect(witness.locks.size).toBe(0);
    expect(record.findings.some((f) => f.severity === 'unverified')).toBe(true);
  });

  test('provisioning tears down although no sandbox was given back', async () => {
    const { ports, witness } = inMemoryPorts();
    const provision = ports.sandboxes.provision;
    ports.sandboxes.provision = async (plan) => {
      await provision(plan);
      return fail();
    };

    const record = await drill(ports);

    expect(record.verdict).toBe('COULD_NOT_VERIFY');
    expect(codes(record)).toContain('SANDBOX_LOST');
    expect(witness.removed).toEqual(['sandbox-drill-1']);
    expect(witness.sandboxes.size).toBe(0);
  });

  test('looking at the sandbox tears down', async () => {
    const { ports, witness } = inMemoryPorts();
    const look = ports.sandboxes.look;
    let failed = false;
    ports.sandboxes.look = async (id) => {
      if (failed) return look(id);
      failed = true;
      return fail();
    };

    expect((await drill(ports)).verdict).toBe('COULD_NOT_VERIFY');
    expect(witness.sandboxes.size).toBe(0);
  });

  test('tearing down keeps the verdict and says so', async () => {
    const { ports } = inMemoryPorts();
    ports.sandboxes.remove = fail;

    const record = await drill(ports);

    expect(record.verdict).toBe('PROVEN');
    expect(codes(record)).toContain('TEARDOWN_FAILED');
    expect(record.teardown.confirmed).toBe(false);
  });

  test('with an error of the server is told without the words of the server', async () => {
    const { ports } = inMemoryPorts();
    const error = Object.assign(new Error('relation "planted-value" does not exist'), {
      code: '42P01',
      severity: 'ERROR',
    });
    ports.sandboxes.provision = () => Promise.reject(error);

    const record = await drill(ports);

    expect(record.verdict).toBe('COULD_NOT_VERIFY');
    expect(JSON.stringify(record)).not.toContain('planted-value');
    expect(JSON.stringify(record)).toContain('42P01');
  });

  test('judging leaves a record that proves nothing', async () => {
    const { ports, witness } = inMemoryPorts();
    const { write } = ports.evidence;
    ports.evidence.write = async (entry, drillId, document) =>
      entry.file.startsWith('attempt-') ? fail() : write(entry, drillId, document);

    const record = await drill(ports);

    expect(record.verdict).toBe('COULD_NOT_VERIFY');
    expect(codes(record)).toContain('SANDBOX_LOST');
    expect(witness.sandboxes.size).toBe(0);
  });

  test('sealing is told, and the sandbox is gone all the same', async () => {
    const { ports, witness } = inMemoryPorts();
    ports.ledger.seal = fail;

    await expect(drill(ports)).rejects.toThrow('the drill ended without a record');
    expect(witness.sandboxes.size).toBe(0);
  });
});

describe('a sandbox that', () => {
  test('is broken ends the drill without a restore', async () => {
    const { ports, witness } = inMemoryPorts();
    ports.sandboxes.look = async (id) =>
      witness.sandboxes.has(id) ? { state: 'broken', reason: 'initdb failed' } : { state: 'gone' };

    const record = await drill(ports);

    expect(record.verdict).toBe('COULD_NOT_VERIFY');
    expect(record.findings[0]).toMatchObject({ code: 'SANDBOX_UNAVAILABLE' });
    expect(witness.restoredKeys).toEqual([]);
    expect(witness.sandboxes.size).toBe(0);
  });
});

describe('walking back', () => {
  test('finds the newest dump that restores, and stays NOT_PROVEN', async () => {
    const { ports, witness } = inMemoryPorts();
    ports.recoverers.logical.restore = async ({ dump }) => {
      witness.restoredKeys.push(dump.key);
      return dump.key.includes('16T')
        ? anAccount()
        : anAccount({ complete: false, findings: [finding('DUMP_TRUNCATED', 'cut')] });
    };

    const record = await drill(ports);

    expect(witness.restoredKeys.map((key) => key.slice(11, 13))).toEqual(['18', '17', '16']);
    expect(record.verdict).toBe('NOT_PROVEN');
    expect(record.provenDump).toBe('shop_20261116T020000Z.sql.gz');
    expect(record.attempts.map((attempt) => attempt.verdict)).toEqual(['NOT_PROVEN', 'NOT_PROVEN', 'PROVEN']);
    expect(record.findings.find((f) => f.code === 'OLDER_DUMP_PROVEN')?.message).toBe(
      'the older dump shop_20261116T020000Z.sql.gz restores, 2 d older',
    );
    expect(witness.sandboxes.size).toBe(0);
  });

  test('is not done for a dump that was asked for by name', async () => {
    const { ports, witness } = inMemoryPorts();
    ports.recoverers.logical.restore = async ({ dump }) => {
      witness.restoredKeys.push(dump.key);
      return anAccount({ complete: false, findings: [finding('DUMP_CORRUPT', 'flipped')] });
    };

    const record = await drill(ports, { dump: 'shop_20261117T020000Z.sql.gz' });

    expect(witness.restoredKeys).toEqual(['shop_20261117T020000Z.sql.gz']);
    expect(record.verdict).toBe('NOT_PROVEN');
  });

  test('goes past a dump that cannot even be opened', async () => {
    const { ports } = inMemoryPorts({
      inspector: {
        ...inMemoryPorts().ports.inspector,
        inspect: async (_store, { key }) => {
          if (key.includes('18T')) throw new DrillError('DUMP_ENCRYPTED', 'no key', { hint: 'give it' });
          return aHeader();
        },
      },
    });

    const record = await drill(ports);

    expect(record.attempts.map((attempt) => attempt.verdict)).toEqual(['COULD_NOT_VERIFY', 'PROVEN']);
    expect(record.verdict).toBe('COULD_NOT_VERIFY');
  });

  test('refuses an older dump that needs a newer server than the sandbox', async () => {
    const { ports } = inMemoryPorts({
      inspector: {
        ...inMemoryPorts().ports.inspector,
        inspect: async (_store, { key }) => aHeader({ majorVersion: key.includes('18T') ? 15 : 17 }),
      },
      recoverers: {
        physical: null,
        logical: {
          restore: async () => anAccount({ complete: false, findings: [finding('DUMP_TRUNCATED', 'cut')] }),
        },
      },
    });

    const record = await drill(ports);

    expect(record.attempts[1]?.findingCodes).toContain('SERVER_VERSION_UNSUPPORTED');
  });
});

describe('what did not run', () => {
  test('never counts as passed: a check without a result', async () => {
    const { ports } = inMemoryPorts();
    const { find } = ports.evidence;
    ports.evidence.find = async (entry, drillId) =>
      entry.file.startsWith('check-') ? null : find(entry, drillId);

    expect((await drill(ports)).verdict).toBe('COULD_NOT_VERIFY');
  });

  test('never counts as passed: a digest that was not computed although there is one to compare with', async () => {
    const { ports } = inMemoryPorts({
      recoverers: { physical: null, logical: { restore: async () => anAccount({ sha256: null }) } },
    });
    const openStore = ports.openStore;
    ports.openStore = async (source) => {
      const opened = await openStore(source);
      const { list } = opened.store;
      opened.store.list = async function* () {
        for await (const object of list.call(opened.store)) {
          yield object;
          yield { ...object, key: `${object.key}.sha256`, sizeBytes: 64 };
        }
      };
      return opened;
    };
    ports.objects.text = async () => 'ab'.repeat(32);

    const record = await drill(ports);

    expect(record.verdict).toBe('COULD_NOT_VERIFY');
    expect(codes(record)).toContain('CHECK_COULD_NOT_RUN');
  });

  test('never counts as passed: no check at all', async () => {
    const { ports } = inMemoryPorts({ planChecks: () => ({ planned: [], notTested: [] }) });
    expect((await drill(ports)).verdict).toBe('COULD_NOT_VERIFY');
  });

  test('a restore that did not reach the end is not checked', async () => {
    const { ports } = inMemoryPorts({
      recoverers: { physical: null, logical: { restore: async () => anAccount({ complete: false }) } },
    });

    const record = await drill(ports);

    expect(record.verdict).toBe('COULD_NOT_VERIFY');
    expect(record.checks).toEqual([]);
  });
});

describe('a refused request', () => {
  test('gets its record, and makes nothing', async () => {
    const { ports, witness } = inMemoryPorts();

    const record = await drill(ports, { database: 'prod' });

    expect(record.verdict).toBe('COULD_NOT_VERIFY');
    expect(codes(record)).toEqual(['REQUEST_INVALID']);
    expect(witness.removed).toEqual([]);
    expect(witness.locks.size).toBe(0);
  });

  test.each([['a string'], [[]], [7], [true]])('may be any JSON: %j', async (input) => {
    const { ports, witness } = inMemoryPorts();
    const record = await drill(ports, input);
    expect(['PROVEN', 'COULD_NOT_VERIFY']).toContain(record.verdict);
    expect(witness.records).toHaveLength(1);
  });

  test("a second drill of the same database is refused and does not free the first one's lock", async () => {
    const { ports, witness } = inMemoryPorts();
    witness.locks.set('shop', 'drill-0');

    const record = await drill(ports);

    expect(codes(record)).toEqual(['DRILL_ALREADY_RUNNING']);
    expect(witness.locks.get('shop')).toBe('drill-0');
  });

  test('a drill that died without a record gets one from the next drill of its database', async () => {
    const { ports, witness } = inMemoryPorts();
    const lock = ports.ledger.lock;
    ports.ledger.lock = async (wanted) => ({
      ...(await lock(wanted)),
      abandoned: { drillId: 'drill-0', takenAt: '2026-11-17T03:00:00.000Z' },
    });

    const record = await drill(ports);

    expect(record.verdict).toBe('PROVEN');
    expect(witness.records.map(({ drillId, verdict }) => [drillId, verdict])).toEqual([
      ['drill-0', 'COULD_NOT_VERIFY'],
      ['drill-1', 'PROVEN'],
    ]);
    expect(codes(witness.records[0]!)).toEqual(['INTERRUPTED']);
  });

  test('a broken configuration becomes one finding per mistake', async () => {
    const { ports } = inMemoryPorts({
      configuration: {
        databases: () => {
          throw new DrillError('CONFIG_INVALID', 'drills.yaml:1:1 a\ndrills.yaml:2:1 b', {
            hint: 'correct them',
          });
        },
        database: () => {
          throw new Error('not asked');
        },
      },
    });

    expect((await drill(ports)).findings.map((f) => f.message)).toEqual([
      'drills.yaml:1:1 a',
      'drills.yaml:2:1 b',
    ]);
  });
});

describe('an interrupted drill', () => {
  test('leaves no sandbox and a record that says so', async () => {
    const controller = new AbortController();
    const { ports, witness } = inMemoryPorts({ signal: controller.signal });
    ports.recoverers.logical.restore = ({ signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () =>
          reject(new DrillError('INTERRUPTED', 'aborted', { hint: 'again' })),
        );
        controller.abort();
      });

    const record = await drill(ports);

    expect(record.verdict).toBe('COULD_NOT_VERIFY');
    expect(codes(record)).toContain('INTERRUPTED');
    expect(witness.sandboxes.size).toBe(0);
    expect(witness.locks.size).toBe(0);
  });

  test('names the dump that was being restored', async () => {
    const controller = new AbortController();
    const { ports } = inMemoryPorts({ signal: controller.signal });
    ports.recoverers.logical.restore = ({ signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new DrillError('INTERRUPTED', 'aborted')));
        controller.abort();
      });

    const { dump, attempts, notTested } = await drill(ports);

    expect(dump?.key).toBe('shop_20261118T020000Z.sql.gz');
    expect(attempts).toEqual([
      { key: 'shop_20261118T020000Z.sql.gz', verdict: 'COULD_NOT_VERIFY', findingCodes: ['INTERRUPTED'] },
    ]);
    expect(notTested[0]).toBe('everything: the drill was interrupted before anything was judged');
  });

  test('keeps no timer, even when what it interrupted goes on for ever', async () => {
    const controller = new AbortController();
    const { ports } = inMemoryPorts({ signal: controller.signal });
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    ports.recoverers.logical.restore = () => {
      setImmediate(() => controller.abort());
      return new Promise(() => {});
    };

    await drill(ports);

    expect(timers()).toBeLessThanOrEqual(before);
  });

  test('after its checks passed is not PROVEN either', async () => {
    const controller = new AbortController();
    const { ports } = inMemoryPorts({ signal: controller.signal });
    ports.checks.run = async (check) => {
      controller.abort();
      return aPassedCheck(check);
    };

    expect((await drill(ports)).verdict).toBe('COULD_NOT_VERIFY');
  });
});
