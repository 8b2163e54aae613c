/** CREATE TABLE, CREATE INDEX and what else makes or fills a relation: locks for the scheduler. */
import type { CreateStmt } from 'libpg-query';
import type { RelationLock, RelationName, StatementPlan } from './decision.ts';
import { applyEdits, cutTokens, isWord, tokensOf } from './statement-text.ts';
import {
  as,
  nameParts,
  relationFromParts,
  relationOf,
  relationsIn,
  roleName,
  visitAll,
} from './syntax-tree.ts';
import { runWithoutTablespace } from './tablespaces.ts';
import {
  type Handlers,
  isMappedToMaster,
  lock,
  neededRoles,
  place,
  planOf,
  refuse,
  run,
  runRewritten,
  type Subject,
} from './verdicts.ts';

function createTablePlan(node: CreateStmt): StatementPlan {
  const parents = (node.inhRelations ?? []).flatMap(
    (parent) => relationOf(as(parent, 'RangeVar') ?? undefined) ?? [],
  );
  const referenced: RelationName[] = [];
  visitAll(node, 'Constraint', (constraint) => {
    const relation = relationOf(constraint.pktable);
    if (relation !== null) referenced.push(relation);
  });
  const copied: RelationName[] = [];
  visitAll(node, 'TableLikeClause', (like) => {
    const relation = relationOf(like.relation);
    if (relation !== null) copied.push(relation);
  });
  const locks = [
    ...lock(relationOf(node.relation), 'exclusive'),
    ...parents.flatMap((parent) => lock(parent, 'exclusive')),
    ...referenced.flatMap((relation) => lock(relation, 'share row exclusive')),
    ...copied.flatMap((relation) => lock(relation, 'share')),
  ];
  return planOf('create table', { locks, ...(parents.length === 0 ? {} : { parents }) });
}

/** The named relation in one grade, every other one that the statement mentions in the weakest. */
function mainAndMentioned(
  main: RelationName | null,
  grade: RelationLock['grade'],
  root: unknown,
): RelationLock[] {
  const others = relationsIn(root).filter(
    (other) => other.name !== main?.name || other.schema !== main.schema,
  );
  return [...lock(main, grade), ...others.flatMap((other) => lock(other, 'share'))];
}

function withAuthorization(subject: Subject, role: string | undefined) {
  if (role === undefined) return {};
  const roles = neededRoles([role], subject.context);
  return roles.length === 0 ? {} : { roles, owner: { role, schema: null } };
}

export const tableHandlers: Handlers = {
  CreateStmt: (node, subject) => runWithoutTablespace(subject, { CreateStmt: node }, createTablePlan(node)),
  CreateForeignTableStmt: (node, subject) => run(subject, createTablePlan(node.base ?? {})),
  CreateTableAsStmt: (node, subject) => {
    if (node.objtype !== 'OBJECT_MATVIEW')
      return refuse('not-of-a-dump', `${place(subject)} is a CREATE TABLE AS`);
    return runWithoutTablespace(subject, { CreateTableAsStmt: node }, planOf('other'));
  },
  IndexStmt: (node, subject) => {
    // CONCURRENTLY waits for every transaction that could see the table: never beside another.
    const locks = node.concurrent === true ? null : lock(relationOf(node.relation), 'share');
    return runWithoutTablespace(subject, { IndexStmt: node }, planOf('create index', { locks }));
  },
  CreateTrigStmt: (node, subject) => {
    const locks = [relationOf(node.relation), relationOf(node.constrrel)].flatMap((each) =>
      lock(each, 'share row exclusive'),
    );
    return run(subject, planOf('create trigger', { locks }));
  },
  CreatePolicyStmt: (node, subject) => {
    const table = relationOf(node.table);
    const roles = (node.roles ?? []).map((role) => as(role, 'RoleSpec')?.rolename ?? null);
    const locks = mainAndMentioned(table, 'exclusive', [node.qual, node.with_check]);
    return run(subject, planOf('create policy', { locks, roles: neededRoles(roles, subject.context) }));
  },
  AlterPolicyStmt: (node, subject) =>
    run(
      subject,
      planOf('create policy', {
        locks: mainAndMentioned(relationOf(node.table), 'exclusive', [node.qual, node.with_check]),
      }),
    ),
  // A rule may write to any table it names, in any order: unknown locks, alone.
  RuleStmt: (_node, subject) => run(subject, planOf('other')),
  CreateStatsStmt: (node, subject) => {
    const tables = (node.relations ?? []).flatMap(
      (range) => relationOf(as(range, 'RangeVar') ?? undefined) ?? [],
    );
    return run(
      subject,
      planOf('create statistics', { locks: tables.flatMap((table) => lock(table, 'share row exclusive')) }),
    );
  },
  // What a materialized view reads is not in its REFRESH.
  RefreshMatViewStmt: (_node, subject) => run(subject, planOf('refresh materialized view')),
  CreateSeqStmt: (node, subject) =>
    run(subject, planOf('definition', { locks: lock(relationOf(node.sequence), 'exclusive') })),
  AlterSeqStmt: (node, subject) => {
    const owned = (node.options ?? [])
      .flatMap((option) => as(option, 'DefElem') ?? [])
      .filter((option) => option.defname === 'owned_by')
      .flatMap((option) => relationFromParts(nameParts(as(option.arg, 'List')?.items).slice(0, -1)) ?? []);
    const locks = [relationOf(node.sequence), ...owned].flatMap((each) => lock(each, 'exclusive'));
    return run(subject, planOf('definition', { locks }));
  },
  CreateSchemaStmt: (node, subject) => {
    const { sql } = subject.statement;
    const plan = planOf('create schema', withAuthorization(subject, node.authrole?.rolename));
    const tokens = tokensOf(sql) ?? [];
    const ofMaster =
      node.schemaname !== undefined && isMappedToMaster(roleName(node.authrole), subject.context);
    const by = tokens.findIndex((token) => isWord(token, 'AUTHORIZATION'));
    const edits = ofMaster ? [cutTokens(tokens, by, by + 1)] : [];
    if (node.schemaname !== 'public' || node.if_not_exists === true)
      return ofMaster
        ? runRewritten(subject, 'owner-bootstrap', applyEdits(sql, edits), plan)
        : run(subject, plan);
    const at = tokens.find((token) => isWord(token, 'SCHEMA'))?.end ?? 0;
    const lenient = applyEdits(sql, [{ start: at, end: at, text: ' IF NOT EXISTS' }, ...edits]);
    return runRewritten(subject, 'public-schema', lenient, plan);
  },
};
