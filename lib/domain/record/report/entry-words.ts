/** What pg_dump's type words are called in a report; a word that is none of these is written small. */
const words: Record<string, string> = {
  ACL: 'rights on',
  BLOB: 'large object',
  'BLOB COMMENTS': 'comments of large objects',
  'BLOB METADATA': 'large objects',
  BLOBS: 'content of large objects',
  'CHECK CONSTRAINT': 'check constraint',
  'DATABASE PROPERTIES': 'settings of database',
  DEFAULT: 'default of',
  'DEFAULT ACL': 'default rights',
  'FK CONSTRAINT': 'foreign key',
  'MATERIALIZED VIEW DATA': 'content of materialized view',
  'OPERATOR CLASS': 'operator class',
  'OPERATOR FAMILY': 'operator family',
  'PROCEDURAL LANGUAGE': 'language',
  'PUBLICATION TABLE': 'publication of table',
  'PUBLICATION TABLES IN SCHEMA': 'publication of schema',
  'ROW SECURITY': 'row security of',
  'SECURITY LABEL': 'security label on',
  'SEQUENCE OWNED BY': 'owner of sequence',
  'SEQUENCE SET': 'value of sequence',
  'SHELL TYPE': 'type',
  STATEMENT: 'statement',
  'STATISTICS DATA': 'statistics of',
  'TABLE ATTACH': 'attachment of partition',
  'TABLE DATA': 'rows of',
};

/** `FK CONSTRAINT` is a foreign key. */
export const entryWord = (type: string): string =>
  Object.hasOwn(words, type) ? (words[type] ?? '') : type.slice(0, 60).toLowerCase();
