import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { handler as askApproval } from '../../lambdas/ask-approval.ts';
import { handler as judge } from '../../lambdas/judge.ts';
import { handler as lookAtPromotion } from '../../lambdas/look-at-promotion.ts';
import { handler as lookAtSandbox } from '../../lambdas/look-at-sandbox.ts';
import { handler as planChecks } from '../../lambdas/plan-checks.ts';
import { handler as prepareHandOver } from '../../lambdas/prepare-hand-over.ts';
import { handler as prepareRestore } from '../../lambdas/prepare-restore.ts';
import { handler as promote } from '../../lambdas/promote.ts';
import { handler as provisionSandbox } from '../../lambdas/provision-sandbox.ts';
import { handler as selectDump } from '../../lambdas/select-dump.ts';
import { handler as tearDownSandbox } from '../../lambdas/tear-down-sandbox.ts';
import { handler as thawDump } from '../../lambdas/thaw-dump.ts';
import { handedOverTag, tagKeys } from '../../lib/contract/names.ts';
import { anInstance } from '../adapters/sandboxes/rds/rds-account.ts';
import { type RdsLikeServer, startRdsLikeServer } from '../support/aws/rds-like-server.ts';
import { anAccount, aPassedCheck } from '../support/in-memory-ports.ts';
import { releasedAt, releasedStates } from '../support/released-states.ts';
import { type DoorWorld, enterDoorWorld } from './door-world.ts';

const drillId = 'drill-1';
let world: DoorWorld;
let server: RdsLikeServer;
beforeAll(async () => {
  server = await startRdsLikeServer();
  world = await enterDoorWorld();
  Object.assign(process.env, {
    RDS_CA_BUNDLE: server.caFile,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    SANDBOX_SUBNET_GROUP: 'restore-drill-sandbox',
    SANDBOX_SECURITY_GROUP: 'sg-0a1b2c',
  });
});
beforeEach(() => {
  world.s3.objects.clear();
  world.answers.DescribeDBInstances = () => ({ DBInstances: [] });
});
afterAll(async () => {
  await world.stop();
  await server.stop();
});

type Document = Record<string, unknown>;

const put = (name: string, value: unknown) =>
  world.s3.objects.set(`evidence/drills/${drillId}/${name}.json`, Buffer.from(JSON.stringify(value)));

/** The instance of the drill in a document, as RDS describes it. */
function theInstance({ sandbox }: Document, tags: Record<string, string>, promoted = false): void {
  const { sandboxId } = sandbox as { sandboxId: string };
  const all = { [tagKeys.stack]: 'restore-drill', [tagKeys.drill]: drillId, ...tags };
  const instance = anInstance({
    DBInstanceIdentifier: sandboxId,
    TagList: Object.entries(all).map(([Key, Value]) => ({ Key, Value })),
    ...(promoted ? { MultiAZ: true, DeletionProtection: true } : {}),
  });
  world.answers.DescribeDBInstances = () => ({ DBInstances: [instance] });
}

const leased = { [tagKeys.lease]: '2026-11-23T03:00:00.000Z' };

/** A document whose sandbox is the server of this test: the recorded one is long gone. */
function withServer(document: Document): Document {
  const { host, port, masterRole, serverVersion } = server;
  const sandbox = document.sandbox as { sandboxId: string };
  const { sandboxId } = sandbox;
  return {
    ...document,
    sandbox: { ...sandbox, address: { sandboxId, host, port, masterRole, serverVersion } },
  };
}

/** What goes on from a stage, in a world where it can: the stage that comes of it. */
const goingOn: Record<string, (document: Document) => Promise<string>> = {
  accepted: async (document) => {
    world.s3.objects.set(
      'backups/shop_20261118T020000Z.sql.gz',
      readFileSync('examples/shop_20261120T020000Z.sql.gz'),
    );
    return (await selectDump(document)).stage;
  },
  'dump selected': async (document) => (await thawDump(document)).stage,
  'sandbox planned': async (document) => (await provisionSandbox(document)).stage,
  'sandbox pending': async (document) => {
    theInstance(document, leased);
    return (await lookAtSandbox(document)).stage;
  },
  'sandbox ready': async (document) => (await prepareRestore(document)).stage,
  'restore prepared': async (document) => {
    put('account-1', anAccount());
    return (await planChecks(document)).stage;
  },
  'checks planned': async (document) => {
    const check = { id: 'rows', kind: 'rowCounts', name: 'row counts', database: 'restored' };
    const planned = { ...check, statementTimeoutSeconds: 60, params: {} };
    put('account-1', anAccount());
    put('checks-1', { planned: [planned], notTested: [] });
    put('check-1-0', { result: aPassedCheck(planned), endedAt: '2026-11-20T03:00:03.000Z' });
    return (await judge(document)).stage;
  },
  'awaiting approval': async (document) => {
    await askApproval({ state: document, taskToken: 'token' });
    await server.asSuperuser('postgres', `grant rds_iam to ${server.masterRole}`);
    put('prepared-1', []);
    const approval = { decision: 'approved', by: 'grace' };
    return (await prepareHandOver(withServer({ ...document, approval }))).stage;
  },
  'ready to promote': async (document) => {
    theInstance(document, leased);
    return (await promote(document)).stage;
  },
  'promotion pending': async (document) => {
    theInstance(document, { [handedOverTag]: drillId }, true);
    return (await lookAtPromotion(document)).stage;
  },
};

const next: Record<string, string> = {
  accepted: 'dump selected',
  'dump selected': 'dump readable',
  'sandbox planned': 'sandbox pending',
  'sandbox pending': 'sandbox ready',
  'sandbox ready': 'restore prepared',
  'restore prepared': 'checks planned',
  'checks planned': 'awaiting approval',
  'awaiting approval': 'ready to promote',
  'ready to promote': 'promotion pending',
  'promotion pending': 'promoted',
};

describe('an execution that began before a deployment', () => {
  test.each(releasedStates)('goes on from $name through the deployed door', async ({ stage, document }) => {
    expect(await goingOn[stage]!(document)).toBe(next[stage]);
  });

  test.each(releasedStates)('can be torn down from $name', async ({ document }) => {
    const leaving = await tearDownSandbox(document);

    expect(leaving.stage).toBe('sandbox leaving');
    const asked = (document.sandbox as { sandboxId: string } | null)?.sandboxId;
    expect(leaving.sandbox?.sandboxId).toBe(asked);
  });

  test('ends by name when its document cannot be read', async () => {
    const [released] = releasedAt('promotion pending');
    const truncated = { ...released!.document, plan: 'cut' };

    const error = await lookAtPromotion(truncated).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ name: 'STATE_UNREADABLE' });
    expect(String(error)).toContain('plan');
  });
});
