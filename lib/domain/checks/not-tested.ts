import type { CheckContext } from './asking/check.ts';
import { expectedTables } from './asking/expected-tables.ts';
import { configuredOf, databasesOf } from './asking/planning.ts';
import { loginSettings, rowsSettings } from './asking/settings.ts';
import { unknownTypes } from './kinds/objects-exist.ts';
import { lastProvenRowsOf } from './kinds/rows.ts';

/**
 * Plain sentences: what the planned checks do not test. The record lists them beside what other steps left untested,
 * so that nobody takes PROVEN for more than it is.
 */
export function notTestedByChecks(context: CheckContext): string[] {
  const sentences: string[] = [];
  const none = (kind: Parameters<typeof configuredOf>[1]) => configuredOf(context, kind).length === 0;
  if (none('freshness'))
    sentences.push(
      'How fresh the data is: no freshness check is configured, so the newest row is not known.',
    );
  if (none('migrations'))
    sentences.push('Whether the schema is at the head of the migrations: no migrations check is configured.');
  if (none('tables'))
    sentences.push('Whether the backup leaves tables out: no list of expected tables is configured.');
  if (none('rows'))
    sentences.push('Whether rows were lost before the dump was made: no row bounds are configured.');
  if (none('sql') && none('unique'))
    sentences.push(
      'Rules of the application that the schema does not enforce: no sql or unique check is configured.',
    );
  if (none('login') && (context.roleLogins ?? []).length === 0)
    sentences.push('Whether roles can log in: no login check is configured.');

  for (const check of configuredOf(context, 'rows')) {
    const { table, maxDrop } = rowsSettings.parse(check.settings);
    if (maxDrop !== undefined && Object.keys(lastProvenRowsOf(context, check, table)).length === 0) {
      sentences.push(
        `Whether ${table} lost rows since the last proven drill (maxDrop): no proven drill has counted it.`,
      );
    }
  }
  for (const check of configuredOf(context, 'login')) {
    const { role, passwordEnv } = loginSettings.parse(check.settings);
    if (passwordEnv === undefined)
      sentences.push(
        `The password of role ${role}: only its right to log in was looked at (no passwordEnv).`,
      );
  }
  const unknown = unknownTypes(context);
  if (unknown.length > 0) sentences.push(`Whether objects of these types exist: ${unknown.join(', ')}.`);
  const leftOut = databasesOf(context).flatMap(
    (database) => expectedTables(context.account, database).leftOut,
  );
  if (leftOut.length > 0)
    sentences.push(`Row counts of tables that the policy left out: ${leftOut.join(', ')}.`);

  sentences.push(
    'Values inside rows: counts, keys and configured checks are compared, not every value.',
    'Unique indexes over data in another collation: they are proven by construction in the sandbox, with its collation version.',
    'Rows that break NOT VALID or NOT ENFORCED constraints other than foreign keys: such constraints are only named.',
    'Versions of extensions against production: the dump does not say them.',
  );
  return sentences;
}
