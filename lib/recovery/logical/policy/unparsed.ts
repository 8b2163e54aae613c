/** Statements the parser of PostgreSQL 18 does not know: older or newer syntax, or no SQL at all. */
import type { ScanToken } from 'libpg-query';
import type { Decision } from './decision.ts';
import { isWord, tokensOf } from './statement-text.ts';
import { place, planOf, refuse, run, type Subject } from './verdicts.ts';

/** First words of statements that define something. SELECT, WITH, COPY and the like must be understood to run. */
const definingWords = ['ALTER', 'COMMENT', 'CREATE', 'DROP', 'GRANT', 'REFRESH', 'REVOKE'];
/** Second words after ALTER, CREATE or DROP of what concerns the server rather than the database. */
const serverWords = [
  'DATABASE',
  'EXTENSION',
  'GROUP',
  'PUBLICATION',
  'ROLE',
  'SERVER',
  'SUBSCRIPTION',
  'SYSTEM',
  'TABLESPACE',
  'USER',
];

function isDangerous(tokens: ScanToken[]): boolean {
  const [first, second] = tokens;
  if (!definingWords.some((word) => isWord(first, word))) return true;
  if (serverWords.some((word) => isWord(second, word))) return true;
  // A semicolon inside parts two statements; only a body in the SQL standard's form (BEGIN ATOMIC) may hold one.
  const inner = tokens.slice(0, -1);
  const several = inner.some((token) => token.text === ';');
  if (several && !inner.some((token, index) => isWord(token, 'BEGIN') && isWord(inner[index + 1], 'ATOMIC')))
    return true;
  return tokens.some(
    (token, index) =>
      (isWord(token, 'PROGRAM') && (isWord(tokens[index - 1], 'FROM') || isWord(tokens[index - 1], 'TO'))) ||
      (isWord(token, 'SYSTEM') && isWord(tokens[index - 1], 'ALTER')) ||
      (isWord(token, 'COPY') && index > 0),
  );
}

/** A sound decision without a tree: the server judges the syntax, we judge only whether it may be tried. */
export function decideUnparsed(subject: Subject): Decision {
  const tokens = tokensOf(subject.statement.sql);
  if (tokens === null || isDangerous(tokens))
    return refuse(
      'unparsed-dangerous',
      `${place(subject)} holds a statement that the parser of PostgreSQL 18 does not understand`,
    );
  return run(subject, planOf('other'), 'unparsed');
}
