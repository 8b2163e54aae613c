import { recordDigest } from '../../../lib/adapters/seals/record-digest.ts';
import { awsSchema } from '../../../lib/domain/config/account.ts';
import { phaseNames } from '../../../lib/domain/drill/phase-names.ts';
import type { DrillRecord } from '../../../lib/domain/record/drill-record.ts';
import { verifyChain } from '../../../lib/domain/record/seal/verify-chain.ts';
import type { OpenConcern } from '../../../lib/domain/watch/attention.ts';
import { stateNames } from '../../../lib/machine/state-names.ts';
import type { RecordedCall } from '../support/recorded-call.ts';
import type { World } from '../support/world.ts';
import type { AccountWatch } from './account-watch.ts';
import { scheduledDatabases } from './databases.ts';
import type { DrawnMoment } from './drawn-moment.ts';
import { type Guards, nameOf } from './guards.ts';
import { heldLocks, heldSlots } from './held.ts';
import { type EndedDrill, judgeDrills } from './judge-drills.ts';
import { slotHistory } from './slot-history.ts';

/** What came of a moment: figures for a table, and what was wrong. */
export interface MomentSeen {
  figures: [name: string, value: string][];
  wrong: string[];
}

/** Everything that was seen of a moment, after its last drill has ended. */
export interface Observed {
  moment: DrawnMoment;
  executions: EndedDrill[];
  accountWatch: AccountWatch;
  guards: Guards;
  /** What people know after the last watch. */
  told: OpenConcern[];
  /** Requests of all doors since the moment. */
  calls: RecordedCall[];
  seconds: number;
}

/** Slots of a drills.yaml that does not say how many. */
const defaultSlots = awsSchema.parse({}).maxConcurrentDrills;

export async function judgeMoment(world: World, observed: Observed): Promise<MomentSeen> {
  const { moment, executions, accountWatch, guards, calls } = observed;
  const all = (await Promise.all(scheduledDatabases.map((name) => world.account.records(name)))).flat();
  const names = new Set(executions.map(({ name }) => name));
  const records = all.filter(({ drillId }) => names.has(drillId));
  const slots = slotHistory(calls, defaultSlots);
  const drills = records.filter(({ drillId }) => slots.taken.includes(drillId));
  const wrong = [
    ...judgeDrills(moment, executions, records),
    ...slots.wrong,
    ...(drills.length === scheduledDatabases.length && slots.taken.length === drills.length
      ? []
      : [`${slots.taken.length} drills had a slot, of ${scheduledDatabases.length} databases`]),
    ...accountWatch.wrong,
    ...guards.wrong,
    ...judgeGuards(observed),
    ...judgeChain(all),
    ...(await judgeEvidence(world, records)),
    ...(await whatIsLeft(world)),
  ];
  return { figures: figuresOf(observed, records, slots), wrong };
}

/** Both must have done their work: neither may have touched a living drill, nor told of one. */
function judgeGuards({ moment, guards, told, executions }: Observed): string[] {
  const wrong = guards.removed
    // The clean-up after the one that was stopped and the sweeper may both be at it.
    .filter(({ drillId }) => !drillId.startsWith(`${moment.stopped}-`))
    .map(({ what, drillId }) => `the sweeper removed ${what} of ${drillId}`);
  const drills = executions.filter(({ states }) => states.includes(stateNames.provisionSandbox));
  if (guards.spared.size < drills.length / 2)
    wrong.push(`the sweeper met only ${guards.spared.size} living drills whose lease had ended`);
  const expected = [moment.cutShort, moment.stopped].map((database) => `drillFailed of ${database}`).sort();
  const known = told.map(nameOf).sort();
  if (known.join() !== expected.join())
    wrong.push(`in the end people know of ${known.join(', ')} and not of ${expected.join(', ')}`);
  // Leases ended under living drills: that is told while they live, and is well afterwards.
  const meanwhile = [...guards.told].filter(
    (one) => ![...expected, 'leaseExpired of the stack'].includes(one),
  );
  if (meanwhile.length > 0) wrong.push(`people were told of ${meanwhile.join(', ')}`);
  return wrong;
}

