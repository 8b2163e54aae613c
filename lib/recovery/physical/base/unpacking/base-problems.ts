/** What is wrong with an unpacked base backup, told from what passed and from what lies there. */
import type { DataDirectoryFacts } from '../facts/data-directory.ts';
import type { NamedFiles } from './named-files.ts';
import type { UnpackOutcome } from './unpack-base.ts';

export type BaseProblem =
  | { kind: 'files missing' | 'files changed' | 'files extra'; files: NamedFiles }
  | { kind: 'manifest unusable'; reason: string }
  /** Mapped in tablespace_map, and nothing of it came. */
  | { kind: 'tablespaces missing'; oids: string[] }
  /** It would start cleanly with rows missing; only a snapshot of a whole disk may lack it. */
  /** `isShutDown`: the control file is of a server that had ended, as in a cold copy. */
  | { kind: 'no backup label'; isShutDown: boolean }
  | { kind: 'live copy' }
  /** Only pg_combinebackup, with the backups before it, makes a data directory of it. */
  | { kind: 'incremental'; from: string | null }
  | { kind: 'label damaged' | 'tablespace map damaged' | 'control file damaged'; reason: string }
  | { kind: 'control file missing' }
  /** PG_VERSION is missing, or tells another major than the control file. */
  | { kind: 'version unclear' }
  | { kind: 'other architecture' | 'other major' | 'encrypted'; reason: string }
  /** The manifest is of one cluster and the control file of another. */
  | { kind: 'other cluster' };

/** @param options.isSnapshot the caller says that it is a snapshot of a whole disk, or of a server that was shut down */
export function baseProblems(
  { account, verification }: Extract<UnpackOutcome, { kind: 'unpacked' }>,
  facts: DataDirectoryFacts,
  options: { isSnapshot: boolean },
): BaseProblem[] {
  const problems: BaseProblem[] = [];
  const { label, control, tablespaceMap } = facts;
  // Whatever else is strange about it follows from that.
  if (control?.kind === 'encrypted') return [control];
  if (verification.kind === 'manifest unusable') problems.push(verification);
  if (verification.kind === 'compared') {
    const { missing, changed, extra, systemIdentifier } = verification;
    if (missing.count > 0) problems.push({ kind: 'files missing', files: missing });
    if (changed.count > 0) problems.push({ kind: 'files changed', files: changed });
    if (extra.count > 0) problems.push({ kind: 'files extra', files: extra });
    if (
      systemIdentifier !== null &&
      control?.kind === 'control file' &&
      control.control.systemIdentifier !== systemIdentifier
    )
      problems.push({ kind: 'other cluster' });
  }
  if (facts.isLiveCopy) problems.push({ kind: 'live copy' });
  if (label === null) {
    const isShutDown = control?.kind === 'control file' && control.control.state === 'shut down';
    if (!options.isSnapshot) problems.push({ kind: 'no backup label', isShutDown });
  } else if (label.kind === 'damaged') problems.push({ kind: 'label damaged', reason: label.reason });
  const from = label?.kind === 'label' ? label.label.incrementalFrom : null;
  if (from !== null || account.incrementalFiles.count > 0)
    problems.push({ kind: 'incremental', from: from?.lsn ?? null });
  if (tablespaceMap?.kind === 'damaged')
    problems.push({ kind: 'tablespace map damaged', reason: tablespaceMap.reason });
  if (tablespaceMap?.kind === 'map') {
    const oids = tablespaceMap.tablespaces.map(({ oid }) => oid);
    const absent = oids.filter((oid) => !account.tablespaces.includes(oid));
    if (absent.length > 0) problems.push({ kind: 'tablespaces missing', oids: absent });
  }
  if (control === null) problems.push({ kind: 'control file missing' });
  else if (control.kind === 'damaged')
    problems.push({ kind: 'control file damaged', reason: control.reason });
  else if (control.kind !== 'control file') problems.push(control);
  const majorOfControl = control?.kind === 'control file' ? control.control.majorVersion : facts.majorVersion;
  if (facts.majorVersion === null || facts.majorVersion !== majorOfControl)
    problems.push({ kind: 'version unclear' });
  return problems;
}
