import type { Section } from '../../dump/dump-stream.ts';

const dataTypes = new Set(['TABLE DATA', 'SEQUENCE SET', 'BLOBS', 'BLOB DATA', 'STATISTICS DATA']);
const postDataTypes = new Set([
  'CONSTRAINT',
  'CHECK CONSTRAINT',
  'FK CONSTRAINT',
  'INDEX',
  'INDEX ATTACH',
  'TRIGGER',
  'EVENT TRIGGER',
  'RULE',
  'POLICY',
  'ROW SECURITY',
  'STATISTICS',
  'DEFAULT ACL',
  'PUBLICATION',
  'PUBLICATION TABLE',
  'PUBLICATION TABLES IN SCHEMA',
  'SUBSCRIPTION',
  'SUBSCRIPTION TABLE',
  'MATERIALIZED VIEW DATA',
]);
/** pg_dump's SECTION_NONE: they follow the object that they are about. */
const followers = new Set(['ACL', 'COMMENT', 'SECURITY LABEL']);

/** Section that pg_dump puts entries of this type into (pg_dump.c, the `.section` of each ArchiveEntry call). */
export function sectionOf(type: string): Section | null {
  if (followers.has(type)) return null;
  if (dataTypes.has(type)) return 'data';
  return postDataTypes.has(type) ? 'post-data' : 'pre-data';
}
