/**
 * Members of a tar stream: ustar with the extensions of pax and GNU for long names and large sizes.
 *
 * Our own because a drill must know what a library does not say: that the end mark is there, and where a damaged
 * header lies.
 */
import type { ByteSource } from './byte-source.ts';
import { dumpError } from './dump-error.ts';

const blockBytes = 512;
/** Names and sizes in extension headers; nothing larger is plausible. */
const longestExtensionBytes = 1024 * 1024;

/** By the type flag of POSIX ustar. `sparse`: GNU's files with holes, whose stored bytes are not their content. */
export type TarMemberKind =
  | 'file'
  | 'folder'
  | 'symbolic link'
  | 'hard link'
  | 'device'
  | 'fifo'
  | 'sparse'
  | 'unknown';

const kindOfType: Readonly<Record<string, TarMemberKind>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '1': 'hard link',
  '2': 'symbolic link',
  '3': 'device',
  '4': 'device',
  '5': 'folder',
  '6': 'fifo',
  S: 'sparse',
};

export interface TarMember {
  /** Its place among all members, from 0: names may occur twice. */
  index: number;
  path: string;
  sizeBytes: number;
  isFile: boolean;
  kind: TarMemberKind;
  /** What a link leads to, as written; null for everything else. */
  linkTarget: string | null;
  /** Contents, to be read before the next member is asked for; what is left is passed over. */
  body: AsyncGenerator<Buffer, void, undefined>;
}

interface Extension {
  path?: string;
  linkTarget?: string;
  sizeBytes?: number;
  isSparse?: boolean;
}

/**
 * All members, then reads on to the end of the stream, so that a checksum behind it is verified.
 * @throws DrillError DUMP_TRUNCATED when the end mark of two empty blocks is missing, DUMP_CORRUPT for a header whose
 * checksum does not match, and for bytes behind the end mark (`cat a.tar b.tar`), which tar and pg_restore never read.
 */
export async function* tarMembers(source: ByteSource): AsyncGenerator<TarMember, void, undefined> {
  let extension: Extension = {};
  for (let index = 0; ; ) {
    const position = source.position;
    const header = await headerBlock(source);
    if (isEmpty(header)) {
      if (!isEmpty(await headerBlock(source))) throw damaged('one empty block stands alone', position);
      await refuseMore(source);
      return;
    }
    const sizeBytes = extension.sizeBytes ?? numberField(header, 124, 12, position);
    if (checksum(header) !== numberField(header, 148, 8, position))
      throw damaged('a checksum is wrong', position);
    const type = String.fromCharCode(header[156] as number);
    if ('xgLK'.includes(type)) {
      const text = await extensionText(source, numberField(header, 124, 12, position), position);
      if (type === 'L') extension = { ...extension, path: text.replace(/\0.*$/s, '') };
      if (type === 'K') extension = { ...extension, linkTarget: text.replace(/\0.*$/s, '') };
      if (type === 'x') extension = { ...extension, ...paxFields(text, position) };
      continue;
    }
    const path = extension.path ?? ustarPath(header);
    const kind = extension.isSparse === true ? 'sparse' : (kindOfType[type] ?? 'unknown');
    const linkTarget = kind.endsWith('link') ? (extension.linkTarget ?? cString(header, 157, 100)) : null;
    extension = {};
    const isFile = type === '0' || type === '\0' || type === '7';
    // Links, devices and folders (1 to 6) have a size in some tars, and never data.
    const hasData = !'123456'.includes(type);
    const end = source.position + (hasData ? Math.ceil(sizeBytes / blockBytes) * blockBytes : 0);
    const body = memberBody(source, path, isFile ? sizeBytes : 0);
    yield { index, path, sizeBytes, isFile, kind, linkTarget, body };
    index += 1;
    await passOver(source, end - source.position, path);
  }
}

/**
 * Reads on over what pads the tar to the size of its records. Where a disk lost a block of a header, its zeros are an end mark:
 * tar passes over all that follows in silence, and what it holds is lost.
 */
