/** ALTER … OWNER TO, for every kind of object. */
import type { ObjectType, RoleSpec } from 'libpg-query';
import { finding } from '../../../domain/findings/findings.ts';
import { isSystemDatabase, renamedDatabase } from './database-name.ts';
import type { Decision, RelationLock } from './decision.ts';
import { eventTrigger } from './event-triggers.ts';
import { objectName, roleName } from './syntax-tree.ts';
import {
  type Handlers,
  isMappedToMaster,
  isPredefinedRole,
  neededRoles,
  planOf,
  run,
  runRewritten,
  type Subject,
  skip,
} from './verdicts.ts';

/** Kinds whose new owner needs no right to create in a schema: they are in none. */
const outsideSchemas: ReadonlySet<ObjectType> = new Set<ObjectType>([
  'OBJECT_DATABASE',
  'OBJECT_FDW',
  'OBJECT_FOREIGN_SERVER',
  'OBJECT_LANGUAGE',
  'OBJECT_LARGEOBJECT',
  'OBJECT_SCHEMA',
]);

/**
 * Decides on a change of owner.
 * @param parts name of the object, qualified as the statement has it
 * @param locks relations it locks; null when it is no relation
 */
export function ownerChange(
  subject: Subject,
  type: ObjectType | undefined,
  parts: string[],
  newOwner: RoleSpec | undefined,
  locks: RelationLock[] | null,
): Decision {
  const { context } = subject;
  const role = roleName(newOwner);
  if (role === null || isMappedToMaster(role, context)) return skip('owner-bootstrap');
  if (type === 'OBJECT_SCHEMA' && parts[0] === 'public' && context.targetMajor < 15) {
    if (isPredefinedRole(role)) return skip('owner-public-schema');
    const said = `schema "public" belongs to the superuser instead of role "${role}"`;
    return skip('owner-public-schema', finding('OWNER_NOT_RESTORED', said));
  }
  const schema = type !== undefined && outsideSchemas.has(type) ? null : schemaOf(type, parts);
  // A predefined role (pg_database_owner) needs no membership arranged: the statement works as it is or not at all.
  const owner = isPredefinedRole(role) ? {} : { owner: { role, schema } };
  const plan = planOf('owner', { locks, roles: neededRoles([role], context), ...owner });
  if (type !== 'OBJECT_DATABASE') return run(subject, plan, 'owner-kept');
  const name = parts[0] ?? '';
  if (isSystemDatabase(name, context)) return skip('database-system');
  const renamed = renamedDatabase(subject, name);
  const last = { ...plan, defer: true };
  return renamed === null
    ? run(subject, last, 'database-owner-last')
    : runRewritten(subject, 'database-name', renamed, last);
}

/** Unqualified names are found in `public` unless the dump says otherwise; pg_dump qualifies every name. */
function schemaOf(type: ObjectType | undefined, parts: string[]): string {
  // Operator classes and families: the tree puts the access method first.
  const named = type === 'OBJECT_OPCLASS' || type === 'OBJECT_OPFAMILY' ? parts.slice(1) : parts;
  return named.at(-2) ?? 'public';
}

export const ownerHandlers: Handlers = {
  AlterOwnerStmt: (node, subject) => {
    const parts = objectName(node.object);
    switch (node.objectType) {
      case 'OBJECT_PUBLICATION':
      case 'OBJECT_SUBSCRIPTION':
        return skip('replication');
      case 'OBJECT_TABLESPACE':
        return skip('tablespace');
      case 'OBJECT_EVENT_TRIGGER':
        return eventTrigger(subject, parts[0] ?? '');
      case 'OBJECT_EXTENSION':
        return skip('extension-change');
      default:
        return ownerChange(subject, node.objectType, parts, node.newowner, null);
    }
  },
};
