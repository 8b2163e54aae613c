import { momentOf } from './dump-eligibility.ts';
import type { DumpCandidate } from './dump-selection.ts';
import type { ListedBackup } from './listed-backups.ts';

/**
 * A backup of a tool's list as a candidate of the selection. Of its size nothing is known. Pure.
 * @param lookedAt stands for its moment where the list tells none, ISO 8601
 */
export const candidateOfListed = ({ name, takenAt }: ListedBackup, lookedAt: string): DumpCandidate => ({
  ...{ key: name, sizeBytes: 0, modifiedAt: takenAt ?? lookedAt, directory: true, unfinished: null },
  ...(takenAt === null ? {} : { takenAt }),
  nameTimestamp: takenAt === null ? null : momentOf(takenAt),
  sidecarKey: null,
});
