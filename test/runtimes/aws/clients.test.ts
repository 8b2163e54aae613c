import { expect, test } from 'vitest';
import * as clients from '../../../lib/runtimes/aws/clients.ts';
import { backupClient } from '../../../lib/runtimes/aws/ports/backup-validation.ts';
import { securityHubClient } from '../../../lib/runtimes/aws/ports/security-hub.ts';

// The handler resolves its options lazily; nothing public tells them before the first request.
const optionsOf = (client: { config: { requestHandler: object } }): Promise<unknown> =>
  Reflect.get(client.config.requestHandler, 'configProvider');

test.each(Object.entries(clients))('%s gives up on a service that never answers', async (_name, make) => {
  expect(await optionsOf(make())).toMatchObject({
    connectionTimeout: 5_000,
    requestTimeout: 30_000,
    throwOnRequestTimeout: true,
  });
});

test.each(Object.entries({ backupClient, securityHubClient }))(
  '%s gives up before the drill that it tells of runs out of time',
  async (_name, make) => {
    const { requestTimeout } = (await optionsOf(make())) as { requestTimeout: number };
    expect(requestTimeout * (await make().config.maxAttempts())).toBeLessThan(20_000);
  },
);
