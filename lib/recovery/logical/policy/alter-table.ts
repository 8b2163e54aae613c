/** ALTER TABLE and its kin (INDEX, VIEW, SEQUENCE, MATERIALIZED VIEW, FOREIGN TABLE). */
import type { AlterTableCmd, AlterTableStmt, AlterTableType } from 'libpg-query';
import type { Decision, RelationLock, StatementKind } from './decision.ts';
import { alterTableDrop } from './drops.ts';
import { ownerChange } from './owners.ts';
import {
  applyEdits,
  comparableTree,
  cutListItems,
  isWord,
  type TextEdit,
  tokensOf,
} from './statement-text.ts';
import { as, relationOf } from './syntax-tree.ts';
import { runWithoutTablespace } from './tablespaces.ts';
import {
  type Handlers,
  lock,
  place,
  planOf,
  refuse,
  run,
  runRewritten,
  type Subject,
  skip,
} from './verdicts.ts';

function kindOfCommand(command: AlterTableCmd): StatementKind {
  switch (command.subtype) {
    case 'AT_AttachPartition':
    case 'AT_DetachPartition':
      return 'attach partition';
    case 'AT_AddConstraint':
      switch (as(command.def, 'Constraint')?.contype) {
        case 'CONSTR_PRIMARY':
        case 'CONSTR_UNIQUE':
        case 'CONSTR_EXCLUSION':
          return 'add key';
        case 'CONSTR_FOREIGN':
          return 'add foreign key';
        default:
          return 'add constraint';
      }
    default:
      return 'alter table';
  }
}

function locksOf(node: AlterTableStmt, kind: StatementKind): RelationLock[] {
  const relation = relationOf(node.relation);
  const others = (node.cmds ?? []).flatMap((item): RelationLock[] => {
    const command = as(item, 'AlterTableCmd');
    const constraint = as(command?.def, 'Constraint');
    const partition = as(command?.def, 'PartitionCmd');
    const sequence = constraint?.options
      ?.map((option) => as(option, 'DefElem'))
      .find((option) => option?.defname === 'sequence_name');
    return [
      ...lock(relationOf(constraint?.pktable), 'share row exclusive'),
      ...lock(relationOf(partition?.name), 'exclusive'),
      ...lock(relationOf(as(command?.def, 'RangeVar') ?? undefined), 'exclusive'),
      ...(sequence?.arg === undefined ? [] : lock(sequenceName(sequence.arg), 'exclusive')),
    ];
  });
  return [...lock(relation, kind === 'add foreign key' ? 'share row exclusive' : 'exclusive'), ...others];
}

function sequenceName(node: NonNullable<AlterTableCmd['def']>) {
  const parts = (as(node, 'List')?.items ?? []).flatMap((item) => as(item, 'String')?.sval ?? []);
  const name = parts.at(-1);
  return name === undefined ? null : { schema: parts.at(-2) ?? null, name };
}

/** Replaces the word ALL of `DISABLE TRIGGER ALL` by USER. */
function userTriggers(sql: string): string {
  const tokens = tokensOf(sql) ?? [];
  const edits = tokens.flatMap((token, index): TextEdit[] =>
    isWord(token, 'ALL') && isWord(tokens[index - 1], 'TRIGGER')
      ? [{ start: token.start, end: token.end, text: 'USER' }]
      : [],
  );
  return applyEdits(sql, edits);
}

/** Commands at nesting depth 0 after the name: token ranges, in the order of the tree. */
function withoutCommands(subject: Subject, node: AlterTableStmt, dropped: AlterTableType): string | null {
  const { sql } = subject.statement;
  const tokens = tokensOf(sql) ?? [];
  const ranges: [number, number][] = [];
  let depth = 0;
  let first = tokens.findIndex(
    (token, index) => isWord(token, 'SET') && isWord(tokens[index + 1], 'TABLESPACE'),
  );
  for (let index = first; index >= 0 && index < tokens.length; index += 1) {
    const text = tokens[index]?.text;
    if (text === '(') depth += 1;
    if (text === ')') depth -= 1;
    if (depth > 0 || (text !== ',' && index < tokens.length - 1)) continue;
    const last = text === ',' ? index - 1 : index;
    if (isWord(tokens[first], 'SET') && isWord(tokens[first + 1], 'TABLESPACE')) ranges.push([first, last]);
    first = index + 1;
  }
  const cuts = cutListItems(tokens, ranges, (node.cmds ?? []).length);
  if (cuts === null) return null;
  const rest = { ...node, cmds: node.cmds?.filter((item) => as(item, 'AlterTableCmd')?.subtype !== dropped) };
  const text = applyEdits(sql, cuts);
  const wanted = JSON.stringify([{ AlterTableStmt: rest }], (key, value: unknown) =>
    key === 'location' ? undefined : value,
  );
  return comparableTree(text) === wanted ? text : null;
}

function decideAlterTable(node: AlterTableStmt, subject: Subject): Decision {
  const commands = (node.cmds ?? []).flatMap((item) => as(item, 'AlterTableCmd') ?? []);
  const has = (subtype: AlterTableType) => commands.some((command) => command.subtype === subtype);
  const relation = relationOf(node.relation);
  const kinds = new Set(commands.map(kindOfCommand));
  const kind: StatementKind = kinds.size === 1 ? ([...kinds][0] ?? 'alter table') : 'alter table';
  const plan = planOf(kind, { locks: locksOf(node, kind) });
  const only = commands.length === 1 ? commands[0] : undefined;

  if (only?.subtype === 'AT_ChangeOwner') {
    const parts = [relation?.schema, relation?.name].filter((part) => typeof part === 'string');
    return ownerChange(subject, node.objtype, parts, only.newowner, lock(relation, 'exclusive'));
  }
  if (has('AT_ChangeOwner'))
    return refuse('not-of-a-dump', `${place(subject)} changes an owner among other things`);
  if (has('AT_SetTableSpace')) {
    if (commands.every((command) => command.subtype === 'AT_SetTableSpace')) return skip('tablespace');
    const text = subject.positionsHold ? withoutCommands(subject, node, 'AT_SetTableSpace') : null;
    if (text === null)
      return refuse('rewrite-impossible', `${place(subject)} sets a tablespace that could not be cut out`);
    return runRewritten(subject, 'tablespace-clause', text, plan);
  }
  if (has('AT_DisableTrigAll') || has('AT_EnableTrigAll'))
    return runRewritten(subject, 'all-triggers', userTriggers(subject.statement.sql), plan);
  const drop = alterTableDrop(node, subject, plan);
  if (drop !== null) return drop;
  if (has('AT_ForceRowSecurity')) return run(subject, { ...plan, defer: true }, 'force-row-security-last');
  return runWithoutTablespace(subject, { AlterTableStmt: node }, plan);
}

export const alterTableHandlers: Handlers = { AlterTableStmt: decideAlterTable };
