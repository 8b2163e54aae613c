/** GRANT and REVOKE on objects, and default privileges. */

import type { GrantStmt, ScanToken } from 'libpg-query';
import type { RuleId } from '../../../domain/recovery/policy-rules.ts';
import { quoted } from '../../../domain/text/sql-text.ts';
import { isSystemDatabase, renamedDatabase } from './database-name.ts';
import type { Decision, PolicyContext } from './decision.ts';
import { applyEdits, cutListItems, cutTokens, type TextEdit, tokenAt, tokensOf } from './statement-text.ts';
import { as, objectName, relationFromParts, roleName } from './syntax-tree.ts';
import {
  type Handlers,
  isBootstrapRole,
  isMappedToMaster,
  lock,
  neededRoles,
  planOf,
  refuse,
  run,
  runRewritten,
  type Subject,
  skip,
} from './verdicts.ts';

const systemSchemas: ReadonlySet<string> = new Set(['pg_catalog', 'information_schema']);

function isSystemObject(node: GrantStmt): boolean {
  if (
    node.objtype === 'OBJECT_FDW' ||
    node.objtype === 'OBJECT_PARAMETER_ACL' ||
    node.objtype === 'OBJECT_TABLESPACE'
  )
    return true;
  return (node.objects ?? []).some((object) => {
    const parts = objectName(object);
    const schema =
      node.objtype === 'OBJECT_SCHEMA' || node.targtype === 'ACL_TARGET_ALL_IN_SCHEMA'
        ? parts[0]
        : parts.at(-2);
    return schema !== undefined && systemSchemas.has(schema);
  });
}

const isPublicSchema = (node: GrantStmt): boolean =>
  node.objtype === 'OBJECT_SCHEMA' &&
  (node.objects ?? []).every((object) => objectName(object)[0] === 'public');

function granteesOf(node: GrantStmt): { name: string | null; location: number | undefined }[] {
  return (node.grantees ?? []).map((grantee) => {
    const role = as(grantee, 'RoleSpec');
    return { name: roleName(role ?? undefined), location: role?.location };
  });
}

/** Edits for `GRANTED BY x` and for grantees that the master stands for; null when no grantee is left. */
function granteeEdits(
  node: GrantStmt,
  tokens: ScanToken[],
  context: PolicyContext,
): { edits: TextEdit[]; rule: RuleId | null } | null {
  const grantees = granteesOf(node);
  const dropped = grantees.filter((grantee) => isMappedToMaster(grantee.name, context));
  const edits: TextEdit[] = [];
  let rule: RuleId | null = null;
  if (node.grantor !== undefined) {
    const at = tokenAt(tokens, node.grantor.location);
    edits.push(
      cutTokens(tokens, at - 2, at - 2),
      cutTokens(tokens, at - 1, at - 1),
      cutTokens(tokens, at, at),
    );
    rule = 'grant-grantor';
  }
  if (dropped.length > 0) {
    const items = dropped.map((grantee): [number, number] => {
      const at = tokenAt(tokens, grantee.location);
      return [at, at];
    });
    const cuts = cutListItems(tokens, items, grantees.length);
    if (cuts === null) return null;
    edits.push(...cuts);
    rule = 'grant-bootstrap';
  }
  return { edits, rule };
}

function grantPlan(node: GrantStmt, context: PolicyContext) {
  const roles = neededRoles(
    granteesOf(node).map((grantee) => grantee.name),
    context,
  );
  const onRelations =
    node.targtype === 'ACL_TARGET_OBJECT' &&
    (node.objtype === 'OBJECT_TABLE' || node.objtype === 'OBJECT_SEQUENCE');
  // Two grants on one object at a time fail with "tuple concurrently updated"; on relations the lock says so.
  const locks = onRelations
    ? (node.objects ?? []).flatMap((object) => lock(relationFromParts(objectName(object)), 'exclusive'))
    : null;
  return planOf('grant', { locks, roles });
}

function decideGrant(node: GrantStmt, subject: Subject): Decision {
  const { context, statement } = subject;
  if (isSystemObject(node))
    return skip('grant-system-object', 'a privilege on an object of the system is left out');
  // The server answers with a mere warning, so that the grant would pass for restored.
  if (context.targetMajor < 15 && isPublicSchema(node))
    return skip(
      'owner-public-schema',
      'a privilege on the schema public is left out: before 15 it belongs to the superuser',
    );
  const tokens = tokensOf(statement.sql) ?? [];
  const changed = granteeEdits(node, tokens, context);
  if (changed === null) return skip('grant-bootstrap');
  const plan = grantPlan(node, context);
  const rewritten = changed.edits.length === 0 ? statement.sql : applyEdits(statement.sql, changed.edits);
  if (node.objtype === 'OBJECT_DATABASE') return onDatabase(node, subject, rewritten, changed.rule);
  return changed.rule === null ? run(subject, plan) : runRewritten(subject, changed.rule, rewritten, plan);
}

function onDatabase(node: GrantStmt, subject: Subject, sql: string, rule: RuleId | null): Decision {
  const { context } = subject;
  const databases = (node.objects ?? []).flatMap((object) => objectName(object));
  if (databases.some((name) => isSystemDatabase(name, context))) return skip('database-system');
  const plan = grantPlan(node, context);
  const renamed = databases.map((name) =>
    renamedDatabase({ ...subject, statement: { ...subject.statement, sql } }, name),
  );
  const text = renamed.find((candidate) => candidate !== null);
  if (databases.length > 1 && text !== undefined)
    return refuse('rewrite-impossible', 'a privilege on several databases at once');
  if (text !== undefined) return runRewritten(subject, 'database-name', text ?? sql, plan);
  return rule === null ? run(subject, plan) : runRewritten(subject, rule, sql, plan);
}

export const grantHandlers: Handlers = {
  GrantStmt: decideGrant,
  AlterDefaultPrivilegesStmt: (node, subject) => {
    const { context, statement } = subject;
    const options = (node.options ?? []).flatMap((option) => as(option, 'DefElem') ?? []);
    const forRoles = options
      .filter((option) => option.defname === 'roles')
      .flatMap((option) => as(option.arg, 'List')?.items ?? [])
      .flatMap((item) => as(item, 'RoleSpec') ?? []);
    const action = node.action ?? {};
    const tokens = tokensOf(statement.sql) ?? [];
    const changed = granteeEdits(action, tokens, context);
    if (changed === null) return skip('grant-bootstrap');
    const grantees = granteesOf(action).map((grantee) => grantee.name);
    const plan = planOf('grant', {
      defer: true,
      roles: neededRoles([...forRoles.map((role) => roleName(role)), ...grantees], context),
    });
    const bootstrap = forRoles.filter((role) => {
      const name = roleName(role);
      return name !== null && name !== context.masterRole && isBootstrapRole(name);
    });
    const toMaster = bootstrap.map((role): TextEdit => {
      const token = tokens[tokenAt(tokens, role.location)];
      return { start: token?.start ?? 0, end: token?.end ?? 0, text: quoted(context.masterRole) };
    });
    const edits = [...changed.edits, ...toMaster];
    if (edits.length === 0) return run(subject, plan, 'default-privileges-last');
    const rule = toMaster.length > 0 ? 'default-privileges-bootstrap' : (changed.rule ?? 'grant-grantor');
    return runRewritten(subject, rule, applyEdits(statement.sql, edits), plan);
  },
};
