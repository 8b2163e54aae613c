import { privateFolderMode, removeUnfinishedFiles } from '../../adapters/files/atomic-file.ts';
import { proveWritable } from '../../adapters/files/writable-folder.ts';
import { normaliseRequest } from '../../domain/drill/request.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import type { DrillRecord } from '../../domain/record/drill-record.ts';
import { type LocalConfiguration, loadLocalConfiguration } from '../../runtimes/local/local-configuration.ts';
import { createLocalPorts, type LocalPorts } from '../../runtimes/local/local-ports.ts';
import { placesFor } from '../../runtimes/local/places.ts';
import type { DrillOptions } from '../../runtimes/local/request-options.ts';
import { runLocalDrill } from '../../runtimes/local/run-drill.ts';
import { damageText } from '../ledger/ledger-damage.ts';
import { createProgress, type ProgressOptions } from '../progress/create-progress.ts';
import { DrillWatcher } from '../progress/drill-watcher.ts';
import { sandboxProgressText } from '../render/sandbox-progress.ts';
import { stopOnInterrupt } from '../terminal/interruption.ts';
import { newDrillId } from './drill-id.ts';
import { operatorName, requestInput } from './drill-request.ts';
import { mishapText } from './mishap.ts';

/** What a command may change about the drill it starts. */
interface DrillSurroundings {
  drillId: string;
  configuration: LocalConfiguration;
  /** Shows one line on stderr beside the progress. */
  note(text: string): void;
}

/**
 * One drill on this machine as the commands `run` and `init` start it: leftovers swept first, progress on stderr,
 * Ctrl-C ends it in order.
 *
 * @param adapt gives the ports the drill works with, e.g. with a sandbox host that keeps or inspects its sandbox
 */
export async function drillHere(
  options: DrillOptions & ProgressOptions,
  adapt: (ports: LocalPorts, surroundings: DrillSurroundings) => LocalPorts = (ports) => ports,
): Promise<{ record: DrillRecord; evidenceFolder: string }> {
  const configuration = await loadLocalConfiguration(options);
  const places = placesFor(options);
  await proveWritable(places.stateDirectory, '--state-dir', privateFolderMode);
  const progress = await createProgress(process.stderr, process.env, options);
  const watcher = new DrillWatcher(progress);
  const note = (text: string): void => progress.note(text);
  // Ctrl-C and SIGTERM end the drill in order: sandbox gone, record sealed.
  const interruption = stopOnInterrupt(note);
  const ports = createLocalPorts(
    configuration,
    places,
    {
      restoreProgress: (given) => watcher.restoreProgress(given),
      sandboxProgress: (given) => {
        // The first run of all waits for this, and a person shall know for what.
        if (given.step === 'fetch' && given.bytesDone === 0) note(given.detail);
        watcher.sandboxProgress(sandboxProgressText(given));
      },
      ledgerDamage: (damage) => note(damageText(damage)),
      mishap: (mishap) => note(mishapText(mishap)),
    },
    interruption.signal,
  );
  const drillId = newDrillId(configuration.chosen ?? 'drill', ports.clock.now());
  // Beside the drill: many drills have many folders.
  const tidied = removeUnfinishedFiles(places.stateDirectory, ports.clock.now());
  try {
    refuseInvalid(requestInput(configuration, options), ports);
    await sweepFirst(ports, note);
    const record = await runLocalDrill({
      drillId,
      input: requestInput(configuration, options),
      operator: operatorName(),
      ports: adapt(ports, { drillId, configuration, note }),
      watcher,
    });
    return { record, evidenceFolder: ports.evidenceFolder(drillId) };
  } finally {
    await tidied;
    progress.close();
    interruption.release();
  }
}

/** What cannot be asked is wrong usage, and no drill that failed. @throws DrillError REQUEST_INVALID */
function refuseInvalid(input: unknown, { configuration, clock, capabilities }: LocalPorts): void {
  const normalised = normaliseRequest(input, {
    databases: configuration.databases(),
    timezoneOf: (database) => configuration.database(database).source.timezone,
    now: clock.now(),
    defaultOperator: operatorName(),
    realRestore: capabilities.realRestore,
    backupValidation: capabilities.backupValidation,
  });
  if (normalised.accepted) return;
  const message = normalised.findings.map((finding) => finding.message).join('; ');
  throw new DrillError('REQUEST_INVALID', message, { hint: 'See `restore-drill run --help`.' });
}

/** Leftovers of interrupted drills are removed before a new one starts. */
async function sweepFirst(ports: LocalPorts, note: (text: string) => void): Promise<void> {
  const { removed } = await ports.sandboxes.sweep({ dryRun: false });
  for (const { what, drillId } of removed) note(`removed what drill ${drillId} left behind: ${what}`);
}
