import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DumpSource, openDump } from '../../../../lib/recovery/logical/reading/open-dump.ts';
import { compressedSamples, encryptedSample, passphrase, sampleDump } from './support/compressed-samples.ts';
import { findingsOf, inPieces, ofKind, outcomeOf, rowBytes, rowCounts } from './support/reading.ts';

const streamOf = (bytes: Buffer, pieceBytes = 1000): DumpSource => ({
  kind: 'stream',
  open: async () => Readable.from(inPieces(bytes, pieceBytes), { objectMode: false }),
  sizeBytes: bytes.length,
});
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Opens, reads to the end or error, and closes. */
async function read(source: DumpSource, key: string | null = null) {
  const dump = await openDump(source, { passphrase: key });
  const outcome = await outcomeOf(dump.reader);
  const digest = await dump.sha256();
  dump.close();
  const format = ofKind(outcome.events, 'header')[0]?.header.format ?? null;
  return { ...outcome, digest, bytesRead: dump.bytesRead(), format, rows: rowCounts(outcome.events) };
}

const wrappings = Object.entries(compressedSamples) as [string, Buffer][];

const originalRows = Buffer.from(/FROM stdin;\n(.*)\\\.\n/s.exec(sampleDump)?.[1] ?? '');

describe('opening a dump of any wrapping', () => {
  test.each(wrappings)('%s is taken off, whatever the size of the pieces', async (wrapping, bytes) => {
    for (const pieceBytes of [1_000_000, 1, 13]) {
      const dump = await read(streamOf(bytes, pieceBytes));
      expect(dump.error).toBeNull();
      expect(dump.format).toEqual({ layout: 'plain', wrappings: [wrapping], archiveVersion: null });
      expect(dump.rows).toEqual({ 'public.customers': 300 });
      expect(dump.digest).toBe(sha256(bytes));
      expect(dump.bytesRead).toBe(bytes.length);
    }
  });

  test.each(wrappings)('%s cut at any byte is never taken for whole', async (_wrapping, bytes) => {
    for (let end = 0; end < bytes.length; end += bytes.length < 900 ? 7 : 23) {
      const dump = await read(streamOf(bytes.subarray(0, end)));
      expect(dump.events.some(({ kind }) => kind === 'end')).toBe(false);
      expect(['DUMP_TRUNCATED', 'DUMP_EMPTY', 'DUMP_NOT_A_DUMP', 'COMPRESSION_UNKNOWN']).toContain(
        dump.error,
      );
      if (end > 12) expect(dump.error).toBe('DUMP_TRUNCATED');
      expect(dump.digest).toBe(sha256(bytes.subarray(0, end)));
    }
  });

  test.each(wrappings)(
    'a flipped bit in %s changes the result by name, or nothing',
    async (_wrapping, bytes) => {
      await fc.assert(
        fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(7), async (at, bit) => {
          const damaged = Buffer.from(bytes);
          damaged[at] = (damaged[at] as number) ^ (1 << bit);
          const dump = await read(streamOf(damaged));
          // A few bits mean nothing: the time in the header of gzip, say.
          if (dump.error === null) expect(rowBytes(dump.events).equals(originalRows)).toBe(true);
          else expect(dump.error).toMatch(/^(?:DUMP_|COMPRESSION_UNKNOWN)/);
        }),
        { numRuns: 60 },
      );
    },
  );

  test.each(wrappings)('several streams of %s one after the other are one dump', async (_wrapping, bytes) => {
    const dump = await read(streamOf(Buffer.concat([bytes, bytes])));
    expect(dump.error).toBeNull();
    expect(dump.rows).toEqual({ 'public.customers': 600 });
  });

  test('wrappings inside each other are taken off one by one, outermost first', async () => {
    const dump = await read(streamOf(gzipSync(compressedSamples.zstd)));
    expect(dump.format?.wrappings).toEqual(['gzip', 'zstd']);
    expect(dump.rows).toEqual({ 'public.customers': 300 });
  });

  test('more than four wrappings are refused', async () => {
    let bytes: Buffer = Buffer.from(sampleDump);
    for (let count = 0; count < 5; count++) bytes = gzipSync(bytes);
    expect((await read(streamOf(bytes))).error).toBe('COMPRESSION_UNKNOWN');
  });

  test('gzip of nothing is empty, and so is a file without a byte', async () => {
    expect(await read(streamOf(gzipSync('')))).toMatchObject({
      error: 'DUMP_EMPTY',
      message: 'it holds no byte (inside gzip)',
    });
    expect(await read(streamOf(Buffer.alloc(0)))).toMatchObject({
      error: 'DUMP_EMPTY',
      digest: sha256(Buffer.alloc(0)),
    });
  });

  test('padding after gzip is nothing; other bytes are a finding with their position', async () => {
    const padded = await read(streamOf(Buffer.concat([compressedSamples.gzip, Buffer.alloc(700)])));
    expect(findingsOf(padded.events)).toEqual([]);
    const trailing = await read(streamOf(Buffer.concat([compressedSamples.gzip, Buffer.from('rubbish')]), 3));
    expect(trailing.error).toBeNull();
    expect(findingsOf(trailing.events)[0]).toContain(`from byte ${compressedSamples.gzip.length} on`);
    expect(trailing.events.at(-1)?.kind).toBe('end');
  });

  test('bytes after gzip may be the rest of a dump that has no end mark: that is damage', async () => {
    const bytes = Buffer.concat([gzipSync('SELECT 1;\n'), Buffer.from('rubbish')]);
    expect((await read(streamOf(bytes))).error).toBe('DUMP_CORRUPT');
  });
});

