import { evidenceOf } from '../contract/evidence.ts';
import { formatName } from '../domain/backup/dump.ts';
import { momentOfRecovery, momentOfTaking } from '../domain/backup/dump-moment.ts';
import { backupOf, backupWords } from '../domain/backup/kinds.ts';
import type { CheckContext } from '../domain/checks/asking/check.ts';
import { runsInTask } from '../domain/checks/lanes.ts';
import type { DatabaseConfig } from '../domain/config/index.ts';
import type { DrillState } from '../domain/drill/drill-state.ts';
import type { DrillPhase } from '../domain/drill/facts.ts';
import type { Given } from '../domain/drill/known-at.ts';
import { namesOfRecovery, phaseNames } from '../domain/drill/phase-names.ts';
import { extendPhases } from '../domain/drill/phases.ts';
import type { DrillRecord } from '../domain/record/drill-record.ts';
import type { RecoveryPhase, RestoreAccount, RestorePhase } from '../domain/recovery/restore-account.ts';
import type { Witness } from '../domain/witness/witness.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import { hooksNotTested } from './hook-runs.ts';
import { aimOf, markerAt, targetOf } from './recover-base-backup.ts';
import { defineStep } from './step-definition.ts';

/**
 * Plans every check from the account and drills.yaml, each in its lane: a Lambda, or the restore task. Where the server ran
 * inside the restore task, it was planned and carried out there.
 */
export const planChecksStep = defineStep({
  phase: { untimed: 'it only plans; the phase of the restore is as long as the task says' },
  from: ['restore prepared'],
  needs: ['restored'],
  to: ['checks planned'],
  run: async (
    state,
    ports: Pick<DrillPorts, 'configuration' | 'evidence' | 'planChecks' | 'capabilities' | 'ledger'>,
  ) => {
    const account = await readAccount(state.drillId, state.attempt, ports);
    const phases = restorePhases(state, account);
    const { within } = state.restored;
    if (within !== undefined) {
      const { serverVersion, absentWalls } = within;
      const address = { ...state.sandbox.address, serverVersion };
      const sandbox = { ...state.sandbox, address, absentWalls };
      return { ...state, stage: 'checks planned', phases, sandbox };
    }
    const lanes = await planAttempt(state, ports);
    const pointers = (wanted: boolean) =>
      lanes.filter(({ long }) => long === wanted).map(({ index, name }) => ({ index, name }));
    return {
      ...state,
      stage: 'checks planned',
      checks: pointers(false),
      longChecks: pointers(true),
      phases,
    };
  },
});

type CheckPlanPorts = Pick<DrillPorts, 'configuration' | 'evidence' | 'planChecks' | 'capabilities'> & {
  ledger: Pick<DrillPorts['ledger'], 'lastProven'>;
};

/**
 * Plans the checks of the attempt in hand and keeps the plan as evidence. A dump that was not read to its end is not
 * checked: what it holds is known to be incomplete, and a list of consequences would only hide the cause.
 */
export async function planAttempt(
  state: Given<'dump'>,
  ports: CheckPlanPorts,
): Promise<{ index: number; name: string; long: boolean }[]> {
  const account = await readAccount(state.drillId, state.attempt, ports);
  const config = ports.configuration.database(state.database);
  const last = await ports.ledger.lastProven(state.database);
  const target = targetOf(state, config.source);
  const { recovered } = account;
  const moment =
    target === null || recovered === undefined
      ? momentOfTaking(state.dump)
      : momentOfRecovery(
          target,
          state.startedAt,
          recovered.lastCommitAt ?? momentOfTaking(state.dump).dumpMoment,
        );
  // Nothing of a cluster that was recovered here is changed, so its roles keep the passwords they had.
  const ownLogins = recovered === undefined || state.plan?.kind === 'rds';
  const { witness, notCompared } = await witnessFor(state, ports);
  const { physical } = config.source;
  const proof =
    physical === null
      ? { notCompared: [] }
      : markerAt(state.request.at, aimOf(state.request, physical.recoverTo));
  const { planned, notTested } = account.complete
    ? ports.planChecks({
        account,
        configured: config.checks,
        lastProvenRows: last === null ? null : rowsOf(last),
        ...comparedWith(last, moment.dumpMoment),
        drift: config.drift,
        ...(witness === null ? {} : { witness }),
        ...(proof.marker === undefined ? {} : { marker: proof.marker }),
        // Nobody knows the size of what a command brings.
        ...(state.dump.sizeBytes === 0
          ? {}
          : { dump: { bytes: state.dump.sizeBytes, format: formatName(state.dump.header.format) } }),
        ...moment,
        defaultDatabase: account.databases[0]?.name ?? 'postgres',
        statementTimeoutSeconds: config.statementTimeoutSeconds,
        sequencesBehind: config.sequences,
        roleLogins:
          ports.capabilities.rolePasswords && config.roles.checkLogin && ownLogins
            ? config.roles.passwords
            : [],
      } satisfies CheckContext)
    : {
        planned: [],
        notTested: [
          `the restored data: the ${backupWords[backupOf(state).kind]} could not be ${backupOf(state).kind === 'physical' ? 'recovered' : 'read to its end'}`,
        ],
      };
  await ports.evidence.write(evidenceOf.checkPlan(state.attempt), state.drillId, {
    planned,
    notTested: [
      ...notTested,
      ...notCompared,
      ...proof.notCompared,
      ...(account.recovered?.notTested ?? []),
      ...rolesNotTested(config, ports.capabilities.rolePasswords && ownLogins),
      ...hooksNotTested(config, state.hooks),
    ],
  });
  return planned.map((check, index) => ({ index, name: check.name, long: runsInTask(check, account) }));
}

