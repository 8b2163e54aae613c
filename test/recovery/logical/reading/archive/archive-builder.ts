/** Writes archives byte by byte, in versions and shapes that no installed pg_dump writes. */
import { deflateSync } from 'node:zlib';

export interface BuiltEntry {
  id: number;
  type: string;
  tag: string;
  hadDumper?: boolean;
  section?: number;
  definition?: string | Buffer;
  /** As pg_dump 18 writes STATISTICS DATA a second time: the field is not there. */
  isWithoutDefinition?: boolean;
  drop?: string;
  copy?: string;
  schema?: string;
  tablespace?: string;
  accessMethod?: string;
  relkind?: string;
  owner?: string;
  withOids?: 'true' | 'false';
  dependencies?: number[];
  /** 1 not set, 2 set, 3 no data. */
  offsetState?: number;
  offset?: number;
  file?: string;
  data?: Buffer;
}

export interface BuiltArchive {
  major?: number;
  minor?: number;
  intBytes?: number;
  offsetBytes?: number;
  format?: 1 | 3;
  /** Level until 1.14, algorithm from 1.15. */
  compression?: number;
  daylightSaving?: number;
  dumpVersion?: string;
  entries?: BuiltEntry[];
  /** Writes a data block; the default deflates where the archive is compressed. */
  compress?: (data: Buffer) => Buffer;
  /** Bytes of each piece of a block. */
  pieceBytes?: number;
}

export const settingEntries: BuiltEntry[] = [
  { id: 1, type: 'ENCODING', tag: 'ENCODING', definition: "SET client_encoding = 'UTF8';\n" },
  { id: 2, type: 'STDSTRINGS', tag: 'STDSTRINGS', definition: "SET standard_conforming_strings = 'on';\n" },
  {
    id: 3,
    type: 'SEARCHPATH',
    tag: 'SEARCHPATH',
    definition: "SELECT pg_catalog.set_config('search_path', '', false);\n",
  },
];

/** A table `public.t` of three rows. */
export const tableEntries: BuiltEntry[] = [
  {
    id: 10,
    type: 'TABLE',
    tag: 't',
    schema: 'public',
    owner: 'me',
    definition: 'CREATE TABLE public.t (\n    v text\n);\n',
    drop: 'DROP TABLE public.t;\n',
    tablespace: '',
    accessMethod: 'heap',
    relkind: 'r',
  },
  {
    id: 11,
    type: 'TABLE DATA',
    tag: 't',
    schema: 'public',
    owner: 'me',
    section: 3,
    hadDumper: true,
    dependencies: [10],
    file: '11.dat',
    copy: 'COPY public.t (v) FROM stdin;\n',
    offsetState: 1,
    data: Buffer.from('a\nb\nc\n\\.\n\n\n'),
  },
];

export function buildArchive(archive: BuiltArchive = {}): Buffer {
  const compress =
    archive.compress ?? ((data: Buffer) => (archive.compression === 0 ? data : deflateSync(data)));
  const writer = new ArchiveWriter(archive.intBytes ?? 4, archive.offsetBytes ?? 8);
  writeContents(writer, archive);
  for (const { id, type, data } of archive.entries ?? []) {
    if (data === undefined) continue;
    writer.bytes(Buffer.from([type === 'BLOBS' ? 3 : 1])).int(id);
    const block = compress(data);
    const pieceBytes = archive.pieceBytes ?? 4096;
    for (let at = 0; at < block.length; at += pieceBytes) {
      const piece = block.subarray(at, at + pieceBytes);
      writer.int(piece.length).bytes(piece);
    }
    writer.int(0);
  }
  return writer.done();
}

/** The same archive with the places of its blocks filled in, as pg_dump does when it writes to a file. */
export function withOffsets(archive: BuiltArchive): BuiltArchive {
  const entries = archive.entries ?? [];
  const placed = entries.map((entry, index) => {
    if (entry.data === undefined) return entry;
    const before = entries.map(({ data, ...rest }, other) =>
      data === undefined || other >= index ? rest : { ...rest, data },
    );
    return { ...entry, offsetState: 2, offset: buildArchive({ ...archive, entries: before }).length };
  });
  return { ...archive, entries: placed };
}

