/** Recognises how a base backup lies in its folder: by names where PostgreSQL gives them, else by bytes. */

import { tarRole } from '../../../../domain/backup/base-tars.ts';
import { isDrillError } from '../../../../domain/findings/errors.ts';
import { isKeyError } from '../../../streams/encryption/decrypt.ts';
import type { BaseFile } from './base-file.ts';
import type { BaseLayout } from './base-layout.ts';
import { repositoryTool } from './repository-tool.ts';
import { storedContent } from './stored-content.ts';
import { type TarballContent, tarballContent } from './tarball-layout.ts';

/**
 * @param files of one backup, names relative to its folder
 * @throws what opening a file throws
 */
export async function recogniseBase(files: readonly BaseFile[]): Promise<BaseLayout> {
  const tool = repositoryTool(files.map(({ name }) => name));
  if (tool !== null) return { kind: 'repository', tool };
  const tars = layoutOfTars(files);
  if (tars !== null) return tars;
  // The data directory's own file, not the one in each database's folder: the shortest path.
  const [version] = files
    .filter(({ name }) => /(^|\/)PG_VERSION$/.test(name))
    .sort((a, b) => a.name.length - b.name.length);
  if (version !== undefined)
    return { kind: 'data directory', files: [...files], folder: version.name.slice(0, -'PG_VERSION'.length) };
  return layoutOfOne(files.filter(({ name, sizeBytes }) => sizeBytes > 0 && !isNote(name)));
}

/** Marks, checksums and logs that lie beside backups. */
const isNote = (name: string): boolean => /\.(txt|sha\d+|md5|json|log|sum|asc|sig)$/i.test(name);

function layoutOfTars(files: readonly BaseFile[]): BaseLayout | null {
  const parts = files.flatMap((file) => {
    const role = tarRole(file.name.slice(file.name.lastIndexOf('/') + 1));
    return role === null ? [] : [{ file, role }];
  });
  const only = (part: 'wal' | 'manifest'): BaseFile | null =>
    parts.find(({ role }) => role.part === part)?.file ?? null;
  const [base, another] = parts.filter(({ role }) => role.part === 'base');
  // Alone, it may be a data directory that a person packed under that name: its members tell.
  if (base === undefined || parts.length === 1) return null;
  if (another !== undefined) return { kind: 'unknown', reason: 'more than one file of it is a base.tar' };
  const tablespaces = parts.flatMap(({ file, role }) =>
    role.part === 'tablespace' ? [{ oid: role.oid, file }] : [],
  );
  return { kind: 'tars', base: base.file, wal: only('wal'), tablespaces, manifest: only('manifest') };
}

async function layoutOfOne(files: readonly BaseFile[]): Promise<BaseLayout> {
  const [file] = files;
  if (file === undefined) return { kind: 'unknown', reason: 'it holds no file of a backup' };
  if (files.length > 1)
    return { kind: 'unknown', reason: `none of its ${files.length} files is a base.tar or PG_VERSION` };
  const content = await contentOfTarball(file);
  switch (content.kind) {
    case 'tars':
      return { kind: 'packed tars', file, folder: content.folder };
    case 'data directory':
      return { kind: 'packed data directory', file, folder: content.folder };
    case 'wal':
      return { kind: 'packed wal', file };
    case 'unknown':
      return content;
  }
}

async function contentOfTarball(file: BaseFile): Promise<TarballContent> {
  try {
    return await contentOfTar(file);
  } catch (error) {
    if (!isDrillError(error) || isKeyError(error)) throw error;
    return { kind: 'unknown', reason: error.message };
  }
}

async function contentOfTar(file: BaseFile): Promise<TarballContent> {
  const source = await storedContent(file, (content) => content);
  try {
    return await tarballContent(source);
  } finally {
    source.cancel().catch(() => {});
  }
}
