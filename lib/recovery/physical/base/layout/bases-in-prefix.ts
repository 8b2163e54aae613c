/** Tells the base backups of one folder or prefix apart: by folder, else by the moment in their names. */
import { recogniseTimestamp } from '../../../../domain/time/name-timestamp.ts';
import type { BaseFile } from './base-file.ts';
import { tarRole } from './base-layout.ts';
import { repositoryTool } from './repository-tool.ts';

export interface FoundBase {
  /** The folder with a slash at its end, or the name of its one tar, or what stands before the moment in its names. */
  name: string;
  /** Names relative to the folder; of `2026…_base.tar.gz` without the moment. */
  files: BaseFile[];
  /** ISO 8601, from the name of the folder or file: when it was meant to begin. Null when no name tells. */
  takenAt: string | null;
}

/**
 * Bases in the order of their names. What is neither a base nor part of one, such as a tar of WAL, comes as a base of its own
 * where only its bytes can tell: `recogniseBase` says what it is.
 */
export function basesIn(files: readonly BaseFile[]): FoundBase[] {
  if (repositoryTool(files.map(({ name }) => name)) !== null)
    return [{ name: '', files: [...files], takenAt: null }];
  const folders = foldersOfBases(files);
  const found = new Map<string, FoundBase>();
  for (const file of files) {
    const folder = folders.find((each) => file.name.startsWith(each));
    const part =
      folder === undefined ? loosePart(file) : { base: folder, name: file.name.slice(folder.length) };
    if (part === null) continue;
    const base = found.get(part.base) ?? { name: part.base, files: [], takenAt: momentIn(part.base) };
    base.files.push({ name: part.name, sizeBytes: file.sizeBytes, open: () => file.open() });
    found.set(part.base, base);
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Folders with a base.tar or with a data directory, the longest first: one may lie within another's parent. */
function foldersOfBases(files: readonly BaseFile[]): string[] {
  const folders = new Set<string>();
  for (const { name } of files) {
    const folder = name.slice(0, name.lastIndexOf('/') + 1);
    const baseName = name.slice(folder.length);
    if (tarRole(baseName)?.part === 'base') folders.add(folder);
    // A data directory has its control file in a folder of its own.
    if (baseName === 'pg_control' && folder.endsWith('global/'))
      folders.add(folder.slice(0, -'global/'.length));
  }
  return [...folders].sort((a, b) => b.length - a.length);
}

const moment = /\d{4}-?\d{2}-?\d{2}[T_ -]?\d{2}[:-]?\d{2}(?:[:-]?\d{2})?Z?/;

/** Of a file that lies beside those of other bases. */
function loosePart(file: BaseFile): { base: string; name: string } | null {
  const folder = file.name.slice(0, file.name.lastIndexOf('/') + 1);
  const baseName = file.name.slice(folder.length);
  const [written] = moment.exec(baseName) ?? [];
  if (written !== undefined) {
    const role = baseName
      .replace(written, '')
      .replace(/^[._-]+/, '')
      .replace(/[._-]+(?=\.|$)/, '');
    if (tarRole(role) !== null) return { base: `${folder}${written}`, name: role };
  }
  return /\.(tar(\.\w+)?|tgz|tbz2?|txz|tzst)$/i.test(baseName) ? { base: file.name, name: baseName } : null;
}

/** The moment of the last part of the path that has one. */
function momentIn(path: string): string | null {
  for (const part of path.split('/').reverse()) {
    const timestamp = recogniseTimestamp(part);
    if (timestamp !== null) return timestamp.startsAt;
  }
  return null;
}