const migrated =
  'the content of the source: a migration of yours changes the restored data before it could be compared';

/** The witness of the attempt, unless a migration has changed what it speaks of. */
async function witnessFor(
  { drillId, attempt, hooks }: DrillState,
  ports: Pick<DrillPorts, 'evidence'>,
): Promise<{ witness: Witness | null; notCompared: string[] }> {
  const witness = await ports.evidence.find(evidenceOf.witness(attempt), drillId);
  if (witness === null || hooks.migrate === null) return { witness, notCompared: [] };
  return { witness: null, notCompared: [migrated] };
}

function rolesNotTested(config: DatabaseConfig, areSet: boolean): string[] {
  if (config.roles.passwords.length === 0 || areSet) return [];
  return ['role passwords from SSM Parameter Store: they are set by drills with an instance in AWS only'];
}

/** That of a dump is one; a base backup's are told apart, because each grows with something else. */
function restorePhases({ restored, phases }: Given<'restored'>, account: RestoreAccount): DrillPhase[] {
  const parts = account.phases.filter(isOfRecovery);
  if (parts.length > 0) return recoveryPhasesAfter(phases, restored.startedAt, parts);
  const endedAt = new Date(Date.parse(restored.startedAt) + restored.seconds * 1000).toISOString();
  const { startedAt, bytesRead, rowsLoaded } = restored;
  return extendPhases(phases, {
    name: phaseNames.restore,
    startedAt,
    endedAt,
    bytes: bytesRead,
    rows: rowsLoaded,
  });
}

const isOfRecovery = (phase: RestorePhase): phase is RestorePhase & { name: RecoveryPhase } =>
  phase.name in namesOfRecovery;

function recoveryPhasesAfter(
  before: DrillPhase[],
  beganAt: string,
  parts: (RestorePhase & { name: RecoveryPhase })[],
): DrillPhase[] {
  let phases = before;
  let startedAt = beganAt;
  for (const { name, seconds, bytes } of parts) {
    const endedAt = new Date(Date.parse(startedAt) + seconds * 1000).toISOString();
    phases = extendPhases(phases, {
      name: namesOfRecovery[name],
      startedAt,
      endedAt,
      ...(bytes === undefined ? {} : { bytes }),
    });
    startedAt = endedAt;
  }
  return phases;
}

/** The account that the restore left. @throws DrillError when there is none */
export async function readAccount(
  drillId: string,
  attempt: number,
  ports: Pick<DrillPorts, 'evidence'>,
): Promise<RestoreAccount> {
  return ports.evidence.read(evidenceOf.account(attempt), drillId);
}

function rowsOf({ tables }: DrillRecord): Record<string, number> {
  const clusters = new Set(tables.map((table) => table.database)).size > 1;
  return Object.fromEntries(
    tables.map((table) => [
      `${clusters ? `${table.database}:` : ''}${table.schema}.${table.name}`,
      table.rows,
    ]),
  );
}

/** An older dump than that of the last proven drill has lost nothing: it did not have it yet. */
function comparedWith(last: DrillRecord | null, moment: string): Pick<CheckContext, 'lastProven'> {
  if (last === null) return {};
  const { dump, startedAt, tables, objects } = last;
  const before = dump?.nameTimestamp ?? dump?.consistencyPoint ?? dump?.uploadedAt ?? startedAt;
  if (Date.parse(before) > Date.parse(moment)) return {};
  return {
    lastProven: {
      day: startedAt.slice(0, 10),
      tables,
      ...(objects === undefined ? {} : { objects }),
      dump: dump === null ? null : { bytes: dump.bytes, format: dump.format },
    },
  };
}
