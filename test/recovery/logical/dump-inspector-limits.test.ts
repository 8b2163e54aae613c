import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { DumpStore } from '../../../lib/ports/dump-store.ts';
import { createDumpInspector } from '../../../lib/recovery/logical/dump-inspector.ts';
import { bomb } from './reading/support/bombs.ts';

/** A store of one file. */
const storeOf = (bytes: Buffer): DumpStore => ({
  location: 'memory',
  async *list() {},
  stat: async () => null,
  open: async () => Readable.from([bytes]),
});

const dumpOf = (bytes: Buffer) => ({ key: 'dump.sql', directory: false, sizeBytes: bytes.length });
const ending = '--\n-- PostgreSQL database dump complete\n--\n\n';

describe('a look at a dump', () => {
  test('finds the server it comes from', async () => {
    const bytes = Buffer.from(
      `--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version 16.2\n\nSELECT 1;\n${ending}`,
    );

    const header = await createDumpInspector().inspect(storeOf(bytes), dumpOf(bytes), { passphrase: null });

    expect(header).toMatchObject({ serverVersion: '16.2', format: { layout: 'plain' } });
  });

  test('of which a small file holds gigabytes ends long before all is unpacked', async () => {
    const bytes = bomb('zstd', 64 * 1024);
    const startedAt = performance.now();

    const header = await createDumpInspector().inspect(storeOf(bytes), dumpOf(bytes), { passphrase: null });

    expect(header).toMatchObject({ serverVersion: null, format: { layout: 'plain', wrappings: ['zstd'] } });
    // 64 GiB take ten minutes.
    expect(performance.now() - startedAt).toBeLessThan(30_000);
  });

  test('that holds nothing but gigabytes of blanks is no dump', async () => {
    const bytes = Buffer.concat([Buffer.from('-- a comment\n'), Buffer.alloc(20 * 1024 ** 2, '\n')]);

    await expect(
      createDumpInspector().inspect(storeOf(bytes), dumpOf(bytes), { passphrase: null }),
    ).rejects.toMatchObject({
      code: 'DUMP_NOT_A_DUMP',
    });
  });

  test('ends when it is interrupted', async () => {
    const bytes = bomb('zstd', 64 * 1024);
    const interruption = new AbortController();
    const look = createDumpInspector(interruption.signal).inspect(storeOf(bytes), dumpOf(bytes), {
      passphrase: null,
    });
    interruption.abort();

    await expect(look).rejects.toThrow();
  });
});
