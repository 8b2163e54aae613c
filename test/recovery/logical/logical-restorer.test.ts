import { expect, test } from 'vitest';
import { LogicalRestorer } from '../../../lib/recovery/logical/logical-restorer.ts';
import { aRestoreRequest } from '../../support/restore-request.ts';
import { reading } from './loading/support/events.ts';

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

  await expect(restorer.restore(aRestoreRequest())).rejects.toBe(refused);
  await new Promise((resolve) => setTimeout(resolve, openedAfterMs + 10));
  expect(closed).toBe(1);
});
