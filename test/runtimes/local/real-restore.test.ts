import { describe, expect, test } from 'vitest';
import { DrillError } from '../../../lib/domain/findings/errors.ts';
import { finding } from '../../../lib/domain/findings/findings.ts';
import type { DrillPorts } from '../../../lib/ports/drill-ports.ts';
import { runLocalDrill } from '../../../lib/runtimes/local/run-drill.ts';
import { anAccount, inMemoryPorts } from '../../support/in-memory-ports.ts';
import { inMemoryRestore } from '../../support/in-memory-restore.ts';
import { aRecord } from '../../support/records.ts';

const request = { mode: 'restore', database: 'shop', confirm: 'shop' };
const approve = async () => ({ decision: 'approved', by: 'arn:aws:iam::123456789012:role/on-call' });

const named = (name: string, message = 'injected') => Object.assign(new Error(message), { name });

async function restore(
  ports: DrillPorts,
  answer: (taskToken: string) => Promise<unknown> = approve,
  input: unknown = request,
) {
  const steps: string[] = [];
  const record = await runLocalDrill({
    drillId: 'restore-1',
    input,
    operator: 'ada',
    ports,
    watcher: { began: (step) => void steps.push(step), ended: () => {} },
    outside: { answer, hook: async () => Promise.reject(new Error('no hook here')) },
  });
  return { record, steps };
}

const codes = (record: { findings: { code: string }[] }) => record.findings.map((f) => f.code);

describe('a real restore that is approved', () => {
  test('is announced, checked, promoted and handed over, and nothing is torn down', async () => {
    const { ports, witness } = inMemoryRestore();

    const { record, steps } = await restore(ports);

    expect(record.verdict).toBe('PROVEN');
    expect(record.mode).toBe('restore');
    expect(record.handOver).toMatchObject({
      sandboxId: 'sandbox-restore-1',
      endpoint: 'sandbox-restore-1.example.eu-west-1.rds.amazonaws.com',
      masterRole: 'drill_master',
      secretArn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!db-1',
      complete: true,
    });
    expect(witness.promoted).toEqual(['sandbox-restore-1']);
    expect(witness.undone).toBe(1);
    expect(witness.removed).toEqual([]);
    expect(witness.sandboxes.size).toBe(1);
    expect(witness.locks.size).toBe(0);
    expect(witness.planned.map(({ stage }) => stage)).toEqual(['sandbox planned']);
    expect(steps.slice(steps.indexOf('judge'))).toEqual([
      'judge',
      'askApproval',
      'prepareHandOver',
      'promote',
      'lookAtPromotion',
      'lookAtPromotion',
      'handOver',
      'sealRecord',
    ]);
  });

  test('holds a lease as long as the machine may run, and asks for as long as drills.yaml says', async () => {
    const { ports, witness } = inMemoryRestore({}, (config) => ({
      ...config,
      production: { ...config.production, approvalTimeoutSeconds: 3600 },
    }));

    const { record } = await restore(ports);

    const lease = Date.parse(witness.planned[0]?.plan?.leaseExpiresAt ?? '');
    expect((lease - Date.parse(record.startedAt)) / 3600_000).toBeCloseTo(72, 1);
    const asked = Date.parse(witness.asked[0]?.expiresAt ?? '');
    expect((asked - Date.parse(record.startedAt)) / 60_000).toBeCloseTo(60, 0);
  });

  test('asks nobody when drills.yaml waives it', async () => {
    const { ports, witness } = inMemoryRestore({}, (config) => ({
      ...config,
      production: { ...config.production, approval: 'waived' },
    }));

    const { record } = await restore(ports, async () => Promise.reject(new Error('asked')));

    expect(witness.asked).toEqual([]);
    expect(record.handOver?.complete).toBe(true);
  });

  test('is kept although it came too late: that is no reason to throw it away', async () => {
    const { ports } = inMemoryRestore({}, (config) => ({
      ...config,
      objectives: { rtoSeconds: 0.001, rpoSeconds: null },
    }));

    const { record } = await restore(ports);

    expect(record.verdict).toBe('NOT_PROVEN');
    expect(codes(record)).toContain('RTO_MISSED');
    expect(record.handOver?.complete).toBe(true);
  });
});

