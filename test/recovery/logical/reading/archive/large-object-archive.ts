/** Archives with a table and two large objects, in each layout and in both shapes of large-object entries. */
import { gzipSync } from 'node:zlib';
import {
  type BuiltEntry,
  buildArchive,
  buildContents,
  settingEntries,
  tableEntries,
} from './archive-builder.ts';
import { buildTar } from './tar-builder.ts';

export const objects: [number, Buffer][] = [
  [70001, Buffer.from('first object')],
  [3000000000, Buffer.from([0, 1, 2, 255])],
];

/** Until 1.15 one BLOB entry each; from 1.16 a list. */
function objectEntries(minor: number): BuiltEntry[] {
  const group: BuiltEntry = {
    id: 30,
    type: 'BLOB METADATA',
    tag: '70001..3000000000',
    section: 3,
    owner: 'me',
    drop: 'SELECT 1;',
    definition: objects.map(([oid]) => `${oid}\n`).join(''),
  };
  const single = objects.map(
    ([oid], index): BuiltEntry => ({
      id: 30 + index,
      type: 'BLOB',
      tag: String(oid),
      section: 2,
      owner: 'me',
      drop: `SELECT pg_catalog.lo_unlink('${oid}');\n`,
      definition: `SELECT pg_catalog.lo_create('${oid}');\n`,
    }),
  );
  return [
    ...(minor >= 16 ? [group] : single),
    {
      id: 40,
      type: 'BLOBS',
      tag: minor >= 16 ? '70001..3000000000' : 'BLOBS',
      section: 3,
      hadDumper: true,
      offsetState: 1,
      dependencies: minor >= 16 ? [30] : [],
      file: minor >= 16 ? 'blobs_40.toc' : 'blobs.toc',
    },
    ...(minor >= 16
      ? [
          {
            id: 41,
            type: 'ACL',
            tag: 'LARGE OBJECTS 70001..3000000000',
            section: 3,
            definition: 'GRANT SELECT ON LARGE OBJECT 70001 TO "LARGE OBJECT 1;";\n',
            dependencies: [30],
          },
        ]
      : []),
  ];
}

export const entriesWithObjects = (minor: number): BuiltEntry[] => [
  ...settingEntries,
  ...tableEntries,
  ...objectEntries(minor),
];

export function customWithObjects(minor: number): Buffer {
  const head = buildArchive({ minor, compression: 0, entries: entriesWithObjects(minor) });
  const int = (value: number): Buffer => {
    const bytes = Buffer.alloc(5);
    bytes.writeUInt32LE(value, 1);
    return bytes;
  };
  // Oids above 2^31 are negative numbers to pg_dump.
  const oid = (value: number): Buffer =>
    value > 2 ** 31 ? Buffer.concat([Buffer.from([1]), int(2 ** 32 - value).subarray(1)]) : int(value);
  const blocks = objects.map(([number, bytes]) =>
    Buffer.concat([oid(number), int(bytes.length), bytes, int(0)]),
  );
  return Buffer.concat([head, Buffer.from([3]), int(40), ...blocks, int(0)]);
}

/** Files of a directory archive, toc.dat first. */
export function filesWithObjects(minor: number, gzip: boolean): [string, Buffer][] {
  const data = (name: string, bytes: Buffer): [string, Buffer] =>
    gzip ? [`${name}.gz`, gzipSync(bytes)] : [name, bytes];
  return [
    ['toc.dat', buildContents({ minor, entries: entriesWithObjects(minor) })],
    data('11.dat', tableEntries[1]?.data as Buffer),
    ...objects.map(([oid, bytes]) => data(`blob_${oid}.dat`, bytes)),
    [
      minor >= 16 ? 'blobs_40.toc' : 'blobs.toc',
      Buffer.from(objects.map(([oid]) => `${oid} blob_${oid}.dat\n`).join('')),
    ],
  ];
}

export const tarWithObjects = (minor: number): Promise<Buffer> =>
  buildTar([...filesWithObjects(minor, false), ['restore.sql', Buffer.from('--\n')]]);
