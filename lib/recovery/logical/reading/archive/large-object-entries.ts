/** Entries about large objects, whose shape changed in archive version 1.16. */
import { dumpError } from '../../../streams/bytes/dump-error.ts';
import type { TocEntry } from './table-of-contents.ts';

/**
 * Oids that an entry creates: a BLOB entry one (until 1.15), a BLOB METADATA entry a list, one per line, instead of
 * SQL (from 1.16).
 */
export function largeObjectOids(entry: TocEntry): number[] {
  if (entry.type === 'BLOB') return [oid(entry.tag)];
  if (entry.type !== 'BLOB METADATA') return [];
  return (entry.definition ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .map(oid);
}

function oid(text: string): number {
  const value = Number(text);
  if (!/^\d{1,10}$/.test(text) || value === 0 || value > 0xffffffff) {
    throw dumpError('DUMP_CORRUPT', 'the table of contents is damaged: the oid of a large object is no oid');
  }
  return value;
}

/** IssueCommandPerBlob for a BLOB METADATA entry. */
export function createStatements(entry: TocEntry): string[] {
  return largeObjectOids(entry).map((each) => `SELECT pg_catalog.lo_create('${each}')`);
}

/**
 * IssueACLPerBlob: from 1.16 the ACL of a group is written once, for one of its objects, and goes for all of them.
 * @throws DrillError DUMP_CORRUPT when the group is not in the table of contents.
 */
export function aclStatements(group: TocEntry | undefined, statements: string[]): string[] {
  if (group?.type !== 'BLOB METADATA') {
    throw dumpError(
      'DUMP_CORRUPT',
      'the table of contents is damaged: an ACL names no group of large objects',
    );
  }
  const oids = largeObjectOids(group);
  return statements.flatMap((statement) => {
    // Role names may hold anything, in double quotes; the object comes before them.
    const at = statement.search(/LARGE OBJECT \d+/);
    if (at === -1) return [statement];
    const before = statement.slice(0, at);
    const after = statement.slice(at).replace(/^LARGE OBJECT \d+/, '');
    return oids.map((each) => `${before}LARGE OBJECT ${each}${after}`);
  });
}
