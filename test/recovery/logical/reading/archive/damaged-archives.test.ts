import { deflateSync, gzipSync } from 'node:zlib';
import { compressFrameSync } from 'lz4-napi';
import { beforeAll, describe, expect, test } from 'vitest';
import { isDrillError } from '../../../../../lib/domain/findings/errors.ts';
import type { DumpReader } from '../../../../../lib/recovery/logical/dump/dump-stream.ts';
import { readCustomArchive } from '../../../../../lib/recovery/logical/reading/archive/custom-archive.ts';
import { readDirectoryArchive } from '../../../../../lib/recovery/logical/reading/archive/directory-archive.ts';
import {
  readPackedDirectory,
  readTarArchive,
} from '../../../../../lib/recovery/logical/reading/archive/tar-archive.ts';
import { type BuiltEntry, buildArchive, settingEntries, tableEntries } from './archive-builder.ts';
import { bufferSource, directoryFrom } from './archive-events.ts';
import { customWithObjects, filesWithObjects, tarWithObjects } from './large-object-archive.ts';
import { buildTar } from './tar-builder.ts';

/** Positions tried in each archive; all of its last ones, where ends are mistaken for the end. */
const tries = 150;

const manyRows: BuiltEntry[] = [...settingEntries, ...tableEntries].map((entry) =>
  entry.data === undefined
    ? entry
    : {
        ...entry,
        data: Buffer.from(
          `${Array.from({ length: 900 }, (_, row) => `${row * 7919}\tx\n`).join('')}\\.\n\n\n`,
        ),
      },
);

interface Subject {
  name: string;
  bytes: Buffer;
  read: (bytes: Buffer) => DumpReader;
}

const custom = (bytes: Buffer): DumpReader => readCustomArchive(bufferSource(bytes, 1000));
const tarred = (bytes: Buffer): DumpReader =>
  readPackedDirectory(bufferSource(bytes, 1000), async () => bufferSource(bytes, 1000));
let subjects: Subject[];

beforeAll(async () => {
  const files = filesWithObjects(15, true);
  subjects = [
    {
      name: 'custom, gzip',
      bytes: buildArchive({
        minor: 14,
        entries: manyRows,
        compress: (data) => deflateSync(data),
        pieceBytes: 700,
      }),
      read: custom,
    },
    {
      name: 'custom, uncompressed',
      bytes: buildArchive({ minor: 14, compression: 0, entries: manyRows, pieceBytes: 9 }),
      read: custom,
    },
    {
      name: 'custom, lz4',
      bytes: buildArchive({
        minor: 16,
        compression: 2,
        entries: manyRows,
        compress: (data) => compressFrameSync(data),
      }),
      read: custom,
    },
    { name: 'custom with large objects', bytes: customWithObjects(16), read: custom },
    {
      name: 'tar',
      bytes: await tarWithObjects(14),
      read: (bytes) => readTarArchive(bufferSource(bytes, 1000)),
    },
    { name: 'tarred directory', bytes: await buildTar(files), read: tarred },
    { name: 'tarred directory, toc.dat last', bytes: await buildTar(files.toReversed()), read: tarred },
  ];
});

type Outcome = 'end' | { code: string; message: string };

async function outcome(reader: DumpReader): Promise<Outcome> {
  let last = '';
  try {
    for await (const event of reader) last = event.kind;
  } catch (error) {
    if (!isDrillError(error)) throw error;
    return { code: error.code, message: error.message };
  }
  if (last !== 'end') throw new Error(`the reader stopped after ${last} without an error`);
  return 'end';
}

const names = [
  'custom, gzip',
  'custom, uncompressed',
  'custom, lz4',
  'custom with large objects',
  'tar',
  'tarred directory',
  'tarred directory, toc.dat last',
];
const subject = (name: string): Subject => subjects.find((each) => each.name === name) as Subject;

