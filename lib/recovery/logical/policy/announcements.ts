/** What a statement of the dump says it makes or changes on the server, beside the content of its databases. */
import type { Node } from 'libpg-query';
import { parseSql } from '../dump/sql-parser.ts';
import type { Announcement } from '../tampering/announced-changes.ts';
import { as, roleName } from './syntax-tree.ts';

/**
 * The start of statements that can announce something; nothing else is parsed for it. A grant may name a role first. Parsing every
 * CREATE TABLE and ALTER TABLE a second time was 6 % of our CPU for an archive of 5,000 tables.
 */
const mayAnnounce =
  /^(?:\s|--[^\n]*\n)*(?:(?:CREATE|ALTER)\s+(?:ROLE|USER|GROUP|DATABASE|SERVER)\b|(?:GRANT|REVOKE)\s+["\w])/i;

/** @param sql as the policy lets it run; what does not parse announces nothing */
export function announcementsIn(sql: string): Announcement[] {
  if (!mayAnnounce.test(sql.slice(0, 1000))) return [];
  try {
    return (parseSql(sql).stmts ?? []).flatMap(({ stmt }) => (stmt === undefined ? [] : ofNode(stmt)));
  } catch {
    return [];
  }
}

function ofNode(node: Node): Announcement[] {
  const made = as(node, 'CreateRoleStmt');
  if (made !== null) return [{ kind: 'role', name: made.role ?? '' }];
  const server = as(node, 'CreateForeignServerStmt');
  if (server !== null) return [{ kind: 'foreign server', name: server.servername ?? '' }];
  const ofDatabase = as(node, 'AlterDatabaseSetStmt');
  if (ofDatabase !== null) {
    const { dbname, setstmt } = ofDatabase;
    return [{ kind: 'setting', database: dbname ?? null, role: null, name: setstmt?.name ?? '' }];
  }
  const ofRole = as(node, 'AlterRoleSetStmt');
  if (ofRole !== null) {
    const { role, database, setstmt } = ofRole;
    return [{ kind: 'setting', database: database ?? null, role: roleName(role), name: setstmt?.name ?? '' }];
  }
  const rights = as(node, 'GrantStmt');
  if (rights !== null)
    return rights.objtype !== 'OBJECT_DATABASE'
      ? []
      : (rights.objects ?? []).map((object) => ({
          kind: 'database rights',
          database: as(object, 'String')?.sval ?? '',
        }));
  const grant = as(node, 'GrantRoleStmt');
  if (grant !== null && grant.is_grant !== true) return [];
  const members = (grant?.grantee_roles ?? []).map(
    (item) => roleName(as(item, 'RoleSpec') ?? undefined) ?? '',
  );
  return (grant?.granted_roles ?? []).flatMap((item) => {
    const granted = as(item, 'AccessPriv')?.priv_name ?? '';
    return members.map((member): Announcement => ({ kind: 'membership', granted, member }));
  });
}
