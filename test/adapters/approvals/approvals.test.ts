import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { describe, expect, test } from 'vitest';
import { isSignedBy, linkUrl, signLink } from '../../../lib/adapters/approvals/approval-links.ts';
import { createApprovals } from '../../../lib/adapters/approvals/approvals.ts';
import { approvalPlan } from '../../../lib/adapters/notices/messages/approval-needed.ts';
import { approvalDesk } from '../../support/approval-desk.ts';
import { memoryTable } from '../../support/aws/memory-table.ts';
import { awsError, type RecordedCall, type Responder, scripted } from '../../support/aws/scripted-client.ts';
import { aDrillState } from '../../support/drill-states.ts';

const start = new Date('2026-03-01T03:00:00.000Z');
const token = 'AQCEAAAAKgAAAAMAAAAA-the-task-token';
const expiresAt = '2026-03-01T15:00:00.000Z';
const aRequest = { state: aDrillState(), report: null, taskToken: token, expiresAt };
const plan = approvalPlan(aRequest.state, null);

function someApprovals(given: { answerTask?: Responder; respond?: Responder } = {}) {
  const table = memoryTable();
  const calls: RecordedCall[] = [];
  const region = { region: 'eu-west-1' };
  let now = start;
  const approvals = approvalDesk({
    client: scripted(new DynamoDBClient(region), given.respond ?? table.respond),
    tableName: 'ledger',
    sfn: scripted(new SFNClient(region), given.answerTask ?? (() => ({})), calls),
    clock: { now: () => now },
  });
  const at = (moment: string) => {
    now = new Date(moment);
  };
  return { approvals, table, calls, at };
}

const asked = async (given: Parameters<typeof someApprovals>[0] = {}) => {
  const surroundings = someApprovals(given);
  return { ...surroundings, links: await surroundings.approvals.open(aRequest) };
};

describe('an approval', () => {
  test('shows what is to be decided and never the token or the key', async () => {
    const { approvals, table } = await asked();
    const view = await approvals.find('drill-1');
    expect(view).toEqual({
      drillId: 'drill-1',
      database: 'shop',
      plan,
      requestedAt: start.toISOString(),
      expiresAt,
      answer: null,
    });
    const key = table.item('approval#drill-1', 'approval')?.hmacKey?.B as Uint8Array;
    expect(key).toHaveLength(32);
    expect(JSON.stringify(view)).not.toContain(token);
  });

  test('that has no address is kept all the same, for the command line to answer', async () => {
    const table = memoryTable();
    const approvals = createApprovals({
      client: scripted(new DynamoDBClient({ region: 'eu-west-1' }), table.respond),
      tableName: 'ledger',
      clock: { now: () => start },
      approvalUrl: null,
    });

    expect(await approvals.open(aRequest)).toBe('command line');
    expect(table.item('approval#drill-1', 'approval')?.taskToken?.S).toBe(token);
  });

  test('is forgotten by the table a week after it expired', async () => {
    const { table } = await asked();
    const epoch = Number(table.item('approval#drill-1', 'approval')?.expiresAtEpoch?.N);
    expect(new Date(epoch * 1000).toISOString()).toBe('2026-03-08T15:00:00.000Z');
  });

  test('that two invocations ask for at once gives both the same links', async () => {
    const { approvals } = someApprovals();

    const [one, other] = await Promise.all([approvals.open(aRequest), approvals.open(aRequest)]);

    expect(other).toEqual(one);
    expect(await approvals.verify({ ...one.approve })).toMatchObject({ state: 'valid' });
  });

  test('that was asked for twice by the same wait keeps its links; a new wait ends them', async () => {
    const { approvals, links } = await asked();
    expect(await approvals.open(aRequest)).toEqual(links);
    await approvals.open({ ...aRequest, taskToken: 'another' });
    expect(await approvals.verify({ ...links.approve })).toEqual({ state: 'invalid' });
  });
});

