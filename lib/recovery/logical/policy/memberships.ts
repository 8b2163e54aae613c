/** GRANT role TO role. */

import type { RuleId } from '../../../domain/recovery/policy-rules.ts';
import { quoted } from '../../../domain/text/sql-text.ts';
import type { Decision } from './decision.ts';
import { as, roleName } from './syntax-tree.ts';
import {
  type Handlers,
  isMappedToMaster,
  isPredefinedRole,
  neededRoles,
  planOf,
  run,
  runRewritten,
  skip,
} from './verdicts.ts';

const serverFileRoles: ReadonlySet<string> = new Set([
  'pg_execute_server_program',
  'pg_read_server_files',
  'pg_write_server_files',
]);

/** True for a predefined role whose members reach files or programs of the server. */
export function isServerFileRole(role: string): boolean {
  return serverFileRoles.has(role);
}

interface Membership {
  granted: string;
  grantee: string;
  barrier: RuleId | null;
}

function barrierTo(
  granted: string,
  grantee: string,
  context: Parameters<typeof isMappedToMaster>[1],
): RuleId | null {
  if (isServerFileRole(granted)) return 'membership-server-files';
  if (isMappedToMaster(granted, context) || isMappedToMaster(grantee, context)) return 'membership-bootstrap';
  if (context.superuserRoles?.has(granted) === true) return 'membership-withheld';
  if (isPredefinedRole(granted) && context.targetMajor >= 16) return 'membership-predefined';
  return null;
}

/** Left out, and worth a line in the record unless the master alone is concerned. */
function leftOut(membership: Membership, context: Parameters<typeof isMappedToMaster>[1]): Decision {
  const { barrier, granted, grantee } = membership;
  const rule = barrier ?? 'membership-bootstrap';
  if (isMappedToMaster(grantee, context)) return skip(rule);
  return skip(rule, `membership of role "${grantee}" in "${granted}" is left out`);
}

export const membershipHandlers: Handlers = {
  GrantRoleStmt: (node, subject) => {
    const { context } = subject;
    const before16 = context.targetMajor < 16;
    const granted = (node.granted_roles ?? []).flatMap((item) => as(item, 'AccessPriv')?.priv_name ?? []);
    const grantees = (node.grantee_roles ?? []).map(
      (item) => roleName(as(item, 'RoleSpec') ?? undefined) ?? '',
    );
    const pairs: Membership[] = granted.flatMap((role) =>
      grantees.map((grantee) => ({ granted: role, grantee, barrier: barrierTo(role, grantee, context) })),
    );
    const allowed = pairs.filter((pair) => pair.barrier === null);
    const barred = pairs.find((pair) => pair.barrier !== null);
    if (allowed.length === 0 && barred !== undefined) return leftOut(barred, context);

    const options = (node.opt ?? []).flatMap((option) => as(option, 'DefElem') ?? []);
    const kept = options.filter((option) => !before16 || option.defname === 'admin');
    // `ADMIN FALSE` is 16's way to say what older servers say by leaving it out.
    const writable =
      before16 && node.is_grant === true
        ? kept.filter((option) => as(option.arg, 'Boolean')?.boolval !== false)
        : kept;
    const plan = planOf('role', {
      locks: [],
      roles: neededRoles(
        [...allowed.map((pair) => pair.granted), ...allowed.map((pair) => pair.grantee)],
        context,
      ),
    });
    const rule: RuleId | null =
      barred?.barrier ??
      (kept.length < options.length
        ? 'membership-options'
        : node.grantor === undefined
          ? null
          : 'membership-grantor');
    if (rule === null) return run(subject, plan);

    const isGrant = node.is_grant === true;
    // REVOKE takes one option, as `ADMIN OPTION FOR`: one that the server lacks leaves nothing to revoke.
    if (!isGrant && kept.length < options.length) return skip('membership-options');
    const words = writable.map(({ defname, arg }) => {
      const word = (defname ?? 'admin').toUpperCase();
      if (!isGrant || before16) return `${word} OPTION`;
      return `${word} ${as(arg, 'Boolean')?.boolval === true ? 'TRUE' : 'FALSE'}`;
    });
    const texts = allowed.map((pair) => {
      const [role, member] = [quoted(pair.granted), quoted(pair.grantee)];
      if (isGrant)
        return `GRANT ${role} TO ${member}${words.length === 0 ? '' : ` WITH ${words.join(', ')}`}`;
      const cascade = node.behavior === 'DROP_CASCADE' ? ' CASCADE' : '';
      return `REVOKE ${words.map((word) => `${word} FOR `).join('')}${role} FROM ${member}${cascade}`;
    });
    return runRewritten(subject, rule, texts, plan);
  },
};
