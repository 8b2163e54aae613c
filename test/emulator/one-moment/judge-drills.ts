import { phaseNames } from '../../../lib/domain/drill/phase-names.ts';
import type { DrillRecord } from '../../../lib/domain/record/drill-record.ts';
import { stateNames } from '../../../lib/machine/state-names.ts';
import { scheduledDatabases } from './databases.ts';
import type { DrawnMoment } from './drawn-moment.ts';

/** An execution that has ended. */
export interface EndedDrill {
  name: string;
  status: string;
  /** In the order in which they were entered. */
  states: string[];
}

const isRefused = ({ findings }: DrillRecord): boolean =>
  findings.some(({ code }) => code === 'DRILL_ALREADY_RUNNING');

/** Of each database one drill and no second one; every start has its record; none was skipped. @returns what is wrong */
export function judgeDrills(
  moment: DrawnMoment,
  executions: readonly EndedDrill[],
  records: readonly DrillRecord[],
): string[] {
  return scheduledDatabases.flatMap((database) => {
    const own = records.filter((record) => record.database === database);
    const [drill, ...more] = own.filter((record) => !isRefused(record));
    const refused = own.filter(isRefused);
    const started = executions.filter(({ name }) => name.startsWith(`${database}-`));
    const wrong: string[] = [];
    const expectedRefusals = [...moment.twoInvocations, ...moment.byHandBeside].includes(database) ? 1 : 0;
    if (drill === undefined) return [`${database} has no drill of the moment`];
    if (more.length > 0) wrong.push(`${database} has ${1 + more.length} drills of one moment`);
    if (started.length !== 1 + expectedRefusals) wrong.push(`${database} has ${started.length} executions`);
    if (refused.length !== expectedRefusals) wrong.push(`${database} has ${refused.length} refused starts`);
    for (const { name, status, states } of started) {
      const record = own.filter(({ drillId }) => drillId === name);
      if (record.length !== 1) wrong.push(`${name} has ${record.length} records`);
      if (record[0] !== undefined && isRefused(record[0])) wrong.push(...judgeRefused(name, status, states));
    }
    const execution = started.find(({ name }) => name === drill.drillId);
    if (execution !== undefined) wrong.push(...judgeDrill(moment, drill, execution));
    return wrong;
  });
}

function judgeRefused(name: string, status: string, states: string[]): string[] {
  const wrong: string[] = [];
  if (status !== 'FAILED') wrong.push(`${name} was refused and ended ${status}`);
  if (states.includes(stateNames.planSandbox)) wrong.push(`${name} was refused and went on`);
  return wrong;
}

function judgeDrill(moment: DrawnMoment, record: DrillRecord, { status, states }: EndedDrill): string[] {
  const { drillId, database, verdict, findings, phases, rto, teardown } = record;
  const codes = findings.map(({ code }) => code);
  const wrong: string[] = [];
  const [expected, ends, code]: [string, string[], string | null] =
    database === moment.stopped
      ? // A state that fails after the stop overwrites it in the emulator.
        ['COULD_NOT_VERIFY', ['ABORTED', 'FAILED'], 'INTERRUPTED']
      : database === moment.cutShort
        ? ['NOT_PROVEN', ['FAILED'], 'DUMP_TRUNCATED']
        : ['PROVEN', ['SUCCEEDED'], null];
  if (verdict !== expected) wrong.push(`${drillId} is ${verdict} (${codes.join(', ')}) and not ${expected}`);
  if (!ends.includes(status)) wrong.push(`${drillId} ended ${status}`);
  if (code !== null && !codes.some((one) => one === code)) wrong.push(`${drillId} does not say ${code}`);
  if (!teardown.confirmed) wrong.push(`the teardown of ${drillId} is not confirmed: ${teardown.detail}`);
  // A day of waiting has not passed: who found no slot free waited, and then went on.
  if (codes.includes('NO_FREE_SLOT')) wrong.push(`${drillId} gave up waiting for a slot`);
  if (!states.includes(stateNames.provisionSandbox) && !states.includes(stateNames.readDump))
    wrong.push(`${drillId} was skipped: it never used its slot`);
  const wait = phases.find(({ name }) => name === phaseNames.waitForSlot);
  if ((wait !== undefined) !== states.includes(stateNames.waitForSlot))
    wrong.push(`${drillId} ${wait === undefined ? 'waited' : 'did not wait'}, and its record says otherwise`);
  const wholeSeconds = (Date.parse(record.endedAt) - Date.parse(record.startedAt)) / 1000;
  if ((rto.actualSeconds ?? 0) + (wait?.seconds ?? 0) > wholeSeconds)
    wrong.push(`the RTO of ${drillId} holds its wait`);
  return wrong;
}
