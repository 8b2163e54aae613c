import type { FindingCode } from '../../../domain/findings/findings.ts';

type TextKind = { kind: 'plain' } | { kind: 'refused'; code: FindingCode; message: string };

const notADump = (what: string): TextKind => ({
  kind: 'refused',
  code: 'DUMP_NOT_A_DUMP',
  message: `it is ${what}`,
});

/** First words of SQL statements that may stand in a dump. */
const statementWords = new Set(
  (
    'abort alter analyze analyse begin call checkpoint close cluster comment commit copy create deallocate declare ' +
    'delete discard do drop end execute explain fetch grant import insert listen load lock merge move notify ' +
    'prepare reassign refresh reindex release reset revoke rollback savepoint security select set show start table ' +
    'truncate unlisten update vacuum values with'
  ).split(' '),
);

/** Known texts that are no PostgreSQL dump, by how they begin. */
const foreignTexts: readonly [string, RegExp][] = [
  ['an HTML page', /^\s*(?:<!--.*?-->\s*)?<(?:!doctype html|html|head|body)\b/is],
  ['an XML error document', /^\s*(?:<\?xml[^>]*>\s*)?<(?:\w+:)?error\b/i],
  ['an XML document', /^\s*<(?:\?xml|!doctype|[a-z][\w:-]*[\s>/])/i],
  ['a JSON document', /^\s*[[{]/],
  ['an error message of pg_dump', /^pg_dump(?:all)?: /],
  ['a shell script', /^#!/],
  ['a Git LFS pointer', /^version https:\/\/git-lfs/],
  ['a private key or certificate', /^-----BEGIN /],
];

/** Dumps of other databases. Not asked when the text says that it is PostgreSQL's. */
const otherDumps: readonly [string, RegExp][] = [
  [
    'a MySQL or MariaDB dump',
    /^(?:-- (?:MySQL|MariaDB) dump|-- phpMyAdmin SQL Dump|-- Host: .*\n.*MySQL|\/\*M?!\d|\/\*!\d{5} |(?:CREATE|DROP|LOCK|INSERT)\b[^;'"]*`)/m,
  ],
  ['an SQLite dump', /^PRAGMA foreign_keys\s*=/im],
  ['an SQL Server script', /^(?:USE \[|SET ANSI_NULLS |GO\r?$)/m],
];

/** Tells SQL text from everything else that a file without a known magic number may be. */
export function recogniseText(start: Buffer): TextKind {
  if (/^(?:\xff\xfe|\xfe\xff)/.test(start.toString('latin1', 0, 2))) {
    return notADump('UTF-16 text, as PowerShell redirection writes it; use pg_dump --file');
  }
  if (start.every((value) => value === 0)) return notADump('nothing but zero bytes');
  const zero = start.indexOf(0);
  // A hole in a text: whoever reads it tells where.
  if (
    zero > 0 &&
    !isBinary(Buffer.from(start.filter((value) => value !== 0))) &&
    recogniseText(start.subarray(0, zero)).kind === 'plain'
  )
    return { kind: 'plain' };
  if (isBinary(start)) return notADump('binary data of no known kind');
  const text = start.toString('latin1').replace(/^\xef\xbb\xbf/, '');
  if (text.trim() === '')
    return { kind: 'refused', code: 'DUMP_EMPTY', message: 'it holds only white space' };
  const isPostgres = /^-- PostgreSQL database (?:cluster )?dump\s*$/m.test(text);
  if (isPostgres && !beginsLikeSql(text)) {
    const message =
      'text that is no SQL stands in front of the dump, such as messages of kubectl, docker, ssh or pg_dump itself; ' +
      'only the standard output of pg_dump belongs into the file';
    return { kind: 'refused', code: 'DUMP_CORRUPT', message };
  }
  const foreign = foreignTexts.find(([, pattern]) => pattern.test(text));
  if (foreign !== undefined) return notADump(foreign[0]);
  if (isPostgres) return { kind: 'plain' };
  const other = otherDumps.find(([, pattern]) => pattern.test(text));
  if (other !== undefined) return notADump(other[0]);
  return beginsLikeSql(text) ? { kind: 'plain' } : notADump('text, but no SQL');
}

/** Text has no NUL, and hardly any other control character. */
function isBinary(start: Buffer): boolean {
  if (start.includes(0)) return true;
  const controls = start.reduce(
    (count, value) => count + (value < 0x07 || (value > 0x0d && value < 0x20) ? 1 : 0),
    0,
  );
  return controls * 20 > start.length;
}

/** The first thing after white space and comments is a statement or a meta-command, as far as the text goes. */
function beginsLikeSql(text: string): boolean {
  const rest = text.replace(/^(?:\s|;|--[^\n]*(?:\n|$)|\/\*[\s\S]*?(?:\*\/|$))+/, '');
  if (rest === '' || /^\\[A-Za-z!]/.test(rest)) return true;
  const word = /^[A-Za-z]+(?=[\s(;"'[/-]|$)/.exec(rest)?.[0].toLowerCase();
  return word !== undefined && statementWords.has(word);
}
