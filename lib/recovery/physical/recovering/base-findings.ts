import { type Finding, finding } from '../../../domain/findings/findings.ts';
import { formatCountOf, listOf } from '../../../domain/text/quantities.ts';
import type { BaseLayout } from '../base/layout/base-layout.ts';
import type { BaseProblem } from '../base/unpacking/base-problems.ts';
import type { Verification } from '../base/unpacking/manifest-comparison.ts';
import type { NamedFiles } from '../base/unpacking/named-files.ts';
import type { UnpackRefusal } from '../base/unpacking/unpack-refusal.ts';

const named = ({ count, names }: NamedFiles): string => listOf(names, 5, count);

/** Why nothing can be unpacked from what lies there. */
export function findingOfLayout(layout: BaseLayout): Finding {
  switch (layout.kind) {
    case 'repository':
      return finding(
        'BASE_BACKUP_REFUSED',
        `this is a repository of ${layout.tool}, which its own program restores from`,
        `Restore it with ${layout.tool} into a folder and drill that folder.`,
      );
    case 'packed wal':
      return finding('BASE_BACKUP_INCOMPLETE', 'this is an archive of WAL and no base backup');
    case 'unknown':
      return finding('BASE_BACKUP_INCOMPLETE', `no base backup can be recognised: ${layout.reason}`);
    default:
      throw new RangeError(`${layout.kind} can be unpacked`);
  }
}

export function findingOfRefusal({ kind, code, message }: UnpackRefusal, reached: string | null): Finding {
  const until = reached === null ? '' : `; the last file that came whole is ${reached}`;
  switch (kind) {
    case 'truncated':
      return finding('BASE_BACKUP_INCOMPLETE', `the base backup ends early: ${message}${until}`);
    case 'damaged':
      return finding('BASE_BACKUP_CORRUPT', `the base backup is damaged: ${message}${until}`);
    case 'hostile':
      return finding('BASE_BACKUP_REFUSED', message);
    case 'too large':
      return finding(code ?? 'DECOMPRESSION_LIMIT', message);
    case 'unreadable':
      return finding(code ?? 'DUMP_UNREADABLE', message);
    case 'disk full':
      return finding('SANDBOX_DISK_FULL', 'the disk of the sandbox is full');
  }
}

export const findingOfMissing = (files: NamedFiles): Finding =>
  finding(
    'BASE_BACKUP_INCOMPLETE',
    `${formatCountOf(files.count, 'file')} of the manifest missing: ${named(files)}`,
  );

/** What is wrong with an unpacked base backup. */
export function findingOfProblem(problem: BaseProblem): Finding {
  switch (problem.kind) {
    case 'files missing':
      return findingOfMissing(problem.files);
    case 'files changed':
      return finding(
        'BASE_BACKUP_CORRUPT',
        `${formatCountOf(problem.files.count, 'file')} not as the manifest says: ${named(problem.files)}`,
      );
    case 'files extra':
      return finding(
        'BASE_BACKUP_CORRUPT',
        `${formatCountOf(problem.files.count, 'file')} there that the manifest does not know: ${named(problem.files)}`,
      );
    case 'tablespaces missing':
      return finding(
        'BASE_BACKUP_INCOMPLETE',
        `nothing came of the tablespaces ${problem.oids.join(', ')}: PostgreSQL would come up with a fraction of the rows`,
      );
    case 'no backup label':
      return finding(
        'BASE_BACKUP_REFUSED',
        'there is no backup_label: PostgreSQL would start cleanly, with rows missing',
      );
    case 'live copy':
      return finding(
        'BASE_BACKUP_REFUSED',
        'postmaster.pid is there: the files of a running server were copied',
      );
    case 'incremental':
      return finding(
        'BASE_BACKUP_REFUSED',
        'it holds incremental files, and backup_label does not name the backup that they build on',
      );
    case 'manifest unusable':
    case 'label damaged':
    case 'tablespace map damaged':
    case 'control file damaged':
    case 'other architecture':
    case 'other major':
      return finding(
        problem.kind === 'other architecture' || problem.kind === 'other major'
          ? 'BASE_BACKUP_REFUSED'
          : 'BASE_BACKUP_CORRUPT',
        problem.reason,
      );
    case 'encrypted':
      return finding('BASE_BACKUP_UNREAD', problem.reason);
    case 'control file missing':
      return finding('BASE_BACKUP_INCOMPLETE', 'global/pg_control is missing');
    case 'version unclear':
      return finding('BASE_BACKUP_CORRUPT', 'PG_VERSION is missing, or tells another major than pg_control');
    case 'other cluster':
      return finding('BASE_BACKUP_CORRUPT', 'the manifest is of another cluster than pg_control');
  }
}

/** Nobody can tell whether a file of these is missing. */
export function unverified(verifications: readonly Verification[]): Finding[] {
  const withoutChecksums = verifications.some(
    (each) => each.kind === 'compared' && each.files > 0 && each.withoutChecksum === each.files,
  );
  const without = verifications.filter(({ kind }) => kind === 'no manifest').length;
  if (without === 0)
    return withoutChecksums
      ? [
          finding(
            'BASE_BACKUP_UNVERIFIED',
            'the base backup has a list of its files and no checksums of them',
          ),
        ]
      : [];
  const which = verifications.length === 1 ? 'the base backup has' : `${without} backups of the chain have`;
  return [finding('BASE_BACKUP_UNVERIFIED', `${which} no backup_manifest`)];
}
