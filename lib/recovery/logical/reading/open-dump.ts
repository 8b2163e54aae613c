/** Opens any dump: takes off its wrappings, recognises its format by its bytes, and reads it as dump events. */
import type { Readable } from 'node:stream';
import type { Wrapping } from '../../../domain/backup/dump.ts';
import type { DumpOpening } from '../../../domain/backup/dump-opening.ts';
import { ByteSource, type DirectorySource } from '../../streams/bytes/byte-source.ts';
import { ReadingBudget } from '../../streams/bytes/reading-budget.ts';
import type { ReadingLimits } from '../../streams/bytes/reading-limits.ts';
import type { DumpEvent, DumpReader } from '../dump/dump-stream.ts';
import { readCustomArchive } from './archive/custom-archive.ts';
import { readDirectoryArchive } from './archive/directory-archive.ts';
import type { Seeking } from './archive/largest-first.ts';
import { readPackedDirectory, readTarArchive } from './archive/tar-archive.ts';
import { beginningOf } from './beginning-only.ts';
import { refuseOtherDirectories } from './directory-layout.ts';
import { MeasuredStream } from './measured-stream.ts';
import { zipMembers } from './packages/zip-members.ts';
import { readPlainDump } from './plain/read-plain-dump.ts';
import { type Unwrapped, unwrap } from './unwrap.ts';

/** Where a dump's bytes come from. */
export type DumpSource =
  /**
   * One file or object. `open` may be called again, for a tar that holds its table of contents late. `openFrom` gives the
   * bytes of the same version of it from one on; absent where that cannot be promised.
   */
  | {
      kind: 'stream';
      open(): Promise<Readable>;
      openFrom?(startByte: number): Promise<Readable>;
      sizeBytes: number | null;
    }
  /** A directory-format dump whose files lie on their own; names relative to the directory. */
  | {
      kind: 'directory';
      list(): Promise<{ name: string; sizeBytes: number }[]>;
      open(name: string): Promise<Readable>;
    };

export interface OpenDumpOptions extends DumpOpening {
  limits?: ReadingLimits;
  /**
   * Reads no more content than this, for whoever wants to know the header: then the reader throws BeginningRead. A tar is read
   * as far as to its table of contents, which may be its last member.
   */
  beginningBytes?: number;
  signal?: AbortSignal;
}

/** A dump being read. Call `close` when done, however reading ended. */
export interface OpenedDump {
  /** Its first event is the header with the format. Errors of opening are thrown by its first `next`. */
  reader: DumpReader;
  /**
   * Digest in hex of the stored bytes. Reads whatever the reader has left unread; call it after the reader has ended or
   * thrown. Null for directories, and when the bytes could not all be read.
   */
  sha256(): Promise<string | null>;
  /** Stored bytes read so far. */
  bytesRead(): number;
  /** Lets go of the source, however reading ended. */
  close(): void;
}

/** @throws DrillError what `open` throws; the reader throws everything about the content. */
export async function openDump(source: DumpSource, options: OpenDumpOptions): Promise<OpenedDump> {
  if (source.kind === 'directory') return openDirectory(source, options);
  const streams: MeasuredStream[] = [];
  const openStream = async (): Promise<MeasuredStream> => {
    const stream = new MeasuredStream(await source.open(), source.sizeBytes, options.signal);
    streams.push(stream);
    return stream;
  };
  const sources: ByteSource[] = [];
  const sourceOf = (stream: MeasuredStream): ByteSource => {
    const bytes = new ByteSource(stream);
    sources.push(bytes);
    return bytes;
  };
  const first = await openStream();
  const seeking = seekingIn(source, streams, options.signal);
  const bytesRead = (): number => {
    const sum = streams.reduce((total, { bytesRead }) => total + bytesRead, 0);
    // What was sought is read again for the digest; it is stored once.
    return seeking === null ? sum : Math.min(sum, seeking.sizeBytes);
  };
  const budget = new ReadingBudget(options.limits, bytesRead);
  return {
    reader: readStream({ stream: first, sourceOf, openStream, seeking, budget, sources }, options),
    sha256: () => first.sha256(),
    bytesRead,
    close: () => {
      // What was read already may hold gigabytes: decoders and parsers that nobody waits for any more must end too.
      budget.close();
      for (const bytes of sources) bytes.cancel().catch(() => {});
      for (const stream of streams) stream.close();
    },
  };
}

/** Beyond this the second reading, for the digest, would take longer than the order of the tables gains: 2 min at 240 MB/s. */
const largestSoughtBytes = 32 * 1024 ** 3;

function seekingIn(
  { openFrom, sizeBytes }: Extract<DumpSource, { kind: 'stream' }>,
  streams: MeasuredStream[],
  signal: AbortSignal | undefined,
): Seeking | null {
  if (openFrom === undefined || sizeBytes === null || sizeBytes > largestSoughtBytes) return null;
  return {
    sizeBytes,
    open: async (startByte) => {
      const bytes = await openFrom(startByte);
      const stream = new MeasuredStream(bytes, sizeBytes - startByte, signal, { digest: false });
      streams.push(stream);
      return new ByteSource(closedAtTheEnd(stream));
    },
  };
}