describe('which dump a real restore takes:', () => {
  const provenOn = (day: string) =>
    aRecord({
      verdict: 'PROVEN',
      provenDump: `shop_202611${day}T020000Z.sql.gz`,
      dump: { ...aRecord().dump!, key: `shop_202611${day}T020000Z.sql.gz`, bytes: 1000 },
    });

  test('the newest proven one, saying that a newer one exists', async () => {
    const { ports, witness } = inMemoryRestore();
    ports.ledger.lastProven = async () => provenOn('17');

    const { record } = await restore(ports);

    expect(witness.restoredKeys).toEqual(['shop_20261117T020000Z.sql.gz']);
    expect(codes(record)).toContain('NEWER_DUMP_UNPROVEN');
    expect(record.handOver?.complete).toBe(true);
  });

  test('the newest when it is the proven one, and nothing is said', async () => {
    const { ports, witness } = inMemoryRestore();
    ports.ledger.lastProven = async () => provenOn('18');

    const { record } = await restore(ports);

    expect(witness.restoredKeys).toEqual(['shop_20261118T020000Z.sql.gz']);
    expect(codes(record)).not.toContain('NEWER_DUMP_UNPROVEN');
  });

  test('an earlier proven one when the last proven dump is gone', async () => {
    const { ports, witness } = inMemoryRestore();
    ports.ledger.lastProven = async () => provenOn('20');
    ports.ledger.history = async () => [provenOn('20'), provenOn('16')];

    await restore(ports);

    expect(witness.restoredKeys).toEqual(['shop_20261116T020000Z.sql.gz']);
  });

  test('not one that was overwritten since it was proven', async () => {
    const { ports, witness } = inMemoryRestore();
    const proven = provenOn('17');
    ports.ledger.lastProven = async () => ({ ...proven, dump: { ...proven.dump!, bytes: 999 } });

    const { record } = await restore(ports);

    expect(witness.restoredKeys).toEqual(['shop_20261118T020000Z.sql.gz']);
    expect(codes(record)).toContain('NEVER_PROVEN');
  });

  test('the newest when none was ever proven, saying so', async () => {
    const { ports, witness } = inMemoryRestore();

    const { record } = await restore(ports);

    expect(witness.restoredKeys).toEqual(['shop_20261118T020000Z.sql.gz']);
    expect(codes(record)).toContain('NEVER_PROVEN');
  });

  test('the one that was asked for, proven or not', async () => {
    const { ports, witness } = inMemoryRestore();
    ports.ledger.lastProven = async () => provenOn('18');

    await restore(ports, approve, { ...request, dump: 'shop_20261116T020000Z.sql.gz' });

    expect(witness.restoredKeys).toEqual(['shop_20261116T020000Z.sql.gz']);
  });

  test('an older one when the first does not restore, and a person decides', async () => {
    const { ports, witness } = inMemoryRestore();
    ports.recoverers.logical.restore = async ({ dump }) => {
      witness.restoredKeys.push(dump.key);
      return dump.key.includes('18T')
        ? anAccount({ complete: false, findings: [finding('DUMP_TRUNCATED', 'cut')] })
        : anAccount();
    };

    const { record } = await restore(ports);

    expect(witness.restoredKeys).toHaveLength(2);
    expect(record.provenDump).toBe('shop_20261117T020000Z.sql.gz');
    expect(record.verdict).toBe('NOT_PROVEN');
    expect(record.handOver?.complete).toBe(true);
  });
});

