/** CREATE, ALTER and DROP ROLE, and settings stored with a role. */
import type { DefElem, Node, RoleSpec } from 'libpg-query';
import type { Decision } from './decision.ts';
import { isServerFileRole } from './memberships.ts';
import { applyEdits, cutTokens, tokenAt, tokensOf } from './statement-text.ts';
import { storedSetting } from './stored-settings.ts';
import { as, roleName } from './syntax-tree.ts';
import {
  type Handlers,
  isMappedToMaster,
  isPredefinedRole,
  neededRoles,
  planOf,
  refuse,
  run,
  runRewritten,
  type Subject,
  skip,
} from './verdicts.ts';

/** Attributes whose very mention needs a superuser, as the parser names them. */
const superuserAttributes: ReadonlySet<string> = new Set(['superuser', 'isreplication', 'bypassrls']);
/** Options that make memberships: IN ROLE, ROLE / USER, ADMIN. */
const membershipOptions: ReadonlySet<string> = new Set(['addroleto', 'rolemembers', 'adminmembers']);

function optionsOf(options: Node[] | undefined): DefElem[] {
  return (options ?? []).flatMap((option) => as(option, 'DefElem') ?? []);
}

function membersIn(options: DefElem[]): string[] {
  return options
    .filter((option) => membershipOptions.has(option.defname ?? ''))
    .flatMap((option) => as(option.arg, 'List')?.items ?? [])
    .flatMap((item) => roleName(as(item, 'RoleSpec') ?? undefined) ?? []);
}

function decideRole(
  subject: Subject,
  role: string | null,
  rawOptions: Node[] | undefined,
  create: boolean,
): Decision {
  const { context } = subject;
  if (role === null || isMappedToMaster(role, context) || isPredefinedRole(role))
    return skip('role-reserved');
  const options = optionsOf(rawOptions);
  const members = membersIn(options);
  if (members.some(isServerFileRole))
    return refuse(
      'membership-server-files',
      `role "${role}" would be created as a member of a role that leaves the database`,
    );
  const plan = planOf('role', { locks: [], roles: neededRoles([role, ...members], context) });
  const dropped = options.filter((option) => superuserAttributes.has(option.defname ?? ''));
  const hasPassword = options.some((option) => option.defname === 'password');
  if (dropped.length === 0) return run(subject, plan, hasPassword ? 'role-password' : undefined);
  if (!create && dropped.length === options.length) return skip('role-attributes');
  const tokens = tokensOf(subject.statement.sql) ?? [];
  const edits = dropped.map((option) => {
    const index = tokenAt(tokens, option.location);
    return cutTokens(tokens, index, index);
  });
  return runRewritten(subject, 'role-attributes', applyEdits(subject.statement.sql, edits), plan);
}

export const roleHandlers: Handlers = {
  CreateRoleStmt: (node, subject) => decideRole(subject, node.role ?? null, node.options, true),
  AlterRoleStmt: (node, subject) => decideRole(subject, roleName(node.role), node.options, false),
  DropRoleStmt: () => skip('role-drop'),
  AlterRoleSetStmt: (node, subject) => {
    const role: RoleSpec | undefined = node.role;
    const database = node.database ?? null;
    if (role === undefined && database === null)
      return skip('role-settings-everywhere', 'a setting for all roles is left out');
    const name = roleName(role);
    if (
      role !== undefined &&
      (isMappedToMaster(name, subject.context) || name === null || isPredefinedRole(name))
    )
      return skip('role-reserved');
    return storedSetting(subject, node.setstmt, {
      kind: 'role',
      of: name === null ? 'all roles' : `role "${name}"`,
      database,
      roles: neededRoles([name], subject.context),
    });
  },
};
