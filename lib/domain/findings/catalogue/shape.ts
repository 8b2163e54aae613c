import type { FindingDefinition } from './definition.ts';

/** What the file of a dump is made of: parts that are not there, there twice, or changed on their way into the file. */
export const shapeFindings = {
  DEFINITIONS_ABSENT: {
    severity: 'error',
    blames: 'dump',
    endsReading: true,
    meaning: 'The dump holds rows, or keys and indexes, and no definition of a table to put them into.',
    hint: 'It is one part of a backup (pg_dump --data-only, --section=data or --section=post-data). Let the backup job dump everything into one file, or drill on a dump of the whole.',
  },
  TABLE_DATA_ABSENT: {
    severity: 'warning',
    blames: 'source',
    meaning:
      'The dump defines a table and does not hold its rows; pg_dump writes an entry for empty tables too.',
    hint: 'Look for --exclude-table-data, --no-unlogged-table-data or a filter in the backup job; a real restore brings these tables back empty.',
  },
  POST_DATA_ABSENT: {
    severity: 'warning',
    blames: 'source',
    meaning: 'The dump gives no key, no index and no constraint to any of its tables.',
    hint: 'Look for --section=pre-data or --section=data in the backup job, and for the end of the file; duplicates and orphans enter what is restored from it, and every query scans.',
  },
  DUMPS_JOINED: {
    severity: 'warning',
    blames: 'source',
    meaning: 'One file holds several dumps, and what restores it pours them into one database.',
    hint: 'Write each dump to its own file: `>` instead of `>>` in the backup job. The drill has restored them as psql does, one after the other.',
  },
  ROWS_REPEATED: {
    severity: 'warning',
    blames: 'dump',
    meaning: 'The rows of a table stand in the dump twice; pg_dump writes them once.',
    hint: 'Find out what edited or joined the file; a table without a key now holds its rows twice.',
  },
  LINE_ENDS_CHANGED: {
    severity: 'warning',
    blames: 'source',
    meaning: 'The lines of the dump end in carriage return and line feed, which PostgreSQL does not write.',
    hint: 'Run the backup job without a terminal (`docker exec` and `kubectl exec` without -t, `ssh` without -t), and copy dumps as binary files.',
  },
  NAME_MISLEADING: {
    severity: 'warning',
    blames: 'source',
    meaning: 'The name of the dump announces another compression or format than its bytes have.',
    hint: 'Rename it, or mend what stores it: a Content-Encoding that clients undo, a second gzip. Whoever restores by the name meets an error first.',
  },
  ROWS_WITH_OIDS: {
    severity: 'error',
    blames: 'dump',
    endsReading: true,
    meaning:
      'The dump was made with OIDs (pg_dump --oids), which no server from PostgreSQL 12 on can restore.',
    hint: 'Dump again without -o (--oids); a column of the application that refers to oids has to become an ordinary column first.',
  },
} as const satisfies Record<string, FindingDefinition>;
