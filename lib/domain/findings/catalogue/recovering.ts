import type { FindingDefinition } from './definition.ts';

/** Base backups, archived WAL, and recovery to a point in time. */
export const recoveringFindings = {
  BASE_BACKUP_INCOMPLETE: {
    severity: 'error',
    blames: 'dump',
    meaning: 'The base backup lacks files that it must have, or was cut off.',
    hint: 'Look at the job that makes base backups: it must upload every file of pg_basebackup, and backup_manifest last. Run pg_verifybackup on it.',
  },
  BASE_BACKUP_CORRUPT: {
    severity: 'error',
    blames: 'dump',
    meaning: 'Files of the base backup do not hold what its manifest says.',
    hint: 'Take a new base backup, and look at disk and transport of the place where this one lies.',
  },
  BASE_BACKUP_REFUSED: {
    severity: 'error',
    blames: 'dump',
    meaning:
      'This is no base backup that can be recovered safely: a copy of a live directory, a part of a chain, or an archive that reaches out of its folder.',
    hint: 'Make base backups with pg_basebackup, or with pg_backup_start and pg_backup_stop around the copy, backup_label included.',
  },
  BASE_BACKUP_UNVERIFIED: {
    severity: 'warning',
    blames: 'dump',
    meaning:
      'The base backup has no manifest, so nobody can tell whether a file is missing: PostgreSQL makes it anew from WAL, with fewer rows.',
    hint: 'Keep backup_manifest beside the base backup; pg_basebackup writes it from PostgreSQL 13 on.',
  },
  BASE_BACKUP_CHAIN_INCOMPLETE: {
    severity: 'error',
    blames: 'dump',
    meaning: 'An incremental base backup builds on another one that is not there.',
    hint: 'Keep every backup of a chain, from the full one on, in the same folder or prefix, for as long as one that builds on it; name that folder.',
  },
  BASE_BACKUP_UNREAD: {
    severity: 'unverified',
    blames: 'drill',
    meaning: 'The base backup is written in a way that only the program that made it reads. It may be good.',
    hint: 'Let the program itself bring it: `source.physical.commands` in drills.yaml (docs/configuration.md has examples). Or restore it with that program into an empty folder and drill the folder, with `--base`.',
  },
  BACKUP_COMMAND_MISSING: {
    severity: 'unverified',
    blames: 'drill',
    meaning: 'A program that brings base backups or WAL is not there, or cannot be run.',
    hint: 'Install it where the drill runs (in AWS in the image of the restore task, `-c sandboxImage=URI`) or give its path in `source.physical.commands`; `restore-drill doctor --config drills.yaml` looks for it.',
  },
  BACKUP_COMMAND_FAILED: {
    severity: 'unverified',
    blames: 'drill',
    meaning: 'A command that brings base backups or WAL ended with an error. The backup may be good.',
    hint: 'See what it said. It runs as a user without rights, with the environment of `source.physical.commands` alone, and sees of this machine the programs of the system, the folder of the source and `reads`.',
  },
  BACKUP_COMMAND_TIMED_OUT: {
    severity: 'unverified',
    blames: 'drill',
    meaning:
      'A command that brings base backups or WAL did not end in its time, and was ended with all that it had started.',
    hint: 'Look what it waits for, such as a lock, a password or a network that it may not use; else raise `timeout` or `fileTimeout` of `source.physical.commands`.',
  },
  BACKUP_COMMAND_OUTPUT: {
    severity: 'unverified',
    blames: 'drill',
    meaning: 'A command printed more than can be meant, or no list of backups.',
    hint: 'Let `list` print a backup a line, its name first, and lower the log level of the tool.',
  },
  BACKUP_COMMAND_EMPTY: {
    severity: 'error',
    blames: 'dump',
    meaning: 'A command ended with 0, as if all were well, and brought nothing.',
    hint: 'Run it by hand: a restore in need would believe it. Look whether it writes to {directory}, or to {path}, and whether a script passes on the exit code of the tool (set -e).',
  },
  BACKUP_COMMAND_REFUSED: {
    severity: 'error',
    blames: 'dump',
    meaning:
      'A command brought what is no file of a backup: a link that leads away, a device, a file of several names.',
    hint: 'Let it write files of its own. Tablespaces belong into {tablespaces}, by the option of the tool that maps them.',
  },
  BACKUP_CHOSEN: {
    severity: 'info',
    blames: 'drill',
    meaning: 'Which base backup was taken was known only where the tool could be asked.',
    hint: 'Nothing to do; the message names it.',
  },
  BASE_BACKUP_COMBINED: {
    severity: 'info',
    blames: 'dump',
    meaning:
      'The base backup is incremental, and was combined with those that it builds on: each was read and compared with its manifest.',
    hint: 'Nothing to do; losing one of them loses all that build on it.',
  },
  WAL_MISSING: {
    severity: 'error',
    blames: 'source',
    meaning: 'WAL is missing between the base backup and the moment that was to be reached.',
    hint: 'Look at archive_command and at what removes old WAL: everything after the first missing segment is lost to every base backup before it.',
  },
  WAL_DAMAGED: {
    severity: 'error',
    blames: 'source',
    meaning: 'Archived WAL is damaged. PostgreSQL takes that for the end of the archive, and says nothing.',
    hint: 'Take a new base backup now; then look at how segments are written, compressed and copied.',
  },
  WAL_OF_ANOTHER_CLUSTER: {
    severity: 'error',
    blames: 'source',
    meaning: 'The archived WAL belongs to another cluster than the base backup.',
    hint: 'Give each cluster a prefix of its own, and a new one after initdb or pg_upgrade.',
  },
  TIMELINE_MISSING: {
    severity: 'error',
    blames: 'source',
    meaning:
      'The history file of a timeline is missing: recovery would follow the old primary, without a word.',
    hint: 'Archive .history files too; archive_command gets them like every segment.',
  },
  TARGET_NOT_REACHED: {
    severity: 'error',
    blames: 'source',
    meaning: 'The archive does not reach the moment to which was to be recovered.',
    hint: 'Look at how far archiving is behind (pg_stat_archiver), or name an earlier moment.',
  },
  MARKER_MISSING: {
    severity: 'error',
    blames: 'source',
    meaning: 'The marker row that was written before the moment is not in the recovered cluster.',
    hint: 'Recovery ended too early, or the row was never committed: compare the marker table of production with drills.yaml.',
  },
  MARKER_PASSED: {
    severity: 'error',
    blames: 'source',
    meaning: 'The marker row that was written after the moment is in the recovered cluster.',
    hint: 'Recovery went beyond the moment, or the row was written before it: compare `recoverTo` with the time of the row.',
  },
  TARGET_BEFORE_BACKUP: {
    severity: 'error',
    blames: 'dump',
    meaning:
      'The moment lies before the end of the base backup; PostgreSQL would come up with the rows of the backup.',
    hint: 'Name a later moment, or keep base backups for longer.',
  },
  RECOVERY_FAILED: {
    severity: 'error',
    blames: 'dump',
    meaning: 'PostgreSQL could not recover the base backup.',
    hint: 'The message holds the words of PostgreSQL; its HINT about recovery.signal leads astray.',
  },
  RECOVERY_ENDED_EARLY: {
    severity: 'error',
    blames: 'source',
    meaning: 'PostgreSQL came up before it had replayed what the archive holds.',
    hint: 'The message holds where it ended and what it said of the WAL there.',
  },
  SETTINGS_LEFT_OUT: {
    severity: 'info',
    blames: 'dump',
    meaning:
      'Settings that the cluster brought were not used: nothing of it may act, archive or listen here.',
    hint: 'Nothing to do; look whether a setting is missing that a check needs.',
  },
  PAGE_CORRUPT: {
    severity: 'error',
    blames: 'dump',
    meaning: 'Pages of the recovered cluster do not have the checksum that they were written with.',
    hint: 'The message names relation files and blocks, as pg_checksums does: run pg_checksums or pg_amcheck in production now, then take a new base backup.',
  },
  INDEX_CORRUPT: {
    severity: 'error',
    blames: 'dump',
    meaning: 'An index of the recovered cluster is damaged, out of order, or lacks rows of its table.',
    hint: 'Queries through it give wrong answers: run pg_amcheck in production now, and REINDEX what it names. After another version of a collation, its indexes are out of order.',
  },
  INDEX_ORDER_UNKNOWN: {
    severity: 'unverified',
    blames: 'sandbox',
    meaning:
      'An index is not in the order of this server, which has another version of its collation, or one that nobody knows.',
    hint: 'Recover on a server with the collation library of production; COLLATION_CHANGED names the versions.',
  },
  COLLATION_CHANGED: {
    severity: 'warning',
    blames: 'sandbox',
    meaning: 'This server has another version of a collation than the one that indexes were built with.',
    hint: 'A real restore to a server like this one must REINDEX what is named, then ALTER DATABASE or COLLATION … REFRESH VERSION; without it queries miss rows.',
  },
  PREPARED_TRANSACTIONS_OPEN: {
    severity: 'warning',
    blames: 'source',
    meaning: 'Prepared transactions stood open at the moment of the recovery; nobody has decided on them.',
    hint: 'After a real restore the transaction manager must COMMIT PREPARED or ROLLBACK PREPARED them (pg_prepared_xacts): until then they hold locks.',
  },
  UNLOGGED_TABLES_EMPTY: {
    severity: 'info',
    blames: 'source',
    meaning: 'WAL does not hold the rows of unlogged tables, so that a recovery leaves them empty.',
    hint: 'Nothing to do when they are caches; else ALTER TABLE … SET LOGGED in production.',
  },
  SERVER_LACKS_COMPRESSION: {
    severity: 'unverified',
    blames: 'sandbox',
    meaning:
      'The server of the sandbox was built without a compression that the cluster uses, lz4 or zstd. The backup may be good.',
    hint: 'Install the PostgreSQL of your distribution or of postgresql.org, which have lz4 and zstd: it is used before the one from npm.',
  },
  LOCALE_UNAVAILABLE: {
    severity: 'unverified',
    blames: 'sandbox',
    meaning: 'A database of the cluster has a locale that the machine of the sandbox does not have.',
    hint: 'Generate the locale where the drill runs (locale-gen, or the package locales-all), under the same name.',
  },
  ROWS_UNREADABLE: {
    severity: 'error',
    blames: 'dump',
    meaning: 'Rows of a table cannot be read.',
    hint: 'The damage was in the cluster before the backup, or came on the way: compare with pg_amcheck in production now.',
  },
  CARRY_FAILED: {
    severity: 'error',
    blames: 'dump',
    meaning: 'The recovered cluster could not be read completely to carry it into RDS.',
    hint: 'See what pg_dumpall said. A page that cannot be read is damage in the base backup or before it: drill an older one.',
  },
  CARRIED_ROWS_DIFFER: {
    severity: 'error',
    blames: 'drill',
    meaning: 'A table has another number of rows in RDS than in the recovered cluster it was carried from.',
    hint: 'Look at the entries of this table in the account; please report it when they say nothing.',
  },
} as const satisfies Record<string, FindingDefinition>;
