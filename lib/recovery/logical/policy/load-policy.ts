/** The RDS policy: what becomes of each statement of a dump when a master that is no superuser restores it. */
import type { Node } from 'libpg-query';
import { quoted } from '../../../domain/text/sql-text.ts';
import type { Statement } from '../dump/dump-stream.ts';
import { loadSqlParser, parseSql } from '../dump/sql-parser.ts';
import { alterTableHandlers } from './alter-table.ts';
import { dataHandlers } from './data-statements.ts';
import { databaseHandlers } from './databases.ts';
import type { Decision, PolicyContext } from './decision.ts';
import { dropHandlers } from './drops.ts';
import { eventTriggerHandlers } from './event-triggers.ts';
import { extensionHandlers } from './extensions.ts';
import { foreignServerHandlers } from './foreign-servers.ts';
import { functionCallHandlers } from './function-calls.ts';
import { grantHandlers } from './grants.ts';
import { LeftOutSchemas } from './left-out-schemas.ts';
import { shapeOfInsert } from './literal-rows.ts';
import { longStatement, shortenLiterals, withEscapesSaid } from './long-literals.ts';
import { membershipHandlers } from './memberships.ts';
import { ownerHandlers } from './owners.ts';
import { refusalHandlers } from './refusals.ts';
import { roleHandlers } from './roles.ts';
import { schemaObjectHandlers } from './schema-objects.ts';
import { settingHandlers } from './settings.ts';
import { as, tagOf } from './syntax-tree.ts';
import { tableHandlers } from './tables.ts';
import { tablespaceHandlers } from './tablespaces.ts';
import { decideUnparsed } from './unparsed.ts';
import {
  type Handlers,
  type PolicyMemory,
  place,
  planOf,
  refuse,
  run,
  type Subject,
  skip,
  tooLarge,
} from './verdicts.ts';

/** Characters of the longest statement that is parsed, long literals not counted: its tree takes about 30 times that. */
const longestParsed = 4 * longStatement;
/** Words and signs of the longest statement that is parsed: each takes about half a kilobyte of tree and of its text. */
const mostTokens = 150_000;
/** Words, numbers and signs; what is quoted counts by its words, which is never too few. */
const token = /[\w$\u0080-\uffff]+|[^\s\w$\u0080-\uffff]/g;

/** What long literals say does not count. Counts no further than it must. */
function hasTooManyTokens(text: string): boolean {
  if (text.length <= mostTokens) return false;
  const counted = shortenLiterals(text) ?? text;
  token.lastIndex = 0;
  for (let count = 0; count <= mostTokens; count += 1) if (!token.test(counted)) return false;
  return true;
}

/** Longer shapes hold rows that are no literals: they would fill the memory and never come again. */
const longestRemembered = 4096;

const handlers: Handlers = {
  ...alterTableHandlers,
  ...dataHandlers,
  ...databaseHandlers,
  ...dropHandlers,
  ...eventTriggerHandlers,
  ...extensionHandlers,
  ...foreignServerHandlers,
  ...functionCallHandlers,
  ...grantHandlers,
  ...membershipHandlers,
  ...ownerHandlers,
  ...refusalHandlers,
  ...roleHandlers,
  ...schemaObjectHandlers,
  ...settingHandlers,
  ...tableHandlers,
  ...tablespaceHandlers,
};

export interface Policy {
  /**
   * Decides on one statement. Never throws on any text. Ask in the order of the dump: that pg_cron is an extension of
   * the dump is remembered, so that rows of a user's own table `cron.job` are not taken for jobs.
   */
  decide(statement: Statement, context: PolicyContext): Decision;
}

function decideNode(node: Node, subject: Subject): Decision {
  const { leftOut } = subject.memory;
  if (leftOut.own(node)) return skip('server-extension');
  const lacking = leftOut.schemaFor(node);
  const tag = tagOf(node);
  const inner = as(node, tag);
  // The table of handlers is typed by tag; which one it is here, only the tree knows.
  const handler = handlers[tag] as ((inner: unknown, subject: Subject) => Decision) | undefined;
  if (handler === undefined) return refuse('not-of-a-dump', `${place(subject)} is a ${tag}`);
  const decision = handler(inner, subject);
  return lacking === null ? decision : withSchema(lacking, decision, subject);
}

