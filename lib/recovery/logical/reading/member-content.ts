/** What a member of a package is, from its first bytes and through its compression. */
import { type Compression, isCompression } from '../../../domain/backup/dump.ts';
import { isDrillError } from '../../../domain/findings/errors.ts';
import { ByteSource } from '../../streams/bytes/byte-source.ts';
import { tarMembers } from '../../streams/bytes/tar-members.ts';
import { decompress } from '../../streams/compression/decompress.ts';
import type { MemberContent } from './packages/dump-members.ts';
import type { PackageMember } from './packages/package-member.ts';
import type { Bounding } from './packages/zip-members.ts';
import { recognise, startBytes } from './recognise.ts';

/** Compressions inside each other that are looked through. */
const maxCompressions = 2;

/**
 * Reads as much as it needs and lets go of the member. A member that cannot be read is another file, as long as the package
 * itself can: an upload may be damaged in the source already.
 * @throws DrillError what reading the package itself throws
 */
export async function contentOfMember(member: PackageMember, bounding: Bounding): Promise<MemberContent> {
  const outermost = new ByteSource(member.body);
  try {
    return await lookInto(outermost, bounding, maxCompressions);
  } catch (error) {
    if (isDrillError(error) && error.code === 'DUMP_ENCRYPTED') return 'encrypted';
    if (isDrillError(error) && unreadable.has(error.code)) return 'other';
    throw error;
  } finally {
    // Waits for a read that is under way: the next one of the package must not overtake it.
    await outermost.cancel();
  }
}

/** The package meets its own damage again when it goes on. */
const unreadable: ReadonlySet<string> = new Set(['DUMP_TRUNCATED', 'DUMP_CORRUPT', 'COMPRESSION_UNKNOWN']);

async function lookInto(bytes: ByteSource, bounding: Bounding, left: number): Promise<MemberContent> {
  const start = await bytes.peek(startBytes);
  const recognised = recognise(start);
  switch (recognised.kind) {
    case 'custom':
      return 'dump';
    case 'plain':
      return plainContent(bytes, start);
    case 'zip':
      return 'package';
    case 'tar':
      return tarContent(bytes);
    case 'refused':
      return recognised.code === 'DUMP_ENCRYPTED' ? 'encrypted' : 'other';
    case 'wrapping':
      if (!isCompression(recognised.wrapping)) return 'encrypted';
      return left === 0 ? 'other' : lookInside(bytes, recognised.wrapping, bounding, left);
  }
}

const clusterBegins = /^-- PostgreSQL database cluster dump\s*$/m;
const databaseBegins = /^(?:-- PostgreSQL database dump\s*$|\\connect )/m;

/** Roles and tablespaces of any cluster are shorter; what is longer holds databases. */
const longestGlobalsBytes = 1024 * 1024;

/** `pg_dumpall --globals-only` begins like a cluster dump, and ends before any database. */
async function plainContent(bytes: ByteSource, start: Buffer): Promise<MemberContent> {
  const beginning = start.toString('latin1');
  if (!clusterBegins.test(beginning)) return databaseBegins.test(beginning) ? 'dump' : 'sql';
  const text = await bytes.peek(longestGlobalsBytes);
  const isWhole = text.length < longestGlobalsBytes;
  return isWhole && !databaseBegins.test(text.toString('latin1')) ? 'globals' : 'dump';
}

async function lookInside(
  bytes: ByteSource,
  compression: Compression,
  bounding: Bounding,
  left: number,
): Promise<MemberContent> {
  const inner = new ByteSource(bounding(decompress(bytes, compression, () => {})));
  try {
    return await lookInto(inner, bounding, left - 1);
  } finally {
    inner.cancel().catch(() => {});
  }
}

/** `pg_dump -Ft` begins with its table of contents. */
async function tarContent(bytes: ByteSource): Promise<MemberContent> {
  for await (const { path } of tarMembers(bytes)) return path === 'toc.dat' ? 'dump' : 'package';
  return 'other';
}
