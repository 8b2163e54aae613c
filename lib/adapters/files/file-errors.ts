import { DrillError, isDrillError } from '../../domain/findings/errors.ts';

/** Gives an error of the file system its name among ours; the path is always in the message. */
export function namedFileError(error: unknown, path: string): DrillError {
  if (isDrillError(error)) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new DrillError('DUMP_NOT_FOUND', `${path} does not exist`, {
      hint: 'Check the path for spelling.',
      cause: error,
    });
  }
  // A name that no file can have: that of a checksum beside a dump whose own name is the longest possible.
  if (code === 'ENAMETOOLONG') {
    return new DrillError('DUMP_NOT_FOUND', `${path} does not exist: its name is too long for a file`, {
      hint: 'Give it a shorter name.',
      cause: error,
    });
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new DrillError('DUMP_UNREADABLE', `${path} may not be read by this user`, {
      hint: 'Check the permissions of the file and of the folders above it.',
      cause: error,
    });
  }
  if (code === 'ELOOP') {
    return new DrillError('DUMP_UNREADABLE', `${path} is a link that leads back to itself`, {
      hint: 'Correct the symbolic link.',
      cause: error,
    });
  }
  return new DrillError('DUMP_UNREADABLE', `${path} could not be read${code === '' ? '' : ` (${code})`}`, {
    hint: 'Look at the disk or the network share it lies on.',
    fault: 'service',
    cause: error,
  });
}
