/**
 * Members of a zip (PKWARE APPNOTE 6.3.10), read from its start as a stream.
 *
 * Our own because libraries want the directory at the end first, which a stream gives last, and because a drill must know
 * that this directory is there and agrees.
 */
import { crc32 } from 'node:zlib';
import { DrillError } from '../../../../domain/findings/errors.ts';
import { visibleJson } from '../../../../domain/text/visible-text.ts';
import { ByteSource } from '../../../streams/bytes/byte-source.ts';
import { dumpError } from '../../../streams/bytes/dump-error.ts';
import { decompressBzip2 } from '../../../streams/compression/bzip2.ts';
import { inflate } from '../../../streams/compression/deflate.ts';
import { decompressXz } from '../../../streams/compression/xz.ts';
import { decompressZstd } from '../../../streams/compression/zstd.ts';
import type { PackageMember } from './package-member.ts';
import { readZipDirectory } from './zip-directory.ts';
import { readZipHeader, type ZipHeader, zipSignatures } from './zip-header.ts';

/** Counts what unpacks to too much: what came out so far. @throws DrillError DECOMPRESSION_LIMIT */
export type Bounding = (content: AsyncIterable<Buffer>) => AsyncIterable<Buffer>;

/**
 * All members, then the directory at the end.
 * @throws DrillError DUMP_TRUNCATED when the directory at the end is missing, DUMP_CORRUPT for what does not agree,
 * DUMP_ENCRYPTED and COMPRESSION_UNKNOWN from the body of a member that is so
 */
export async function* zipMembers(
  source: ByteSource,
  bounding: Bounding,
): AsyncGenerator<PackageMember, void, undefined> {
  let count = 0;
  for (;;) {
    const signature = await source.peek(4);
    if (signature.length < 4) throw cut(source);
    if (signature.readUInt32LE() !== zipSignatures.member) break;
    const header = await readZipHeader(source);
    count += 1;
    const data = new MemberData(source, header, bounding);
    yield { index: count - 1, path: header.path, isFile: !header.path.endsWith('/'), body: data.content() };
    await data.passOver();
  }
  await readZipDirectory(source, count);
}

const cut = (source: ByteSource) =>
  dumpError('DUMP_TRUNCATED', `the zip ends at byte ${source.position} without its directory`);

/** The data of one member: read once, wholly or in part, then passed over. */
class MemberData {
  readonly #source: ByteSource;
  readonly #header: ZipHeader;
  readonly #bounding: Bounding;
  /** Position behind the data; null as long as only the data themselves say it. */
  #end: number | null;
  #isRead = false;
  #reading: AsyncGenerator<Buffer, void, undefined> | null = null;
  /** The data alone, where their size is known. */
  #sized: ByteSource | null = null;
  #failure: unknown = null;

  constructor(source: ByteSource, header: ZipHeader, bounding: Bounding) {
    this.#source = source;
    this.#header = header;
    this.#bounding = bounding;
    this.#end = header.storedBytes === null ? null : source.position + header.storedBytes;
  }

  /** Whoever lets go of it does not end the reading underneath: data without a size must be read to their end. */
  async *content(): AsyncGenerator<Buffer, void, undefined> {
    this.#refuseEncrypted();
    this.#reading = this.#checked();
    for (;;) {
      const { done, value } = await this.#reading.next();
      if (done === true) return;
      yield value;
    }
  }

