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
    hint: 'Restore it with that program into an empty folder and drill the folder, with `--base`.',
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
  TARGET_BEFORE_BACKUP: {
    severity: 'error',
    blames: 'dump',
    meaning:
      'The moment lies before the end of the base backup; PostgreSQL would come up with the rows of the backup.',
    hint: 'Name a later moment, or keep base backups for longer.',
  },
  SERVER_LACKS_COMPRESSION: {
    severity: 'unverified',
    blames: 'sandbox',
    meaning:
      'The WAL holds images of pages that are compressed with lz4 or zstd, and the server at hand was built without it. The backup may be good.',
    hint: 'Install PostgreSQL of this major from the packages of your system or of PostgreSQL, which are built with both; it is used when present.',
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
  ROWS_UNREADABLE: {
    severity: 'error',
    blames: 'dump',
    meaning: 'Rows of a table cannot be read.',
    hint: 'The damage was in the cluster before the backup, or came on the way: compare with pg_amcheck in production now.',
  },
} as const satisfies Record<string, FindingDefinition>;
