/** Zips of every kind that a stream meets (PKWARE APPNOTE), made byte by byte. */
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipFile {
  name: string;
  content: Buffer | string;
  /** Default deflate. */
  method?: 'stored' | 'deflate';
  /** Sizes stand behind the data, as a zip is written to a pipe: with the mark or without, of 4 or 8 bytes. */
  descriptor?: 'marked' | 'bare' | 'marked-64';
  /** Sizes stand in the extra field of zip64. */
  zip64?: boolean;
  encrypted?: boolean;
  /** A checksum that does not match. */
  wrongCrc?: boolean;
}

export function zipOf(...files: ZipFile[]): Buffer {
  const members = files.map(memberOf);
  const directory = Buffer.concat(files.map(({ name }) => directoryEntry(name)));
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(directory.length, 12);
  return Buffer.concat([...members, directory, end]);
}

function memberOf(file: ZipFile): Buffer {
  const content = Buffer.from(file.content);
  const isStored = file.method === 'stored';
  const data = isStored ? content : deflateRawSync(content);
  const crc = (crc32(content) + (file.wrongCrc === true ? 1 : 0)) % 2 ** 32;
  const isLate = file.descriptor !== undefined;
  const name = Buffer.from(file.name);
  const extra = file.zip64 === true ? zip64Extra(content.length, data.length) : Buffer.alloc(0);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE((isLate ? 8 : 0) | (file.encrypted === true ? 1 : 0), 6);
  header.writeUInt16LE(isStored ? 0 : 8, 8);
  header.writeUInt32LE(isLate ? 0 : crc, 14);
  const shown = (size: number): number => (file.zip64 === true ? 0xffffffff : isLate ? 0 : size);
  header.writeUInt32LE(shown(data.length), 18);
  header.writeUInt32LE(shown(content.length), 22);
  header.writeUInt16LE(name.length, 26);
  header.writeUInt16LE(extra.length, 28);
  const behind = isLate ? descriptorOf(file, crc, data.length, content.length) : Buffer.alloc(0);
  return Buffer.concat([header, name, extra, data, behind]);
}

function zip64Extra(contentBytes: number, storedBytes: number): Buffer {
  const extra = Buffer.alloc(20);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(16, 2);
  extra.writeBigUInt64LE(BigInt(contentBytes), 4);
  extra.writeBigUInt64LE(BigInt(storedBytes), 12);
  return extra;
}

function descriptorOf({ descriptor }: ZipFile, crc: number, stored: number, content: number): Buffer {
  const isLarge = descriptor === 'marked-64';
  const fields = Buffer.alloc(isLarge ? 20 : 12);
  fields.writeUInt32LE(crc, 0);
  if (isLarge) {
    fields.writeBigUInt64LE(BigInt(stored), 4);
    fields.writeBigUInt64LE(BigInt(content), 12);
  } else {
    fields.writeUInt32LE(stored, 4);
    fields.writeUInt32LE(content, 8);
  }
  return descriptor === 'bare' ? fields : Buffer.concat([Buffer.from('504b0708', 'hex'), fields]);
}

function directoryEntry(name: string): Buffer {
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(Buffer.byteLength(name), 28);
  return Buffer.concat([entry, Buffer.from(name)]);
}