describe('damaged archives', () => {
  test.each(names)('%s: whole, it is read to its end', async (name) => {
    const { bytes, read } = subject(name);

    expect(await outcome(read(bytes))).toBe('end');
  });

  test.each(names)('%s: cut anywhere, it is refused as truncated', async (name) => {
    const { bytes, read } = subject(name);
    const step = Math.max(1, Math.floor(bytes.length / tries));

    for (let at = 0; at < bytes.length; at += at > bytes.length - 60 ? 1 : step) {
      expect(await outcome(read(bytes.subarray(0, at))), `cut at ${at} of ${bytes.length}`).toMatchObject({
        code: expect.stringMatching(/^DUMP_TRUNCATED$/),
      });
    }
  });

  test.each(names)('%s: with a bit flipped, it is read to its end or refused by name', async (name) => {
    const { bytes, read } = subject(name);
    const step = Math.max(1, Math.floor(bytes.length / tries));

    for (let at = 0; at < bytes.length; at += step) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] as number) ^ (1 << ((at * 5) % 8));
      const result = await outcome(read(damaged));
      if (result !== 'end') {
        expect(result.code).toMatch(
          /^(DUMP_(TRUNCATED|CORRUPT|NOT_A_DUMP)|ARCHIVE_VERSION_UNKNOWN|COMPRESSION_UNKNOWN|ENCODING_INVALID)$/,
        );
      }
    }
  });

  test('a flipped bit in compressed rows never passes', async () => {
    const { bytes, read } = subject('custom, gzip');
    const data = bytes.indexOf(Buffer.from([0x78, 0x9c]));

    for (let at = data; at < bytes.length; at += 11) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] as number) ^ 0x10;
      expect(await outcome(read(damaged)), `byte ${at}`).not.toBe('end');
    }
  });

  test.each(filesWithObjects(15, true).map(([name]) => name))(
    'directory: %s cut anywhere is refused as truncated',
    async (name) => {
      const files = new Map(filesWithObjects(15, true));
      const whole = files.get(name) as Buffer;

      for (let at = 0; at < whole.length; at += Math.max(1, Math.floor(whole.length / 100))) {
        const result = await outcome(
          readDirectoryArchive(directoryFrom(new Map(files).set(name, whole.subarray(0, at)))),
        );
        expect(result, `cut at ${at}`).toMatchObject({ code: 'DUMP_TRUNCATED' });
      }
    },
  );

  test('bytes behind the end of a file or an archive are refused', async () => {
    const files = new Map(filesWithObjects(15, true));
    const withMore = (name: string): DumpReader =>
      readDirectoryArchive(
        directoryFrom(
          new Map(files).set(name, Buffer.concat([files.get(name) as Buffer, Buffer.from('more')])),
        ),
      );

    for (const name of ['toc.dat', '11.dat.gz', 'blobs.toc'])
      expect(await outcome(withMore(name)), name).not.toBe('end');
    expect(await outcome(custom(Buffer.concat([customWithObjects(16), Buffer.from('more')])))).not.toBe(
      'end',
    );
  });

  test('a tar or anything else behind the end of the first is an error, and the padding of tar is not', async () => {
    const bytes = await tarWithObjects(14);
    const followedBy = (...more: Buffer[]) =>
      outcome(readTarArchive(bufferSource(Buffer.concat([bytes, ...more]))));
    expect(await followedBy(Buffer.alloc(8192))).toBe('end');
    for (const more of [bytes, Buffer.from('more'), Buffer.alloc(512, 7)])
      expect(await followedBy(Buffer.alloc(1024), more)).toMatchObject({ code: 'DUMP_CORRUPT' });
  });

  test('zeros behind a custom archive are padding, and within a compressed block a hole', async () => {
    const archive = buildArchive({
      minor: 14,
      entries: manyRows,
      compress: (data) => deflateSync(data),
      pieceBytes: 700,
    });
    expect(await outcome(custom(Buffer.concat([archive, Buffer.alloc(4096)])))).toBe('end');
    expect(
      await outcome(custom(Buffer.concat([archive, Buffer.alloc(4096), Buffer.from('more')]))),
    ).toMatchObject({ code: 'DUMP_CORRUPT' });
    const holed = Buffer.from(archive);
    holed.fill(0, archive.length - 1500, archive.length - 300);
    expect(await outcome(custom(holed))).toMatchObject({ code: 'DUMP_CORRUPT' });
  });

  test('a packed directory without its table of contents is cut, not another file', async () => {
    expect(await outcome(tarred(await buildTar([['shop/3431.dat.gz', gzipSync('x')]])))).toMatchObject({
      code: 'DUMP_TRUNCATED',
    });
  });

  test('a tar with two dumps, or none, is refused', async () => {
    const files = filesWithObjects(15, true);
    const two = await buildTar([
      ...files.map(([name, bytes]): [string, Buffer] => [`a/${name}`, bytes]),
      ['b/toc.dat', files[0]?.[1] as Buffer],
    ]);
    const none = await buildTar([['a/readme', gzipSync('x')]]);

    expect(await outcome(tarred(two))).toMatchObject({ code: 'DUMP_NOT_A_DUMP' });
    expect(await outcome(tarred(none))).toMatchObject({ code: 'DUMP_NOT_A_DUMP' });
  });
});
