import { describe, expect, test } from 'vitest';
import { evidenceOf } from '../../lib/contract/evidence.ts';
import type { DrillState } from '../../lib/domain/drill/drill-state.ts';
import { finding } from '../../lib/domain/findings/findings.ts';
import type { HookRun } from '../../lib/domain/sandbox/rds/tasks.ts';
import type { EvidenceStore } from '../../lib/ports/evidence-store.ts';
import { judgeStep } from '../../lib/steps/judge.ts';
import { aDrillState } from '../support/drill-states.ts';
import { anAccount, aPassedCheck, inMemoryPorts } from '../support/in-memory-ports.ts';

const check = (id: string) => ({
  ...{ id, kind: 'sql', name: id, database: 'restored', statementTimeoutSeconds: 60, params: {} },
});
const migration: HookRun = { taskDefinition: 'migrate', environment: [], timeoutSeconds: 600 };
const endedWell = { StartedAt: 1, StoppedAt: 2, Containers: [{ Name: 'hook', ExitCode: 0 }] };
const restored: NonNullable<DrillState['restored']> = {
  ...{ complete: true, startedAt: '2026-11-20T03:02:00.000Z', seconds: 1, bytesRead: 1, rowsLoaded: 3 },
  findings: [],
  hooks: { migrate: null, smokeTest: null },
};
const older = [
  {
    ...{ key: 'shop_20261117T020000Z.sql.gz', directory: false, sizeBytes: 1000 },
    ...{ modifiedAt: '2026-11-17T02:05:00.000Z', nameTimestamp: null, sidecarKey: null, unfinished: null },
  },
];

async function judged(state: DrillState, store: (evidence: EvidenceStore) => Promise<void> = async () => {}) {
  const { ports } = inMemoryPorts();
  await ports.evidence.write(evidenceOf.account(state.attempt), state.drillId, anAccount());
  await store(ports.evidence);
  return judgeStep(state, ports);
}

describe('a verdict', () => {
  test('is not proven by a migration alone, when the checks could not even be planned', async () => {
    const state = aDrillState({
      restored: { ...restored, hooks: { migrate: migration, smokeTest: null } },
      hookOutcomes: { migrate: endedWell },
      // Of all codes one that is a warning where it is no failure: the ledger was away.
      failure: { Error: 'LEDGER_UNREADABLE', Cause: '{"errorMessage":"cannot read the ledger table"}' },
    });

    expect((await judged(state)).verdict).toBe('COULD_NOT_VERIFY');
  });

  test('does not count the result of another check as that of the one that was planned', async () => {
    const state = aDrillState({ stage: 'checks planned', restored, checks: [{ index: 0, name: 'orphans' }] });
    const stored = (id: string) => async (evidence: EvidenceStore) => {
      const result = { result: aPassedCheck(check(id)), endedAt: '2026-11-20T03:03:00.000Z' };
      await evidence.write(evidenceOf.checkPlan(1), state.drillId, {
        planned: [check('orphans')],
        notTested: [],
      });
      await evidence.write(evidenceOf.checkResult(1, 0), state.drillId, result);
    };

    expect((await judged(state, stored('orphans'))).verdict).toBe('PROVEN');
    expect((await judged(state, stored('row counts'))).verdict).toBe('COULD_NOT_VERIFY');
  });
});

test('a report names what keeps other sandboxes from their surroundings and not this one', async () => {
  const { ports } = inMemoryPorts();
  const state = aDrillState({ restored });
  const { sandbox } = state;
  if (sandbox === null) throw new Error('the drill has a sandbox');
  await ports.evidence.write(evidenceOf.account(state.attempt), state.drillId, anAccount());

  await judgeStep({ ...state, sandbox: { ...sandbox, absentWalls: ['No network of its own.'] } }, ports);

  const report = await ports.evidence.read(evidenceOf.attempt(state.attempt), state.drillId);
  expect(report?.notTested).toContain('No network of its own.');
});

describe('an older dump', () => {
  const blamed = [finding('COMPANION_MISSING', 'the uploads are missing')];

  test('is tried when this one is to blame', async () => {
    const state = aDrillState({ olderDumps: older, findings: blamed });
    expect((await judged(state)).stage).toBe('try older dump');
  });

  describe('that only the task could list', () => {
    const olderBackups = ['20261116', '20261115', '20261114'].map((name, index) => ({
      name,
      takenAt: `2026-11-${16 - index}T00:00:00.000Z`,
    }));
    const told = { ...restored, complete: false, olderBackups };

    test('is tried as one of the selection would be, as many as drills.yaml allows', async () => {
      const state = await judged(aDrillState({ olderDumps: [], findings: blamed, restored: told }));

      expect(state.stage).toBe('try older dump');
      const maxDumps = inMemoryPorts().ports.configuration.database('shop').walkBack.maxDumps;
      expect(state.olderDumps.map(({ key }) => key)).toEqual(
        ['20261116', '20261115', '20261114'].slice(0, maxDumps - 1),
      );
      expect(state.olderDumps[0]).toMatchObject({
        directory: true,
        modifiedAt: '2026-11-16T00:00:00.000Z',
        nameTimestamp: { startsAt: '2026-11-16T00:00:00.000Z' },
      });
    });

    test('is not tried again where it was tried, nor where one was asked for by name', async () => {
      const { request } = aDrillState({});
      for (const other of [{ attempt: 2 }, { request: { ...request, key: '20261117' } }])
        expect(
          (await judged(aDrillState({ olderDumps: [], findings: blamed, restored: told, ...other }))).stage,
        ).toBe('judged');
    });
  });

  test.each(['States.HeartbeatTimeout', 'States.Timeout'])(
    'is not restored beside a task that may still be writing (%s)',
    async (name) => {
      const failure = { Error: name, Cause: '' };
      const state = aDrillState({ olderDumps: older, findings: blamed, failure });

      expect((await judged(state)).stage).toBe('judged');
    },
  );

  test('is not restored beside a hook that ran out of time', async () => {
    const state = aDrillState({
      ...{ olderDumps: older, findings: blamed },
      restored: { ...restored, hooks: { migrate: migration, smokeTest: null } },
      hookOutcomes: { migrate: { Error: 'States.Timeout', Cause: '' } },
    });

    expect((await judged(state)).stage).toBe('judged');
  });

  test('is not tried in a sandbox that never came up', async () => {
    const sandbox = { sandboxId: 'sandbox-drill-1', askedAt: '2026-11-20T03:01:00.000Z', address: null };
    const state = aDrillState({ stage: 'sandbox broken', olderDumps: older, findings: blamed, sandbox });

    expect((await judged(state)).stage).toBe('judged');
  });

  test('is tried when the first one was refused before any sandbox was asked for', async () => {
    const findings = [finding('DUMP_TOO_SMALL', 'it is empty')];
    const state = aDrillState({ stage: 'no dump', dump: null, sandbox: null, olderDumps: older, findings });

    expect((await judged(state)).stage).toBe('try older dump');
  });
});
