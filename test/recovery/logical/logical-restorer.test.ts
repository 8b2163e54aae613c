import { expect, test } from 'vitest';
import type { RestoreRequest } from '../../../lib/ports/recovery.ts';
import { LogicalRestorer } from '../../../lib/recovery/logical/logical-restorer.ts';
import { aHeader, reading } from './loading/support/events.ts';

const refuseToBeCalled = (): never => {
  throw new Error('nothing is read from the store');
};

const request: RestoreRequest = {
  dump: {
    key: 'shop.dump',
    directory: false,
    sizeBytes: 0,
    uploadedAt: '2026-01-01T00:00:00Z',
    nameTimestamp: null,
    nameTimestampEnd: null,
    expectedSha256: null,
    header: aHeader(),
  },
  store: { location: 'nowhere', list: refuseToBeCalled, stat: refuseToBeCalled, open: refuseToBeCalled },
  sandbox: { sandboxId: 'test', host: '/nowhere', port: 1, masterRole: 'master', serverVersion: '15.18' },
  options: {
    connections: 2,
    createMissingRoles: true,
    allowCreate: true,
    keepOrder: [],
    entryTimeoutSeconds: 1800,
    maxStatementBytes: 32 * 1024 ** 2,
    maxRatio: 10_000,
    passphrase: null,
  },
  onProgress: () => {},
  signal: new AbortController().signal,
};

test.each([
  ['before the session was refused', 0],
  ['after it', 20],
])('a dump that was opened %s is closed', async (_, openedAfterMs) => {
  const refused = new Error('the sandbox lets nobody in');
  let closed = 0;
  const restorer = new LogicalRestorer({
    access: {
      connection: async () => {
        await new Promise((resolve) => setTimeout(resolve, 10));
        throw refused;
      },
    },
    openDump: async () => {
      await new Promise((resolve) => setTimeout(resolve, openedAfterMs));
      const close = (): void => {
        closed += 1;
      };
      return { reader: reading([]), sha256: async () => null, bytesRead: () => 0, close };
    },
    loadPolicy: () => new Promise(() => {}),
  });

  await expect(restorer.restore(request)).rejects.toBe(refused);
  await new Promise((resolve) => setTimeout(resolve, openedAfterMs + 10));
  expect(closed).toBe(1);
});
