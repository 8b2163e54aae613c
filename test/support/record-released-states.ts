// Records the documents of a real restore as this version makes them, for a folder of test/domain/drill/released-states:
//   node scripts/run-ts.mjs test/support/record-released-states.ts version-2
// Run it when the shape has got a new version, before it is released; recorded documents are never changed afterwards.
import { mkdirSync, writeFileSync } from 'node:fs';
import { sandboxIdFor } from '../../lib/adapters/sandboxes/rds/sandbox-names.ts';
import type { Stage } from '../../lib/domain/drill/stages.ts';
import { execute } from '../machine/support/execution.ts';
import { inMemoryRestore } from './in-memory-restore.ts';

const recorded: Stage[] = [
  'accepted',
  'dump selected',
  'sandbox planned',
  'sandbox pending',
  'sandbox ready',
  'restore prepared',
  'checks planned',
  'awaiting approval',
  'ready to promote',
  'promotion pending',
];

const [, , name = ''] = process.argv;
const folder = `test/domain/drill/released-states/${name}`;
const startedAt = '2026-11-20T03:00:00.000Z';
const { ports } = inMemoryRestore();
const { sandboxes, openStore } = ports;
const production = ports.configuration.database('shop').production;
let time = Date.parse(startedAt);

const { payloads } = await execute(
  {
    ...ports,
    clock: {
      ...ports.clock,
      now: () => {
        time += 100;
        return new Date(time);
      },
    },
    openStore: async (source) => {
      const { store, prefix } = await openStore(source);
      const pin = { etag: '"5d41402abc4b2a76b9719d911017c592"', versionId: 'v1' };
      const stat = async (key: string) => {
        const found = await store.stat(key);
        return found === null ? null : { ...found, ...pin };
      };
      return { prefix, store: { ...store, location: 's3://backups/', stat } };
    },
    sandboxes: {
      ...sandboxes,
      kinds: ['rds'],
      sandboxIdFor: (drillId) => sandboxIdFor('restore-drill', drillId),
      preflight: async (demand) => ({
        possible: true,
        plan: {
          kind: 'rds',
          ...demand,
          rds: {
            ...{ engineVersion: '15.17', storageGib: 20, parameterGroup: 'default.postgres15' },
            placements: [
              { instanceClass: 'db.m7g.large', availabilityZone: 'eu-west-1a' },
              { instanceClass: 'db.m6g.large', availabilityZone: null },
            ],
            production,
            estimatedCostUsd: 0.1,
          },
        },
        findings: [],
      }),
      provision: async (plan, placement) => {
        await sandboxes.provision(plan, placement);
        return { sandboxId: sandboxIdFor('restore-drill', plan.drillId) };
      },
      look: async (sandboxId) => {
        const look = await sandboxes.look('sandbox-drill-1');
        return look.state === 'ready' ? { ...look, address: { ...look.address, sandboxId } } : look;
      },
    },
    placeRestore: () => ({
      ...{ taskDefinition: 'restore-drill-small', subnets: ['subnet-1'], securityGroups: ['sg-1'] },
      ...{ assignPublicIp: 'ENABLED', vcpu: 1, memoryGib: 2 },
    }),
  },
  { mode: 'restore', database: 'shop', confirm: 'shop' },
);

mkdirSync(folder, { recursive: true });
for (const payload of payloads) {
  const document = JSON.parse(payload === '' ? 'null' : payload) as { stage?: Stage } | null;
  // The last document of a stage is what the next state is given: with what its tasks have added.
  if (document?.stage === undefined || !recorded.includes(document.stage)) continue;
  const file = `${folder}/${document.stage.replaceAll(' ', '-')}.json`;
  // The interpreter stamps an execution with the machine's own time.
  writeFileSync(file, `${JSON.stringify({ ...document, startedAt }, null, 2)}\n`);
}
