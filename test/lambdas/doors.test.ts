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
import type { DrillState } from '../../lib/domain/drill/drill-state.ts';
import { aDrillState } from '../support/drill-states.ts';
import { type DoorWorld, enterDoorWorld } from './door-world.ts';

const dumpFile = 'shop_20261120T020000Z.sql.gz';
let world: DoorWorld;
let lines: string[];
let count = 0;
beforeAll(async () => {
  world = await enterDoorWorld();
});
afterAll(() => world.stop());
beforeEach(() => {
  lines = [];
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      lines.push(String(text));
      return true;
    });
  }
  world.answers.DescribeExecution = () => ({ status: 'RUNNING' });
  world.s3.objects.clear();
  world.s3.objects.set(`backups/${dumpFile}`, readFileSync(`examples/${dumpFile}`));
  for (const { pk, sk } of world.table.items())
    world.table.respond('DeleteItem', { TableName: 'ledger', Key: { pk, sk } });
  world.calls.length = 0;
});
afterEach(() => vi.restoreAllMocks());

const logged = () => lines.flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as object] : []));
const evidenceOf = (drillId: string, name: string) =>
  JSON.parse(world.s3.objects.get(`evidence/drills/${drillId}/${name}.json`)?.toString() ?? 'null') as never;

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

describe('watch', () => {
  test('writes the gauges of every database with the dimensions that the alarms match', async () => {
    await watch({});

    const gauges = metricsOf({ Stack: 'restore-drill', Database: 'shop' });
    expect(Object.keys(gauges).sort()).toEqual([
      'HoursSinceProven',
      'NewestDumpAgeHours',
      'RtoForecastMissed',
    ]);
    expect(gauges.HoursSinceProven).toBeCloseTo(0, 1);
    expect(gauges.NewestDumpAgeHours).toBeGreaterThan(0);
    expect(gauges.NewestDumpAgeHours).toBeLessThan(1_000_000);
    expect(gauges.RtoForecastMissed).toBe(0);
  });

  test('counts a source without a dump as older than any limit', async () => {
    world.s3.objects.delete(`backups/${dumpFile}`);

    await watch({});

    expect(metricsOf({ Stack: 'restore-drill', Database: 'shop' }).NewestDumpAgeHours).toBe(1_000_000);
  });
});

describe('sweep', () => {
  test('tells that nothing leaked', async () => {
    const swept = await sweep({ source: 'aws.events' });

    expect(swept).toEqual({ removed: [], kept: [] });
    expect(metricsOf({ Stack: 'restore-drill' })).toEqual({ ExpiredLeases: 0 });
  });

  test('writes no metric when it only looked', async () => {
    await sweep({ dryRun: true });

    expect(metricsOf({})).toEqual({});
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
    const message = String(world.calls.find(({ command }) => command === 'Publish')?.input.Message);
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

  test('refuse a link whose decision was changed, and a visit without one', async () => {
    const [approve] = await theLinks();

    expect((await visit('POST', { ...approve, decision: 'declined' })).statusCode).toBe(403);
    expect((await visit('GET', undefined)).statusCode).toBe(403);
    expect((await visit('DELETE', approve)).statusCode).toBe(405);
    expect(answers()).toEqual([]);
  });
});