/** A part is of no more use to anybody when its reader lets go of it. */
async function* closedAtTheEnd(stream: MeasuredStream): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* stream;
  } finally {
    stream.close();
  }
}

/** The stored bytes of one file or object, and the ways to read more of them. */
interface StoredFile {
  stream: MeasuredStream;
  sourceOf(stream: MeasuredStream): ByteSource;
  openStream(): Promise<MeasuredStream>;
  seeking: Seeking | null;
  budget: ReadingBudget;
  /** Takes every source that is to end when the dump is closed. */
  sources: ByteSource[];
}

async function* readStream(
  { stream, sourceOf, openStream, seeking, budget, sources }: StoredFile,
  options: OpenDumpOptions,
): DumpReader {
  let isFirst = true;
  const open = async (): Promise<ByteSource> => {
    const opened = isFirst ? stream : await openStream();
    isFirst = false;
    return sourceOf(opened);
  };
  const ending = (opened: ByteSource): ByteSource => {
    sources.push(opened);
    return opened;
  };
  const whole = await unwrap(open, options, budget.limits).catch((error) => {
    throw stream.clues.explain(error, false);
  });
  const { wrappings, content } = whole;
  ending(whole.bytes);
  const isPacked = content !== 'custom' && content !== 'plain';
  const bytes =
    options.beginningBytes === undefined || isPacked
      ? whole.bytes
      : beginningOf(whole.bytes, options.beginningBytes);
  const unwrapped = { ...whole, bytes, reopen: async () => ending(await whole.reopen()) };
  try {
    for await (const event of withWrappings(readContent(unwrapped, seeking, budget), wrappings)) {
      if (event.kind === 'end') {
        // Whatever the format needs no more is still part of what was stored, and of its digest.
        while ((await bytes.readPiece()) !== null);
        await stream.sha256();
        for (const found of unwrapped.findings) yield { kind: 'finding', finding: found };
      }
      yield event;
    }
  } catch (error) {
    throw stream.clues.explain(error, wrappings.length === 0 && content === 'plain');
  } finally {
    bytes.cancel().catch(() => {});
  }
}

function readContent(
  { bytes, wrappings, content, findings, bounding, reopen }: Unwrapped,
  seeking: Seeking | null,
  budget: ReadingBudget,
): DumpReader {
  switch (content) {
    case 'custom':
      // Offsets in the table of contents count the archive's own bytes.
      return readCustomArchive(bytes, wrappings.length === 0 ? seeking : null, budget);
    case 'plain': {
      const format = { layout: 'plain' as const, wrappings, archiveVersion: null };
      // What was left out after the compressed data may have been the rest of the dump.
      const { statementBytes } = budget.limits;
      return readPlainDump(bytes, format, { mustMarkEnd: () => findings.length > 0, statementBytes });
    }
    case 'tar archive':
      return readTarArchive(bytes, budget);
    case 'directory in tar':
      return readPackedDirectory(bytes, reopen, budget);
    case 'directory in zip': {
      const members = (zip: ByteSource) => zipMembers(zip, bounding);
      return readPackedDirectory(bytes, reopen, budget, { what: 'zip', members });
    }
  }
}

/** The readers know the layout, and not what it was wrapped in. */
async function* withWrappings(reader: DumpReader, outer: Wrapping[]): DumpReader {
  for await (const event of reader) yield event.kind === 'header' ? wrapHeader(event, outer) : event;
}

function wrapHeader(event: Extract<DumpEvent, { kind: 'header' }>, outer: Wrapping[]): DumpEvent {
  const { format } = event.header;
  if (format.layout === 'plain' || format.layout === 'cluster') return event;
  return {
    kind: 'header',
    header: { ...event.header, format: { ...format, wrappings: [...outer, ...format.wrappings] } },
  };
}

async function openDirectory(
  source: Extract<DumpSource, { kind: 'directory' }>,
  { signal, limits }: OpenDumpOptions,
): Promise<OpenedDump> {
  const files = await source.list();
  const streams: MeasuredStream[] = [];
  const open = async (name: string): Promise<MeasuredStream> => {
    const size = files.find((file) => file.name === name)?.sizeBytes ?? null;
    const stream = new MeasuredStream(await source.open(name), size, signal);
    streams.push(stream);
    return stream;
  };
  const sizes = new Map(files.map(({ name, sizeBytes }) => [name, sizeBytes]));
  const directory = { names: [...sizes.keys()], sizeOf: (name: string) => sizes.get(name) ?? null, open };
  const bytesRead = (): number => streams.reduce((sum, { bytesRead }) => sum + bytesRead, 0);
  const budget = new ReadingBudget(limits, bytesRead);
  return {
    reader: readDirectory(directory, budget),
    sha256: async () => null,
    bytesRead,
    close: () => {
      budget.close();
      for (const stream of streams) stream.close();
    },
  };
}

async function* readDirectory(directory: DirectorySource, budget: ReadingBudget): DumpReader {
  refuseOtherDirectories(directory.names);
  yield* readDirectoryArchive(directory, budget);
}
