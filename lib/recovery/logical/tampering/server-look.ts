/** Whoever can ask the server: a session of ours, on any database. */
export interface Asker {
  text(sql: string): Promise<{ rows: (string | null)[][] }>;
}

/** What a dump has no business to change, as one look found it. Held in memory only: verifiers and values are in it. */
export interface ServerLook {
  /** Changes only when the server was started anew. */
  startedAt: string;
  /** Names of all roles. */
  roles: ReadonlySet<string>;
  /** The master's attributes: login, limits and the like. */
  master: MasterLook | null;
  /** Memberships in roles that the server brought along. */
  memberships: readonly { granted: string; member: string }[];
  settings: readonly StoredSetting[];
  /** Databases that the server brought along. */
  databases: readonly DatabaseLook[];
  /** All others: those that the dump is restored into. */
  restored: readonly RestoredDatabaseLook[];
}

export interface MasterLook {
  login: boolean;
  connectionLimit: string;
  validUntil: string | null;
  /** Null when whoever looks may not see it (RDS). */
  passwordVerifier: string | null;
}

export interface StoredSetting {
  database: string | null;
  role: string | null;
  name: string;
  /** `name=value`, as the server keeps it. */
  value: string;
}

export interface DatabaseLook {
  name: string;
  allowsConnections: boolean;
  connectionLimit: string;
  rights: string;
}

/** A database that the restore made: whatever the dump says of limits is left out, so that none has one. */
export interface RestoredDatabaseLook {
  name: string;
  allowsConnections: boolean;
  connectionLimit: string;
  masterMayConnect: boolean;
}

/** The first oid of anything that is not part of the server. Source: PostgreSQL, FirstNormalObjectId. */
const firstUserOid = 16_384;

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/**
 * Looks at the server's roles, settings and own databases. Runs nothing of the dump: every name is the server's own, and
 * catalogs cannot be changed by a master.
 *
 * @param asAdministrator whether password verifiers can be seen
 */
export async function lookAtServer(
  asker: Asker,
  masterRole: string,
  asAdministrator: boolean,
): Promise<ServerLook> {
  const started = await asker.text('SELECT pg_catalog.pg_postmaster_start_time()');
  const roles = await asker.text('SELECT rolname FROM pg_catalog.pg_roles');
  const verifier = asAdministrator ? 'rolpassword' : 'NULL';
  const master = await asker.text(
    `SELECT rolcanlogin, rolconnlimit, rolvaliduntil, ${verifier} FROM pg_catalog.${asAdministrator ? 'pg_authid' : 'pg_roles'}
     WHERE rolname OPERATOR(pg_catalog.=) ${literal(masterRole)}`,
  );
  const memberships = await asker.text(
    `SELECT granted.rolname, member.rolname FROM pg_catalog.pg_auth_members m
       JOIN pg_catalog.pg_roles granted ON granted.oid OPERATOR(pg_catalog.=) m.roleid
       JOIN pg_catalog.pg_roles member ON member.oid OPERATOR(pg_catalog.=) m.member
     WHERE m.roleid OPERATOR(pg_catalog.<) ${firstUserOid}::pg_catalog.oid`,
  );
  const settings = await asker.text(
    `SELECT d.datname, r.rolname, pg_catalog.split_part(setting, '=', 1), setting
     FROM pg_catalog.pg_db_role_setting s CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) setting
       LEFT JOIN pg_catalog.pg_database d ON d.oid OPERATOR(pg_catalog.=) s.setdatabase
       LEFT JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) s.setrole`,
  );
  const databases = await asker.text(
    `SELECT datname, datallowconn, datconnlimit, datacl FROM pg_catalog.pg_database
     WHERE oid OPERATOR(pg_catalog.<) ${firstUserOid}::pg_catalog.oid`,
  );
  // Asked by oid: a master that was removed or renamed is null there, and no error.
  const restored = await asker.text(
    `SELECT datname, datallowconn, datconnlimit, pg_catalog.has_database_privilege(m.oid, d.oid, 'CONNECT')
     FROM pg_catalog.pg_database d
       LEFT JOIN pg_catalog.pg_roles m ON m.rolname OPERATOR(pg_catalog.=) ${literal(masterRole)}
     WHERE d.oid OPERATOR(pg_catalog.>=) ${firstUserOid}::pg_catalog.oid`,
  );
  const [attributes] = master.rows;
  return {
    startedAt: started.rows[0]?.[0] ?? '',
    roles: new Set(roles.rows.map(([name]) => name ?? '')),
    master:
      attributes === undefined
        ? null
        : {
            login: attributes[0] === 't',
            connectionLimit: attributes[1] ?? '',
            validUntil: attributes[2] ?? null,
            passwordVerifier: attributes[3] ?? null,
          },
    memberships: memberships.rows.map(([granted, member]) => ({
      granted: granted ?? '',
      member: member ?? '',
    })),
    settings: settings.rows.map(([database, role, name, value]) => ({
      database: database ?? null,
      role: role ?? null,
      name: name ?? '',
      value: value ?? '',
    })),
    databases: databases.rows.map(([name, allows, limit, rights]) => ({
      name: name ?? '',
      allowsConnections: allows === 't',
      connectionLimit: limit ?? '',
      rights: rights ?? '',
    })),
    restored: restored.rows.map(([name, allows, limit, mayConnect]) => ({
      name: name ?? '',
      allowsConnections: allows === 't',
      connectionLimit: limit ?? '',
      masterMayConnect: mayConnect !== 'f',
    })),
  };
}