describe('a real restore that is not kept is torn down like a drill:', () => {
  test('declined', async () => {
    const { ports, witness } = inMemoryRestore();

    const { record } = await restore(ports, async () => ({ decision: 'declined', by: 'grace' }));

    expect(record.findings).toContainEqual(
      expect.objectContaining({
        code: 'RESTORE_DECLINED',
        message: 'the restored database was not kept: declined by grace',
      }),
    );
    expect(record.handOver).toBeUndefined();
    expect(witness.promoted).toEqual([]);
    expect(witness.sandboxes.size).toBe(0);
    expect(record.teardown.confirmed).toBe(true);
  });

  test('nobody answered in time', async () => {
    const { ports, witness } = inMemoryRestore();

    const { record } = await restore(ports, async () => Promise.reject(named('States.Timeout')));

    expect(record.findings.find((f) => f.code === 'RESTORE_DECLINED')?.message).toContain('nobody in time');
    expect(witness.promoted).toEqual([]);
    expect(witness.sandboxes.size).toBe(0);
  });

  test.each([
    ['an answer that says nothing', async () => ({})],
    ['an answer that is neither', async () => ({ decision: 'maybe', by: 'x' })],
    ['an answer that failed', async () => Promise.reject(named('Odd'))],
  ])('%s', async (_what, answer) => {
    const { ports, witness } = inMemoryRestore();

    const { record } = await restore(ports, answer);

    expect(record.handOver).toBeUndefined();
    expect(witness.promoted).toEqual([]);
    expect(witness.sandboxes.size).toBe(0);
  });

  test('not proven: nobody is even asked', async () => {
    const { ports, witness } = inMemoryRestore();
    ports.checks.run = async (check) => ({
      ...{ id: check.id, name: check.name, kind: check.kind, durationMs: 1, measured: {} },
      status: 'failed',
      findings: [finding('STALE_DATA', 'old')],
    });

    const { record } = await restore(ports);

    expect(record.verdict).toBe('NOT_PROVEN');
    expect(witness.asked).toEqual([]);
    expect(witness.promoted).toEqual([]);
    expect(witness.sandboxes.size).toBe(0);
  });
});

describe('once a person has approved nothing is torn down, whatever happens:', () => {
  test('row level security could not be forced again', async () => {
    const { ports, witness } = inMemoryRestore();
    ports.checks.undo = async () => [{ database: 'restored', table: 'public.t' }];

    const { record } = await restore(ports);

    expect(codes(record)).toContain('HAND_OVER_REFUSED');
    expect(record.handOver).toMatchObject({ complete: false });
    expect(record.handOver?.remaining.join(' ')).toContain(
      'could not be forced again on 1 table: restored:public.t',
    );
    expect(witness.promoted).toEqual(['sandbox-restore-1']);
    expect(witness.removed).toEqual([]);
  });

  test('the hand-over could not be prepared', async () => {
    const { ports, witness } = inMemoryRestore();
    ports.checks.undo = async () =>
      Promise.reject(new DrillError('SANDBOX_LOST', 'injected', { hint: 'none' }));

    const { record } = await restore(ports);

    expect(codes(record)).toContain('HAND_OVER_REFUSED');
    expect(record.handOver).toMatchObject({ complete: false });
    expect(record.handOver?.remaining.join(' ')).toContain(
      'it was not prepared for its hand-over (injected)',
    );
    expect(witness.promoted).toEqual(['sandbox-restore-1']);
    expect(witness.removed).toEqual([]);
  });

  const promotion = (ports: DrillPorts) => ports.sandboxes.promotion!;
  const lost = async (): Promise<never> =>
    Promise.reject(new DrillError('PROMOTION_FAILED', 'RDS refuses Multi-AZ', { hint: 'none' }));

  test('promoting fails', async () => {
    const { ports, witness } = inMemoryRestore();
    promotion(ports).promote = lost;

    const { record } = await restore(ports);

    expect(codes(record)).toContain('PROMOTION_FAILED');
    expect(record.handOver).toMatchObject({ complete: false, sandboxId: 'sandbox-restore-1' });
    expect(record.handOver?.remaining.join(' ')).toContain('RDS refuses Multi-AZ');
    expect(witness.removed).toEqual([]);
  });

  test('looking at it fails', async () => {
    const { ports, witness } = inMemoryRestore();
    promotion(ports).look = lost;

    const { record } = await restore(ports);

    expect(record.handOver?.complete).toBe(false);
    expect(witness.removed).toEqual([]);
  });

  test('one of its changes is refused, and the others are waited for', async () => {
    const { ports, witness } = inMemoryRestore();
    promotion(ports).promote = async () => [{ change: 'security groups', problem: 'other VPC' }];
    const given: (readonly string[])[] = [];
    const { look } = promotion(ports);
    promotion(ports).look = async (id, plan, refused) => {
      given.push(refused);
      return look(id, plan, refused);
    };

    const { record } = await restore(ports);

    expect(given).toEqual([['security groups'], ['security groups']]);
    expect(record.handOver?.complete).toBe(false);
    expect(record.handOver?.remaining[0]).toContain(
      'security groups of sandbox-restore-1 was refused (other VPC)',
    );
    expect(witness.removed).toEqual([]);
  });

  test('it ends short', async () => {
    const { ports, witness } = inMemoryRestore();
    promotion(ports).look = async () => ({ state: 'failed', reason: 'storage-full' });

    const { record } = await restore(ports);

    expect(codes(record).filter((code) => code === 'PROMOTION_FAILED')).toHaveLength(1);
    expect(record.handOver?.complete).toBe(false);
    expect(record.handOver?.remaining[0]).toContain('storage-full');
    expect(witness.removed).toEqual([]);
  });

  test('it takes longer than six hours', async () => {
    const { ports, witness } = inMemoryRestore();
    let time = Date.now();
    ports.clock.now = () => {
      time += 100;
      return new Date(time);
    };
    promotion(ports).look = async () => {
      time += 3600_000;
      return { state: 'pending', detail: 'modifying', refused: [] };
    };

    const { record } = await restore(ports);

    expect(record.findings.find((f) => f.code === 'PROMOTION_FAILED')?.message).toContain('after 6 hours');
    expect(witness.removed).toEqual([]);
  });
});

