import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { handler as cleanUpAfterAbort } from '../../lambdas/clean-up-after-abort.ts';
import { handler as normaliseRequest } from '../../lambdas/normalise-request.ts';
import { type ReceivingServer, startReceivingServer } from '../support/receiving-server.ts';
import { type DoorWorld, enterDoorWorld } from './door-world.ts';

const notify = `notify:
  slack: { urlSecret: restore-drill/slack }
  webhook: { urlParameter: /events/url, secretSecret: events/key }
  healthcheck: { urlParameter: /check/url, start: true }`;

let world: DoorWorld;
let server: ReceivingServer;
let lines: string[];
beforeAll(async () => {
  server = await startReceivingServer();
  world = await enterDoorWorld({ notify });
  world.answers.DescribeExecution = () => ({ status: 'RUNNING' });
  world.answers.GetSecretValue = ({ SecretId }) => ({
    SecretString:
      SecretId === 'events/key' ? 'a key that is long enough' : `${server.origin}/very-secret-slack`,
  });
  world.answers.GetParameter = ({ Name, WithDecryption }) => ({
    Parameter: {
      Value: WithDecryption === true ? `${server.origin}/very-secret${String(Name)}` : 'encrypted',
    },
  });
});
afterAll(async () => {
  await world.stop();
  await server.stop();
});
beforeEach(() => {
  lines = [];
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      lines.push(String(text));
      return true;
    });
  }
});
afterEach(() => vi.restoreAllMocks());

async function anAbortedDrill(name: string): Promise<void> {
  await normaliseRequest({ input: {}, execution: { id: 'x', name, startedAt: '2026-11-20T03:00:00.000Z' } });
  const detail = { name, status: 'ABORTED', input: '{}', startDate: Date.parse('2026-11-20T03:00:00Z') };
  await cleanUpAfterAbort({ detail });
}

describe('the doors of a deployed drills.yaml with notify', () => {
  test('tell its beginning and its end to whom it names, by secrets of either store, beside the topic', async () => {
    await anAbortedDrill('drill-1');
    const told = server.received.map(({ path, body }) => [path, body.slice(0, 50)]);
    expect([told[0], ...told.slice(1).sort()]).toEqual([
      ['/very-secret/check/url/start', 'drill-1'],
      ...[
        ['/very-secret-slack', expect.stringContaining('shop')],
        ['/very-secret/check/url/fail', expect.stringContaining('COULD_NOT_VERIFY INTERRUPTED')],
        ['/very-secret/events/url', expect.stringContaining('{"type":"Drill Sealed"')],
      ].sort(),
    ]);
    const slack = server.received.find(({ path }) => path === '/very-secret-slack');
    expect(slack?.body).toContain('s3://evidence/drills/drill-1/report.html');
    expect(world.calls.filter(({ command }) => command === 'Publish')).toHaveLength(1);
    expect(lines.join('')).not.toContain('very-secret');
  });

  test('log and count whom they could not tell, and say no secret', async () => {
    server.answer = (response, { path }) => {
      response.statusCode = path.endsWith('slack') ? 403 : 200;
      response.end();
    };
    await anAbortedDrill('drill-2');
    const logged = lines.filter((line) => line.includes('"unheard":"yes"'));
    expect(logged.map((line) => JSON.parse(line) as object)).toMatchObject([
      {
        message: 'could not send "drill sealed" to slack',
        ...{ error: 'it answered HTTP 403', unheard: 'yes', drillId: 'drill-2' },
      },
    ]);
    expect(lines.join('')).not.toContain('very-secret');
  });
});
