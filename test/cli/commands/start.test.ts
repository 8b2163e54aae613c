import { describe, expect, test } from 'vitest';
import { type StartOptions, start } from '../../../lib/cli/commands/start.ts';
import { awsError } from '../../support/aws/scripted-client.ts';
import { aRecord } from '../../support/records.ts';
import { captured } from '../remote/support/captured.ts';
import { drillId, provenDrill } from '../remote/support/drills.ts';
import { aStack, FakeAccount, operatorArn, stateMachineArn } from '../remote/support/fake-account.ts';

const startable = () =>
  new FakeAccount().on({ 'SFN.StartExecution': () => ({ startDate: new Date('2026-11-21T03:30:00Z') }) });

const starting = (account: FakeAccount, database: string | undefined, options: Partial<StartOptions> = {}) =>
  captured(() =>
    start(database, { mode: 'drill', stack: 'restore-drill', ...options }, account.surroundings),
  );

const lock = (drill: string, leaseExpiresAt: string) => ({
  Item: {
    pk: { S: 'lock#shop' },
    sk: { S: 'lock' },
    drillId: { S: drill },
    leaseExpiresAt: { S: leaseExpiresAt },
  },
});

describe('a drill is started', () => {
  test('under its id as the name, with who asked for it, and says how to watch it', async () => {
    const account = startable();

    const { code, stdout, stderr } = await starting(account, 'shop');

    const [sent] = account.sent('SFN.StartExecution');
    expect(sent).toMatchObject({
      stateMachineArn,
      name: expect.stringMatching(/^20261121T033000Z-shop-[0-9a-f]{4}$/),
    });
    expect(JSON.parse(String(sent?.input))).toEqual({
      mode: 'drill',
      database: 'shop',
      operator: operatorArn,
    });
    expect(code).toBe(0);
    expect(stdout).toBe('');
    expect(stderr).toContain(`started ${String(sent?.name)}\n`);
    expect(stderr).toContain(
      'https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/v2/executions/details/arn:',
    );
    expect(stderr).toContain(`restore-drill watch ${String(sent?.name)} --stack restore-drill\n`);
  });

  test('of one dump, or as of a moment, when it is asked so', async () => {
    const account = startable();

    await starting(account, 'shop', { dump: 'postgres/a.dump', at: '2026-11-01T00:00:00Z', json: true });

    expect(JSON.parse(String(account.sent('SFN.StartExecution')[0]?.input))).toMatchObject({
      ...{ dump: 'postgres/a.dump', at: '2026-11-01T00:00:00Z' },
    });
  });

  test('of the only database without naming it', async () => {
    const account = startable();
    account.on({
      'CloudFormation.DescribeStacks': () => ({ Stacks: [aStack({ outputs: { databases: '["shop"]' } })] }),
    });

    expect((await starting(account, undefined)).code).toBe(0);
  });

  test('and watched to its verdict with --watch', async () => {
    const account = startable();
    account.on({ 'SFN.GetExecutionHistory': () => ({ events: provenDrill().events }) });
    account.on({
      'SFN.StartExecution': ({ name }) => {
        void account.withRecord(aRecord({ drillId: String(name) }));
        return { startDate: new Date() };
      },
    });

    const { code, stderr } = await starting(account, 'shop', { watch: true });

    expect(stderr).toContain('Restore dump into sandbox: done in 3 min');
    expect(stderr).toContain('✔ PROVEN');
    expect(code).toBe(0);
  });
});

describe('a start is refused', () => {
  test.each<[string, string | undefined, Partial<StartOptions>, string]>([
    ['of an unknown database', 'shopp', {}, 'no database "shopp" is deployed; deployed are: shop, billing'],
    ['that names none of several', undefined, {}, 'name a database; deployed are: shop, billing'],
    ['of a moment to come', 'shop', { at: '2026-12-01T00:00:00Z' }, 'lies in the future'],
    ['of a restore without a confirmation', 'shop', { mode: 'restore' }, '--confirm is missing'],
    [
      'of a restore that confirms another',
      'shop',
      { mode: 'restore', confirm: 'billing' },
      '--confirm says "billing"',
    ],
    ['of a drill that is confirmed like a restore', 'shop', { confirm: 'shop' }, 'belongs to a real restore'],
  ])('%s', async (_what, database, options, message) => {
    const account = startable();

    const outcome = starting(account, database, options);

    await expect(outcome).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      message: expect.stringContaining(message),
      hint: expect.stringMatching(/\.$/),
    });
    expect(account.sent('SFN.StartExecution')).toEqual([]);
  });

  test('while another drill of the database runs, with who and until when', async () => {
    const account = startable().withExecution(drillId, []);
    account.on({ 'DynamoDB.GetItem': () => lock(drillId, '2026-11-24T03:00:00.000Z') });

    await expect(starting(account, 'shop')).rejects.toMatchObject({
      code: 'DRILL_ALREADY_RUNNING',
      message: `drill ${drillId} of shop, started by schedule, is running; it holds the database until 2026-11-24T03:00:00.000Z at most`,
      hint: expect.stringContaining(`restore-drill watch ${drillId} --stack restore-drill`),
    });
    expect(account.sent('SFN.StartExecution')).toEqual([]);
  });

  test('not for a lock whose lease has ended, nor for one whose drill has ended', async () => {
    const ended = startable().on({ 'DynamoDB.GetItem': () => lock(drillId, '2026-11-21T03:00:00.000Z') });
    expect((await starting(ended, 'shop')).code).toBe(0);

    const dead = startable().withExecution(drillId, [], 'ABORTED');
    dead.on({ 'DynamoDB.GetItem': () => lock(drillId, '2026-11-24T03:00:00.000Z') });
    expect((await starting(dead, 'shop')).code).toBe(0);
  });

  test('without the right to start, naming it', async () => {
    const account = startable().on({
      'SFN.StartExecution': () => {
        throw awsError('AccessDeniedException', 'not authorized', 403);
      },
    });

    await expect(starting(account, 'shop')).rejects.toThrow('may not states:StartExecution');
  });
});

describe('a real restore', () => {
  test('says what will happen before it starts, and passes the confirmation on', async () => {
    const account = startable();

    const { stderr } = await starting(account, 'shop', { mode: 'restore', confirm: 'shop' });

    expect(stderr.slice(0, stderr.indexOf('started'))).toMatchInlineSnapshot(`
      "A real restore of shop begins in account 123456789012, eu-west-1:
        1. the newest proven dump – the newest of all, if none was ever proven – is restored into a new RDS instance; nothing that exists is touched
        2. the checks of a drill run against it
        3. it waits for approval, unless drills.yaml waives that (\`production.approval\`)
           answer with: restore-drill approve DRILL --stack restore-drill, or by the link in the notification
        4. approved: it is promoted and handed over; declined or not proven: it is removed

      "
    `);
    expect(JSON.parse(String(account.sent('SFN.StartExecution')[0]?.input))).toEqual({
      ...{ mode: 'restore', database: 'shop', confirm: 'shop', operator: operatorArn },
    });
  });
});
