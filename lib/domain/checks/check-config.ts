import * as z from 'zod';
import { parseDuration } from '../time/durations.ts';
import type { ConfiguredCheck } from './asking/check.ts';
import { commonSettings } from './asking/settings.ts';
import { checkKinds } from './registry.ts';

const configuredKinds = checkKinds.filter((kind) => kind.origin === 'configured');
const kinds = configuredKinds.map(({ kind }) => kind);
const known = kinds.join(', ');
const settingsByKind = Object.fromEntries(
  configuredKinds.map(({ kind, settings }) => [kind, settings.optional()]),
);

/**
 * One entry of `checks:` in drills.yaml: an object with exactly one kind as its key, plus `database` and
 * `statementTimeout`. `z.toJSONSchema(checkConfigSchema, { io: 'input' })` describes what a user writes.
 */
export const checkConfigSchema = z
  .strictObject(
    {
      ...settingsByKind,
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
    const named = namedIn(entry).map(({ kind }) => kind);
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
    const [named = { kind: '', settings: undefined }] = namedIn(entry);
    const timeout = entry.statementTimeout === undefined ? null : parseDuration(entry.statementTimeout);
    return {
      ...named,
      database: entry.database ?? null,
      ...(timeout === null ? {} : { statementTimeoutSeconds: timeout }),
    };
  });

/** The kinds that an entry names, with what stands under each. */
function namedIn(entry: Record<string, unknown>): { kind: string; settings: unknown }[] {
  return kinds.flatMap((kind) => (entry[kind] === undefined ? [] : [{ kind, settings: entry[kind] }]));
}
