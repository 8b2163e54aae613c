/** Manifests by cases; those of real backups are read in the tests beside. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { readManifest } from '../../../../lib/recovery/physical/base/manifest/read-manifest.ts';
import { ByteSource } from '../../../../lib/recovery/streams/bytes/byte-source.ts';

const label =
  '{ "Path": "backup_label", "Size": 225, "Last-Modified": "2026-11-20 12:00:10 GMT", "Checksum-Algorithm": "CRC32C", "Checksum": "5153ac19" }';
const range = '{ "Timeline": 1, "Start-LSN": "0/1500028", "End-LSN": "0/1500120" }';

function manifest(files: string[], version = '2,\n"System-Identifier": 7710053419955967265', ranges = range) {
  const text = `{ "PostgreSQL-Backup-Manifest-Version": ${version},\n"Files": [\n${files.join(',\n')}\n],\n"WAL-Ranges": [\n${ranges}\n],\n`;
  return `${text}"Manifest-Checksum": "${createHash('sha256').update(text).digest('hex')}"}\n`;
}

/** In pieces of the size, so that lines are cut anywhere. */
function read(text: string, pieceBytes = 7, maxFiles?: number) {
  const bytes = Buffer.from(text);
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  }
  return readManifest(new ByteSource(pieces()), maxFiles);
}

describe('a manifest', () => {
  test('gives its files, its ranges of WAL and an identifier beyond 2^53', async () => {
    for (const pieceBytes of [1, 7, 4096])
      expect(await read(manifest([label]), pieceBytes)).toEqual({
        kind: 'manifest',
        manifest: {
          version: 2,
          systemIdentifier: '7710053419955967265',
          files: new Map([['backup_label', { sizeBytes: 225, algorithm: 'CRC32C', checksum: '5153ac19' }]]),
          walRanges: [{ timeline: 1, startLsn: '0/1500028', endLsn: '0/1500120' }],
        },
      });
  });

  test('of version 1 has no identifier; without checksums none; encoded paths are read', async () => {
    const files = [
      '{ "Encoded-Path": "62c3a4", "Size": 1, "Last-Modified": "x" }',
      '{ "Path": "a\\"b", "Size": 0 }',
    ];
    const reading = await read(manifest(files, '1'));
    expect(reading).toMatchObject({ kind: 'manifest', manifest: { version: 1, systemIdentifier: null } });
    expect(reading.kind === 'manifest' && [...reading.manifest.files]).toEqual([
      ['bä', { sizeBytes: 1, algorithm: null, checksum: null }],
      ['a"b', { sizeBytes: 0, algorithm: null, checksum: null }],
    ]);
  });

  test('that was cut or changed anywhere is damaged', async () => {
    const whole = manifest([label]);
    for (let at = 0; at < whole.length - 1; at += 1) {
      expect((await read(whole.slice(0, at), 4096)).kind, `cut at ${at}`).toBe('damaged');
      const changed = `${whole.slice(0, at)}${whole[at] === 'x' ? 'y' : 'x'}${whole.slice(at + 1)}`;
      expect((await read(changed, 4096)).kind, `changed at ${at}`).toBe('damaged');
    }
  });

  test.each([
    ['an unknown version', manifest([label], '3')],
    ['an unknown algorithm', manifest([label.replace('CRC32C', 'MD5')])],
    ['a file twice', manifest([label, label])],
    ['a checksum without algorithm', manifest(['{ "Path": "a", "Size": 1, "Checksum": "00" }'])],
    ['an encoded path that is none', manifest(['{ "Encoded-Path": "6", "Size": 1 }'])],
    ['a path that is no text', manifest(['{ "Path": "\\x", "Size": 1 }'])],
    ['a range without positions', manifest([label], '1', range.replace('0/1500120', 'end'))],
    ['a line without end', `${' '.repeat(200_000)}`],
  ])('with %s is damaged', async (_, text) => {
    expect((await read(text, 4096)).kind).toBe('damaged');
  });

  test('of more files than are held is named', async () => {
    const many = Array.from({ length: 12 }, (_, index) => `{ "Path": "f${index}", "Size": 1 }`);
    expect((await read(manifest(many), 4096, 10)).kind).toBe('too large');
    expect((await read(manifest(many), 4096, 12)).kind).toBe('manifest');
  });
});
