import { backupWords } from '../../backup/kinds.ts';
import type { CheckContext } from './check.ts';

/** What was restored, as sentences call it: a dump, or a base backup. */
export const wordOfBackup = ({ account }: Pick<CheckContext, 'account'>): string =>
  backupWords[account.recovered === undefined ? 'logical' : 'physical'];
