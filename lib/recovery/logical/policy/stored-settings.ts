/** Settings kept with a role or a database: ALTER ROLE … SET, ALTER DATABASE … SET. */
import type { VariableSetStmt } from 'libpg-query';
import { isSystemDatabase, renamedDatabase } from './database-name.ts';
import type { Decision, StatementPlan } from './decision.ts';
import { isSuperuserSetting } from './superuser-settings.ts';
import { planOf, refuse, run, runRewritten, type Subject, skip, skipWarning } from './verdicts.ts';

export interface SettingHolder {
  kind: StatementPlan['kind'];
  /** What holds it, for a message. */
  of: string;
  /** Database it is limited to, by its name in the dump. */
  database: string | null;
  roles: string[];
}

/** Decides on a setting that later sessions start with. */
export function storedSetting(
  subject: Subject,
  set: VariableSetStmt | undefined,
  holder: SettingHolder,
): Decision {
  const name = (set?.name ?? '').toLowerCase();
  if (isSuperuserSetting(name))
    return skip('setting-superuser', `setting ${name} of ${holder.of} needs a superuser and is left out`);
  if (name.includes('.'))
    return skipWarning('setting-custom', `setting ${name} of ${holder.of} needs a superuser and is left out`);
  const ofSession = name === 'role' || name === 'session_authorization';
  if (ofSession && holder.kind === 'database')
    return skip('database-session-role', `setting ${name} of ${holder.of} is left out`);
  if (name === 'standard_conforming_strings' && holder.database !== null)
    return refuse('string-syntax', `${holder.of} would read string literals in the old way`);
  const { database } = holder;
  if (database === null) return run(subject, planOf(holder.kind, { locks: [], roles: holder.roles }));
  if (isSystemDatabase(database, subject.context)) return skip('database-system');
  // A role's setting inside one database creates no role: a role it alone names must be made for it, as for an owner.
  const plan = planOf('database', { defer: true, roles: holder.roles });
  const renamed = renamedDatabase(subject, database);
  if (renamed !== null) return runRewritten(subject, 'database-name', renamed, plan);
  return run(subject, plan, 'database-settings-last');
}
