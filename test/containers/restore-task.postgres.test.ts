import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultDatabaseConfig, noKeys } from '../../lib/domain/config/index.ts';
import { type RdsLikeServer, startRdsLikeServer } from '../support/aws/rds-like-server.ts';
import { bundleRestoreImage } from '../support/built-parts.ts';
import { aDrillState, aDump } from '../support/drill-states.ts';
import { type AwsOverHttp, awsOverHttp, etagOf } from './aws-over-http.ts';

const dumpFile = 'examples/shop_20261120T020000Z.sql.gz';
const dumpKey = 'shop_20261120T020000Z.sql.gz';
const secretArn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:rds!db-1-abcdef';
const dump = readFileSync(dumpFile);

let image: string;
let server: RdsLikeServer;
beforeAll(async () => {
  image = bundleRestoreImage(mkdtempSync(join(tmpdir(), 'restore-drill-image-')));
  server = await startRdsLikeServer();
});
afterAll(async () => {
  await server.stop();
  rmSync(image, { recursive: true, force: true });
});

/** What "Prepare restore" leaves for a task. */
function aRequest(drillId: string, attempt: number) {
  const { host, port, masterRole, serverVersion } = server;
  const sandboxId = 'restore-drill-test-0123456789';
  const address = { sandboxId, host, port, masterRole, serverVersion, secretArn };
  const startedAt = '2026-11-20T03:00:00.000Z';
  return {
    ...aDrillState({
      drillId,
      attempt,
      dump: aDump({ key: dumpKey, sizeBytes: dump.length, etag: etagOf(dump), expectedSha256: null }),
      sandbox: { sandboxId, askedAt: startedAt, address },
    }),
    databaseConfig: defaultDatabaseConfig({
      kind: 's3',
      bucket: 'backups',
      prefix: '',
      region: 'eu-west-1',
      endpointUrl: null,
      pathStyle: true,
      credentialsSecret: null,
      expectedBucketOwner: null,
      pattern: null,
      timezone: 'UTC',
      minBytes: 0,
      maxAgeSeconds: null,
      intervalSeconds: null,
      decrypt: noKeys,
      member: null,
      physical: null,
    }),
  };
}

interface Ended {
  exitCode: number | null;
  output: string;
}

/** Runs the image's entry point as the container would, and gives how it ended. */
function runImage(
  aws: AwsOverHttp,
  environment: Record<string, string>,
  onStart: (kill: (signal: NodeJS.Signals) => void) => void = () => {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(image, 'app', 'main.mjs')], {
      cwd: join(image, 'app'),
      env: { PATH: process.env.PATH, RDS_CA_BUNDLE: server.caFile, ...aws.environment, ...environment },
    });
    let output = '';
    child.stdout.on('data', (piece: Buffer) => {
      output += piece.toString();
    });
    child.stderr.on('data', (piece: Buffer) => {
      output += piece.toString();
    });
    child.on('exit', (exitCode) => resolve({ exitCode, output }));
    onStart((signal) => child.kill(signal));
  });
}

async function anAws(options: Partial<Parameters<typeof awsOverHttp>[0]> = {}): Promise<AwsOverHttp> {
  const secret = JSON.stringify({ username: server.masterRole, password: server.masterPassword });
  const aws = await awsOverHttp({ secret, ...options });
  aws.objects.set(`backups/${dumpKey}`, dump);
  return aws;
}

const put = (aws: AwsOverHttp, drillId: string, name: string, value: unknown) =>
  aws.objects.set(`evidence/drills/${drillId}/${name}.json`, Buffer.from(JSON.stringify(value)));
const evidenceOf = (aws: AwsOverHttp, drillId: string, name: string) =>
  JSON.parse(aws.objects.get(`evidence/drills/${drillId}/${name}.json`)?.toString() ?? 'null') as Record<
    string,
    unknown
  > | null;
