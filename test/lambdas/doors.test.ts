import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { handler as answerApproval } from '../../lambdas/answer-approval.ts';
import { handler as askApproval } from '../../lambdas/ask-approval.ts';
import { handler as cleanUpAfterAbort } from '../../lambdas/clean-up-after-abort.ts';
import { handler as normaliseRequest } from '../../lambdas/normalise-request.ts';
import { handler as prepareRestore } from '../../lambdas/prepare-restore.ts';
import { handler as selectDump } from '../../lambdas/select-dump.ts';
import { handler as sweep } from '../../lambdas/sweep.ts';
import { handler as watch } from '../../lambdas/watch.ts';
import { createApprovalAnswers } from '../../lib/adapters/approvals/approval-answers.ts';
import { createDynamoLedger } from '../../lib/adapters/ledgers/dynamodb/dynamodb-ledger.ts';
import { sandboxIdFor } from '../../lib/adapters/sandboxes/rds/sandbox-names.ts';
import type { DrillState } from '../../lib/domain/drill/drill-state.ts';
import type { DrillRecord } from '../../lib/domain/record/drill-record.ts';
import { withForecast } from '../../lib/domain/record/with-forecast.ts';
import { dynamoDbClient, sfnClient } from '../../lib/runtimes/aws/clients.ts';
import { anInstance } from '../adapters/sandboxes/rds/rds-account.ts';
import { awsError } from '../support/aws/scripted-client.ts';
import { aDrillState, anApprovedState } from '../support/drill-states.ts';
import { aRecord, aRecordedDump } from '../support/records.ts';
import { type DoorWorld, enterDoorWorld } from './door-world.ts';

const dumpFile = 'shop_20261120T020000Z.sql.gz';
let world: DoorWorld;
let lines: string[];
let count = 0;
beforeAll(async () => {
  world = await enterDoorWorld();
});
afterAll(() => world.stop());
beforeEach(async () => {
  lines = [];
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      lines.push(String(text));
      return true;
    });
  }
  delete world.answers.ListExecutions;
  world.answers.DescribeExecution = () => ({ status: 'RUNNING' });
  delete world.answers.DescribeDBInstances;
  world.s3.objects.clear();
  world.s3.objects.set(`backups/${dumpFile}`, readFileSync(`examples/${dumpFile}`));
  for (const { pk, sk } of world.table.items())
    await world.table.respond('DeleteItem', { TableName: 'ledger', Key: { pk, sk } });
  world.calls.length = 0;
});
afterEach(() => vi.restoreAllMocks());

const logged = () => lines.flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as object] : []));
const evidenceOf = (drillId: string, name: string) =>
  JSON.parse(world.s3.objects.get(`evidence/drills/${drillId}/${name}.json`)?.toString() ?? 'null') as never;

/** What a subscriber by mail gets of a message. */
const mailOf = (message: unknown): string => (JSON.parse(String(message)) as { email: string }).email;

/** A drill that was just started from the console. */
async function aStartedDrill(input: unknown = {}): Promise<DrillState> {
  count += 1;
  const execution = { id: 'x', name: `drill-${count}`, startedAt: '2026-11-20T03:00:00.000Z' };
  return normaliseRequest({ input, execution });
}

const ended = (name: string, status = 'ABORTED', input: string | null = '{}') => ({
  detail: { name, status, input, startDate: Date.parse('2026-11-20T03:00:00Z') },
});

describe('normalise-request', () => {
  test('accepts {} for the only database, takes its lock and keeps the state', async () => {
    const state = await aStartedDrill();

    expect(state).toMatchObject({ stage: 'accepted', database: 'shop' });
    expect(world.table.item('lock#shop', 'lock')).toBeDefined();
    expect(evidenceOf(state.drillId, 'state')).toEqual(state);
  });

  test('refuses a second drill while the first one runs', async () => {
    await aStartedDrill();

    expect((await aStartedDrill()).stage).toBe('refused');
  });

  test('refuses to begin anything in an account that drills.yaml does not allow', async () => {
    vi.stubEnv('STATE_MACHINE_ARN', 'arn:aws:states:eu-west-1:999999999999:stateMachine:restore-drill');

    const error = await aStartedDrill().catch((thrown: unknown) => thrown);

    vi.unstubAllEnvs();
    expect(error).toMatchObject({ name: 'CONFIG_INVALID' });
    expect(world.calls).toEqual([]);
  });
});

