import { expect, test } from 'vitest';
import { parseTaskCommand } from '../../../../lib/runtimes/aws/restore-task/task-command.ts';

const aHook = { COMMAND: 'credentials', DRILL_ID: 'drill-1', ATTEMPT: '1' };

test('the container beside a hook is told where an instance answers', () => {
  expect(
    parseTaskCommand({ ...aHook, PGHOST: 'db.example.com', PGPORT: '5432', PGUSER: 'drill_master' }),
  ).toEqual({
    ...{ command: 'credentials', drillId: 'drill-1' },
    sandbox: { sandboxHost: 'db.example.com', sandboxPort: 5432, sandboxRole: 'drill_master' },
  });
});

test('the container beside a hook is told which restore task it tunnels to', () => {
  expect(parseTaskCommand({ ...aHook, TUNNEL_HOST: '10.97.0.7', TUNNEL_KEY: 'key' })).toEqual({
    ...{ command: 'credentials', drillId: 'drill-1' },
    sandbox: { tunnelHost: '10.97.0.7', tunnelKey: 'key' },
  });
});

test('the container beside a hook that is told neither is refused by name', () => {
  expect(() => parseTaskCommand(aHook)).toThrow('PGHOST or TUNNEL_HOST');
});
