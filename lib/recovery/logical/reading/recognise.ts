/** Tells from the first bytes, never from a name, what a file is. */
import type { Wrapping } from '../../../domain/backup/dump.ts';
import type { FindingCode } from '../../../domain/findings/findings.ts';
import { compressionOf } from '../../streams/compression/compression-of.ts';
import { encryptionOf } from '../../streams/encryption/encryption-of.ts';
import { recogniseText } from './recognise-text.ts';

/** Wrappings around one content; tar and zip hold many. */
export type TakenOff = Exclude<Wrapping, 'tar' | 'zip'>;

export type Recognised =
  | { kind: 'wrapping'; wrapping: TakenOff }
  | { kind: 'custom' }
  | { kind: 'zip' }
  | { kind: 'tar' }
  | { kind: 'plain' }
  /** Not something that can be restored, and why. */
  | { kind: 'refused'; code: FindingCode; message: string };

/** Enough to see past the comments in front of hand-written SQL and the extension headers of a tar. */
export const startBytes = 16 * 1024;

const refused = (code: FindingCode, message: string): Recognised => ({ kind: 'refused', code, message });

const hasText = (start: Buffer, text: string, at = 0): boolean =>
  start.toString('latin1', at, at + text.length) === text;

/** `start`: the first `startBytes` of the content, or all of it when there is less. */
export function recognise(start: Buffer): Recognised {
  const wrapping = wrappingOf(start);
  if (wrapping !== null) return { kind: 'wrapping', wrapping };
  if (start.length === 0) return refused('DUMP_EMPTY', 'it holds no byte');
  const changed = changedOnTheWay(start);
  if (changed !== null) return refused('DUMP_CORRUPT', changed);
  if (hasText(start, 'PGDMP')) return { kind: 'custom' };
  if (isTar(start)) return { kind: 'tar' };
  if (start.toString('latin1', 257, 262) === 'ustar')
    return refused('DUMP_CORRUPT', 'it is a tar whose first header is damaged: its checksum is wrong');
  // The first member, or the end of an empty zip.
  if (hasText(start, 'PK\x03\x04') || hasText(start, 'PK\x05\x06')) return { kind: 'zip' };
  return cmsOf(start) ?? physicalOf(start) ?? foreignOf(start) ?? recogniseText(start);
}

/** What storing put in front of the dump, or took from its first bytes; null when nothing is known to. */
function changedOnTheWay(start: Buffer): string | null {
  const firstByte = start.findIndex((value) => value !== 0);
  if (firstByte >= 512)
    return `its first ${firstByte} bytes are zero, from byte 0 on, where the dump should begin`;
  // AWS Signature Version 4 for chunked uploads: each chunk has its length in hex and its signature, or, unsigned, the length alone.
  const [, signature] =
    /^[0-9a-f]{1,8}(;chunk-signature=[0-9a-f]{64})?\r\n/i.exec(start.toString('latin1', 0, 100)) ?? [];
  const chunk = start.indexOf('\r\n') + 2;
  const isUnsigned =
    /^[0-9a-f]{1,8}\r\n/i.test(start.toString('latin1', 0, 10)) && isDumpStart(start.subarray(chunk));
  if (signature === undefined && !isUnsigned) return null;
  return 'it was stored with the aws-chunked framing of its upload: lines with the length of each chunk, and its chunk-signature, stand between the bytes of the dump';
}

/** Bytes that only a dump, or what is wrapped around one, begins with. */
const isDumpStart = (start: Buffer): boolean =>
  wrappingOf(start) !== null ||
  hasText(start, 'PGDMP') ||
  /^--\r?\n-- PostgreSQL/.test(start.toString('latin1', 0, 30));

function wrappingOf(start: Buffer): TakenOff | null {
  return compressionOf(start) ?? encryptionOf(start);
}

