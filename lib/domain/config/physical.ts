import * as z from 'zod';
import { commands, commandsOf } from './backup-commands.ts';
import { duration, flag, matching, withHint } from './field-types.ts';
import { recoverTo, writtenRecoverTo } from './recover-to.ts';

/** Base backups and archived WAL, as they may stand in the file. */
export const physical = z
  .strictObject({
    wal: z
      .strictObject({
        prefix: z.string().min(1).meta({
          description:
            'What the keys of archived WAL begin with, below the prefix or folder of the source: `wal/`, or `wal_archive_` where both lie side by side.',
        }),
      })
      .optional()
      .meta({ description: 'The archived WAL, where no `tool` tells where it lies.' }),
    tool: z.literal('pgbackrest').optional().meta({
      description:
        'The source is a repository of pgBackRest, the folder or prefix with `archive/` and `backup/` in it. Its passphrase (`repo-cipher-pass`) is that of `decrypt`.',
    }),
    stanza: matching(/^[A-Za-z0-9_.-]+$/, 'the name of a stanza', 'write it as in pgbackrest.conf')
      .optional()
      .meta({ description: 'Stanza of the repository, with `tool`.' }),
    commands: commands.optional(),
    maxLag: duration().optional().meta({
      description:
        'How old the newest archived WAL may be before the hourly watch tells that archiving has stopped (AWS), e.g. `1h`. Default: the RPO and a quarter of an hour. A server that nobody writes to archives nothing: give more where nights are quiet. Nothing is known of what `commands` bring.',
    }),
    recoverTo: writtenRecoverTo.optional(),
    fullSnapshot: flag(
      'True when the base backup is a snapshot of a whole volume at one instant, which has no backup_label. Never true of a copy of files.',
    ).optional(),
  })
  .superRefine(({ wal, tool, stanza, commands }, problems) => {
    const isTool = tool !== undefined && stanza !== undefined;
    const ways = [wal !== undefined, isTool, commands !== undefined].filter(Boolean).length;
    if (ways === 1 && isTool === (tool !== undefined || stanza !== undefined)) return;
    problems.addIssue({
      code: 'custom',
      message: withHint(
        'it is not clear where the WAL lies',
        'give one of `wal.prefix`, `tool` and `stanza` of a repository, or `commands`',
      ),
    });
  })
  .meta({
    description:
      'The source holds base backups and archived WAL, not dumps. `pattern` names the base backups, e.g. `basebackup/{timestamp}/`.',
  });

/** Where base backups and WAL lie, below the prefix of the source. */
function placesOf({ wal, stanza }: z.output<typeof physical>): { basePrefix: string; walPrefix: string } {
  if (stanza !== undefined) return { basePrefix: `backup/${stanza}/`, walPrefix: `archive/${stanza}/` };
  return { basePrefix: '', walPrefix: (wal?.prefix ?? '').replace(/^\/+/, '') };
}

/** The same after defaults. `commands` null: they are read by ourselves, below these prefixes. */
export const physicalOf = (written: z.output<typeof physical>) => ({
  ...placesOf(written),
  tool: written.tool ?? null,
  commands: written.commands === undefined ? null : commandsOf(written.commands),
  maxLagSeconds: written.maxLag ?? null,
  recoverTo: recoverTo(written.recoverTo),
  fullSnapshot: written.fullSnapshot ?? false,
});