describe('an answer', () => {
  test.each(['approved', 'declined'] as const)(
    '"%s" reaches the waiting state, with who gave it',
    async (decision) => {
      const { approvals, calls } = await asked();
      const by = 'arn:aws:iam::111122223333:role/on-call';
      expect(await approvals.answer({ drillId: 'drill-1', decision, by })).toEqual({
        state: 'answered',
        decision,
      });
      expect(calls).toEqual([
        {
          service: 'SFN',
          command: 'SendTaskSuccess',
          input: { taskToken: token, output: JSON.stringify({ decision, by }) },
        },
      ]);
    },
  );

  test('counts once: the next one is told who was faster, and the token is gone from the table', async () => {
    const { approvals, table, calls } = await asked();
    await approvals.answer({ drillId: 'drill-1', decision: 'declined', by: 'anna' });
    for (const decision of ['approved', 'declined'] as const) {
      expect(await approvals.answer({ drillId: 'drill-1', decision, by: 'ben' })).toEqual({
        state: 'already answered',
        decision: 'declined',
        by: 'anna',
        answeredAt: start.toISOString(),
      });
    }
    expect(calls).toHaveLength(1);
    expect(table.item('approval#drill-1', 'approval')).not.toHaveProperty('taskToken');
  });

  test('of many at once is one', async () => {
    const { approvals, calls } = await asked();
    const outcomes = await Promise.all(
      Array.from({ length: 6 }, (_, number) =>
        approvals.answer({
          drillId: 'drill-1',
          decision: number % 2 === 0 ? 'approved' : 'declined',
          by: `person ${number}`,
        }),
      ),
    );
    expect(outcomes.filter(({ state }) => state === 'answered')).toHaveLength(1);
    expect(outcomes.filter(({ state }) => state === 'already answered')).toHaveLength(5);
    expect(calls).toHaveLength(1);
  });

  test('that comes too late is told so, and is not sent', async () => {
    const { approvals, calls, at } = await asked();
    at(expiresAt);
    const answer = { drillId: 'drill-1', decision: 'approved', by: 'anna' } as const;
    expect(await approvals.answer(answer)).toEqual({ state: 'expired', expiresAt });
    expect(calls).toEqual([]);
  });

  test('to what nobody asked is told so', async () => {
    const { approvals } = someApprovals();
    const answer = { drillId: 'drill-9', decision: 'approved', by: 'anna' } as const;
    expect(await approvals.answer(answer)).toEqual({ state: 'unknown' });
    expect(await approvals.find('drill-9')).toBeNull();
  });

  test.each(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken'])(
    'to an execution that no longer waits (%s) is told so',
    async (name) => {
      const { approvals, links } = await asked({
        answerTask: () => {
          throw awsError(name, `Task Token ${token} is bad`);
        },
      });
      const answer = { drillId: 'drill-1', decision: 'approved', by: 'anna' } as const;
      expect(await approvals.answer(answer)).toEqual({ state: 'no longer waiting' });
      // And so is everybody after: an approval that reached nobody must not read like one that counts.
      expect(await approvals.answer(answer)).toEqual({ state: 'no longer waiting' });
      expect(await approvals.answer({ ...answer, decision: 'declined' })).toEqual({
        state: 'no longer waiting',
      });
      expect(await approvals.verify({ ...links.approve })).toEqual({ state: 'expired', expiresAt });
    },
  );

  test('that could not be delivered is kept: the same may be given again, another may not', async () => {
    let down = true;
    const { approvals, at } = await asked({
      answerTask: () => {
        if (down) throw awsError('ServiceUnavailable', `no token ${token}`, 503);
        return {};
      },
    });
    const answer = { drillId: 'drill-1', decision: 'approved', by: 'anna' } as const;
    const error = await approvals.answer(answer).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'INTERNAL_ERROR', retryable: true });
    expect(`${error} ${JSON.stringify(error)}`).not.toContain(token);
    expect((error as Error).cause).toBeUndefined();
    down = false;
    at('2026-03-01T04:00:00.000Z');
    expect(await approvals.answer({ ...answer, decision: 'declined' })).toMatchObject({
      state: 'already answered',
    });
    expect(await approvals.answer(answer)).toEqual({ state: 'answered', decision: 'approved' });
  });

  test('that arrived counts although the table could not note it', async () => {
    const table = memoryTable();
    const { approvals } = await asked({
      respond: (command, input) => {
        if (String(input.UpdateExpression).includes('REMOVE'))
          throw awsError('InternalServerError', 'x', 500);
        return table.respond(command, input);
      },
    });
    const answer = { drillId: 'drill-1', decision: 'approved', by: 'anna' } as const;
    expect(await approvals.answer(answer)).toEqual({ state: 'answered', decision: 'approved' });
  });

  test('is a named error without the token when the table does not answer', async () => {
    const { approvals } = someApprovals({
      respond: () => {
        throw awsError('AccessDeniedException', `you sent ${token}`);
      },
    });
    const error = await approvals.open(aRequest).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'LEDGER_UNWRITABLE' });
    expect([String(error), JSON.stringify(error), String((error as Error).cause)].join()).not.toContain(
      token,
    );
    await expect(approvals.find('drill-1')).rejects.toMatchObject({ code: 'LEDGER_UNREADABLE' });
  });
});

