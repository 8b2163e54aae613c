/** What pg_dump's type words are called in a report; a word that is none of these is written small. */
const words: Record<string, string> = {
  ACL: 'rights on',
  BLOB: 'large object',
  'BLOB COMMENTS': 'comments of large objects',
  'BLOB METADATA': 'large objects',
  BLOBS: 'content of large objects',
  'CHECK CONSTRAINT': 'check constraint',
  COMMENT: 'comment on',
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

const entryWord = (type: string): string =>
  Object.hasOwn(words, type) ? (words[type] ?? '') : type.slice(0, 60).toLowerCase();

/** What such an entry is, without a name: `FK CONSTRAINT` is a foreign key, `DEFAULT` a default. */
export const typeInWords = (type: string): string => entryWord(type).replace(/ (?:of|on)$/, '');

/** Types whose entries are named by what they are about, e.g. `EXTENSION pgcrypto`. */
const aboutOthers = new Set(['ACL', 'COMMENT', 'SECURITY LABEL']);

/** An entry of a dump as a reader names it: `comment on extension pgcrypto`. */
export function entryInWords(type: string, name: string): string {
  const [, of = '', rest = name] = (aboutOthers.has(type) && /^([A-Z][A-Z ]*[A-Z]) (.+)$/s.exec(name)) || [];
  return [entryWord(type), ...(of === '' ? [] : [entryWord(of)]), rest].join(' ');
}