function judgeChain(records: readonly DrillRecord[]): string[] {
  const chained = records.map((record) => ({ record, sha256: recordDigest(record) }));
  const { problems, notes } = verifyChain(chained, true);
  return [
    ...[...problems].flatMap(([drillId, found]) =>
      found.map(({ detail }) => `chain at ${drillId}: ${detail}`),
    ),
    ...notes.map((note) => `chain: ${note}`),
  ];
}

/** What lies in the bucket is what the ledger sealed. */
async function judgeEvidence({ account }: World, records: readonly DrillRecord[]): Promise<string[]> {
  const wrong = await Promise.all(
    records.map(async (record) => {
      const kept = JSON.parse(await account.evidence(record.drillId, 'record.json')) as DrillRecord;
      return recordDigest(kept) === recordDigest(record) ? [] : [`record.json of ${record.drillId} differs`];
    }),
  );
  return wrong.flat();
}

async function whatIsLeft({ account, instances, fargate }: World): Promise<string[]> {
  const { runningTasks, secrets, volumes, ...left } = await account.leftovers();
  const [slots, locks] = await Promise.all([heldSlots(account), heldLocks(account)]);
  const found = Object.entries({
    ...{ slots, locks: [...locks.keys()], runningTasks, secrets, volumes },
    ...{ instances: left.instances, servers: instances.identifiers, processes: fargate.runningDrills },
  });
  return found.flatMap(([what, names]) => (names.length === 0 ? [] : [`left: ${what} ${names.join(', ')}`]));
}

function figuresOf(
  { executions, accountWatch, guards, calls, seconds }: Observed,
  records: readonly DrillRecord[],
  slots: ReturnType<typeof slotHistory>,
): MomentSeen['figures'] {
  const { peaks, looks } = accountWatch;
  const outcomes = new Map<string, number>();
  for (const { verdict, findings } of records) {
    const code = findings.find(({ severity }) => severity === 'unverified')?.code;
    const outcome = [verdict, ...(verdict === 'COULD_NOT_VERIFY' && code ? [code] : [])].join(' ');
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  const waits = records.flatMap(
    ({ phases }) => phases.find(({ name }) => name === phaseNames.waitForSlot)?.seconds ?? [],
  );
  const asked = executions.flatMap(({ states }) =>
    states.filter((state) => state === stateNames.planSandbox),
  );
  return [
    ['executions', `${executions.length} of ${scheduledDatabases.length} databases, all ended`],
    ['time until all had ended', `${Math.round(seconds)} s`],
    ['records', [...outcomes].map(([outcome, count]) => `${outcome} ${count}`).join(', ')],
    [
      'slots',
      `${slots.taken.length} drills had one of ${defaultSlots}, once each; at most ${slots.most} at once`,
    ],
    ['drills that waited for a slot', `${waits.length}, for at most ${Math.round(Math.max(0, ...waits))} s`],
    ['questions for a slot; writes that met another’s', `${asked.length}; ${slots.conflicts}`],
    [
      `the most at once, in ${looks} looks at the account`,
      `${peaks.slots} slots, ${peaks.locks} locks, ${peaks.instances} instances, ${peaks.tasks} tasks`,
    ],
    ['sweeps, watches meanwhile', `${guards.sweeps}, ${guards.watches}`],
    ['living drills whose lease had ended that the sweeper met and left alone', `${guards.spared.size}`],
    [
      'people were told of',
      [...guards.told]
        .sort()
        .join(', ')
        .replaceAll(/tenant-\d+/g, 'a database') || 'nothing',
    ],
    ['requests of functions and tasks to AWS', `${calls.length}`],
  ];
}
