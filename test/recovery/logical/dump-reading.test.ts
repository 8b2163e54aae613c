import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { DumpStore } from '../../../lib/ports/dump-store.ts';
import { createDumpReader } from '../../../lib/recovery/logical/dump-reading.ts';
import { aReadableState } from '../../support/drill-states.ts';

const example = readFileSync(join(import.meta.dirname, '../../../examples/shop_20261120T020000Z.sql.gz'));

async function read(bytes: Buffer, signal = new AbortController().signal) {
  const store: DumpStore = {
    location: 'memory/',
    async *list() {},
    stat: async () => null,
    open: async () => Readable.from([bytes]),
  };
  const dump = { ...aReadableState().dump!, key: 'shop.sql.gz', sizeBytes: bytes.length };
  const options = { passphrase: null, maxStatementBytes: 64 * 1024 ** 2, maxRatio: 1000 };
  return createDumpReader().read({ dump, store, options, signal });
}

describe('reading a dump without a server', () => {
  test('comes to its announced end, its digest and its rows', async () => {
    const reading = await read(example);
    expect(reading).toMatchObject({ complete: true, bytesRead: example.length, findings: [] });
    expect(reading.sha256).toBe(createHash('sha256').update(example).digest('hex'));
    const blocks = gunzipSync(example)
      .toString()
      .split(/^COPY .* FROM stdin;\n/m)
      .slice(1);
    const rows = blocks.map((block) => block.slice(0, block.indexOf('\\.\n')).split('\n').length - 1);
    expect(reading.rows).toBe(rows.reduce((sum, count) => sum + count, 0));
  });

  test.each([
    ['the file is cut', example.subarray(0, example.length / 2), 'DUMP_TRUNCATED'],
    [
      'the file is whole and the dump in it is cut',
      gzipSync(gunzipSync(example).subarray(0, 100_000)),
      'DUMP_TRUNCATED',
    ],
    [
      'a byte is not what was written',
      Buffer.from(example.map((byte, index) => (index === example.length - 6 ? byte ^ 255 : byte))),
      'DUMP_CORRUPT',
    ],
  ])('finds that %s', async (_what, bytes, code) => {
    const { complete, findings } = await read(Buffer.from(bytes));
    expect(complete).toBe(false);
    expect(findings.at(-1)?.code).toBe(code);
  });

  test('ends when it is told to, and says nothing of the dump then', async () => {
    await expect(read(example, AbortSignal.abort(new Error('stop')))).rejects.toThrow();
  });
});
