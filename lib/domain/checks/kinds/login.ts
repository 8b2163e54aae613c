import * as z from 'zod';
import { DrillError } from '../../findings/errors.ts';
import { finding } from '../../findings/findings.ts';
import type { CheckContext, ConfiguredCheckKind, PlannedCheck } from '../asking/check.ts';
import { configuredOf, plannedConfigured } from '../asking/planning.ts';
import { text } from '../asking/settings.ts';

const loginSettings = z
  .strictObject({
    role: text('a role').describe('Role name, as it is (not quoted).'),
    passwordEnv: z
      .string({ error: '`passwordEnv` is the name of an environment variable' })
      .regex(
        /^[A-Za-z_][A-Za-z0-9_]*$/,
        '`passwordEnv` is the name of an environment variable, not a password',
      )
      .optional()
      .describe(
        'Environment variable that holds the password. Without it only the right to log in is looked at.',
      ),
  })
  .describe('A role that can log in.');

const paramsSchema = z.object({
  login: loginSettings,
  /** SSM parameter with the password; of roles whose password was set after the restore. */
  passwordParameter: z.string().optional(),
});
type Params = z.infer<typeof paramsSchema>;

/** What keeps the role from logging in; null: nothing. */
type Observation = { refusedBecause: string | null };

export const login: ConfiguredCheckKind<Params, Observation> = {
  kind: 'login',
  title: 'login of a role',
  asks: 'Can the role log in? With `passwordEnv` by really doing it; without, only its right to (LOGIN, not expired, CONNECT) is looked at.',
  origin: 'configured',
  settings: loginSettings,
  scans: false,
  findings: ['LOGIN_REFUSED', 'CHECK_COULD_NOT_RUN'],
  plan: (context) => [
    ...configuredOf(context, 'login').map((check) => {
      const settings = loginSettings.parse(check.settings);
      const name =
        settings.passwordEnv === undefined
          ? `role ${settings.role} may log in`
          : `role ${settings.role} logs in`;
      return plannedConfigured(context, check, name, { login: settings });
    }),
    ...plannedRoleLogins(context),
  ],
  notTested(context) {
    const configured = configuredOf(context, 'login');
    if (configured.length === 0 && (context.roleLogins ?? []).length === 0)
      return ['Whether roles can log in: no login check is configured.'];
    return configured.flatMap((check) => {
      const { role, passwordEnv } = loginSettings.parse(check.settings);
      return passwordEnv === undefined
        ? [`The password of role ${role}: only its right to log in was looked at (no passwordEnv).`]
        : [];
    });
  },
  needsStoredPassword: ({ passwordParameter }) => passwordParameter !== undefined,
  evidence: {
    expected: ({ login: { passwordEnv }, passwordParameter }) =>
      passwordEnv === undefined && passwordParameter === undefined
        ? 'the role has the right to log in'
        : 'the role logs in with its password, and with no other',
    scope: ({ login: { role } }) => `role ${role}`,
    actual: (_params, { refusedBecause }) => refusedBecause ?? 'as expected',
  },
  parseParams: (params) => paramsSchema.parse(params),
  async observe({ login: { role, passwordEnv }, passwordParameter }, database) {
    const [row] = await database.query(roleSql, [role]);
    if (row === undefined) return { refusedBecause: 'it does not exist' };
    if (row.rolcanlogin !== 't') return { refusedBecause: 'it does not have LOGIN' };
    if (row.expired === 't') return { refusedBecause: 'its password has expired (VALID UNTIL)' };
    if (row.may_connect !== 't') return { refusedBecause: 'it has no CONNECT right on the database' };
    if (passwordEnv === undefined && passwordParameter === undefined) return { refusedBecause: null };
    const password =
      passwordParameter === undefined
        ? database.password(passwordEnv ?? '')
        : await database.parameter(passwordParameter);
    if (!(await database.canLogIn(role, password))) return { refusedBecause: 'the server refused the login' };
    // A server that takes any password (trust) says nothing about this one.
    if (await database.canLogIn(role, `${password}-wrong`)) {
      throw new DrillError('CHECK_COULD_NOT_RUN', `the sandbox lets ${role} in with any password`, {
        hint: 'Run the check on a sandbox that asks for passwords, or leave `passwordEnv` out.',
      });
    }
    return { refusedBecause: null };
  },
  judge({ login: { role } }, { refusedBecause }) {
    if (refusedBecause === null) return { status: 'passed', findings: [] };
    return {
      status: 'failed',
      findings: [finding('LOGIN_REFUSED', `role ${role} cannot log in: ${refusedBecause}`)],
    };
  },
};

/** Roles whose password came from SSM Parameter Store: by really logging in. */
function plannedRoleLogins(context: CheckContext): PlannedCheck[] {
  return (context.roleLogins ?? []).map(({ role, ssmParameter }) =>
    plannedConfigured(
      context,
      { kind: 'login', settings: { role }, database: null },
      `role ${role} logs in with its password`,
      { login: { role }, passwordParameter: ssmParameter },
    ),
  );
}

const roleSql = `select r.rolcanlogin, coalesce(r.rolvaliduntil < pg_catalog.now(), false) as expired,
  pg_catalog.has_database_privilege(r.oid, pg_catalog.current_database(), 'CONNECT') as may_connect
from pg_catalog.pg_roles r where r.rolname::pg_catalog.text = $1`;
