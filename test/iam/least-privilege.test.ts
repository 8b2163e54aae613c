import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sqlDoors } from '../../lib/contract/touch.ts';
import { doors } from '../../lib/infra/names/doors.ts';
import { evaluate, keyPolicyOfAccount, type Permission } from './support/evaluate.ts';
import type { RecordedKind } from './support/recorded-calls.ts';
import { requiredPermissions } from './support/required-permissions.ts';
import { stackRoles } from './support/stack-roles.ts';
import {
  encryption,
  firstInstance,
  lambdaService,
  logIn,
  networkInterfaces,
  passwordEncryption,
} from './support/unrecorded-calls.ts';
import { idleReasons, unusedRights, withoutReason } from './support/unused-rights.ts';

const { byDoor, named, fill, keyPolicy } = stackRoles();
const recorded = JSON.parse(
  fill(readFileSync(join(import.meta.dirname, 'recorded-calls.json'), 'utf8')),
) as RecordedKind[];
/** `task:restore` and `task:checks` are commands of one task with one role. */
const roleName = (door: string): string => door.replace(/^task:.*/, 'task');
const roleOf = (door: string) => {
  const role = byDoor.get(roleName(door));
  if (role === undefined) throw new Error(`no role belongs to ${door}`);
  return role;
};

/**
 * Doors that keep an approved restore as "Promote" does, when its drill ended early or a change has to be asked for
 * again: what "Promote" was recorded to ask of RDS, they may ask, too.
 */
const keepers = ['look-at-promotion', 'clean-up-after-abort', 'sweep'];
/** Of whom somebody must know whether it was approved. */
const knowers = ['clean-up-after-abort', 'sweep'];

/** Everything that a door's role is asked for in full runs, recorded and beside the record. */
function neededBy(door: string): Permission[] {
  const calls = recorded.filter(
    (call) =>
      roleName(call.door) === door ||
      (keepers.includes(door) && call.door === 'promote' && call.service === 'rds') ||
      (knowers.includes(door) && call.door === 'answer-approval' && call.command === 'GetItem'),
  );
  return [
    ...calls.flatMap((call) => requiredPermissions(call, named)),
    ...(door === 'task' ? [] : lambdaService(door)),
    ...(sqlDoors.has(door) ? networkInterfaces : []),
    ...(sqlDoors.has(door) || door === 'task' ? [logIn] : []),
    ...(door === 'provision-sandbox' ? [...encryption, ...passwordEncryption, firstInstance] : []),
  ];
}

/** Doors whose full run sends nothing to AWS: none of them. */
const everyDoor = [...doors, 'task'];

describe('what the doors did in full runs', () => {
  test('was recorded of every one of them', () => {
    const seen = new Set(recorded.map(({ door }) => roleName(door)));
    expect(everyDoor.filter((door) => !seen.has(door))).toEqual([]);
  });

  test.each(everyDoor)('is allowed by its role: %s', async (door) => {
    const refused: string[] = [];
    for (const permission of neededBy(door)) {
      const { allowed, result } = await evaluate(roleOf(door), permission);
      if (!allowed) refused.push(`${result}: ${JSON.stringify(permission)}`);
    }
    expect([...new Set(refused)]).toEqual([]);
  });
});

test("our key's policy leaves rights to the policies of roles, as the evaluation supposes", () => {
  const { Statement } = keyPolicy as { Statement: object[] };
  expect(Statement).toContainEqual(expect.objectContaining(keyPolicyOfAccount.Statement[0]));
});

describe('what the roles allow', () => {
  const unused = (door: string) => unusedRights(door, roleOf(door), neededBy(door));

  test.each(everyDoor)('was used, or has its reason: %s', async (door) => {
    expect(withoutReason(await unused(door))).toEqual([]);
  });

  test('needs every reason that is given', async () => {
    const rights = await Promise.all(everyDoor.map(unused));
    if (process.env.LIST_UNUSED === '1')
      process.stdout.write(
        rights
          .flat()
          .map((r) => `${r.door} ${r.action} ${r.statement}\n`)
          .join(''),
      );
    expect(idleReasons(rights.flat())).toEqual([]);
  });
});
