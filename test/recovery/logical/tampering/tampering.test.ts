import { describe, expect, test } from 'vitest';
import { AnnouncedChanges } from '../../../../lib/recovery/logical/tampering/announced-changes.ts';
import type { ServerLook } from '../../../../lib/recovery/logical/tampering/server-look.ts';
import { tamperingsBetween } from '../../../../lib/recovery/logical/tampering/tampering.ts';

const aLook = (changes: Partial<ServerLook> = {}): ServerLook => ({
  startedAt: '2026-11-28 09:00:00+00',
  roles: new Set(['master', 'pg_monitor']),
  master: { login: true, connectionLimit: '-1', validUntil: null, passwordVerifier: 'SCRAM-SHA-256$x' },
  memberships: [],
  settings: [],
  databases: [{ name: 'postgres', allowsConnections: true, connectionLimit: '-1', rights: '' }],
  restored: [],
  ...changes,
});

const found = (after: Partial<ServerLook>, announced = new AnnouncedChanges()) =>
  tamperingsBetween(aLook(), aLook(after), announced, 'master');

const master = aLook().master;
if (master === null) throw new Error('the look has a master');

describe('between two looks at the server', () => {
  test('nothing changed is nothing told', () => {
    expect(found({})).toEqual([]);
  });

  test('a master that may not log in any more is told, and may again', () => {
    expect(found({ master: { ...master, login: false } })).toEqual([
      { words: expect.stringContaining('NOLOGIN'), mend: 'ALTER ROLE "master" LOGIN' },
    ]);
  });

  test('another password of the master is told without either, and the old one is put back', () => {
    const [tampering] = found({ master: { ...master, passwordVerifier: 'SCRAM-SHA-256$y' } });

    expect(tampering?.words).not.toContain('SCRAM');
    expect(tampering?.mend).toBe(`ALTER ROLE "master" PASSWORD 'SCRAM-SHA-256$x'`);
  });

  test.each([
    [{ connectionLimit: '0' }, 'ALTER ROLE "master" CONNECTION LIMIT -1'],
    [{ validUntil: '2000-01-01 00:00:00+00' }, `ALTER ROLE "master" VALID UNTIL 'infinity'`],
  ])('a limit of the master (%o) is told and lifted', (change, mend) => {
    expect(found({ master: { ...master, ...change } })).toMatchObject([{ mend }]);
  });

  test('a role that nobody announced is told without its name, which may be a value of a row', () => {
    const tamperings = found({ roles: new Set(['master', 'pg_monitor', 'Mrs Miller']) });

    expect(tamperings).toEqual([{ words: 'made a role that the dump does not announce', mend: null }]);
  });

  test('a setting of the master is told by its name and taken back', () => {
    const setting = {
      database: null,
      role: 'master',
      name: 'statement_timeout',
      value: 'statement_timeout=1',
    };

    expect(found({ settings: [setting] })).toEqual([
      {
        words: 'changed the setting statement_timeout of the role that restores',
        mend: 'ALTER ROLE "master" RESET "statement_timeout"',
      },
    ]);
  });

  test('a setting that is not of the server is told without its name', () => {
    const setting = { database: 'shop', role: null, name: 'my.Miller', value: 'my.Miller=1' };

    expect(found({ settings: [setting] })).toEqual([
      { words: 'changed a setting of a database', mend: 'ALTER DATABASE "shop" RESET "my"."Miller"' },
    ]);
  });

  test('a membership in a role of the server is told and revoked', () => {
    expect(found({ memberships: [{ granted: 'pg_monitor', member: 'master' }] })).toEqual([
      {
        words: 'granted pg_monitor to the role that restores',
        mend: 'REVOKE "pg_monitor" FROM "master"',
      },
    ]);
  });

  test('a closed database of the server is told and opened', () => {
    const databases = [{ name: 'postgres', allowsConnections: false, connectionLimit: '-1', rights: '' }];

    expect(found({ databases })).toMatchObject([
      { mend: 'ALTER DATABASE "postgres" WITH ALLOW_CONNECTIONS true CONNECTION LIMIT -1' },
    ]);
  });

  const restored = { name: 'shop', allowsConnections: true, connectionLimit: '-1', masterMayConnect: true };

  test('a database of the dump, open as the restore made it, is nothing told', () => {
    expect(found({ restored: [restored] })).toEqual([]);
  });

  test.each([{ connectionLimit: '0' }, { allowsConnections: false }])(
    'a database of the dump that its code closed (%o) is told and opened',
    (change) => {
      expect(found({ restored: [{ ...restored, ...change }] })).toEqual([
        {
          words: 'limited the connections of a database of the dump',
          mend: 'ALTER DATABASE "shop" WITH ALLOW_CONNECTIONS true CONNECTION LIMIT -1',
        },
      ]);
    },
  );

  test('the way into a database of the dump that its code took from the master is told and given back', () => {
    expect(found({ restored: [{ ...restored, masterMayConnect: false }] })).toEqual([
      {
        words: expect.stringContaining('the right to connect to a database of the dump'),
        mend: 'GRANT CONNECT ON DATABASE "shop" TO "master"',
      },
    ]);
  });

  test('what the dump announces is its own to do', () => {
    const announced = new AnnouncedChanges();
    announced.add({ kind: 'role', name: 'app' });
    announced.add({ kind: 'membership', granted: 'pg_monitor', member: 'app' });
    announced.add({ kind: 'setting', database: 'shop', role: null, name: 'timezone' });
    announced.add({ kind: 'database rights', database: 'shop' });

    expect(
      found(
        {
          roles: new Set(['master', 'pg_monitor', 'app']),
          memberships: [{ granted: 'pg_monitor', member: 'app' }],
          settings: [{ database: 'shop', role: null, name: 'TimeZone', value: 'TimeZone=UTC' }],
          restored: [{ ...restored, masterMayConnect: false }],
        },
        announced,
      ),
    ).toEqual([]);
  });
});
