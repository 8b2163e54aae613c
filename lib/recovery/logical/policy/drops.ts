/** DROP …, as dumps made with --clean hold it: made harmless where there is nothing to drop. */
import type { AlterTableStmt, ObjectType } from 'libpg-query';
import type { Decision, StatementPlan } from './decision.ts';
import { eventTrigger } from './event-triggers.ts';
import { applyEdits, isWord, type TextEdit, tokensOf } from './statement-text.ts';
import { as, objectName } from './syntax-tree.ts';
import { type Handlers, place, planOf, refuse, run, runRewritten, type Subject, skip } from './verdicts.ts';

/** Words between DROP and the name, for the kinds that dumps drop. */
const dropWords: Partial<Record<ObjectType, string>> = {
  OBJECT_ACCESS_METHOD: 'ACCESS METHOD',
  OBJECT_AGGREGATE: 'AGGREGATE',
  OBJECT_CAST: 'CAST',
  OBJECT_COLLATION: 'COLLATION',
  OBJECT_CONVERSION: 'CONVERSION',
  OBJECT_DOMAIN: 'DOMAIN',
  OBJECT_FDW: 'FOREIGN DATA WRAPPER',
  OBJECT_FOREIGN_SERVER: 'SERVER',
  OBJECT_FOREIGN_TABLE: 'FOREIGN TABLE',
  OBJECT_FUNCTION: 'FUNCTION',
  OBJECT_INDEX: 'INDEX',
  OBJECT_LANGUAGE: 'LANGUAGE',
  OBJECT_MATVIEW: 'MATERIALIZED VIEW',
  OBJECT_OPCLASS: 'OPERATOR CLASS',
  OBJECT_OPERATOR: 'OPERATOR',
  OBJECT_OPFAMILY: 'OPERATOR FAMILY',
  OBJECT_POLICY: 'POLICY',
  OBJECT_PROCEDURE: 'PROCEDURE',
  OBJECT_ROUTINE: 'ROUTINE',
  OBJECT_RULE: 'RULE',
  OBJECT_SCHEMA: 'SCHEMA',
  OBJECT_SEQUENCE: 'SEQUENCE',
  OBJECT_STATISTIC_EXT: 'STATISTICS',
  OBJECT_TABLE: 'TABLE',
  OBJECT_TRANSFORM: 'TRANSFORM',
  OBJECT_TRIGGER: 'TRIGGER',
  OBJECT_TSCONFIGURATION: 'TEXT SEARCH CONFIGURATION',
  OBJECT_TSDICTIONARY: 'TEXT SEARCH DICTIONARY',
  OBJECT_TSPARSER: 'TEXT SEARCH PARSER',
  OBJECT_TSTEMPLATE: 'TEXT SEARCH TEMPLATE',
  OBJECT_TYPE: 'TYPE',
  OBJECT_VIEW: 'VIEW',
};

/** The statement with IF EXISTS after the words that name the kind; null where they are not found. */
function withIfExists(sql: string, words: string): string | null {
  const tokens = tokensOf(sql) ?? [];
  const wanted = words.split(' ');
  let index = 1;
  // DROP PROCEDURAL LANGUAGE, DROP TRUSTED …: noise words the grammar still takes.
  while (index < 3 && !isWord(tokens[index], wanted[0] ?? '')) index += 1;
  if (!wanted.every((word, offset) => isWord(tokens[index + offset], word))) return null;
  const last = tokens[index + wanted.length - 1];
  return last === undefined
    ? null
    : applyEdits(sql, [{ start: last.end, end: last.end, text: ' IF EXISTS' }]);
}

/**
 * ALTER TABLE that only takes away (constraint, default, identity), without IF EXISTS: on a fresh server neither the
 * table nor the thing is there. Null for any other ALTER TABLE.
 */
export function alterTableDrop(node: AlterTableStmt, subject: Subject, plan: StatementPlan): Decision | null {
  const commands = (node.cmds ?? []).flatMap((item) => as(item, 'AlterTableCmd') ?? []);
  const takesAway = commands.every(
    ({ subtype, def }) =>
      subtype === 'AT_DropConstraint' ||
      subtype === 'AT_DropIdentity' ||
      (subtype === 'AT_ColumnDefault' && def === undefined),
  );
  if (commands.length === 0 || !takesAway) return null;
  const { sql } = subject.statement;
  const tokens = tokensOf(sql) ?? [];
  const insertions: TextEdit[] = [];
  const after = (index: number) => {
    const token = tokens[index];
    if (token !== undefined) insertions.push({ start: token.end, end: token.end, text: ' IF EXISTS' });
  };
  // ALTER [FOREIGN | MATERIALIZED] TABLE | VIEW …: the kind's last word is the second or third token.
  const kind = tokens.findIndex(
    (token, index) => index > 0 && ['TABLE', 'VIEW', 'INDEX', 'SEQUENCE'].some((word) => isWord(token, word)),
  );
  if (node.missing_ok !== true) after(kind);
  tokens.forEach((token, index) => {
    const dropsConstraint = isWord(token, 'CONSTRAINT') && isWord(tokens[index - 1], 'DROP');
    if (dropsConstraint && !isWord(tokens[index + 1], 'IF')) after(index);
    const dropsIdentity = isWord(token, 'IDENTITY') && isWord(tokens[index - 1], 'DROP');
    if (dropsIdentity && !isWord(tokens[index + 1], 'IF')) after(index);
  });
  return insertions.length === 0
    ? run(subject, plan)
    : runRewritten(subject, 'drop-if-exists', applyEdits(sql, insertions), plan);
}

export const dropHandlers: Handlers = {
  DropStmt: (node, subject) => {
    const type = node.removeType;
    const first = objectName(node.objects?.[0]);
    switch (type) {
      case 'OBJECT_PUBLICATION':
        return skip('replication');
      case 'OBJECT_EVENT_TRIGGER':
        return eventTrigger(subject, first[0] ?? '');
      case 'OBJECT_EXTENSION':
        return skip('extension-change');
      case 'OBJECT_SCHEMA':
        if ((node.objects ?? []).some((object) => objectName(object)[0] === 'public'))
          return skip('public-schema-drop');
        break;
      default:
        break;
    }
    const plan = planOf('other');
    if (node.missing_ok === true) return run(subject, plan);
    const words = type === undefined ? undefined : dropWords[type];
    const text = words === undefined ? null : withIfExists(subject.statement.sql, words);
    if (text === null)
      return refuse('not-of-a-dump', `${place(subject)} drops something that dumps do not drop`);
    return runRewritten(subject, 'drop-if-exists', text, plan);
  },
  DropSubscriptionStmt: () => skip('replication'),
};
