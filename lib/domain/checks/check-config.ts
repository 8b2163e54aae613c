import * as z from 'zod';
import { parseDuration } from '../time/durations.ts';
import type { ConfiguredCheck } from './asking/check.ts';
import { commonSettings, settingsByKind } from './asking/settings.ts';

const kinds = Object.keys(settingsByKind);
const known = kinds.join(', ');

/**
 * One entry of `checks:` in drills.yaml: an object with exactly one kind as its key, plus `database` and
 * `statementTimeout`. `z.toJSONSchema(checkConfigSchema, { io: 'input' })` describes what a user writes.
 */
export const checkConfigSchema = z
  .strictObject(
    {
      tables: settingsByKind.tables.optional(),
      rows: settingsByKind.rows.optional(),
      unique: settingsByKind.unique.optional(),
      freshness: settingsByKind.freshness.optional(),
      migrations: settingsByKind.migrations.optional(),
      foreignKeys: settingsByKind.foreignKeys.optional(),
      sql: settingsByKind.sql.optional(),
      login: settingsByKind.login.optional(),
      ...commonSettings,
    },
    {
      error: (issue) => {
        if (issue.code === 'unrecognized_keys') {
          return `unknown check ${issue.keys.map((key) => `\`${key}\``).join(', ')}; a check is one of ${known}`;
        }
        return issue.code === 'invalid_type' ? `a check is an object with one of ${known}` : undefined;
      },
    },
  )
  .superRefine((entry, problems) => {
    const named = kinds.filter((kind) => entry[kind as keyof typeof settingsByKind] !== undefined);
    if (named.length === 0 && problems.issues.length === 0)
      problems.addIssue({ code: 'custom', message: `a check names one of ${known}` });
    if (named.length > 1) {
      problems.addIssue({
        code: 'custom',
        message: `a check names one kind, this one names ${named.join(' and ')}; write them as separate entries`,
      });
    }
  })
  .transform((entry): ConfiguredCheck => {
    const kind = kinds.find((name) => entry[name as keyof typeof settingsByKind] !== undefined) ?? '';
    const timeout = entry.statementTimeout === undefined ? null : parseDuration(entry.statementTimeout);
    return {
      kind,
      settings: entry[kind as keyof typeof settingsByKind],
      database: entry.database ?? null,
      ...(timeout === null ? {} : { statementTimeoutSeconds: timeout }),
    };
  });
