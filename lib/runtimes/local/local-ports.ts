import { hostname } from 'node:os';
import { join } from 'node:path';
import { objectReader } from '../../adapters/dump-stores/companion-reader.ts';
import { createEvidenceFolder } from '../../adapters/evidence/folder-evidence.ts';
import { createFileLedger, type LedgerDamage } from '../../adapters/ledgers/file/file-ledger.ts';
import { createCheckRunner } from '../../adapters/postgres/check-runner.ts';
import { createSandboxCleaner } from '../../adapters/postgres/sandbox-cleaner.ts';
import { createLocalSandboxHost } from '../../adapters/sandboxes/local-process/local-sandbox-host.ts';
import type {
  LocalSandboxHost,
  SandboxProgress,
} from '../../adapters/sandboxes/local-process/local-sandbox-options.ts';
import { findKey } from '../../adapters/seals/key-files.ts';
import { sha256 } from '../../adapters/seals/record-digest.ts';
import { notTestedByChecks } from '../../domain/checks/not-tested.ts';
import { planChecks } from '../../domain/checks/registry.ts';
import { reportFiles } from '../../domain/record/report/report-files.ts';
import type { RestoreProgress } from '../../domain/recovery/restore-account.ts';
import type { DrillPorts } from '../../ports/drill-ports.ts';
import type { Mishap } from '../../ports/mishaps.ts';
import { createBackupInspector } from '../../recovery/backup-inspector.ts';
import { createRestorer } from '../../recovery/logical/create-restorer.ts';
import { loadSqlParser } from '../../recovery/logical/dump/sql-parser.ts';
import { createDumpReader } from '../../recovery/logical/dump-reading.ts';
import { createRecoverer } from '../../recovery/physical/create-recoverer.ts';
import { systemClock } from '../system-clock.ts';
import { commit, version } from '../version.ts';
import { readKeys } from './dump-keys.ts';
import type { LocalConfiguration } from './local-configuration.ts';
import { localNotifyTargets } from './notify-targets.ts';
import { openLocalSource } from './open-source.ts';
import type { Places } from './places.ts';

/** What a local drill tells while it runs. */
export interface LocalEvents {
  restoreProgress(progress: RestoreProgress): void;
  sandboxProgress(progress: SandboxProgress): void;
  ledgerDamage(damage: LedgerDamage): void;
  mishap(mishap: Mishap): void;
}

export interface LocalPorts extends DrillPorts {
  sandboxes: LocalSandboxHost;
  /** Folder of a drill's evidence and reports. */
  evidenceFolder(drillId: string): string;
}

/** Ledger of this machine. */
export function localLedger(places: Places, onDamage: (damage: LedgerDamage) => void) {
  return createFileLedger({
    path: join(places.stateDirectory, 'ledger.jsonl'),
    clock: systemClock,
    onDamage,
  });
}

/** The sandbox host of this machine. */
export function localSandboxes(
  places: Places,
  onProgress: (progress: SandboxProgress) => void,
): LocalSandboxHost {
  return createLocalSandboxHost({
    stateDirectory: places.sandboxDirectory,
    earlierStateDirectories: places.earlierSandboxDirectories,
    cacheDirectory: places.cacheDirectory,
    onProgress: (_sandboxId, progress) => onProgress(progress),
    clock: systemClock,
  });
}

/** PostgreSQL's parser is loaded while a server starts that waits for statements: 60 ms that its restore would wait for. */
const readyingParser = (sandboxes: LocalSandboxHost): LocalSandboxHost => ({
  ...sandboxes,
  provision: (plan) => {
    // Whoever needs it awaits it, and is told what went wrong.
    if (plan.needs === undefined) loadSqlParser().catch(() => {});
    return sandboxes.provision(plan);
  },
});

/** All ports of a drill on this machine. Building them touches nothing. */
export function createLocalPorts(
  configuration: LocalConfiguration,
  places: Places,
  events: LocalEvents,
  signal: AbortSignal,
): LocalPorts {
  const sandboxes = readyingParser(localSandboxes(places, events.sandboxProgress));
  const recoverer = createRecoverer(sandboxes);
  const evidence = createEvidenceFolder(join(places.stateDirectory, 'drills'));
  return {
    clock: systemClock,
    configuration,
    objects: objectReader,
    openStore: (source) => openLocalSource(source, configuration, sandboxes, signal),
    inspector: createBackupInspector(signal),
    sandboxes,
    cleaner: createSandboxCleaner(sandboxes),
    dumpReader: createDumpReader(),
    recoverers: { logical: createRestorer(sandboxes), physical: recoverer },
    capabilities: { realRestore: false, rolePasswords: false, backupValidation: false },
    // The restore runs in this process, nothing is paid for, and no container or parameter store is at hand.
    ...{
      restoreTasks: null,
      volumeTasks: null,
      placeRestore: null,
      hookTask: null,
      rolePasswords: null,
      region: null,
    },
    checks: createCheckRunner(sandboxes),
    planChecks: (context) => ({ planned: planChecks(context), notTested: notTestedByChecks(context) }),
    ledger: localLedger(places, events.ledgerDamage),
    evidence,
    approvals: null,
    // Beside the terminal, which tells what happens on one machine.
    notifiers: localNotifyTargets({
      notifyOf: (database) => configuration.notifyOf(database),
      baseFolder: configuration.baseFolder,
      reportPathOf: (drillId) => join(evidence.folderOf(drillId), reportFiles.html),
      signal,
    }),
    drillMetrics: null,
    // `report --site` writes it on one machine.
    site: null,
    exports: [],
    mishaps: { tell: events.mishap },
    evidenceFolder: (drillId) => evidence.folderOf(drillId),
    progress: { restoreProgress: events.restoreProgress },
    dumpOpening: async (database) => {
      const { source } = configuration.database(database);
      const environment = await configuration.commandEnvironment(source);
      return {
        ...(await readKeys(configuration.keyPlaces(database))),
        member: source.member,
        ...(environment === undefined ? {} : { environment }),
      };
    },
    provenance: {
      software: { version, node: process.version, commit },
      placeOf: () => ({ kind: 'host', host: hostname() }),
      operatorBasis: 'operating system',
      digest: sha256,
      signer: () => findKey(places.stateDirectory),
    },
    signal,
  };
}