async function refuseMore(source: ByteSource): Promise<void> {
  let strange: number | null = null;
  for (;;) {
    const position = source.position;
    const block = await source.readUpTo(blockBytes);
    if (!isEmpty(block)) strange ??= position;
    if (block.length === blockBytes && beginsMember(block)) {
      throw dumpError(
        'DUMP_CORRUPT',
        `another tar follows the end of the first, from byte ${position} on: tar and pg_restore do not read it, and what it holds is lost`,
      );
    }
    if (block.length < blockBytes) break;
  }
  if (strange !== null) throw damaged('bytes that are no padding follow its end mark', strange);
}

/** Whether the block is the header of a member, by its own checksum. */
function beginsMember(block: Buffer): boolean {
  const digits = /^[ \0]*([0-7]{1,7})[ \0]*$/.exec(block.toString('latin1', 148, 156));
  return digits !== null && Number.parseInt(digits[1] as string, 8) === checksum(block);
}

async function headerBlock(source: ByteSource): Promise<Buffer> {
  const block = await source.readUpTo(blockBytes);
  if (block.length === blockBytes) return block;
  throw dumpError('DUMP_TRUNCATED', `the tar ends at byte ${source.position} without its end mark`);
}

async function* memberBody(
  source: ByteSource,
  path: string,
  bytes: number,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* source.chunks(bytes);
  } catch (error) {
    throw namingMember(error, path);
  }
}

async function passOver(source: ByteSource, bytes: number, path: string): Promise<void> {
  try {
    await source.skip(bytes);
  } catch (error) {
    throw namingMember(error, path);
  }
}

function namingMember(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || error.name !== 'DUMP_TRUNCATED') return error;
  return dumpError('DUMP_TRUNCATED', `the tar ends inside its member ${path}`, error);
}

async function extensionText(source: ByteSource, bytes: number, position: number): Promise<string> {
  if (bytes > longestExtensionBytes) throw damaged('an extension header is too large', position);
  const padded = await source.read(Math.ceil(bytes / blockBytes) * blockBytes);
  return padded.toString('utf8', 0, bytes);
}

/** Pax records: length, blank, `key=value`, newline. */
function paxFields(text: string, position: number): Extension {
  const extension: Extension = {};
  for (const [, key, value] of text.matchAll(/^\d+ ([^=\n]+)=(.*)$/gm)) {
    if (key === 'path' && value !== undefined) extension.path = value;
    if (key === 'linkpath' && value !== undefined) extension.linkTarget = value;
    if (key?.startsWith('GNU.sparse.') === true) extension.isSparse = true;
    if (key === 'size') {
      extension.sizeBytes = Number(value);
      if (!Number.isSafeInteger(extension.sizeBytes)) throw damaged('a size is no number', position);
    }
  }
  return extension;
}

/** Octal digits, or with the highest bit set a number in base 256, as pg_dump writes for members beyond 8 GiB. */
function numberField(header: Buffer, at: number, length: number, position: number): number {
  const field = header.subarray(at, at + length);
  let value: number;
  if ((field[0] as number) === 0x80) value = field.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0);
  else {
    const digits = field
      .toString('latin1')
      .replace(/[\0 ]+$/, '')
      .trimStart();
    if (!/^[0-7]*$/.test(digits)) throw damaged('a number is not octal', position);
    value = digits === '' ? 0 : Number.parseInt(digits, 8);
  }
  if (!Number.isSafeInteger(value)) throw damaged('a size is too large', position);
  return value;
}

/** Sum of the bytes of the header, the checksum itself taken as blanks. */
function checksum(header: Buffer): number {
  let sum = 8 * 32;
  for (let index = 0; index < blockBytes; index += 1) {
    if (index < 148 || index >= 156) sum += header[index] as number;
  }
  return sum;
}

function ustarPath(header: Buffer): string {
  const name = cString(header, 0, 100);
  const isUstar = header.toString('latin1', 257, 263) === 'ustar\0';
  const prefix = isUstar ? cString(header, 345, 155) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

function cString(header: Buffer, at: number, length: number): string {
  const end = header.indexOf(0, at);
  return header.toString('utf8', at, end === -1 || end > at + length ? at + length : end);
}

const isEmpty = (block: Buffer): boolean => block.every((byte) => byte === 0);

const damaged = (reason: string, position: number) =>
  dumpError('DUMP_CORRUPT', `the tar is damaged at byte ${position}: ${reason}`);
