import * as z from 'zod';
import { type CommandPlaceholder, splitWords, unknownPlaceholders } from '../backup/command-words.ts';
import { duration, flag, show, withHint } from './field-types.ts';
import { environmentName, type SecretPlaces, secretPlaces, secretPlacesOf } from './secret-places.ts';

const wordsRule =
  'A list of words, or a text that is split at blanks, where quotes hold words together and nothing else has a meaning; no shell reads it.';

/** @param needed placeholders without which the command cannot do what it is for */
function command(description: string, needed: CommandPlaceholder[], optional: CommandPlaceholder[] = []) {
  return z
    .union([z.string().min(1), z.array(z.string()).min(1)])
    .superRefine((written, problems) => {
      const words = typeof written === 'string' ? splitWords(written) : written;
      const complain = (message: string, hint: string) =>
        problems.addIssue({ code: 'custom', message: withHint(message, hint) });
      if (words === null)
        return complain('a quote of the command is not closed', 'close it, or give a list of words');
      if (words[0] === undefined || words[0] === '' || words[0].includes('{'))
        return complain('the command begins with no program', 'write its name or path first');
      const missing = needed.filter((name) => !words.some((word) => word.includes(`{${name}}`)));
      if (missing.length > 0)
        complain(
          `{${missing.join('}, {')}} is missing`,
          `the command must get ${needed.map((name) => `{${name}}`).join(' and ')}`,
        );
      const [unknown] = unknownPlaceholders(words, [...needed, ...optional]);
      if (unknown !== undefined)
        complain(
          `${show(unknown)} is no placeholder here`,
          `there are ${[...needed, ...optional].map((name) => `{${name}}`).join(', ') || 'none'}; put what has other braces into a script`,
        );
    })
    .meta({ description: `${description} ${wordsRule}` });
}

const folder = z.string().regex(/^\/./, {
  error: withHint('it is not the absolute path of a file or folder', 'write e.g. /etc/pgbackrest.conf'),
});

/** Programs of the user that bring base backups and WAL, as they may stand in the file. */
export const commands = z
  .strictObject({
    fetch: command(
      'Brings one base backup into the empty folder `{directory}` and ends with 0. `{backup}` is a name that `list` gave, else `LATEST`. Tablespaces may go into the empty folder `{tablespaces}`.',
      ['directory'],
      ['backup', 'tablespaces'],
    ),
    restore: command(
      'As restore_command: writes the file of WAL `{file}` to `{path}`. 0 and the file: it is there; 1 to 125: the archive has none of that name. `{directory}` is a folder with PG_VERSION and global/pg_control of the base backup, for tools that look into the cluster.',
      ['file', 'path'],
      ['directory'],
    ),
    list: command(
      'Prints the base backups, one a line: its name, and behind a blank the moment that it was taken (ISO 8601) where the name holds none. Where some lines have a moment, those without are passed over, so that tables with a heading serve. Without any moment the last line is the newest. Left out, a drill takes the newest of the tool and no older one.',
      [],
    ).optional(),
    environment: z
      .record(environmentName, z.union([z.string(), secretPlaces]))
      .optional()
      .meta({
        description:
          'Environment of the commands, beside PATH, HOME, TMPDIR, LC_ALL and TZ: values, or where a secret stands. Nothing of our own is in it, in AWS no credentials of the task either.',
      }),
    reads: z.array(folder).optional().meta({
      description:
        'Files and folders that the commands read beside the programs of the system and the folder of the source, such as their configuration.',
    }),
    network: flag(
      'Whether the commands may use the network. Default: true with a bucket, false with a folder.',
    ).optional(),
    timeout: duration().optional().meta({ description: 'Longest time of `fetch`. Default 4h.' }),
    fileTimeout: duration()
      .optional()
      .meta({ description: 'Longest time of `list`, and of `restore` for one file. Default 5m.' }),
  })
  .superRefine(({ fetch, list }, problems) => {
    const text = typeof fetch === 'string' ? fetch : fetch.join(' ');
    if (list === undefined || text.includes('{backup}')) return;
    problems.addIssue({
      code: 'custom',
      path: ['fetch'],
      message: withHint(
        '{backup} is missing',
        'with `list` the command must fetch the backup that was chosen',
      ),
    });
  })
  .meta({
    description:
      'Base backups and WAL are brought by programs of yours, such as WAL-G, Barman or a script, without rights and behind walls. Needs `sandbox.majorVersion`. In AWS the image of the restore task must hold them (`-c sandboxImage=URI`).',
  });

/** What stands in the environment of a command. */
export type CommandVariable = { value: string } | SecretPlaces;

/** The same after defaults. */
export interface CommandsConfig {
  fetch: string[];
  restore: string[];
  /** Null: a drill takes what the tool calls its newest. */
  list: string[] | null;
  environment: Record<string, CommandVariable>;
  reads: string[];
  /** Null: as the kind of the source has it. */
  network: boolean | null;
  fetchTimeoutSeconds: number;
  fileTimeoutSeconds: number;
}

export function commandsOf(written: z.output<typeof commands>): CommandsConfig {
  const words = (one: string | string[]): string[] =>
    typeof one === 'string' ? (splitWords(one) ?? []) : one;
  return {
    fetch: words(written.fetch),
    restore: words(written.restore),
    list: written.list === undefined ? null : words(written.list),
    environment: Object.fromEntries(
      Object.entries(written.environment ?? {}).map(([name, one]) => [
        name,
        typeof one === 'string' ? { value: one } : secretPlacesOf(one),
      ]),
    ),
    reads: written.reads ?? [],
    network: written.network ?? null,
    fetchTimeoutSeconds: written.timeout ?? 4 * 3600,
    fileTimeoutSeconds: written.fileTimeout ?? 300,
  };
}
