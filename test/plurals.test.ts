import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');

/** A count written before its noun in the plural, which is wrong when it is 1: `1 roles`. */
const fixedPlural =
  /\$\{(?![^}]*formatCountOf)[^}]*\} (?:more )?(roles|rows|tables|databases|objects|dumps|backups|columns|keys|migrations|entries|segments|messages|checks|drills|findings|errors|files)\b/;

/** Files whose counts cannot be 1, with the reason. */
const neverOne: Readonly<Record<string, string>> = {
  'cli/commands/history.ts': 'a trend is drawn through several drills',
  'cli/ledger/find-record.ts': 'one is no question',
  'domain/backup/listed-moments.ts': 'days and months are not called swapped because of one',
  'domain/record/report/html-tables.ts': 'only of many tables some are shown',
  'infra/config/deployability.ts': 'it is more than a limit of dozens',
  'infra/limits/stack-limits.ts': 'it is more than a limit of hundreds',
  'recovery/logical/loading/timed-out-entries.ts': 'it is a limit above one',
  'recovery/logical/reading/archive/table-of-contents.ts': 'it is negative',
  'recovery/physical/base/manifest/read-manifest.ts': 'it is a limit of millions',
  'recovery/physical/base/unpacking/unpack-limits.ts': 'it is a limit of millions',
  'steps/run-check.ts': 'a defect of ours, told to ourselves',
};

/** The line, or those before it, tell one from many; `none of` and `all` are said of several. */
const tellsApart = /=== '?1\b|none of |all \$\{/;

test('a count and its noun agree: formatCountOf, or a line that tells one from many', () => {
  const files = readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const wrong = files.flatMap((name) =>
    readFileSync(join(root, 'lib', name), 'utf8')
      .split('\n')
      .flatMap((line, index, lines) => {
        const around = `${lines[index - 2] ?? ''}${lines[index - 1] ?? ''}${line}`;
        return fixedPlural.test(line) && !tellsApart.test(around) && !(name in neverOne)
          ? [`lib/${name}:${index + 1}: ${line.trim()}`]
          : [];
      }),
  );

  expect(wrong).toEqual([]);
});
