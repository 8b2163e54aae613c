import { beforeAll, describe, expect, test } from 'vitest';
import { policyRules } from '../../../../lib/domain/recovery/policy-rules.ts';
import type { Decision } from '../../../../lib/recovery/logical/policy/decision.ts';
import { loadPolicy } from '../../../../lib/recovery/logical/policy/load-policy.ts';
import { TestServer } from '../../../support/server.ts';
import { aContext, anEntry, aStatement, ruleOf } from './builders.ts';
import { statementsOf } from './dump-statements.ts';
import { hurtfulRoles, hurtfulSchema } from './hurtful-schema.ts';

let source: TestServer;
let target: TestServer;
const dumps: Record<'create' | 'clean' | 'cluster', string> = { create: '', clean: '', cluster: '' };

beforeAll(async () => {
  [source, target] = await Promise.all([TestServer.shared('source'), TestServer.shared('target')]);
  const maintenance = await source.connect('postgres', 'postgres');
  await maintenance.query('CREATE DATABASE hurt');
  await maintenance.query(hurtfulRoles);
  await maintenance.end();
  const client = await source.connect('postgres', 'hurt');
  await client.query(hurtfulSchema);
  await client.end();
  const dump = (program: string, ...options: string[]) => source.tool(program, options).toString();
  dumps.create = dump('pg_dump', '--create', '--schema-only', '--blobs', 'hurt');
  dumps.clean = dump('pg_dump', '--clean', '--create', '--schema-only', 'hurt');
  dumps.cluster = dump('pg_dumpall', '--clean', '--schema-only');
});

async function decideAll(sqls: string[], eventTriggersAllowed = false): Promise<[string, Decision][]> {
  const policy = await loadPolicy();
  const context = aContext({
    targetMajor: target.majorVersion,
    databaseName: { dump: 'hurt', sandbox: 'drill' },
    eventTriggersAllowed,
    entry: anEntry({ type: 'ACL' }),
  });
  return sqls.map((sql) => [sql, policy.decide(aStatement(sql), context)]);
}

describe('every statement of a dump of a hurtful schema', () => {
  test.each(['create', 'clean', 'cluster'] as const)(
    'is known to the policy and none is refused: %s',
    async (kind) => {
      const statements = statementsOf(dumps[kind]);
      expect(statements.length).toBeGreaterThan(150);
      const decided = await decideAll(statements);
      expect(decided.filter(([, decision]) => decision.action === 'refuse').map(([sql]) => sql)).toEqual([]);
      for (const [sql, decision] of decided) {
        const rule = ruleOf(decision);
        if (rule !== null) expect(Object.keys(policyRules), sql).toContain(rule);
        expect(rule, sql).not.toBe('unparsed');
      }
    },
  );

  test('runs as the RDS master, and nothing but what needs a superuser fails', async () => {
    const cluster = await decideAll(
      statementsOf(dumps.cluster).filter((sql) =>
        /^(?:--.*\n|\s)*(?:CREATE|ALTER|GRANT|COMMENT ON) ?ROLE|^GRANT [^ ]+ TO /m.test(sql),
      ),
    );
    const own = await decideAll(statementsOf(dumps.create));
    const maintenance = await target.connect('master', 'postgres');
    const failures: string[] = [];
    const execute = async (client: typeof maintenance, decided: [string, Decision][], last: boolean) => {
      for (const [, decision] of decided) {
        if (decision.action !== 'run' || decision.plan.defer !== last) continue;
        for (const { sql } of decision.statements)
          await client
            .query(sql)
            .catch((error: Error & { code?: string }) =>
              failures.push(`${error.code} ${ruleOf(decision) ?? ''}: ${sql.slice(0, 60)}`),
            );
      }
    };
    if (target.majorVersion >= 16) await maintenance.query("SET createrole_self_grant = 'set, inherit'");
    await execute(
      maintenance,
      cluster.filter(([, decision]) => decision.action === 'run' && decision.plan.kind === 'role'),
      false,
    );
    expect(failures, 'roles').toEqual([]);
    if (target.majorVersion < 16) await maintenance.query('GRANT app, boss, repl, "Re""ader é" TO master');
    await maintenance.query('CREATE DATABASE drill TEMPLATE template0');
    await maintenance.end();
    const client = await target.connect('master', 'drill');
    // What the loader arranges for owners: CREATE on their schemas while the restore runs.
    await client.query('SET check_function_bodies = off');
    for (const entry of own) {
      const [, decision] = entry;
      if (decision.action === 'run' && decision.plan.owner?.schema != null)
        await client.query(
          `GRANT ALL ON SCHEMA "${decision.plan.owner.schema}" TO "${decision.plan.owner.role}"`,
        );
      await execute(client, [entry], false);
    }
    await execute(client, own, true);
    await client.end();
    expect(failures.map((line) => line.replaceAll(/\s+/g, ' ').slice(0, 60))).toEqual([
      '42501 superuser-object: CREATE OPERATOR FAMILY app.rev USING',
      '42501 superuser-object: CREATE OPERATOR CLASS app.rev FOR TY',
      '42501 superuser-object: CREATE FOREIGN DATA WRAPPER wrapper',
      // The server and table of a wrapper that cannot exist:
      '42704 foreign-server: CREATE SERVER srv FOREIGN DATA WRAPPER',
      '42704 : CREATE FOREIGN TABLE app.ft ( a integer ) SERVER srv',
    ]);
  });

  test('gives each setting, owner and table its plan', async () => {
    const decided = await decideAll(statementsOf(dumps.create));
    const plans = decided.flatMap(([, decision]) => (decision.action === 'run' ? decision.plan : []));
    const kinds = new Set(plans.map((plan) => plan.kind));
    for (const kind of [
      'set',
      'create table',
      'create index',
      'add key',
      'add foreign key',
      'add constraint',
      'attach partition',
      'create trigger',
      'create policy',
      'alter table',
      'comment',
      'create statistics',
      'owner',
      'grant',
      'database',
    ])
      expect(kinds).toContain(kind);
    expect(new Set(plans.flatMap((plan) => plan.roles))).toEqual(new Set(['app', 'Re"ader é', 'repl']));
    for (const plan of plans) if (plan.kind === 'add foreign key') expect(plan.locks).toHaveLength(2);
  });

  test('lets no secret of the dump into what the record says', async () => {
    for (const [, decision] of await decideAll([
      ...statementsOf(dumps.cluster),
      ...statementsOf(dumps.create),
    ])) {
      const { action } = decision;
      if (action !== 'run') expect(JSON.stringify(decision)).not.toContain('hidden-word');
    }
  });
});