const reportsOf = (aws: AwsOverHttp) => aws.calls.filter(({ operation }) => operation.startsWith('SendTask'));
const pointers = (drillId: string, command = 'restore') => ({
  COMMAND: command,
  DRILL_ID: drillId,
  ATTEMPT: '1',
  TASK_TOKEN: 'token-of-the-waiting-state',
});

describe('the restore image', () => {
  test('restores a dump, opens the sandbox to tokens and gives the summary to the waiting state', async () => {
    const aws = await anAws();
    put(aws, 'd1', 'restore-request-1', aRequest('d1', 1));

    const { exitCode, output } = await runImage(aws, pointers('d1'));

    await aws.stop();
    expect(output).toContain('"receipt":"taken"');
    expect(exitCode).toBe(0);
    const [report, ...more] = reportsOf(aws);
    expect(more).toEqual([]);
    expect(report?.operation).toBe('SendTaskSuccess');
    expect(report?.input.taskToken).toBe('token-of-the-waiting-state');
    const summary = JSON.parse(String(report?.input.output)) as Record<string, unknown>;
    expect(summary).toMatchObject({ complete: true });
    expect(summary.rowsLoaded).toBeGreaterThan(100);
    expect(evidenceOf(aws, 'd1', 'account-1')).toMatchObject({ complete: true });
    const [count] = await server.asSuperuser(
      'postgres',
      `select pg_has_role('${server.masterRole}', 'rds_iam', 'member') as admitted`,
    );
    expect(count?.admitted).toBe(true);
    expect(output).not.toContain('token-of-the-waiting-state');
    expect(output).not.toContain(server.masterPassword);
  });

  test('names a dump that is gone to the waiting state, and tells no token', async () => {
    const aws = await anAws();
    aws.objects.delete(`backups/${dumpKey}`);
    put(aws, 'd2', 'restore-request-1', aRequest('d2', 1));

    const { exitCode, output } = await runImage(aws, pointers('d2'));

    await aws.stop();
    expect(exitCode).toBe(1);
    const [report, ...more] = reportsOf(aws);
    expect(more).toEqual([]);
    expect(report?.operation).toBe('SendTaskFailure');
    expect(report?.input.error).toBe('DUMP_NOT_FOUND');
    const cause = JSON.parse(String(report?.input.cause)) as Record<string, unknown>;
    expect(cause.errorMessage).toContain(dumpKey);
    expect(cause.hint).toEqual(expect.any(String));
    expect(output).not.toContain('token-of-the-waiting-state');
  });

  test('reports INTERRUPTED when Fargate stops it in the middle', async () => {
    let stop: (signal: NodeJS.Signals) => void = () => {};
    const aws = await anAws({
      stalled: (key) => {
        const ofTheDump = key.startsWith('backups/');
        if (ofTheDump) stop('SIGTERM');
        return ofTheDump;
      },
    });
    put(aws, 'd3', 'restore-request-1', aRequest('d3', 1));

    const { exitCode } = await runImage(aws, pointers('d3'), (kill) => {
      stop = kill;
    });

    await aws.stop();
    expect(exitCode).toBe(1);
    expect(reportsOf(aws).map(({ operation, input }) => [operation, input.error])).toEqual([
      ['SendTaskFailure', 'INTERRUPTED'],
    ]);
  });

  test('fails at once when the machine started it wrongly', async () => {
    const aws = await anAws();

    const { exitCode, output } = await runImage(aws, { COMMAND: 'restore', DRILL_ID: 'd4', ATTEMPT: 'one' });

    await aws.stop();
    expect(exitCode).toBe(1);
    expect(output).toContain('ATTEMPT, TASK_TOKEN');
    expect(aws.calls).toEqual([]);
  });

  test('is not healthy before the credentials of a hook are there', async () => {
    const child = spawn(process.execPath, [join(image, 'app', 'main.mjs'), 'healthy'], { stdio: 'ignore' });

    const exitCode = await new Promise((resolve) => child.on('exit', resolve));

    expect(exitCode).toBe(1);
  });
});
