import { existsSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { actingDump, idleDump } from './support/acting-dumps.ts';
import { recordOf } from './support/command-line.ts';
import { World } from './support/world.ts';

// ACTING_DUMPS asks for more dumps per major version; the numbers that draw them are the same on every run.
const dumpsPerMajor = Number(process.env.ACTING_DUMPS ?? 2);
const seeds = Array.from({ length: dumpsPerMajor }, (_, index) => index + 1);

let world: World;
let listener: Server;
let port: number;
let connections: number;

beforeAll(async () => {
  listener = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((listening) => listener.listen(0, '127.0.0.1', listening));
  const bound = listener.address();
  port = typeof bound === 'object' && bound !== null ? bound.port : 0;
});
afterAll(() => {
  listener?.close();
});
beforeEach(async () => {
  connections = 0;
  world = await World.open();
});
afterEach(() => world.remove());

describe.each([14, 15, 16, 17, 18])('on a server of major %i', (majorVersion) => {
  test('every place of the grammar runs its code: with code that does nothing the dump is whole', {
    timeout: 300_000,
  }, async () => {
    const dump = world.backup('idle.sql', idleDump(majorVersion));

    const record = recordOf(await world.run(['run', '--json', '--dump', dump]));

    expect(record.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  test.each(seeds)(
    'code in dump %i does nothing, and what it tried is named',
    { timeout: 300_000 },
    async (seed) => {
      const proof = world.path('tmp', 'proof');
      const text = actingDump(seed * 100 + majorVersion, majorVersion, proof, port);
      const dump = world.path('acting.sql');
      writeFileSync(dump, text);

      const record = recordOf(await world.run(['run', '--json', '--dump', dump]));

      expect(existsSync(proof)).toBe(false);
      expect(connections).toBe(0);
      expect(record.verdict).toBe('NOT_PROVEN');
      expect(record.findings.map(({ code }) => code)).toContain('DUMP_TRIED_TO_ACT');
      expect(record.teardown).toMatchObject({ confirmed: true });
    },
  );
});
