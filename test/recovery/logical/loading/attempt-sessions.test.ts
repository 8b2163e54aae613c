import { beforeAll, describe, expect, test } from 'vitest';
import {
  openSessions,
  type SessionParts,
} from '../../../../lib/recovery/logical/loading/attempt-sessions.ts';
import { Session } from '../../../../lib/recovery/logical/loading/connection.ts';
import { announcementsIn } from '../../../../lib/recovery/logical/policy/announcements.ts';
import { databaseRequest } from '../../../../lib/recovery/logical/policy/databases.ts';
import { loadPolicy } from '../../../../lib/recovery/logical/policy/load-policy.ts';
import { aRestoreRequest } from '../../../support/restore-request.ts';
import { TestServer } from '../../../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.shared('target');
});

function parts(changes: Partial<SessionParts> = {}): SessionParts {
  const connectionTo = (database: string) => server.access.connection(server.address, database);
  return {
    request: aRestoreRequest({ sandbox: server.address }),
    access: server.access,
    connectionTo,
    overseer: async () => Session.open(await connectionTo('postgres'), []),
    loadingPolicy: loadPolicy().then((policy) => ({ ...policy, databaseRequest, announcementsIn })),
    forgivesCancels: true,
    ...changes,
  };
}

/** Sessions of a restore that the server still has. A backend that was told to end takes a moment. */
async function sessionsLeft(): Promise<number> {
  for (let tries = 0; ; tries += 1) {
    const [[left] = []] = await server.sql(
      'postgres',
      `SELECT count(*)::int FROM pg_stat_activity WHERE application_name = 'restore-drill'`,
    );
    if (left === 0 || tries === 40) return Number(left);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('the session of the restore, which asked what the server is like, and the watch stand', async () => {
  const { admin, watch, facts, rolesBefore } = await openSessions(parts());
  expect(facts.majorVersion).toBe(server.majorVersion);
  expect(rolesBefore.has('master')).toBe(true);
  expect(await watch.restarted()).toBe(false);
  await admin.close();
  await watch.close();
  expect(await sessionsLeft()).toBe(0);
});

describe('no session stays open where', () => {
  const refused = new Error('refused');

  test('the watch cannot be had', async () => {
    const overseer = (): Promise<never> => Promise.reject(refused);
    await expect(openSessions(parts({ overseer }))).rejects.toBe(refused);
    expect(await sessionsLeft()).toBe(0);
  });

  test('the policy cannot be loaded', async () => {
    const loadingPolicy = Promise.reject(refused);
    // As whoever begins to load it does.
    loadingPolicy.catch(() => {});
    await expect(openSessions(parts({ loadingPolicy }))).rejects.toBe(refused);
    expect(await sessionsLeft()).toBe(0);
  });

  test('the server refuses how it is set for loading', async () => {
    const request = aRestoreRequest({ sandbox: server.address, options: { connections: Number.NaN } });
    await expect(openSessions(parts({ request }))).rejects.toThrow('maintenance_work_mem');
    expect(await sessionsLeft()).toBe(0);
  });
});
