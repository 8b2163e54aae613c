import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isRoot, World } from './support/world.ts';

let world: World;
beforeEach(async () => {
  world = await World.open({ forNormalUser: true });
});
afterEach(() => world.remove());

const dump = `-- PostgreSQL database dump
-- Dumped from database version 15.1
-- Dumped by pg_dump version 15.1
CREATE TABLE public.notes (id integer);
COPY public.notes (id) FROM stdin;
1
\\.
-- PostgreSQL database dump complete
`;
const asNormalUser = { asNormalUser: true };
const withoutNamespaces = { asNormalUser: true, withoutNamespaces: true };

async function canMakeNamespaces(): Promise<boolean> {
  const { stdout } = await world.run(['doctor'], asNormalUser);
  return stdout.includes('its own: no address');
}

describe('a sandbox of an ordinary user', { timeout: 300_000 }, () => {
  test('where no namespaces can be made proves as well, and record, report and doctor name what was absent', async ({
    skip,
  }) => {
    if (!(isRoot || (await canMakeNamespaces()))) skip('the machine itself forbids what forbids it here');
    const options = withoutNamespaces;
    const { record } = await world.expectProven(['--dump', world.backup('notes.sql', dump)], options);

    expect(record.notTested).toContainEqual(
      expect.stringMatching(
        /^A network and files of the server's own: this machine makes no namespaces \(.+\)/,
      ),
    );
    const report = await world.run(['show', record.drillId], options);
    expect(report.stdout).toContain('this machine makes no namespaces');
    const doctor = await world.run(['doctor'], options);
    expect(doctor.stdout).toContain('shared with this machine, because namespaces cannot be made');
  });

  test('where they can be made lacks nothing that its record would have to name', async ({ skip }) => {
    if (!(await canMakeNamespaces())) skip('namespaces cannot be made here: doctor says why');
    const { record } = await world.expectProven(['--dump', world.backup('notes.sql', dump)], asNormalUser);

    expect(record.notTested.join('\n')).not.toContain('namespaces');
  });
});
