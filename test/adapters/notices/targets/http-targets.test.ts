import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createHealthcheckTarget } from '../../../../lib/adapters/notices/targets/healthcheck-target.ts';
import { createSlackTarget } from '../../../../lib/adapters/notices/targets/slack-target.ts';
import { createWebhookTarget } from '../../../../lib/adapters/notices/targets/webhook-target.ts';
import { aDrillState } from '../../../support/drill-states.ts';
import { type ReceivingServer, startReceivingServer } from '../../../support/receiving-server.ts';
import { aFailedRecord, aRecord } from '../../../support/records.ts';
import { inVariable, sealed, targetOptions } from './target-world.ts';

const proven = sealed(aRecord());
const failed = sealed(aFailedRecord());
const began = { kind: 'drill began', state: aDrillState({ stage: 'accepted', database: 'shop' }) } as const;
const signing = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

let server: ReceivingServer;
let secrets: Record<string, string>;
beforeEach(async () => {
  server = await startReceivingServer();
  secrets = { URL: `${server.origin}/hook`, KEY: signing };
});
afterEach(() => server.stop());

describe('slack', () => {
  const slack = (on: ('failure' | 'recovery' | 'every')[] = ['failure', 'recovery']) =>
    createSlackTarget(targetOptions({ slack: { url: inVariable('URL'), on } }, secrets));

  test('is told of a failure, as JSON with blocks', async () => {
    await slack().notify(failed);
    expect(server.received[0]?.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(JSON.parse(server.received[0]?.body ?? '')).toMatchObject({ blocks: expect.any(Array) });
  });

  test('hears nothing of a good drill after a good one, nor of a beginning', async () => {
    await slack().notify(sealed(aRecord(), { previousVerdict: 'PROVEN', lastProvenAt: null }));
    await slack(['every']).notify(began);
    expect(server.received).toEqual([]);
  });

  test('hears nothing where drills.yaml names none', async () => {
    await createSlackTarget(targetOptions({}, secrets)).notify(failed);
    expect(server.received).toEqual([]);
  });

  test('that has no address here says which keys give one', async () => {
    const nowhere = { variable: null, file: null, parameter: '/slack', secret: null };
    const target = createSlackTarget(targetOptions({ slack: { url: nowhere, on: ['every'] } }, {}));
    await expect(target.notify(failed)).rejects.toThrow('urlEnv or urlFile on a machine');
    expect(await target.inspect('shop')).toBeNull();
  });
});

describe('webhook', () => {
  const options = () =>
    targetOptions(
      { webhook: { url: inVariable('URL'), signingSecret: inVariable('KEY'), on: ['every'] } },
      secrets,
    );
  /** As a receiver checks it, by the library of Standard Webhooks; of the moment at which it was sent. */
  const verified = (secret: string, at = 0): unknown => {
    const { body = '', headers = {} } = server.received[at] ?? {};
    const now = Date.now;
    Date.now = () => Date.parse('2026-03-01T03:03:20.000Z');
    try {
      return new Webhook(secret).verify(body, headers as Record<string, string>);
    } finally {
      Date.now = now;
    }
  };

  test('gets the event, signed as Standard Webhooks verify it', async () => {
    await createWebhookTarget(options()).notify(proven);
    expect(verified(signing)).toMatchObject({
      type: 'Drill Sealed',
      timestamp: '2026-03-01T03:03:12.400Z',
      data: {
        schemaVersion: 1,
        database: 'shop',
        verdict: 'PROVEN',
        recordSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    });
  });

  test('is not believed with another secret', async () => {
    await createWebhookTarget(options()).notify(proven);
    expect(() => verified(`whsec_${Buffer.alloc(32, 8).toString('base64')}`)).toThrow(
      'No matching signature',
    );
  });

  test('has the same id when it is sent again, so that a receiver can tell', async () => {
    server.answer = (response, _received, count) => {
      response.statusCode = count === 1 ? 500 : 200;
      response.end();
    };
    await createWebhookTarget(options()).notify(proven);
    const ids = server.received.map(({ headers }) => headers['webhook-id']);
    expect(ids).toEqual(Array(2).fill('drill-sealed_drill-20260301-030000-a1b2'));
  });

  test('is not sent with a secret that could be guessed', async () => {
    secrets.KEY = 'too short';
    await expect(createWebhookTarget(options()).notify(proven)).rejects.toThrow(/has 9 bytes, 24 are needed/);
    expect(server.received).toEqual([]);
  });
});

describe('healthcheck', () => {
  const check = (start = false) =>
    createHealthcheckTarget(targetOptions({ healthcheck: { url: inVariable('URL'), start } }, secrets));
  const pings = () => server.received.map(({ path, body }) => `${path} ${body}`);

  test('is pinged by a proven drill, and by any other at /fail, with its codes', async () => {
    await check().notify(proven);
    await check().notify(failed);
    expect(pings()).toEqual([
      '/hook PROVEN drill-20260301-030000-a1b2',
      '/hook/fail NOT_PROVEN FK_ORPHANS drill-20260301-030000-a1b2',
    ]);
  });

  test('is pinged at /start only where that is asked for', async () => {
    await check(false).notify(began);
    await check(true).notify(began);
    expect(pings()).toEqual([`/hook/start ${began.state.drillId}`]);
  });

  test('is tried without a change of its state', async () => {
    await check().test('shop');
    expect(server.received.map(({ path }) => path)).toEqual(['/hook/log']);
  });
});