describe('a signed link', () => {
  test('is valid for its own decision, and answers nothing by being looked at', async () => {
    const { approvals, links, calls } = await asked();
    expect(await approvals.verify({ ...links.approve })).toMatchObject({
      state: 'valid',
      decision: 'approved',
      approval: { drillId: 'drill-1', plan, answer: null },
    });
    expect(await approvals.verify({ ...links.decline })).toMatchObject({
      state: 'valid',
      decision: 'declined',
    });
    expect(calls).toEqual([]);
  });

  test('is invalid when anything of it was changed', async () => {
    const { approvals, links } = await asked();
    const { approve } = links;
    const last = approve.signature.at(0) === 'A' ? 'B' : 'A';
    const changed: Record<string, string | undefined>[] = [
      { ...approve, decision: 'declined' },
      { ...approve, expires: String(Number(approve.expires) + 3600) },
      { ...approve, drill: 'drill-2' },
      { ...approve, signature: last + approve.signature.slice(1) },
      { ...approve, signature: '' },
      { ...approve, signature: undefined },
      { ...approve, decision: 'maybe' },
      { ...approve, drill: 'drill-1|approved' },
      {},
    ];
    for (const query of changed) {
      expect(await approvals.verify(query), JSON.stringify(query)).toEqual({ state: 'invalid' });
    }
  });

  test('of another drill does not open this one', async () => {
    const { approvals, links } = await asked();
    await approvals.open({ ...aRequest, state: aDrillState({ drillId: 'drill-2' }), taskToken: 'two' });
    expect(await approvals.verify({ ...links.approve, drill: 'drill-2' })).toEqual({ state: 'invalid' });
  });

  test('ends with the approval', async () => {
    const { approvals, links, at } = await asked();
    at(expiresAt);
    expect(await approvals.verify({ ...links.approve })).toEqual({ state: 'expired', expiresAt });
  });

  test('says after the answer that there was one', async () => {
    const { approvals, links } = await asked();
    await approvals.answer({ drillId: 'drill-1', decision: 'declined', by: 'link' });
    expect(await approvals.verify({ ...links.approve })).toEqual({
      state: 'already answered',
      decision: 'declined',
    });
  });

  test('survives being written as a URL and read again', () => {
    const key = new Uint8Array(32).fill(7);
    const query = signLink(key, { drillId: 'drill-1', decision: 'approved', expiresAtEpoch: 1_772_377_200 });
    const url = new URL(linkUrl('https://abc.lambda-url.eu-west-1.on.aws', query));
    expect(url.pathname).toBe('/');
    const read = Object.fromEntries(url.searchParams);
    expect(read).toEqual(query);
    expect(isSignedBy(key, query)).toBe(true);
    expect(isSignedBy(new Uint8Array(32).fill(8), query)).toBe(false);
  });
});