describe('select-dump and prepare-restore', () => {
  test('find the dump in its bucket, read its beginning, and choose the task by its size', async () => {
    const selected = await selectDump(await aStartedDrill());

    expect(selected.stage).toBe('dump selected');
    expect(selected.dump).toMatchObject({ key: dumpFile, header: { majorVersion: 15 } });

    const { sandbox, plan } = aDrillState();
    const prepared = await prepareRestore({ ...selected, stage: 'sandbox ready', sandbox, plan });

    // The largest size takes what exceeds every size.
    expect(prepared.restoreTask).toEqual({
      taskDefinition: 'large',
      subnets: ['subnet-1'],
      securityGroups: ['sg-1'],
      assignPublicIp: 'ENABLED',
      vcpu: 8,
      memoryGib: 16,
      others: [{ taskDefinition: 'small', vcpu: 1, memoryGib: 2 }],
    });
    expect(evidenceOf(selected.drillId, 'restore-request-1')).toMatchObject({
      drillId: selected.drillId,
      databaseConfig: { source: { bucket: 'backups' } },
    });
  });
});

describe('clean-up-after-abort', () => {
  test('removes the sandbox of an aborted drill, stops its tasks, seals its record and lets the lock go', async () => {
    const state = await aStartedDrill();
    const sandbox = { sandboxId: 'restore-drill-shop-0123456789', askedAt: state.startedAt, address: null };
    const kept = JSON.stringify({ ...state, stage: 'restore prepared', sandbox });
    world.s3.objects.set(`evidence/drills/${state.drillId}/state.json`, Buffer.from(kept));
    world.calls.length = 0;

    const outcome = await cleanUpAfterAbort(ended(state.drillId));

    expect(outcome).toMatchObject({ outcome: 'sealed', verdict: 'COULD_NOT_VERIFY' });
    expect(world.calls.map(({ command }) => command)).toContain('ListTasks');
    const looked = world.calls.filter(({ command }) => command === 'DescribeDBInstances');
    expect(JSON.stringify(looked)).toContain(sandbox.sandboxId);
    expect(world.table.item('lock#shop', 'lock')).toBeUndefined();
    const record = evidenceOf(state.drillId, 'record') as { findings: { code: string }[] };
    expect(record.findings.map(({ code }) => code)).toContain('INTERRUPTED');
    expect(world.calls.some(({ command }) => command === 'Publish')).toBe(true);
  });

  test('looks for the sandbox by its name when the drill kept no state', async () => {
    const state = await aStartedDrill();
    world.s3.objects.delete(`evidence/drills/${state.drillId}/state.json`);
    world.calls.length = 0;

    const outcome = await cleanUpAfterAbort(ended(state.drillId, 'TIMED_OUT', null));

    expect(outcome).toMatchObject({ outcome: 'sealed' });
    const looked = world.calls.filter(({ command }) => command === 'DescribeDBInstances');
    expect(JSON.stringify(looked)).toContain('restore-drill-');
    expect(world.table.item('lock#shop', 'lock')).toBeUndefined();
  });

  test('looks for the sandbox by its name when the state that was kept is older than it', async () => {
    const state = await aStartedDrill();
    const kept = JSON.stringify({ ...state, stage: 'dump readable', sandbox: null });
    world.s3.objects.set(`evidence/drills/${state.drillId}/state.json`, Buffer.from(kept));
    world.calls.length = 0;

    expect(await cleanUpAfterAbort(ended(state.drillId))).toMatchObject({ outcome: 'sealed' });

    const looked = world.calls.filter(({ command }) => command === 'DescribeDBInstances');
    expect(JSON.stringify(looked)).toContain(`restore-drill-${state.drillId}-`);
  });

  test('asks once more for what a sealed drill left without a confirmed teardown', async () => {
    const state = await aStartedDrill();
    const sandbox = { sandboxId: 'restore-drill-shop-0123456789', askedAt: state.startedAt, address: null };
    const kept = JSON.stringify({ ...state, stage: 'restore prepared', sandbox });
    world.s3.objects.set(`evidence/drills/${state.drillId}/state.json`, Buffer.from(kept));
    // The next drill of the database found the lock of an execution that ended long ago.
    world.answers.DescribeExecution = () => ({
      status: 'ABORTED',
      stopDate: new Date('2026-11-20T03:00:00Z'),
    });
    await aStartedDrill();
    world.calls.length = 0;

    const outcome = await cleanUpAfterAbort(ended(state.drillId));

    expect(outcome).toEqual({ drillId: state.drillId, outcome: 'asked to go' });
    const looked = world.calls.filter(({ command }) => command === 'DescribeDBInstances');
    expect(JSON.stringify(looked)).toContain(sandbox.sandboxId);
    expect(world.calls.map(({ command }) => command)).toContain('ListTasks');
  });

  test('leaves alone what was sealed before', async () => {
    const state = await aStartedDrill();
    await cleanUpAfterAbort(ended(state.drillId));
    world.calls.length = 0;

    const outcome = await cleanUpAfterAbort(ended(state.drillId, 'FAILED'));

    expect(outcome).toEqual({ drillId: state.drillId, outcome: 'sealed already' });
    expect(world.calls.filter(({ service }) => service === 'RDS')).toEqual([]);
  });
});