  /** Goes to the next member, however far this one was read. */
  async passOver(): Promise<void> {
    if (this.#isRead) return;
    if (this.#failure !== null) throw this.#failure;
    if (this.#end === null) {
      this.#refuseEncrypted();
      this.#reading ??= this.#checked();
      for await (const _ of this.#bounding(this.#reading));
      return;
    }
    await this.#reading?.return(undefined);
    // A read that is under way ends first: the position counts.
    await this.#sized?.cancel();
    await this.#source.skip(this.#end - this.#source.position).catch((error: unknown) => {
      throw this.#named(error);
    });
    if (this.#header.hasDescriptor) await this.#skipDescriptor();
  }

  #refuseEncrypted(): void {
    if (!this.#header.isEncrypted) return;
    const name = visibleJson(this.#header.path);
    throw new DrillError(
      'DUMP_ENCRYPTED',
      `${name} in the zip is encrypted by zip itself, which is not read here`,
      {
        hint: 'Drill on a copy that unzip has unpacked; let the backup job encrypt with age or gpg instead of `zip -e`.',
      },
    );
  }

  async *#checked(): AsyncGenerator<Buffer, void, undefined> {
    let crc = 0;
    let size = 0;
    const start = this.#source.position;
    try {
      for await (const piece of this.#unpacked()) {
        crc = crc32(piece, crc);
        size += piece.length;
        yield piece;
      }
      if (this.#end !== null && this.#source.position < this.#end)
        await this.#source.skip(this.#end - this.#source.position);
      const stored = this.#source.position - start;
      const { hasDescriptor } = this.#header;
      const agrees = hasDescriptor
        ? await this.#takeDescriptor(crc, stored, size)
        : crc === this.#header.crc && size === this.#header.contentBytes;
      if (!agrees) throw this.#damaged('its content does not match its checksum');
      this.#isRead = true;
    } catch (error) {
      this.#failure = this.#named(error);
      throw this.#failure;
    }
  }

  #unpacked(): AsyncIterable<Buffer> {
    const { method, storedBytes } = this.#header;
    const isSized = storedBytes !== null;
    const stored = (): ByteSource => {
      this.#sized = new ByteSource(this.#source.chunks(storedBytes as number));
      return this.#sized;
    };
    if (method === 8) {
      return inflate(isSized ? stored() : this.#source, {
        before: 0,
        truncated: (total) => this.#truncated(total),
        damaged: (reason) => this.#damaged(reason),
      });
    }
    if (method === 0 && isSized) return this.#source.chunks(storedBytes);
    if (method === 12 && isSized) return decompressBzip2(stored());
    if (method === 93 && isSized) return decompressZstd(stored());
    if (method === 95 && isSized) return decompressXz(stored());
    const how = isSized ? `packed by method ${method}` : `packed by method ${method} without its size`;
    throw dumpError(
      'COMPRESSION_UNKNOWN',
      `${visibleJson(this.#header.path)} in the zip is ${how}, which is not read here`,
    );
  }

  /** Behind data whose size was not known: with a mark or without, with sizes of four bytes or of eight. */
  async #takeDescriptor(crc: number, stored: number, size: number): Promise<boolean> {
    const start = await this.#source.peek(24);
    const layout = descriptorLayouts.find(({ hasMark, sizeBytes }) => {
      const at = hasMark ? 4 : 0;
      if (start.length < at + 4 + 2 * sizeBytes) return false;
      if (hasMark && start.readUInt32LE(0) !== zipSignatures.descriptor) return false;
      const read = (position: number): number =>
        sizeBytes === 8 ? Number(start.readBigUInt64LE(position)) : start.readUInt32LE(position);
      return start.readUInt32LE(at) === crc && read(at + 4) === stored && read(at + 4 + sizeBytes) === size;
    });
    if (layout === undefined) {
      if (start.length < 12) throw this.#truncated(size);
      return false;
    }
    await this.#source.skip((layout.hasMark ? 4 : 0) + 4 + 2 * layout.sizeBytes);
    return true;
  }

  /** Of data that nobody read: the next thing behind it is a member or the directory. */
  async #skipDescriptor(): Promise<void> {
    const start = await this.#source.peek(28);
    const known: readonly number[] = [zipSignatures.member, zipSignatures.directoryEntry];
    const size = descriptorLayouts
      .map(({ hasMark, sizeBytes }) => (hasMark ? 4 : 0) + 4 + 2 * sizeBytes)
      .find((bytes) => start.length >= bytes + 4 && known.includes(start.readUInt32LE(bytes)));
    if (size === undefined)
      throw start.length < 28 ? this.#truncated(0) : this.#damaged('nothing known follows it');
    await this.#source.skip(size);
  }

  #truncated(total: number) {
    const name = visibleJson(this.#header.path);
    return dumpError('DUMP_TRUNCATED', `the zip ends inside ${name}, after ${total} bytes of its content`);
  }

  #damaged(reason: string) {
    return dumpError('DUMP_CORRUPT', `${visibleJson(this.#header.path)} in the zip is damaged: ${reason}`);
  }

  #named(error: unknown): unknown {
    if (!(error instanceof Error) || error.name !== 'DUMP_TRUNCATED') return error;
    return error.message.startsWith('the zip') ? error : this.#truncated(0);
  }
}

const descriptorLayouts = [
  { hasMark: true, sizeBytes: 4 },
  { hasMark: true, sizeBytes: 8 },
  { hasMark: false, sizeBytes: 4 },
  { hasMark: false, sizeBytes: 8 },
] as const;
