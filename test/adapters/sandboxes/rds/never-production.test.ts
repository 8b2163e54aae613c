import type { DBInstance } from '@aws-sdk/client-rds';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { instanceNamesOf, sandboxIdFor } from '../../../../lib/adapters/sandboxes/rds/sandbox-names.ts';
import { handedOverTag, tagKeys } from '../../../../lib/contract/names.ts';
import { awsError } from '../../../support/aws/scripted-client.ts';
import {
  anInstance,
  aPlan,
  configured,
  expired,
  hostOn,
  leaseExpiresAt,
  RdsAccount,
  stackName,
} from './rds-account.ts';

const drills = ['one', 'two', 'One.'];
const ids = drills.map((drill) => sandboxIdFor(stackName, drill));
const minted = new Set(ids.flatMap(instanceNamesOf));
const plan = (drillId: string) =>
  aPlan({ drillId, rds: { ...aPlan().rds, production: configured().production } });

const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null });
const tagged = fc
  .record({
    [tagKeys.stack]: maybe(fc.constantFrom(stackName, 'restore-drill-staging')),
    [tagKeys.drill]: maybe(fc.constantFrom(...drills, 'production')),
    [tagKeys.lease]: maybe(fc.constantFrom(expired, leaseExpiresAt, 'whenever')),
    [handedOverTag]: fc.option(fc.constantFrom(...drills), { nil: null, freq: 5 }),
  })
  .map((record) =>
    Object.entries(record).flatMap(([Key, Value]) => (Value === null ? [] : [{ Key, Value: String(Value) }])),
  );

/** Any instance: of production, of ours, of ours with spoilt tags, of a stranger with our names. */
const instance: fc.Arbitrary<DBInstance> = fc
  .record({
    DBInstanceIdentifier: fc.constantFrom(
      'production',
      'restore-drill',
      'restore-drill-production',
      ...minted,
    ),
    DBInstanceStatus: fc.constantFrom(
      'available',
      'creating',
      'deleting',
      'failed',
      'storage-full',
      'backing-up',
    ),
    DeletionProtection: fc.boolean(),
    TagList: tagged,
  })
  .map(anInstance);

type Act = (host: ReturnType<typeof hostOn>) => Promise<unknown>;
const act: fc.Arbitrary<{ name: string; run: Act }> = fc
  .record({
    verb: fc.constantFrom('provision', 'look', 'remove', 'sweep', 'promote', 'look at promotion'),
    drill: fc.constantFrom(...drills),
    placement: fc.nat(2),
    dryRun: fc.boolean(),
    strange: fc.option(fc.constantFrom('production', 'restore-drill-production', ''), { nil: null, freq: 4 }),
  })
  .map(({ verb, drill, placement, dryRun, strange }) => {
    const id = strange ?? sandboxIdFor(stackName, drill);
    const verbs: Record<typeof verb, Act> = {
      provision: (host) => host.provision(plan(drill), placement),
      look: (host) => host.look(id),
      remove: (host) => host.remove(id),
      sweep: (host) => host.sweep({ dryRun }),
      promote: async (host) => host.promotion?.promote(id, plan(drill)),
      'look at promotion': async (host) => host.promotion?.look(id, aPlan(), []),
    };
    return { name: `${verb} ${id}`, run: verbs[verb] };
  });

const failures = fc.array(
  fc.record({
    command: fc.constantFrom('CreateDBInstance', 'DeleteDBInstance', 'ModifyDBInstance', 'AddTagsToResource'),
    error: fc.constantFrom(
      'InvalidDBInstanceStateFault',
      'AccessDenied',
      'DBInstanceNotFoundFault',
      'Throttling',
    ),
  }),
  { maxLength: 6 },
);

/** What a request is about: an instance's name, from its ARN where that is given. */
const subjectOf = (input: Record<string, unknown>): string =>
  String(input.DBInstanceIdentifier ?? String(input.ResourceName).split(':').at(-1));

const deletable = ({ DBInstanceIdentifier = '', DeletionProtection, TagList = [] }: DBInstance): boolean => {
  const tags = new Map(TagList.map(({ Key, Value }) => [Key, Value]));
  const ofDrill = instanceNamesOf(sandboxIdFor(stackName, tags.get(tagKeys.drill) ?? ''));
  return (
    tags.get(tagKeys.stack) === stackName &&
    ofDrill.includes(DBInstanceIdentifier) &&
    !Number.isNaN(Date.parse(tags.get(tagKeys.lease) ?? '')) &&
    !tags.has(handedOverTag) &&
    DeletionProtection !== true
  );
};

describe('whatever an account holds and whatever fails', () => {
  test('no request of ours changes anything that a drill did not name', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(instance, { maxLength: 8 }),
        fc.array(act, { minLength: 1, maxLength: 5 }),
        failures,
        async (instances, acts, broken) => {
          const account = new RdsAccount(...instances);
          for (const { command, error } of broken)
            account.failures.set(command, [...(account.failures.get(command) ?? []), awsError(error)]);
          const deleted: DBInstance[] = [];
          const deletion = account.deleting((subject) => deleted.push(subject));
          const host = hostOn(deletion, {
            sweeping: { isRunning: async () => false, isKept: async () => false, tasks: null, volumes: null },
          });

          const refused: string[] = [];
          for (const { run } of acts)
            await run(host).catch((error: unknown) => {
              if (String(error).includes('AWS would refuse')) refused.push(String(error));
            });

          const strange = account.writes().filter(([, input]) => !minted.has(subjectOf(input)));
          expect(strange).toEqual([]);
          expect(refused).toEqual([]);
          expect(deleted.filter((subject) => !deletable(subject))).toEqual([]);
        },
      ),
      { numRuns: 400 },
    );
  });
});