describe('an interrupted real restore', () => {
  const interruptAt: [string, (ports: DrillPorts, abort: () => void) => void, boolean][] = [
    [
      'while it restores',
      (ports, abort) => {
        ports.recoverers.logical.restore = ({ signal }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () =>
              reject(new DrillError('INTERRUPTED', 'stop', { hint: 'again' })),
            );
            abort();
          });
      },
      false,
    ],
    [
      'while a person thinks',
      (ports, abort) => {
        ports.notifiers.push({
          name: 'the test',
          notify: async (notice) => {
            if (notice.kind === 'approval needed') abort();
          },
        });
      },
      false,
    ],
    [
      'while the hand-over is prepared',
      (ports, abort) => {
        ports.checks.undo = async () => {
          abort();
          return Promise.reject(new Error('cut'));
        };
      },
      true,
    ],
    [
      'while it is promoted',
      (ports, abort) => {
        ports.sandboxes.promotion!.promote = async () => {
          abort();
          return Promise.reject(new Error('cut'));
        };
      },
      true,
    ],
    [
      'while the promotion is waited for',
      (ports, abort) => {
        ports.sandboxes.promotion!.look = async () => {
          abort();
          return { state: 'pending', detail: 'modifying', refused: [] };
        };
      },
      true,
    ],
  ];

  test.each(interruptAt)('%s leaves either nothing or a kept database', async (when, arrange, kept) => {
    const controller = new AbortController();
    const { ports, witness } = inMemoryRestore({ signal: controller.signal });
    arrange(ports, () => controller.abort());
    const never = () => new Promise(() => {});

    const { record } = await restore(ports, when === 'while a person thinks' ? never : approve);

    expect(codes(record)).toContain('INTERRUPTED');
    expect(record.verdict).not.toBe('PROVEN');
    expect(witness.removed).toEqual(kept ? [] : ['sandbox-restore-1']);
    expect(record.handOver?.complete).toBe(kept ? false : undefined);
    expect(witness.stopped).toEqual(kept ? [] : ['restore-1']);
    expect(witness.locks.size).toBe(0);
  });
});

test('a real restore on one machine is refused, clearly and with a record', async () => {
  const { ports, witness } = inMemoryPorts();

  const { record } = await restore(ports);

  expect(record.findings).toEqual([
    expect.objectContaining({
      code: 'REQUEST_INVALID',
      message: expect.stringContaining('needs the deployed stack'),
    }),
  ]);
  expect(witness.removed).toEqual([]);
});
