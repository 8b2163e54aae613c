import { describe, expect, test } from 'vitest';
import { watch } from '../../../lib/cli/commands/watch.ts';
import { progressEvent } from '../../../lib/cli/progress/progress-events.ts';
import type { DrillRecord } from '../../../lib/domain/record/drill-record.ts';
import { awsError } from '../../support/aws/scripted-client.ts';
import { aFailedRecord, anUnverifiedRecord, aRecord } from '../../support/records.ts';
import { captured } from '../remote/support/captured.ts';
import { aState, drillId, provenDrill, tornDown, upToJudge, upToSandbox } from '../remote/support/drills.ts';
import type { ExecutionHistory } from '../remote/support/execution-history.ts';
import { FakeAccount } from '../remote/support/fake-account.ts';

const watching = (
  account: FakeAccount,
  drill: string | undefined = drillId,
  json = false,
  told: Pick<Parameters<typeof watch>[1], 'progress' | 'quiet'> = {},
) => captured(() => watch(drill, { stack: 'restore-drill', json, ...told }, account.surroundings));

async function anEnded(history: ExecutionHistory, ...records: DrillRecord[]): Promise<FakeAccount> {
  const account = new FakeAccount().withExecution(drillId, history.events);
  return account.withRecord(...records);
}

const failing = () => tornDown(upToJudge().did('judge', { output: aState() }));

describe('watching ends with the verdict and its exit code', () => {
  test.each([
    ['PROVEN', 0, aRecord({ drillId }), () => provenDrill()],
    ['NOT_PROVEN', 1, aFailedRecord({ drillId }), () => failing().ends('failNotProven')],
    ['COULD_NOT_VERIFY', 2, anUnverifiedRecord({ drillId }), () => failing().ends('failCouldNotVerify')],
  ] as const)('%s', async (verdict, exitCode, record, history) => {
    const { code, stderr, stdout } = await watching(await anEnded(history(), record));

    expect(code).toBe(exitCode);
    expect(stderr).toContain(verdict);
    expect(stderr).toContain(`s3://restore-drill-evidence-123456789012/drills/${drillId}/report.html`);
    expect(stdout).toBe('');
  });

  test('with --json the record is the one document on stdout', async () => {
    const { stdout } = await watching(await anEnded(provenDrill(), aRecord({ drillId })), drillId, true);
    expect(JSON.parse(stdout)).toMatchObject({ drillId, verdict: 'PROVEN' });
  });

  test('with --quiet nothing is told but the verdict and why', async () => {
    const ended = await anEnded(provenDrill(), aRecord({ drillId }));
    const { stderr } = await watching(ended, drillId, false, { quiet: true });

    expect(stderr).toMatch(/^✔ PROVEN {2}shop: .*\n {2}The dump was restored, .*\n$/);
  });

  test('with --progress json every line is an object, the verdict last', async () => {
    const ended = await anEnded(provenDrill(), aRecord({ drillId }));
    const { stderr } = await watching(ended, drillId, false, { progress: 'json' });
    const events = stderr
      .trimEnd()
      .split('\n')
      .map((line) => progressEvent.parse(JSON.parse(line)));

    expect(events.length).toBeGreaterThan(5);
    expect(events.at(-1)).toMatchObject({ event: 'verdict', drillId, verdict: 'PROVEN' });
  });

  test('a proven restore that was not kept does not exit with 0', async () => {
    const cause = { error: 'PROMOTION_FAILED', cause: 'Multi-AZ was refused' };
    const declined = failing().ends('failCouldNotVerify', cause);

    const { code, stderr } = await watching(await anEnded(declined, aRecord({ drillId, mode: 'restore' })));

    expect(code).toBe(2);
    expect(stderr).toContain('The execution itself ended FAILED: PROMOTION_FAILED: Multi-AZ was refused.');
  });

  test('without a drill named, the running one is watched', async () => {
    const account = await anEnded(provenDrill(), aRecord({ drillId }));

    await captured(() => watch(undefined, {}, account.surroundings));

    expect(account.sent('SFN.ListExecutions')[0]).toMatchObject({ statusFilter: 'RUNNING' });
  });
});

describe('a drill without a verdict', () => {
  test('that was aborted gets its record from the clean-up, which is waited for', async () => {
    const account = await anEnded(upToSandbox().aborted());
    let sleeps = 0;
    account.onSleep = async () => {
      sleeps += 1;
      if (sleeps === 3) await account.withRecord(anUnverifiedRecord({ drillId }));
    };

    const { code, stderr } = await watching(account);

    expect(code).toBe(2);
    expect(stderr).toContain('waiting for the record of the clean-up\n');
    expect(stderr).toContain('COULD_NOT_VERIFY');
  });

  test('that left no record at all says so and where to look', async () => {
    const account = await anEnded(upToSandbox().aborted());

    await expect(watching(account)).rejects.toMatchObject({
      code: 'INTERRUPTED',
      message: 'the execution ended ABORTED without a record',
      hint: expect.stringMatching(/console\.aws\.amazon\.com.*sweep --dry-run --stack restore-drill/),
    });
  });

  test('that nobody ever started is refused', async () => {
    const account = await anEnded(upToSandbox());
    await expect(watching(account, '20260101T000000Z-shop-0000')).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      message: 'Step Functions knows no drill "20260101T000000Z-shop-0000"',
    });
    await expect(watching(account, 'no such name!')).rejects.toThrow('knows no drill "no such name!"');

    account.on({ 'SFN.ListExecutions': () => ({ executions: [] }) });
    await expect(captured(() => watch(undefined, {}, account.surroundings))).rejects.toThrow(
      'no drill was ever started',
    );
  });
});

describe('Ctrl-C', () => {
  test('stops the watching, not the drill, and says so', async () => {
    const account = await anEnded(upToSandbox());
    account.onSleep = () => {
      process.emit('SIGINT');
    };

    const { code, stderr } = await watching(account);

    expect(code).toBe(130);
    expect(stderr).toContain(
      `stopped watching; the drill goes on. Watch it again with: restore-drill watch ${drillId} --stack restore-drill\n`,
    );
    expect(account.sent('SFN.StopExecution')).toEqual([]);
  });
});

describe('the history', () => {
  test('is read from the start once, then only from its end', async () => {
    const events = [...provenDrill().events];
    const shown = events.splice(0, 30);
    const account = await new FakeAccount().withExecution(drillId, shown).withRecord(aRecord({ drillId }));
    account.onSleep = () => {
      shown.push(...events.splice(0, 250));
    };

    expect((await watching(account)).code).toBe(0);

    const reads = account.sent('SFN.GetExecutionHistory');
    expect(reads[0]).toMatchObject({ reverseOrder: false, maxResults: 1000 });
    for (const read of reads.slice(1)) expect(read).toMatchObject({ reverseOrder: true, maxResults: 100 });
  });

  test('is refused with the missing right named', async () => {
    const account = await anEnded(provenDrill());
    account.on({
      'SFN.GetExecutionHistory': () => {
        throw awsError('AccessDeniedException', 'no', 403);
      },
    });
    await expect(watching(account)).rejects.toThrow('may not states:GetExecutionHistory');
  });
});
