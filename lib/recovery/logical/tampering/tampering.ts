import type { AnnouncedChanges } from './announced-changes.ts';
import type {
  DatabaseLook,
  MasterLook,
  RestoredDatabaseLook,
  ServerLook,
  StoredSetting,
} from './server-look.ts';

/** One thing that code of a dump changed and the dump did not announce. */
export interface Tampering {
  /** What was done, after `code of the dump`. Names that code gave are never in it: they may be row values. */
  words: string;
  /** What puts it right again, so that the drill can go on to its verdict; null when it disturbs nothing. */
  mend: string | null;
}

const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** What changed between two looks beyond what the dump announced. */
export function tamperingsBetween(
  before: ServerLook,
  after: ServerLook,
  announced: AnnouncedChanges,
  masterRole: string,
): Tampering[] {
  return [
    ...ofMaster(before.master, after.master, masterRole),
    ...ofRoles(before, after, announced),
    ...ofMemberships(before, after, announced, masterRole),
    ...ofSettings(before, after, announced, masterRole),
    ...before.databases.flatMap((database) =>
      ofDatabase(
        database,
        after.databases.find(({ name }) => name === database.name),
      ),
    ),
    ...after.restored.flatMap((database) => ofRestored(database, before, announced, masterRole)),
  ];
}

function ofMaster(before: MasterLook | null, after: MasterLook | null, masterRole: string): Tampering[] {
  if (before === null) return [];
  const role = identifier(masterRole);
  if (after === null) return [{ words: 'removed the role that restores', mend: null }];
  const changes: Tampering[] = [];
  if (before.login && !after.login)
    changes.push({
      words: 'forbade the role that restores to log in (NOLOGIN)',
      mend: `ALTER ROLE ${role} LOGIN`,
    });
  if (before.passwordVerifier !== after.passwordVerifier)
    changes.push({
      words: 'changed the password of the role that restores',
      mend:
        before.passwordVerifier === null
          ? null
          : `ALTER ROLE ${role} PASSWORD ${literal(before.passwordVerifier)}`,
    });
  if (before.connectionLimit !== after.connectionLimit)
    changes.push({
      words: 'limited the connections of the role that restores',
      mend: `ALTER ROLE ${role} CONNECTION LIMIT ${before.connectionLimit}`,
    });
  if (before.validUntil !== after.validUntil)
    changes.push({
      words: 'changed how long the password of the role that restores is valid',
      mend: `ALTER ROLE ${role} VALID UNTIL ${literal(before.validUntil ?? 'infinity')}`,
    });
  return changes;
}

function ofRoles(before: ServerLook, after: ServerLook, announced: AnnouncedChanges): Tampering[] {
  const made = [...after.roles].filter(
    (name) => !before.roles.has(name) && !announced.has({ kind: 'role', name }),
  ).length;
  if (made === 0) return [];
  const what = made === 1 ? 'a role' : `${made} roles`;
  return [{ words: `made ${what} that the dump does not announce`, mend: null }];
}

function ofMemberships(
  before: ServerLook,
  after: ServerLook,
  announced: AnnouncedChanges,
  masterRole: string,
): Tampering[] {
  return after.memberships
    .filter(
      ({ granted, member }) =>
        !before.memberships.some((had) => had.granted === granted && had.member === member) &&
        !announced.has({ kind: 'membership', granted, member }),
    )
    .map(({ granted, member }) => ({
      words: `granted ${granted} to ${member === masterRole ? 'the role that restores' : 'a role'}`,
      mend: `REVOKE ${identifier(granted)} FROM ${identifier(member)}`,
    }));
}

function ofSettings(
  before: ServerLook,
  after: ServerLook,
  announced: AnnouncedChanges,
  masterRole: string,
): Tampering[] {
  const same = (a: StoredSetting, b: StoredSetting): boolean =>
    a.database === b.database && a.role === b.role && a.value === b.value;
  return after.settings
    .filter(
      (setting) =>
        !before.settings.some((had) => same(had, setting)) && !announced.has({ kind: 'setting', ...setting }),
    )
    .map(({ database, role, name }) => {
      const holder = role === masterRole ? 'the role that restores' : role === null ? 'a database' : 'a role';
      // Names without a dot are the server's own; others may be anything.
      const setting = name.includes('.') ? 'a setting' : `the setting ${name}`;
      return { words: `changed ${setting} of ${holder}`, mend: resetOf(database, role, name) };
    });
}

function resetOf(database: string | null, role: string | null, name: string): string | null {
  const setting = name.split('.').map(identifier).join('.');
  if (role !== null) {
    const within = database === null ? '' : ` IN DATABASE ${identifier(database)}`;
    return `ALTER ROLE ${identifier(role)}${within} RESET ${setting}`;
  }
  return database === null ? null : `ALTER DATABASE ${identifier(database)} RESET ${setting}`;
}

/** Databases that the server brought along are never the dump's: what it holds for them goes beside them. */
function ofDatabase(before: DatabaseLook, after: DatabaseLook | undefined): Tampering[] {
  if (after === undefined)
    return [{ words: `removed the database ${before.name} of the server`, mend: null }];
  if (
    before.allowsConnections === after.allowsConnections &&
    before.connectionLimit === after.connectionLimit &&
    before.rights === after.rights
  )
    return [];
  const allows = `ALLOW_CONNECTIONS ${before.allowsConnections} CONNECTION LIMIT ${before.connectionLimit}`;
  return [
    {
      words: `changed who may connect to the database ${before.name} of the server`,
      mend: `ALTER DATABASE ${identifier(before.name)} WITH ${allows}`,
    },
  ];
}

/** Databases of the dump, which nothing but its code closes: the checks that follow would find no way in. */
function ofRestored(
  { name, allowsConnections, connectionLimit, masterMayConnect }: RestoredDatabaseLook,
  before: ServerLook,
  announced: AnnouncedChanges,
  masterRole: string,
): Tampering[] {
  // Whose database it is that was there before the restore, the restore does not know.
  if (before.restored.some((had) => had.name === name)) return [];
  const changes: Tampering[] = [];
  if (!allowsConnections || connectionLimit !== '-1')
    changes.push({
      words: 'limited the connections of a database of the dump',
      mend: `ALTER DATABASE ${identifier(name)} WITH ALLOW_CONNECTIONS true CONNECTION LIMIT -1`,
    });
  if (!masterMayConnect && !announced.has({ kind: 'database rights', database: name }))
    changes.push({
      words: 'took from the role that restores the right to connect to a database of the dump',
      mend: `GRANT CONNECT ON DATABASE ${identifier(name)} TO ${identifier(masterRole)}`,
    });
  return changes;
}
