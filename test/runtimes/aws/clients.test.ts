import { expect, test } from 'vitest';
import * as clients from '../../../lib/runtimes/aws/clients.ts';

const { clientsInUse: _made, ...makers } = clients;

test.each(Object.entries(makers))('%s gives up on a service that never answers', async (_name, make) => {
  // The handler resolves its options lazily; nothing public tells them before the first request.
  const options: unknown = await Reflect.get(make().config.requestHandler, 'configProvider');

  expect(options).toMatchObject({
    connectionTimeout: 5_000,
    requestTimeout: 30_000,
    throwOnRequestTimeout: true,
  });
});
