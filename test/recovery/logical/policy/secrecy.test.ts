import { describe, expect, test } from 'vitest';
import { decide } from './builders.ts';
import { ruleCases } from './rule-cases.ts';

const secret = 'Tr0ub4dor-and-3';

describe('what a decision says', () => {
  test.each([
    `ALTER ROLE app WITH SUPERUSER PASSWORD '${secret}'`,
    `CREATE ROLE postgres PASSWORD '${secret}'`,
    `CREATE USER MAPPING FOR app SERVER s OPTIONS (user 'a', password '${secret}')`,
    `CREATE SERVER s FOREIGN DATA WRAPPER f OPTIONS (token '${secret}')`,
    `CREATE SUBSCRIPTION s CONNECTION 'password=${secret}' PUBLICATION p`,
    `ALTER SUBSCRIPTION s CONNECTION 'password=${secret}'`,
    `ALTER DATABASE shop SET app.jwt_secret TO '${secret}'`,
    `ALTER ROLE app SET log_statement TO '${secret}'`,
    `SET app.x = '${secret}'`,
    `SELECT set_config('app.x', '${secret}', false)`,
    `SELECT dblink('password=${secret}', 'x')`,
    `INSERT INTO pg_authid VALUES ('${secret}')`,
    `INSERT INTO t VALUES (dblink('${secret}'))`,
    `DO $$ begin raise '${secret}'; end $$`,
    `COPY t FROM PROGRAM 'curl ${secret}'`,
    `COPY t FROM '/home/${secret}'`,
    `ALTER SYSTEM SET x = '${secret}'`,
    `LOAD '${secret}'`,
    `NOTIFY x, '${secret}'`,
    `PREPARE TRANSACTION '${secret}'`,
    `WONDER '${secret}'`,
    `COPY t FROM '${secret}`,
    `SECURITY LABEL ON TABLE t IS '${secret}'`,
    `CREATE EXTENSION x VERSION '${secret}'`,
  ])('never repeats a literal: %s', async (sql) => {
    const decision = await decide(sql);
    const said = decision.action === 'run' ? decision.rule : [decision.rule, decision.finding];
    expect(JSON.stringify(said)).not.toContain(secret);
  });

  test('never hands the way out of a foreign server to the sandbox', async () => {
    const decision = await decide(
      `CREATE SERVER s FOREIGN DATA WRAPPER f OPTIONS (host '${secret}', hostaddr '${secret}', port '${secret}', token '${secret}')`,
    );
    expect(decision.action).toBe('run');
    expect(JSON.stringify(decision)).not.toContain(secret);
  });

  test.each(ruleCases)(
    'says a whole sentence with a next step where it says anything: $sql',
    async ({ sql, context }) => {
      const decision = await decide(sql, context);
      const finding = decision.action === 'run' ? null : decision.finding;
      if (finding === null) return expect(decision.action).not.toBe('refuse');
      expect(finding.message.length).toBeGreaterThan(10);
      expect(finding.hint).toMatch(/\.$/);
    },
  );
});
