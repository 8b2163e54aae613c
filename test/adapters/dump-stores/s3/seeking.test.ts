import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createS3DumpStore } from '../../../../lib/adapters/dump-stores/s3/s3-dump-store.ts';
import type { DumpEvent } from '../../../../lib/recovery/logical/dump/dump-stream.ts';
import { dumpSourceOf } from '../../../../lib/recovery/logical/dump-source.ts';
import { openDump } from '../../../../lib/recovery/logical/reading/open-dump.ts';
import {
  type BuiltEntry,
  buildArchive,
  settingEntries,
  withOffsets,
} from '../../../recovery/logical/reading/archive/archive-builder.ts';
import { type CannedAnswer, errorAnswer, rangeOf, recordedS3, type SentRequest } from './recorded-s3.ts';

/** A table of so many rows of 100 bytes. */
const table = (name: string, id: number, rows: number): BuiltEntry[] => [
  { id, type: 'TABLE', tag: name, schema: 'public', definition: `CREATE TABLE public.${name} (v text);\n` },
  {
    id: id + 1,
    type: 'TABLE DATA',
    tag: name,
    schema: 'public',
    section: 3,
    hadDumper: true,
    dependencies: [id],
    copy: `COPY public.${name} (v) FROM stdin;\n`,
    data: Buffer.from(`${`${'v'.repeat(99)}\n`.repeat(rows)}\\.\n\n\n`),
  },
];

const archive = buildArchive(
  withOffsets({
    minor: 14,
    compression: 0,
    entries: [...settingEntries, ...table('small', 10, 10), ...table('large', 20, 30_000)],
  }),
);

/** Reads the archive from S3, pinned as a selection pins it. */
async function readFrom(answer: (request: SentRequest, count: number) => CannedAnswer) {
  const s3 = recordedS3(answer);
  const store = createS3DumpStore({
    bucket: 'acme-backups',
    prefix: '',
    region: 'eu-west-1',
    endpointUrl: null,
    pathStyle: true,
    credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
    expectedBucketOwner: null,
    requestHandler: s3.requestHandler,
    parts: { partBytes: 256 * 1024, concurrency: 2 },
    sleep: async () => undefined,
  });
  const pinned = { key: 'x.dump', directory: false, sizeBytes: archive.length, etag: '"one"' };
  const dump = await openDump(dumpSourceOf(store, pinned), { passphrase: null });
  const events: DumpEvent[] = [];
  for await (const event of dump.reader) events.push(event);
  return { s3, events, sha256: await dump.sha256() };
}

const firstByteOf = ({ headers }: SentRequest): number =>
  Number(/^bytes=(\d+)-/.exec(headers.range ?? '')?.[1]);

describe('an archive in S3', () => {
  test('is sought for its largest table, and its digest is that of all its bytes', async () => {
    const { s3, events, sha256 } = await readFrom((request) => rangeOf(archive, request));

    const order = events.flatMap((event) => (event.kind === 'rows-begin' ? [event.table] : []));
    expect(order).toEqual(['large', 'small']);
    expect(sha256).toBe(createHash('sha256').update(archive).digest('hex'));
    const starts = s3.sent.map(firstByteOf);
    expect(starts.some((start) => start > 0 && start % (256 * 1024) !== 0)).toBe(true);
    expect(new Set(s3.sent.map(({ headers }) => headers['if-match']))).toEqual(new Set(['"one"']));
  });

  test('that was replaced between two of its parts is called changed', async () => {
    const reading = readFrom((request, count) =>
      count > 4 ? errorAnswer(412, 'PreconditionFailed') : rangeOf(archive, request),
    );
    await expect(reading).rejects.toMatchObject({ code: 'DUMP_CHANGED' });
  });
});