describe('a restore that a person approved, and whose execution was stopped at once,', () => {
  /** The last state that was kept knows nothing of the answer; the instance is under its lease, which has ended. */
  async function anApprovedRestore(): Promise<string> {
    const { drillId } = await aStartedDrill({ mode: 'restore', database: 'shop', confirm: 'shop' });
    const sandboxId = sandboxIdFor('restore-drill', drillId);
    const sandbox = { ...aDrillState().sandbox!, sandboxId };
    const state = anApprovedState({ drillId, stage: 'awaiting approval', approval: null, sandbox });
    world.s3.objects.set(`evidence/drills/${drillId}/state.json`, Buffer.from(JSON.stringify(state)));
    await askApproval({ state, taskToken: 'token' });
    const table = { client: dynamoDbClient(), tableName: 'ledger', clock: { now: () => new Date() } };
    await createApprovalAnswers({ ...table, sfn: sfnClient() }).answer({
      ...{ drillId, decision: 'approved', by: 'grace' },
    });
    const tags = { stack: 'restore-drill', drill: drillId, lease: '2026-11-20T03:00:00.000Z' };
    const instance = anInstance({
      DBInstanceIdentifier: sandboxId,
      TagList: Object.entries(tags).map(([key, Value]) => ({ Key: `restore-drill:${key}`, Value })),
    });
    world.answers.DescribeDBInstances = () => ({ DBInstances: [instance] });
    world.answers.DescribeExecution = () => ({ status: 'ABORTED', stopDate: new Date() });
    world.calls.length = 0;
    return drillId;
  }
  const writes = () =>
    world.calls
      .filter(({ service, command }) => service === 'RDS' && !/^(Describe|List)/.test(command))
      .map(({ command }) => command);
  const keeping = ['RemoveTagsFromResource', 'AddTagsToResource', 'ModifyDBInstance'];

  test('is kept by the clean-up: freed from its lease, protected, and told with what remains', async () => {
    const drillId = await anApprovedRestore();

    expect(await cleanUpAfterAbort(ended(drillId))).toMatchObject({ outcome: 'sealed' });

    expect(writes()).toEqual(keeping);
    const record = evidenceOf(drillId, 'record') as DrillRecord;
    expect(record.handOver).toMatchObject({ complete: false });
    expect(record.findings.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['INTERRUPTED', 'HAND_OVER_REFUSED', 'PROMOTION_FAILED']),
    );
    const [notice] = world.calls.filter(({ command }) => command === 'Publish');
    expect(JSON.stringify(notice)).toContain('What remains for you');
  });

  test('is kept by the sweeper when no clean-up ever came', async () => {
    const drillId = await anApprovedRestore();

    const swept = await sweep({});

    expect(writes()).toEqual(keeping);
    expect(swept.removed).toEqual([]);
    expect(swept.kept).toEqual([expect.objectContaining({ drillId })]);
  });
});

