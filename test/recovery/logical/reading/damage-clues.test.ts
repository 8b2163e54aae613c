import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { openDump } from '../../../../lib/recovery/logical/reading/open-dump.ts';
import { buildArchive, settingEntries, tableEntries, withOffsets } from './archive/archive-builder.ts';
import { inPieces, outcomeOf, pgDump } from './support/reading.ts';

const rowsText = Array.from(
  { length: 4000 },
  (_, index) => `${(index * 7919) % 100_003}\trow ${index}\n`,
).join('');
const plain = Buffer.from(
  pgDump(`CREATE TABLE t (a int, b text);\nCOPY t (a, b) FROM stdin;\n${rowsText}\\.\n`),
);
const archive = (compression: number): Buffer => {
  const entries = [
    ...settingEntries,
    ...tableEntries.map((entry) =>
      entry.data === undefined ? entry : { ...entry, data: Buffer.from(`${rowsText}\\.\n\n\n`) },
    ),
  ];
  return buildArchive(withOffsets({ compression, entries }));
};
const throughTerminal = (bytes: Buffer): Buffer =>
  Buffer.from(bytes.toString('latin1').replaceAll('\n', '\r\n'), 'latin1');
const withZeros = (bytes: Buffer, at: number, length: number): Buffer => {
  const damaged = Buffer.from(bytes);
  damaged.fill(0, at, at + length);
  return damaged;
};

async function read(bytes: Buffer, pieceBytes = 4096) {
  const dump = await openDump(
    {
      kind: 'stream',
      open: async () => Readable.from(inPieces(bytes, pieceBytes), { objectMode: false }),
      sizeBytes: bytes.length,
    },
    { passphrase: null },
  );
  const { error, message } = await outcomeOf(dump.reader);
  dump.close();
  return { error, message };
}

describe('what the stored bytes tell of damage', () => {
  test.each([
    ['a compressed archive', archive(-1)],
    ['an archive', archive(0)],
    ['gzip', gzipSync(plain)],
  ])('is a terminal when every line feed of %s follows a carriage return', async (_what, bytes) => {
    expect((await read(bytes)).error).toBeNull();
    for (const pieceBytes of [65_536, 333]) {
      const { error, message } = await read(throughTerminal(bytes), pieceBytes);
      expect(error).toBe('DUMP_CORRUPT');
      expect(message).toContain('written through a terminal');
    }
  });

  test('is no terminal when the archive is only cut off', async () => {
    const { error, message } = await read(archive(0).subarray(0, 20_000));
    expect(error).toBe('DUMP_TRUNCATED');
    expect(message).not.toContain('terminal');
  });

  test.each([
    ['an archive', archive(0)],
    ['a compressed archive', archive(-1)],
    ['gzip', gzipSync(plain)],
  ])('is the place and length of a hole of zeros in %s', async (_what, bytes) => {
    const at = 4096;
    const { error, message } = await read(withZeros(bytes, at, 2048), 65_536);
    expect(['DUMP_CORRUPT', 'DUMP_TRUNCATED']).toContain(error);
    expect(message).toMatch(/20(?:4[89]|5\d) zero bytes stand in the file from byte 409[0-6] on$/);
  });

  test('is a hole in place of the beginning', async () => {
    const { error, message } = await read(withZeros(gzipSync(plain), 0, 4096));
    expect(error).toBe('DUMP_CORRUPT');
    expect(message).toMatch(/^its first 409[6-9] bytes are zero/);
  });

  test('is nothing beside damage of another kind', async () => {
    const bytes = gzipSync(plain);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 0xff;
    expect((await read(bytes)).message).not.toMatch(/terminal|zero bytes/);
  });
});

describe('the chunk framing of an upload', () => {
  const framed = (bytes: Buffer, extension: string): Buffer => {
    const chunks: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += 8192) {
      const chunk = bytes.subarray(at, at + 8192);
      chunks.push(Buffer.from(`${chunk.length.toString(16)}${extension}\r\n`), chunk, Buffer.from('\r\n'));
    }
    return Buffer.concat([...chunks, Buffer.from(`0${extension}\r\n\r\n`)]);
  };
  test.each(
    [`;chunk-signature=${'a'.repeat(64)}`, ''].flatMap((extension): [string, string, Buffer][] => [
      ['plain SQL', extension, plain],
      ['gzip', extension, gzipSync(plain)],
      ['an archive', extension, archive(-1)],
    ]),
  )('is named in front of %s%s', async (_what, extension, bytes) => {
    const { error, message } = await read(framed(bytes, extension));
    expect(error).toBe('DUMP_CORRUPT');
    expect(message).toContain('aws-chunked framing');
  });
});
