import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { handler as prepareHandOver } from '../../lambdas/prepare-hand-over.ts';
import { handler as runCheck } from '../../lambdas/run-check.ts';
import { type RdsLikeServer, startRdsLikeServer } from '../support/aws/rds-like-server.ts';
import { anApprovedState } from '../support/drill-states.ts';
import { type DoorWorld, enterDoorWorld } from './door-world.ts';

let world: DoorWorld;
let server: RdsLikeServer;
beforeAll(async () => {
  server = await startRdsLikeServer();
  world = await enterDoorWorld();
  process.env.RDS_CA_BUNDLE = server.caFile;
  process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';
  await server.asSuperuser(
    'postgres',
    `create table members (id int); insert into members values (1), (2);
     alter table members owner to ${server.masterRole}`,
  );
});
beforeEach(() => server.asSuperuser('postgres', `grant rds_iam to ${server.masterRole}`));
afterAll(async () => {
  await world.stop();
  await server.stop();
});

const put = (name: string, value: unknown) =>
  world.s3.objects.set(`evidence/drills/d1/${name}.json`, Buffer.from(JSON.stringify(value)));
const evidenceOf = (name: string) =>
  JSON.parse(world.s3.objects.get(`evidence/drills/d1/${name}.json`)?.toString() ?? 'null') as {
    result: { status: string; findings: { code: string }[] };
  };

function theAddress() {
  const { host, port, masterRole, serverVersion } = server;
  return { sandboxId: 'restore-drill-test-0123456789', host, port, masterRole, serverVersion };
}

/** A planned question whose answer is 2, and what it is expected to be. */
const aQuestion = (expected: number) => ({
  id: 'sql:members',
  kind: 'sql',
  name: 'members',
  database: 'postgres',
  statementTimeoutSeconds: 30,
  params: { sql: { name: 'members', query: 'select count(*) from members', expect: expected } },
});

const item = (index: number) => ({
  drillId: 'd1',
  attempt: 1,
  database: 'shop',
  address: theAddress(),
  check: { index, name: 'members' },
});

describe('the doors in the isolated subnets', () => {
  test('ask the sandbox with a token signed on the spot, need no secret, and keep the answer as evidence', async () => {
    put('checks-1', { planned: [aQuestion(2), aQuestion(3)], notTested: [] });

    expect(await runCheck(item(0))).toEqual({ index: 0, status: 'passed' });
    expect(await runCheck(item(1))).toEqual({ index: 1, status: 'failed' });

    expect(evidenceOf('check-1-1').result.findings.map(({ code }) => code)).toEqual(['EXPECTATION_FAILED']);
    expect(server.acceptedTokens.length).toBeGreaterThanOrEqual(2);
    // Neither Secrets Manager nor anything else but the evidence bucket was asked.
    expect(world.calls).toEqual([]);
    expect(world.s3.calls).toEqual([]);
  });

  test('name a sandbox that is gone', async () => {
    put('checks-1', { planned: [aQuestion(2)], notTested: [] });
    const gone = { ...item(0), address: { ...theAddress(), port: 1 } };

    await expect(runCheck(gone)).rejects.toMatchObject({ name: 'SANDBOX_LOST' });
  });

  test('take the tokens back before a hand-over, so that the secret lets its owner in', async () => {
    put('prepared-1', [{ database: 'postgres', forcedTables: [] }]);
    const sandbox = { sandboxId: 'x', askedAt: '2026-11-20T03:00:00Z', address: theAddress() };
    const state = anApprovedState({ drillId: 'd1', sandbox });

    const prepared = await prepareHandOver(state);

    expect(prepared.stage).toBe('ready to promote');
    const [row] = await server.asSuperuser(
      'postgres',
      `select pg_has_role('${server.masterRole}', 'rds_iam', 'member') as admitted`,
    );
    expect(row?.admitted).toBe(false);
  });
});