/** Values of the metrics in the log, by name; every one must have exactly these dimensions. */
function metricsOf(dimensions: Record<string, string>): Record<string, number> {
  const found: Record<string, number> = {};
  for (const line of logged() as Record<string, unknown>[]) {
    const aws = line._aws as { CloudWatchMetrics: { Dimensions: string[][]; Metrics: { Name: string }[] }[] };
    if (aws === undefined) continue;
    for (const { Dimensions, Metrics } of aws.CloudWatchMetrics) {
      expect(Dimensions).toEqual([Object.keys(dimensions)]);
      for (const [name, value] of Object.entries(dimensions)) expect(line[name]).toBe(value);
      for (const { Name } of Metrics) found[Name] = Number([line[Name]].flat()[0]);
    }
  }
  return found;
}

const published = () =>
  world.calls.filter(({ command }) => command === 'Publish').map(({ input }) => mailOf(input.Message));

describe('watch', () => {
  const at = (moment: string) => vi.useFakeTimers({ now: Date.parse(moment), toFake: ['Date'] });
  // An hour after the dump was made and uploaded.
  beforeEach(() => void at('2026-11-20T03:00:00.000Z'));
  afterEach(() => void vi.useRealTimers());

  test('sends one gauge with the dimension that the alarm matches, and nothing of each database', async () => {
    await watch({});

    expect(metricsOf({ Stack: 'restore-drill' })).toEqual({ Attention: 0 });
    expect(published()).toEqual([]);
  });

  test('tells people by name that there is no dump, counts it, and asks for no more than it may', async () => {
    world.s3.objects.delete(`backups/${dumpFile}`);

    await watch({});
    await watch({});

    expect(metricsOf({ Stack: 'restore-drill' })).toEqual({ Attention: 1 });
    expect(published()).toHaveLength(1);
    expect(published()[0]).toContain('shop: The newest dump is too old');
    expect(published()[0]).toContain('https://example.com/runbook.md#the-newest-dump-is-too-old');
    // The message comes once; the log names it every hour.
    const named = logged().filter((line) => 'message' in line && line.message === 'needs attention');
    expect(named).toMatchObject(Array(2).fill({ kind: 'dumpTooOld', database: 'shop' }));
  });

  test('tells of an objective that growth is about to break, from the records in the table', async () => {
    const ledger = createDynamoLedger({
      ...{ client: dynamoDbClient(), tableName: 'ledger', databases: ['shop'] },
      clock: { now: () => new Date(), sleep: async () => {} },
    });
    const records: DrillRecord[] = [];
    for (const [month, hours] of [3.1, 3.3, 3.5, 3.7].entries()) {
      const startedAt = new Date(Date.UTC(2026, 7, 20 + 30 * month)).toISOString();
      const [actualSeconds, bytes] = [3600 * hours, hours * 1e9];
      const record = withForecast(
        aRecord({
          ...{ drillId: `drill-month-${month}`, startedAt, endedAt: startedAt, sandbox: 'rds' },
          dump: aRecordedDump({ bytes }),
          phases: [{ name: 'Restore dump into sandbox', startedAt, seconds: actualSeconds, bytes }],
          rto: { targetSeconds: 14_400, actualSeconds, lastProvenSeconds: null },
        }),
        records,
      );
      records.push(record);
      await ledger.seal(record);
    }
    world.calls.length = 0;

    await watch({});
    await watch({});

    expect(metricsOf({ Stack: 'restore-drill' })).toEqual({ Attention: 1 });
    expect(published()).toHaveLength(1);
    expect(published()[0]).toContain('shop: An objective is about to be missed');
    expect(published()[0]).toContain('forecast to break the objective within 90 days');
    expect(published()[0]).toContain('https://example.com/runbook.md#an-objective-is-about-to-be-missed');
  });

  test('tells of an execution that failed, has no record, and of which no event came', async () => {
    await watch({});
    world.answers.ListExecutions = ({ statusFilter }) => ({
      executions:
        statusFilter === 'ABORTED'
          ? [
              {
                name: 'shop-lost',
                startDate: new Date('2026-11-20T02:00:00.000Z'),
                stopDate: new Date('2026-11-20T02:50:00.000Z'),
              },
            ]
          : [],
    });
    await watch({});
    expect(published()).toEqual([]);

    at('2026-11-20T05:00:00.000Z');
    await watch({});

    expect(published().join()).toContain('The execution shop-lost ended ABORTED');
  });

  test('sends its gauge and then fails, where people cannot be told', async () => {
    world.s3.objects.delete(`backups/${dumpFile}`);
    world.answers.Publish = () => {
      throw awsError('KMSDisabledException', 'no', 400);
    };

    await expect(watch({})).rejects.toThrow();

    expect(metricsOf({ Stack: 'restore-drill' })).toEqual({ Attention: 1 });
    delete world.answers.Publish;
    await watch({});
    expect(published().at(-1)).toContain('The newest dump is too old');
  });
});