const cmsOf = (start: Buffer): Recognised | null =>
  /^-----BEGIN (?:CMS|PKCS7)/.test(start.toString('latin1', 0, 40))
    ? refused('DUMP_ENCRYPTED', 'it is encrypted with openssl cms, which is not decrypted here')
    : null;

/** pg_basebackup, WAL archives and what lies beside them. */
function physicalOf(start: Buffer): Recognised | null {
  const physical = (what: string): Recognised => refused('PHYSICAL_BACKUP', `it is ${what}`);
  const text = start.toString('latin1', 0, 200);
  if (/^\s*\{\s*"PostgreSQL-Backup-Manifest-Version"/.test(text))
    return physical('the manifest of a base backup');
  if (text.startsWith('START WAL LOCATION: ')) return physical('the label of a base backup');
  if (start.length < 40) return null;
  // access/xlog_internal.h: XLogLongPageHeaderData with XLOG_PAGE_MAGIC 0xD0xx or 0xD1xx.
  const segmentBytes = start.readUInt32LE(32);
  const isSegmentSize =
    segmentBytes >= 2 ** 20 && segmentBytes <= 2 ** 30 && (segmentBytes & (segmentBytes - 1)) === 0;
  const isMagic = start[1] === 0xd0 || start[1] === 0xd1;
  const isLongHeader = (start.readUInt16LE(2) & 0x02) !== 0;
  return isMagic && isLongHeader && isSegmentSize ? physical('a segment of WAL') : null;
}

/** Magic numbers of other files, in hex. */
const foreign: readonly [FindingCode, string, string][] = [
  ['COMPRESSION_UNKNOWN', 'a 7-Zip file', '377abcaf271c'],
  ['COMPRESSION_UNKNOWN', 'a RAR file', '526172211a07'],
  ['COMPRESSION_UNKNOWN', 'an lzip file', '4c5a4950'],
  ['COMPRESSION_UNKNOWN', 'an lzop file', '894c5a4f'],
  ['COMPRESSION_UNKNOWN', 'an lrzip file', '4c525a49'],
  ['COMPRESSION_UNKNOWN', 'a file of compress', '1f9d'],
  // Its only header: the properties that every lzma program writes, and a dictionary of at least 64 KiB.
  ['COMPRESSION_UNKNOWN', 'a file of lzma', '5d0000'],
  ['COMPRESSION_UNKNOWN', 'a zlib stream', '789c'],
  ['COMPRESSION_UNKNOWN', 'a zlib stream', '78da'],
  ['COMPRESSION_UNKNOWN', 'a zlib stream', '7801'],
  ['COMPRESSION_UNKNOWN', 'a snappy file', 'ff060000734e61507059'],
  ['DUMP_NOT_A_DUMP', 'an SQLite database', '53514c69746520666f726d6174203300'],
  ['DUMP_NOT_A_DUMP', 'a PDF file', '255044462d'],
  ['DUMP_NOT_A_DUMP', 'an image', '89504e47'],
  ['DUMP_NOT_A_DUMP', 'an image', 'ffd8ff'],
  ['DUMP_NOT_A_DUMP', 'a program', '7f454c46'],
];

function foreignOf(start: Buffer): Recognised | null {
  const text = start.toString('hex', 0, 32);
  const match = foreign.find(([, , magic]) => text.startsWith(magic));
  return match === undefined ? null : refused(match[0], `it is ${match[1]}`);
}

/** A tar header: the sum of its bytes, with blanks for the sum itself, as its own field says in octal. */
function isTar(start: Buffer): boolean {
  if (start.length < 512 || start[0] === 0) return false;
  const field = /^\s*([0-7]+)/.exec(start.toString('latin1', 148, 156));
  if (field === null) return false;
  let sum = 8 * 0x20;
  for (let at = 0; at < 512; at++) sum += at >= 148 && at < 156 ? 0 : (start[at] as number);
  return sum === Number.parseInt(field[1] as string, 8);
}
