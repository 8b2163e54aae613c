/** TABLESPACE clauses, cut out of the statement; the parser proves that nothing else changed. */
import type { Node } from 'libpg-query';
import type { Decision, StatementPlan } from './decision.ts';
import { applyEdits, comparableTree, cutTokens, isWord, type TextEdit, tokensOf } from './statement-text.ts';
import { as, visitAll } from './syntax-tree.ts';
import { type Handlers, place, refuse, run, runRewritten, type Subject, skip } from './verdicts.ts';

/** True when the statement names a tablespace anywhere. */
function namesTablespace(node: Node): boolean {
  const create = as(node, 'CreateStmt') ?? as(node, 'CreateForeignTableStmt')?.base;
  let found = create?.tablespacename !== undefined || as(node, 'IndexStmt')?.tableSpace !== undefined;
  found ||= as(node, 'CreateTableAsStmt')?.into?.tableSpaceName !== undefined;
  visitAll(node, 'Constraint', (constraint) => {
    found ||= constraint.indexspace !== undefined;
  });
  return found;
}

/**
 * Removes every `[USING INDEX] TABLESPACE name`. A column may be called tablespace, so each candidate is tried and kept
 * only if the tree then differs by a tablespace alone; null when one stays.
 */
function withoutTablespaces(sql: string): string | null {
  let text = sql;
  const bare = (tree: string | null) =>
    tree
      ?.replaceAll(/"(?:tablespacename|tableSpace|tableSpaceName|indexspace)":"(?:[^"\\]|\\.)*",?/g, '')
      .replaceAll(',}', '}') ?? null;
  const wanted = bare(comparableTree(sql));
  if (wanted === null) return null;
  // From the last to the first, so that earlier positions stay right.
  const tokens = tokensOf(sql) ?? [];
  for (let index = tokens.length - 2; index >= 0; index -= 1) {
    if (!isWord(tokens[index], 'TABLESPACE')) continue;
    const usingIndex = isWord(tokens[index - 1], 'INDEX') && isWord(tokens[index - 2], 'USING');
    const edits: TextEdit[] = [];
    for (let cut = usingIndex ? index - 2 : index; cut <= index + 1; cut += 1)
      edits.push(cutTokens(tokens, cut, cut));
    const candidate = applyEdits(text, edits);
    if (bare(comparableTree(candidate)) === wanted) text = candidate;
  }
  return text;
}

/** Runs the statement, without its tablespaces where it names any. */
export function runWithoutTablespace(subject: Subject, tag: Node, plan: StatementPlan): Decision {
  if (!namesTablespace(tag)) return run(subject, plan);
  const text = subject.positionsHold ? withoutTablespaces(subject.statement.sql) : null;
  if (text === null || text === subject.statement.sql)
    return refuse('rewrite-impossible', `${place(subject)} names a tablespace that could not be cut out`);
  return runRewritten(subject, 'tablespace-clause', text, plan);
}

export const tablespaceHandlers: Handlers = {
  CreateTableSpaceStmt: () => skip('tablespace'),
  DropTableSpaceStmt: () => skip('tablespace'),
  AlterTableSpaceOptionsStmt: () => skip('tablespace'),
  AlterTableMoveAllStmt: () => skip('tablespace'),
};
