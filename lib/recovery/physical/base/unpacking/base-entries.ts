/** Everything that a base backup brings, one after the other, with its place in the data directory. */

import { type TarRole, tarRole } from '../../../../domain/backup/base-tars.ts';
import { ByteSource } from '../../../streams/bytes/byte-source.ts';
import { dumpError } from '../../../streams/bytes/dump-error.ts';
import { type TarMemberKind, tarMembers } from '../../../streams/bytes/tar-members.ts';
import type { BaseFile } from '../layout/base-file.ts';
import type { BaseLayout } from '../layout/base-layout.ts';
import { type Bounding, storedContent, uncompressed } from '../layout/stored-content.ts';

export interface BaseEntry {
  /** As the tar or the listing names it. */
  path: string;
  /** Folder of the data directory in that tar or listing, and what is put before the rest of the path. */
  folder: string;
  place: string;
  kind: TarMemberKind;
  sizeBytes: number;
  linkTarget: string | null;
  /** To be read before the next entry is asked for. */
  body: AsyncIterable<Buffer>;
}

/** A layout that files can be unpacked from. */
export type UnpackableLayout = Extract<
  BaseLayout,
  { kind: 'tars' | 'packed tars' | 'packed data directory' | 'tar partitions' | 'data directory' }
>;

/**
 * The manifest comes first where it lies on its own. Consumes one stream at a time.
 * @throws DrillError DUMP_TRUNCATED, DUMP_CORRUPT, COMPRESSION_UNKNOWN, what `bounding` and opening throw
 */
export async function* baseEntries(
  layout: UnpackableLayout,
  bounding: Bounding,
): AsyncGenerator<BaseEntry, void, undefined> {
  switch (layout.kind) {
    case 'tars': {
      const { manifest, base, wal, tablespaces } = layout;
      if (manifest !== null) yield* fileEntry(manifest, bounding, { path: 'backup_manifest', folder: '' });
      yield* membersOfFile(base, bounding, { folder: '', place: '' });
      for (const { oid, file } of tablespaces)
        yield* membersOfFile(file, bounding, { folder: '', place: placeOf({ part: 'tablespace', oid }) });
      if (wal !== null)
        yield* atLeastOne(membersOfFile(wal, bounding, { folder: '', place: placeOf({ part: 'wal' }) }));
      return;
    }
    case 'packed tars':
      yield* membersOfPackedTars(layout, bounding);
      return;
    case 'packed data directory':
      yield* membersOfFile(layout.file, bounding, { folder: layout.folder, place: '' });
      return;
    case 'tar partitions':
      // WAL-G names its members from the root of the data directory.
      for (const file of layout.files)
        for await (const entry of membersOfFile(file, bounding, { folder: '', place: '' }))
          yield { ...entry, path: entry.path.replace(/^\/+/, '') };
      return;
    case 'data directory':
      for (const file of layout.files)
        yield* fileEntry(file, null, { path: file.name, folder: layout.folder });
  }
}

/** Where pg_basebackup's own plain format has what it puts into separate tars. */
function placeOf(role: TarRole): string {
  if (role.part === 'tablespace') return `pg_tblspc/${role.oid}/`;
  return role.part === 'wal' ? 'pg_wal/' : '';
}

/** A file of a data directory is what it is, compressed or not: only a manifest that lies beside tars is uncompressed. */
async function* fileEntry(
  file: BaseFile,
  bounding: Bounding | null,
  { path, folder }: { path: string; folder: string },
): AsyncGenerator<BaseEntry, void, undefined> {
  const source = bounding === null ? new ByteSource(await file.open()) : await storedContent(file, bounding);
  const { sizeBytes } = file;
  try {
    yield { path, folder, place: '', kind: 'file', sizeBytes, linkTarget: null, body: source.pieces() };
  } finally {
    source.cancel().catch(() => {});
  }
}

/** pg_basebackup writes no `pg_wal.tar` without a segment: one that has none was overwritten, e.g. with zeros. */
async function* atLeastOne(entries: AsyncIterable<BaseEntry>): AsyncGenerator<BaseEntry, void, undefined> {
  let isEmpty = true;
  for await (const entry of entries) {
    isEmpty = false;
    yield entry;
  }
  if (isEmpty) throw dumpError('DUMP_CORRUPT', 'its pg_wal.tar holds no file');
}

async function* membersOfFile(
  file: BaseFile,
  bounding: Bounding,
  where: { folder: string; place: string },
): AsyncGenerator<BaseEntry, void, undefined> {
  const source = await storedContent(file, bounding);
  try {
    yield* members(source, where);
  } finally {
    source.cancel().catch(() => {});
  }
}

async function* members(
  source: ByteSource,
  where: { folder: string; place: string },
): AsyncGenerator<BaseEntry, void, undefined> {
  for await (const { path, kind, sizeBytes, linkTarget, body } of tarMembers(source))
    yield { path, ...where, kind, sizeBytes, linkTarget, body };
}

async function* membersOfPackedTars(
  { file, folder }: Extract<BaseLayout, { kind: 'packed tars' }>,
  bounding: Bounding,
): AsyncGenerator<BaseEntry, void, undefined> {
  const outer = await storedContent(file, bounding);
  try {
    for await (const member of tarMembers(outer)) {
      const path = member.path.replace(/^(\.\/)+/, '');
      const role = member.isFile && path.startsWith(folder) ? tarRole(path.slice(folder.length)) : null;
      if (role === null) {
        const { kind, sizeBytes, linkTarget, body } = member;
        // Named whole, so that a hostile one is refused and a harmless one is told to lie beside.
        yield { path: member.path, folder: `${folder}\0/`, place: '', kind, sizeBytes, linkTarget, body };
        continue;
      }
      const content = await uncompressed(new ByteSource(member.body), bounding);
      if (role.part === 'manifest') {
        const { kind, sizeBytes, linkTarget } = member;
        const body = content.pieces();
        yield { path: 'backup_manifest', folder: '', place: '', kind, sizeBytes, linkTarget, body };
      } else {
        const some = members(content, { folder: '', place: placeOf(role) });
        yield* role.part === 'wal' ? atLeastOne(some) : some;
      }
    }
  } finally {
    outer.cancel().catch(() => {});
  }
}