describe('sweep', () => {
  test('tells the watch that nothing leaked', async () => {
    const swept = await sweep({ source: 'aws.events' });

    expect(swept).toEqual({ removed: [], kept: [] });
    expect(world.table.item('watch#sweep', 'sweep')).toMatchObject({ outlived: { L: [] } });
    expect(metricsOf({})).toEqual({});
  });

  test('reports nothing when it only looked', async () => {
    await sweep({ dryRun: true });

    expect(world.table.item('watch#sweep', 'sweep')).toBeUndefined();
  });
});

describe('ask-approval and answer-approval', () => {
  const taskToken = 'token-of-await-approval';

  /** Asks, and gives the two links as the message holds them. */
  async function theLinks() {
    const started = await aStartedDrill({ mode: 'restore', database: 'shop', confirm: 'shop' });
    const state = {
      ...(await selectDump(started)),
      stage: 'awaiting approval',
      approvalTimeoutSeconds: 3600,
    };
    world.calls.length = 0;
    await askApproval({ state, taskToken });
    const message = mailOf(world.calls.find(({ command }) => command === 'Publish')?.input.Message);
    return [...message.matchAll(/https:\/\/example\.lambda-url\S+/g)].map(([link]) =>
      Object.fromEntries(new URL(link).searchParams),
    );
  }
  const visit = (method: string, queryStringParameters: Record<string, string> | undefined) =>
    answerApproval({
      requestContext: { http: { method } },
      ...(queryStringParameters && { queryStringParameters }),
    });
  const answers = () => world.calls.filter(({ command }) => command === 'SendTaskSuccess');

  test('show the plan to whoever looks, and answer once when posted', async () => {
    const [approve] = await theLinks();

    const page = await visit('GET', approve);
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('shop');
    expect(page.body).toContain('<form method="post">');
    expect(page.headers['cache-control']).toBe('no-store');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(answers()).toEqual([]);

    expect((await visit('POST', approve)).statusCode).toBe(200);
    expect(answers().map(({ input }) => input)).toEqual([
      { taskToken, output: '{"decision":"approved","by":"link"}' },
    ]);

    expect((await visit('POST', approve)).statusCode).toBe(409);
    expect(answers()).toHaveLength(1);
    expect(lines.join()).not.toContain(taskToken);
  });

  test('have the alarm of the guards ring when an answer cannot be passed on, which no failed invocation tells', async () => {
    const [approve] = await theLinks();
    world.answers.SendTaskSuccess = () => {
      throw awsError('AccessDeniedException');
    };

    const page = await visit('POST', approve);
    delete world.answers.SendTaskSuccess;

    expect(page.statusCode).toBe(500);
    expect(logged()).toContainEqual(expect.objectContaining({ level: 'ERROR', unheard: 'yes' }));
  });

  test('refuse a link whose decision was changed, and a visit without one', async () => {
    const [approve] = await theLinks();

    expect((await visit('POST', { ...approve, decision: 'declined' })).statusCode).toBe(403);
    expect((await visit('GET', undefined)).statusCode).toBe(403);
    expect((await visit('DELETE', approve)).statusCode).toBe(405);
    expect(answers()).toEqual([]);
  });
});