describe('encrypted dumps', () => {
  test('openssl with the passphrase is read', async () => {
    const dump = await read(streamOf(encryptedSample), passphrase);
    expect(dump.format?.wrappings).toEqual(['openssl', 'gzip']);
    expect(dump.rows).toEqual({ 'public.customers': 300 });
  });

  test('openssl without a passphrase is encrypted, with another it could not be decrypted', async () => {
    expect((await read(streamOf(encryptedSample))).error).toBe('DUMP_ENCRYPTED');
    expect((await read(streamOf(encryptedSample), 'another')).error).toBe('DECRYPTION_FAILED');
  });

  test.each([1, 16, 100])(
    'openssl cut %i bytes before its end is truncated, not undecryptable',
    async (missing) => {
      const dump = await read(streamOf(encryptedSample.subarray(0, -missing)), passphrase);
      expect(dump.error).toBe('DUMP_TRUNCATED');
    },
  );
});

describe('the stored bytes', () => {
  test('are hashed to their end although the content fails early', async () => {
    const bytes = Buffer.concat([Buffer.from('<html>'), Buffer.alloc(300_000, 'x')]);
    const dump = await read(streamOf(bytes));
    expect(dump).toMatchObject({ error: 'DUMP_NOT_A_DUMP', digest: sha256(bytes), bytesRead: bytes.length });
  });

  test('that end before the announced size are a failed read, not a truncated dump', async () => {
    const dump = await read({
      ...streamOf(Buffer.from(sampleDump)),
      sizeBytes: sampleDump.length + 1,
    } as DumpSource);
    expect(dump).toMatchObject({ error: 'DUMP_UNREADABLE', digest: null });
  });

  test('that are more than announced are another dump than was selected', async () => {
    const dump = await read({ ...streamOf(Buffer.from(sampleDump)), sizeBytes: 100 } as DumpSource);
    expect(dump.error).toBe('DUMP_CHANGED');
  });

  test.each(['plain', ...Object.keys(compressedSamples)])(
    'that stop coming in the middle of %s are a failed read',
    async (name) => {
      const bytes =
        name === 'plain'
          ? Buffer.from(sampleDump)
          : compressedSamples[name as keyof typeof compressedSamples];
      const failing = async function* () {
        yield bytes.subarray(0, Math.floor(bytes.length / 2));
        throw new Error('ECONNRESET');
      };
      const dump = await read({
        kind: 'stream',
        open: async () => Readable.from(failing()),
        sizeBytes: bytes.length,
      });
      expect(dump).toMatchObject({ error: 'DUMP_UNREADABLE', digest: null });
    },
  );

  test('can be interrupted at any time', async () => {
    const controller = new AbortController();
    const endless = async function* () {
      yield Buffer.from('COPY t FROM stdin;\n');
      for (;;) {
        yield Buffer.from('1\n');
        await new Promise((resolve) => setTimeout(resolve, 1));
        controller.abort();
      }
    };
    const dump = await openDump(
      { kind: 'stream', open: async () => Readable.from(endless()), sizeBytes: null },
      { passphrase: null, signal: controller.signal },
    );
    expect((await outcomeOf(dump.reader)).error).toBe('INTERRUPTED');
    expect(await dump.sha256()).toBeNull();
  });

  test('are let go of by close, even when nobody reads to the end', async () => {
    const stream = Readable.from(inPieces(Buffer.from(sampleDump), 10));
    const dump = await openDump(
      { kind: 'stream', open: async () => stream, sizeBytes: null },
      { passphrase: null },
    );
    await dump.reader.next();
    await dump.reader.return();
    dump.close();
    expect(stream.destroyed).toBe(true);
  });
});

describe('directories', () => {
  const directory = (...names: string[]): DumpSource => ({
    kind: 'directory',
    list: async () => names.map((name) => ({ name, sizeBytes: 3 })),
    open: async () => Readable.from([Buffer.from('abc')]),
  });

  test.each([
    ['nothing', [], 'DUMP_EMPTY'],
    ['a base backup in tars', ['base.tar.gz', 'pg_wal.tar.gz', 'backup_manifest'], 'PHYSICAL_BACKUP'],
    ['a base backup in files', ['PG_VERSION', 'global/pg_control', 'base/1/1259'], 'PHYSICAL_BACKUP'],
    ['archived WAL', ['000000010000000000000003.gz'], 'PHYSICAL_BACKUP'],
    ['data without contents', ['3431.dat.gz'], 'DUMP_TRUNCATED'],
    ['other files', ['notes.txt'], 'DUMP_NOT_A_DUMP'],
    ['contents that are none', ['toc.dat'], 'DUMP_NOT_A_DUMP'],
  ])('a folder of %s is refused by name', async (_name, names, code) => {
    const dump = await read(directory(...names));
    expect(dump.error).toBe(code);
    expect(dump.digest).toBeNull();
  });
});