/** The part up to the data, which is toc.dat in tar and directory archives. */
export function buildContents(archive: BuiltArchive): Buffer {
  const writer = new ArchiveWriter(archive.intBytes ?? 4, archive.offsetBytes ?? 8);
  writeContents(writer, { ...archive, format: 3 });
  return writer.done();
}

function writeContents(writer: ArchiveWriter, archive: BuiltArchive): void {
  const minor = archive.minor ?? 14;
  const compression = archive.compression ?? (minor >= 15 ? 1 : -1);
  writer.bytes(Buffer.from('PGDMP'));
  writer.bytes(
    Buffer.from([
      archive.major ?? 1,
      minor,
      0,
      archive.intBytes ?? 4,
      archive.offsetBytes ?? 8,
      archive.format ?? 1,
    ]),
  );
  if (minor >= 15) writer.bytes(Buffer.from([compression]));
  else writer.int(compression);
  for (const field of [5, 30, 2, 21, 10, 126, archive.daylightSaving ?? 0]) writer.int(field);
  writer
    .string('shop')
    .string('15.18 (Debian)')
    .string(archive.dumpVersion ?? '15.18');
  const entries = archive.entries ?? [];
  writer.int(entries.length);
  for (const entry of entries) writeEntry(writer, entry, minor, archive.format ?? 1);
}

function writeEntry(writer: ArchiveWriter, entry: BuiltEntry, minor: number, format: number): void {
  writer.int(entry.id).int(entry.hadDumper === true ? 1 : 0);
  writer
    .string('1259')
    .string('16384')
    .string(entry.tag)
    .string(entry.type)
    .int(entry.section ?? 2);
  if (entry.isWithoutDefinition !== true) writer.string(entry.definition ?? '');
  writer.string(entry.drop ?? '').string(entry.copy ?? '');
  writer.string(entry.schema).string(entry.tablespace);
  if (minor >= 14) writer.string(entry.accessMethod);
  if (minor >= 16) writer.int(entry.relkind?.charCodeAt(0) ?? 0);
  writer.string(entry.owner ?? '').string(entry.withOids ?? 'false');
  for (const id of entry.dependencies ?? []) writer.string(String(id));
  writer.string(undefined);
  if (format === 1) writer.offset(entry.offsetState ?? 3, entry.offset ?? 0);
  else writer.string(entry.file ?? '');
}

export class ArchiveWriter {
  readonly #parts: Buffer[] = [];
  readonly #intBytes: number;
  readonly #offsetBytes: number;

  constructor(intBytes: number, offsetBytes: number) {
    this.#intBytes = intBytes;
    this.#offsetBytes = offsetBytes;
  }

  bytes(bytes: Buffer): this {
    this.#parts.push(bytes);
    return this;
  }

  int(value: number): this {
    const bytes = Buffer.alloc(1 + this.#intBytes);
    bytes[0] = value < 0 ? 1 : 0;
    let magnitude = Math.abs(value);
    for (let index = 1; index <= this.#intBytes; index += 1) {
      bytes[index] = magnitude % 256;
      magnitude = Math.floor(magnitude / 256);
    }
    return this.bytes(bytes);
  }

  string(text: string | Buffer | undefined): this {
    if (text === undefined) return this.int(-1);
    const bytes = Buffer.from(text);
    return this.int(bytes.length).bytes(bytes);
  }

  offset(state: number, position: number): this {
    const bytes = Buffer.alloc(1 + this.#offsetBytes);
    bytes[0] = state;
    if (position > 0) bytes.writeUInt32LE(position, 1);
    return this.bytes(bytes);
  }

  done(): Buffer {
    return Buffer.concat(this.#parts);
  }
}
