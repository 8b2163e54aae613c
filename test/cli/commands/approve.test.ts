import { describe, expect, test } from 'vitest';
import { type ApproveOptions, approve } from '../../../lib/cli/commands/approve.ts';
import { approvalDesk } from '../../support/approval-desk.ts';
import { awsError } from '../../support/aws/scripted-client.ts';
import { aDrillState } from '../../support/drill-states.ts';
import { captured } from '../remote/support/captured.ts';
import { drillId, restoreToApprove } from '../remote/support/drills.ts';
import { FakeAccount, operatorArn, outputs } from '../remote/support/fake-account.ts';

const taskToken = 'a-task-token-that-nobody-may-see';

/** An account in which a restore waits, as the machine left it. */
async function waiting(): Promise<FakeAccount> {
  const account = new FakeAccount().withExecution(drillId, restoreToApprove().events);
  account.on({ 'SFN.SendTaskSuccess': () => ({}) });
  const approvals = approvalDesk({
    client: await account.clients.dynamoDb(),
    tableName: outputs.ledgerTable,
    sfn: await account.clients.states(),
    clock: account.clock,
  });
  await approvals.open({
    ...{ state: aDrillState({ drillId }), report: null, taskToken },
    expiresAt: '2026-11-21T15:00:00.000Z',
  });
  account.calls.length = 0;
  return account;
}

const approving = (
  account: FakeAccount,
  options: Partial<ApproveOptions> = {},
  answer: string | null = 'shop',
  drill = drillId,
) => {
  const questions: string[] = [];
  const ask = async (question: string) => {
    questions.push(question);
    return answer;
  };
  return captured(() =>
    approve(drill, { stack: 'restore-drill', ...options }, account.surroundings, ask),
  ).then((outcome) => ({ ...outcome, questions }));
};

const answersOf = (account: FakeAccount) =>
  account.sent('SFN.SendTaskSuccess').map(({ output }) => JSON.parse(String(output)) as unknown);

describe('an approval', () => {
  test('shows what is approved before it asks', async () => {
    const { stderr } = await approving(await waiting(), {}, '');

    expect(stderr).toMatchInlineSnapshot(`
      "The restore 20261121T030000Z-shop-3f9a waits for a decision.

        Database  shop
        Verdict   PROVEN
        Dump      postgres/shop_20261121T020000Z.dump (custom archive 1.14, 12.3 MB)
        State of  2026-11-21 02:00:00 UTC
        Instance  restore-drill-20261121t030000z-shop-3f9a
                  PostgreSQL 15.17, db.m7g.large, 400 GiB, a standby in another zone,
                  backups of 7 days
        Answer by 2026-11-21 15:00:00 UTC

        warning NEWER_DUMP_UNPROVEN: shop_20261121T023000Z.dump is newer and was
          never drilled
          → Ask for it by key (\`"dump": "…"\`) to restore it instead, or drill it
            first.

        Dump:         shop_20261118T020000Z.sql.gz
        Lies in:
        State of:     2026-11-18 02:00:00 UTC
        Size:         1.0 kB
        New instance: sandbox-drill-1
        PostgreSQL:   15
        Endpoint:     /tmp
        Checks:       no verdict; the details could not be read, see the execution
        
        Approve: the new instance is kept. Its lease is removed, so that nothing of
        restore-drill ever deletes it;
        then it is handed over with its endpoint and secret. Costs go on until you
        delete it.
        Decline: the new instance is torn down. Nothing else changes.

      nothing was answered; the restore waits until 2026-11-21T15:00:00.000Z
      "
    `);
  });

  test('is given when the name of the database is typed, by the IAM principal', async () => {
    const account = await waiting();

    const { code, stderr, questions } = await approving(account);

    expect(questions).toEqual(['Type shop to keep it: ']);
    expect(answersOf(account)).toEqual([{ decision: 'approved', by: operatorArn }]);
    expect(code).toBe(0);
    expect(stderr).toContain('approved: it is promoted and handed over now\n');
  });

  test('is given without a question with --yes', async () => {
    const account = await waiting();
    const { code, questions } = await approving(account, { yes: true }, null);
    expect([code, questions]).toEqual([0, []]);
    expect(answersOf(account)).toHaveLength(1);
  });

  test('is declined with --decline', async () => {
    const account = await waiting();

    const { code, stderr, questions } = await approving(account, { decline: true });

    expect(questions).toEqual(['Type shop to throw it away: ']);
    expect(answersOf(account)).toEqual([{ decision: 'declined', by: operatorArn }]);
    expect(code).toBe(0);
    expect(stderr).toContain('declined: what was restored is being removed\n');
  });

  test('needs no right to read the history, but says that the verdict is missing', async () => {
    const account = await waiting();
    account.on({
      'SFN.GetExecutionHistory': () => {
        throw awsError('AccessDeniedException', 'no', 403);
      },
    });

    const { code, stderr } = await approving(account);

    expect(stderr).toContain('the history may not be read (states:GetExecutionHistory): no verdict is shown');
    expect(stderr).toContain('Approve: the new instance is kept.');
    expect([code, answersOf(account).length]).toEqual([0, 1]);
  });

  test('never shows the task token', async () => {
    const account = await waiting();
    const { stdout, stderr } = await approving(account);
    expect(stdout + stderr).not.toContain(taskToken);
  });
});

describe('nothing is answered', () => {
  test.each(['', 'y', 'billing', 'Shop'])('when "%s" is typed', async (typed) => {
    const account = await waiting();

    const { code, stderr } = await approving(account, {}, typed);

    expect(code).toBe(2);
    expect(stderr).toContain('nothing was answered; the restore waits until 2026-11-21T15:00:00.000Z\n');
    expect(answersOf(account)).toEqual([]);
  });

  test('when there is no terminal and no --yes', async () => {
    const account = await waiting();
    await expect(approving(account, {}, null)).rejects.toMatchObject({
      ...{ code: 'REQUEST_INVALID', hint: expect.stringContaining('--yes') },
    });
    expect(answersOf(account)).toEqual([]);
  });

  test('for a drill that waits for no answer', async () => {
    await expect(approving(await waiting(), {}, 'shop', 'another-drill')).rejects.toThrow(
      'no restore "another-drill" waits for approval',
    );
  });

  test('when the time for an answer is over', async () => {
    const account = await waiting();
    account.now = new Date('2026-11-21T15:00:01.000Z');

    const { code, stderr } = await approving(account);

    expect(code).toBe(2);
    expect(stderr).toContain('too late: nobody had answered by 2026-11-21T15:00:00.000Z');
  });

  test('when the execution waits no longer', async () => {
    const account = await waiting();
    account.on({
      'SFN.SendTaskSuccess': () => {
        throw awsError('TaskTimedOut');
      },
    });

    const { code, stderr } = await approving(account);

    expect(code).toBe(2);
    expect(stderr).toContain('too late: the execution no longer waits');
  });

  test('when somebody was faster: the same answer is well, another is not', async () => {
    const account = await waiting();
    await approving(account);

    const again = await approving(account);
    expect(again.code).toBe(0);
    expect(again.stderr).toContain(`it was approved before, by ${operatorArn}\n`);

    const otherwise = await approving(account, { decline: true });
    expect(otherwise.code).toBe(2);
    expect(otherwise.stderr).toContain(
      `too late: it was approved by ${operatorArn} at 2026-11-21T03:30:00.000Z\n`,
    );
    expect(answersOf(account)).toHaveLength(1);
  });
});