/** A table of the user in the schema of an extension that was left out, which therefore nobody made. */
function withSchema(schema: string, decision: Decision, subject: Subject): Decision {
  if (decision.action !== 'run') return decision;
  const making = { ...subject.statement, sql: `CREATE SCHEMA IF NOT EXISTS ${quoted(schema)}` };
  return { ...decision, rule: 'server-extension-schema', statements: [making, ...decision.statements] };
}

/** The trees of a text; null when PostgreSQL's parser does not take it. */
function parsed(sql: string): Node[] | null {
  if (sql === '') return [];
  try {
    return (parseSql(sql).stmts ?? []).flatMap((raw) => raw.stmt ?? []);
  } catch {
    // Whatever it threw, its message may quote the statement: only the fact is used.
    return null;
  }
}

/** Several statements where one was expected: each is judged, and they run together only if all of them may. */
function decideSeveral(nodes: Node[], subject: Subject): Decision {
  // Positions in the trees count from the start of the whole text, but a rewrite of one would drop the others.
  const decisions = nodes.map((node) => decideNode(node, { ...subject, positionsHold: false }));
  const refusal = decisions.find((decision) => decision.action === 'refuse');
  if (refusal !== undefined) return refusal;
  const [first] = decisions;
  if (first !== undefined && decisions.every((decision) => decision.action === 'skip')) return first;
  // A setting must be known as one, so that every connection gets it.
  if (decisions.every((decision) => decision.action === 'run' && decision.plan.kind !== 'set'))
    return run(subject, planOf('other'));
  return refuse(
    'rewrite-impossible',
    `${place(subject)} holds several statements that the policy treats differently`,
  );
}

function decideText(subject: Subject): Decision {
  const { sql } = subject.statement;
  // The parser and the server both stop reading at a NUL: what follows it would escape the parser alone.
  if (sql.includes('\0')) return refuse('rewrite-impossible', `${place(subject)} holds a NUL byte`);
  const shape = shapeOfInsert(sql);
  const remembered = shape === null ? undefined : subject.memory.insertPlans.get(shape);
  if (remembered !== undefined) return run(subject, remembered);
  const decision = decideParsed(subject, shape ?? sql);
  if (
    shape !== null &&
    shape.length < longestRemembered &&
    decision.action === 'run' &&
    decision.plan.kind === 'insert'
  )
    subject.memory.insertPlans.set(shape, decision.plan);
  return decision;
}

/** Of a dump that has switched standard_conforming_strings off: judged and run as the server, which has it on, is to read it. */
function decideOldText(subject: Subject): Decision {
  const sql = withEscapesSaid(subject.statement.sql);
  if (sql === null) return refuse('string-syntax', `${place(subject)} holds a text that does not end`);
  return decideText({ ...subject, statement: { ...subject.statement, sql } });
}

/** Decides by the tree of `shape`: the statement's text, or a shorter one of the same meaning for the policy. */
function decideParsed(subject: Subject, shape: string): Decision {
  const isLong = shape.length > longStatement;
  const text = isLong ? shortenLiterals(shape) : shape;
  const judged: Subject = { ...subject, positionsHold: text === subject.statement.sql };
  if (text !== null && (text.length > longestParsed || hasTooManyTokens(text)))
    return tooLarge(`${place(subject)} holds a statement of more than ${mostTokens} words and signs`);
  const nodes = text === null ? null : parsed(text);
  if (nodes === null && judged.positionsHold) return decideUnparsed(judged);
  if (nodes === null)
    return refuse('unparsed-dangerous', `${place(subject)} holds a very long statement that does not parse`);
  const [only] = nodes;
  if (only === undefined) return skip('without-effect');
  return nodes.length === 1 ? decideNode(only, judged) : decideSeveral(nodes, judged);
}

/** Loads the parser (WASM, about 50 ms) and gives the policy for one restore. */
export async function loadPolicy(): Promise<Policy> {
  await loadSqlParser();
  const memory: PolicyMemory = { leftOut: new LeftOutSchemas(), oldStrings: false, insertPlans: new Map() };
  return {
    decide(statement, context) {
      const subject: Subject = { statement, context, memory, positionsHold: true };
      try {
        return memory.oldStrings ? decideOldText(subject) : decideText(subject);
      } catch {
        // A position of the tree that is no token: we would rewrite something we do not understand.
        return refuse('rewrite-impossible', `${place(subject)} could not be rewritten safely`);
      }
    },
  };
}
