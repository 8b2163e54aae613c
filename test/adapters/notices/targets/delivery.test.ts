import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDelivery, type DeliveryLimits } from '../../../../lib/adapters/notices/targets/delivery.ts';
import { NotDelivered } from '../../../../lib/ports/not-delivered.ts';
import { type ReceivingServer, startReceivingServer } from '../../../support/receiving-server.ts';

const limits: DeliveryLimits = { attemptSeconds: 5, totalSeconds: 20, pausesSeconds: [1, 3, 9] };
const secretPath = '/services/T0/B0/very-secret';

let server: ReceivingServer;
beforeEach(async () => {
  server = await startReceivingServer();
});
afterEach(() => server.stop());

/** One delivery to the server, without real pauses. */
function delivering(given: Partial<DeliveryLimits> = {}, signal = new AbortController().signal) {
  const pauses: number[] = [];
  const clock = { sleep: async (seconds: number) => void pauses.push(seconds) };
  const deliver = createDelivery({ clock, signal, limits: { ...limits, ...given } });
  const send = () => deliver({ url: new URL(`${server.origin}${secretPath}`), body: 'the body' });
  /** What is said of a delivery that fails. */
  const failure = () =>
    send().then(
      () => 'it was taken',
      (error: unknown) => (error instanceof NotDelivered ? error.message : error),
    );
  return { send, failure, pauses };
}

const answering = (...statuses: number[]) => {
  server.answer = (response, _received, count) => {
    response.statusCode = statuses[count - 1] ?? 200;
    response.end();
  };
};

describe('a delivery', () => {
  test('is one POST when it is taken', async () => {
    await delivering().send();
    expect(server.received).toMatchObject([{ method: 'POST', path: secretPath, body: 'the body' }]);
  });

  test.each([429, 408, 500, 503])(
    'is repeated with growing pauses while the answer is %i',
    async (status) => {
      answering(status, status);
      const { send, pauses } = delivering();
      await send();
      expect(server.received.length).toBe(3);
      expect(pauses).toEqual([1, 3]);
    },
  );

  test('waits as long as Retry-After asks, within bounds', async () => {
    server.answer = (response, _received, count) => {
      response.statusCode = count === 3 ? 200 : 429;
      response.setHeader('retry-after', count === 1 ? '4' : '86400').end();
    };
    const { send, pauses } = delivering();
    await send();
    expect(pauses).toEqual([4, 5]);
  });

  test('ends after its attempts, and says by which answer', async () => {
    answering(502, 502, 502, 502, 502);
    expect(await delivering().failure()).toBe('it answered HTTP 502, the last of 4 attempts');
    expect(server.received.length).toBe(4);
  });

  test.each([400, 401, 403, 404, 410])('is not repeated when the answer is %i', async (status) => {
    answering(status, status);
    expect(await delivering().failure()).toBe(`it answered HTTP ${status}`);
    expect(server.received.length).toBe(1);
  });

  test('says the one word by which Slack refuses', async () => {
    server.answer = (response) => {
      response.writeHead(400, { 'content-type': 'text/plain' }).end('invalid_blocks');
    };
    expect(await delivering().failure()).toBe('it answered HTTP 400 (invalid_blocks)');
  });

  test('never says any other answer, which may quote what was sent', async () => {
    server.answer = (response, { body }) => {
      response.writeHead(400, { 'content-type': 'text/plain' }).end(`you sent: ${body}`);
    };
    expect(await delivering().failure()).toBe('it answered HTTP 400');
  });

  test('does not follow a redirect: nobody named who is there', async () => {
    const elsewhere = await startReceivingServer();
    server.answer = (response) => response.writeHead(307, { location: `${elsewhere.origin}/` }).end();
    expect(await delivering().failure()).toBe('it answered HTTP 307, a redirect, which is not followed');
    expect(elsewhere.received).toEqual([]);
    await elsewhere.stop();
  });

  test('waits for no answer longer than its limit', async () => {
    server.answer = () => {};
    const begun = Date.now();
    expect(await delivering({ attemptSeconds: 0.2, pausesSeconds: [0] }).failure()).toBe(
      'no answer in time, the last of 2 attempts',
    );
    expect(Date.now() - begun).toBeLessThan(3000);
  });

  test('ends with all its attempts at the total limit', async () => {
    server.answer = () => {};
    const begun = Date.now();
    expect(await delivering({ attemptSeconds: 60, totalSeconds: 0.3 }).failure()).toBe('no answer in time');
    expect(Date.now() - begun).toBeLessThan(3000);
  });

  test('ends 2 s after the drill was interrupted', async () => {
    server.answer = () => {};
    const begun = Date.now();
    expect(await delivering({ attemptSeconds: 60, totalSeconds: 60 }, AbortSignal.abort()).failure()).toBe(
      'no answer in time',
    );
    expect(Date.now() - begun).toBeLessThan(4000);
  });

  test('to nobody is said by the code of the failure, never by its address', async () => {
    const { failure } = delivering({ pausesSeconds: [] });
    const { origin } = server;
    await server.stop();
    const said = await failure();
    server = await startReceivingServer();
    expect(said).toBe('no answer (ECONNREFUSED)');
    expect(said).not.toContain(new URL(origin).port);
  });

  test('to a server whose certificate nobody vouches for is refused', async () => {
    const stranger = await startReceivingServer({ tls: true });
    const clock = { sleep: async () => {} };
    const none = new AbortController().signal;
    const deliver = createDelivery({ clock, signal: none, limits: { ...limits, pausesSeconds: [] } });
    await expect(deliver({ url: new URL(stranger.origin), body: '' })).rejects.toThrow(
      'no answer (UNABLE_TO_VERIFY_LEAF_SIGNATURE)',
    );
    expect(stranger.received).toEqual([]);
    await stranger.stop();
  });
});
