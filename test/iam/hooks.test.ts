import { describe, expect, test } from 'vitest';
import { aConfig } from '../infra/support/configs.ts';
import { synthesize } from '../infra/support/synth.ts';
import { evaluate, type Permission } from './support/evaluate.ts';
import { account, region, type Template } from './support/resolve-template.ts';
import { type Role, rolesOf } from './support/role-policies.ts';

const hooks = 'hooks: { migrate: { image: "ghcr.io/acme/migrate:1" } }';

function rolesWith(settings: string) {
  const config = aConfig(`databases: { shop: { source: { bucket: acme, prefix: pg/ }, ${settings} } }`);
  const template = synthesize(config).json as unknown as Template;
  const roles = rolesOf(template);
  const described = (description: string): Role | undefined =>
    roles.find(({ logicalId }) => template.Resources[logicalId]?.Properties?.Description === description);
  const task = described('containers/restore');
  if (task === undefined) throw new Error('no role of the restore task');
  return { roles, task, hook: described('Hooks: containers of the user') };
}

const ecs = (rest: string): string => `arn:aws:ecs:${region}:${account}:${rest}`;
const ours = { 'ecs:cluster': ecs('cluster/restore-drill') };
const run = (family: string, context: Record<string, string> = ours): Permission => ({
  ...{ action: 'ecs:RunTask', resource: ecs(`task-definition/${family}`), context },
});
const end = (cluster: string): Permission => ({
  action: 'ecs:StopTask',
  resource: ecs(`task/${cluster}/0a`),
  context: { 'ecs:cluster': ecs(`cluster/${cluster}`) },
});
const give = (role: string, service = 'ecs-tasks.amazonaws.com'): Permission => ({
  action: 'iam:PassRole',
  resource: role,
  context: { 'iam:PassedToService': service },
});
const may = async (role: Role, permission: Permission) => (await evaluate(role, permission)).allowed;

describe('the restore task of a stack with hooks beside servers', () => {
  const { roles, task, hook } = rolesWith(`${hooks}, sandbox: { kind: task }`);

  test('may start hooks of this stack in its cluster, and nothing else', async () => {
    expect(await may(task, run('restore-drill-hook-shop-migrate:7'))).toBe(true);
    for (const family of ['restore-drill-restore-large', 'restore-drill-sandbox-small', 'somebody-elses'])
      expect(await may(task, run(`${family}:7`)), family).toBe(false);
    const elsewhere = { 'ecs:cluster': ecs('cluster/production') };
    expect(await may(task, run('restore-drill-hook-shop-migrate:7', elsewhere))).toBe(false);
  });

  test('may end tasks of this cluster only', async () => {
    expect(await may(task, end('restore-drill'))).toBe(true);
    expect(await may(task, end('production'))).toBe(false);
  });

  test('may give hooks their roles, and no other role to anybody', async () => {
    const ofHooks = roles.filter(({ logicalId }) => logicalId.startsWith('Hooks'));
    expect(ofHooks).toHaveLength(2);
    for (const role of roles) expect(await may(task, give(role.arn)), role.arn).toBe(ofHooks.includes(role));
    for (const { arn } of ofHooks) expect(await may(task, give(arn, 'lambda.amazonaws.com'))).toBe(false);
  });

  test('lends its hooks nothing of that: they may log in to instances', async () => {
    const allowed = (hook?.policies ?? []).flatMap(({ policy }) =>
      policy.Statement.flatMap(({ Effect, Action }) => (Effect === 'Allow' ? [Action].flat() : [])),
    );
    expect(allowed).toEqual(['rds-db:connect']);
  });
});

test.each([
  ['has hooks beside instances only', hooks],
  ['has servers in its tasks and no hooks', 'sandbox: { kind: task }'],
])('the restore task may start nothing where a stack %s', async (_, settings) => {
  const { roles, task } = rolesWith(settings);

  expect(await may(task, run('restore-drill-hook-shop-migrate:7'))).toBe(false);
  expect(await may(task, end('restore-drill'))).toBe(false);
  for (const role of roles) expect(await may(task, give(role.arn))).toBe(false);
});
