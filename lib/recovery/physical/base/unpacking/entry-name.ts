/** Where a member of a tar would come to lie. What a tar names is never trusted: a base backup is anybody's file. */

export type EntryName =
  /** Relative to the data directory, empty for the directory itself. */
  | { kind: 'inside'; name: string }
  /** Harmless, and not below the folder of the data directory. */
  | { kind: 'beside' }
  | { kind: 'hostile'; reason: string };

/** NAME_MAX and PATH_MAX of Linux, less what the target directory itself takes. */
const [longestPartBytes, longestNameBytes] = [255, 3072];
/** A data directory is five folders deep; each may cost a folder of disk for every member. */
const deepest = 32;

/** @param folder path of the data directory in the tar, empty or with a slash at its end */
export function entryName(path: string, folder: string): EntryName {
  if (path.startsWith('/')) return { kind: 'hostile', reason: 'its path is absolute' };
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) return { kind: 'hostile', reason: 'its path leads out by ..' };
  if (path.includes('\0')) return { kind: 'hostile', reason: 'its path holds a zero byte' };
  if (
    Buffer.byteLength(path) > longestNameBytes ||
    parts.some((part) => Buffer.byteLength(part) > longestPartBytes)
  )
    return { kind: 'hostile', reason: 'its path is too long' };
  if (parts.length > deepest)
    return { kind: 'hostile', reason: 'its path is deeper than any data directory' };
  const above = folder.split('/').filter((part) => part !== '');
  if (!above.every((part, index) => parts[index] === part)) return { kind: 'beside' };
  return { kind: 'inside', name: parts.slice(above.length).join('/') };
}
