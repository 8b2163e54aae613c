import { randomBytes } from 'node:crypto';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DrillRecord } from '../../domain/drill-record.ts';
import { renderJson } from '../../domain/report/json.ts';
import { exitCodes } from '../../domain/verdict.ts';
import { loadLocalConfiguration } from '../../local/local-configuration.ts';
import { createLocalPorts } from '../../local/local-ports.ts';
import { placesFor } from '../../local/places.ts';
import type { DrillOptions } from '../../local/request-options.ts';
import { runLocalDrill } from '../../local/run-drill.ts';
import { DrillWatcher } from '../drill-watcher.ts';
import { createProgress } from '../progress/create-progress.ts';
import { colourWanted, widthOf } from '../render/colour.ts';
import { renderVerdict } from '../render/verdict.ts';
import { operatorName, requestInput } from './drill-request.ts';
import { damageText } from './ledger-damage.ts';
import { sandboxProgressText } from '../render/sandbox-progress.ts';

export interface RunOptions extends DrillOptions {
  out?: string;
  keep?: boolean;
  json?: boolean;
}

const reportFiles = ['report.md', 'record.json', 'junit.xml'];

/** `restore-drill run`: one drill from request to verdict. Gives back the verdict's exit code. */
export async function run(database: string | undefined, options: RunOptions): Promise<number> {
  const places = placesFor(options);
  const configuration = await loadLocalConfiguration({ ...options, database });
  const interruption = interruptOnSignals();
  const progress = createProgress(process.stderr);
  const watcher = new DrillWatcher(progress);
  const ports = createLocalPorts(
    configuration,
    places,
    {
      restoreProgress: (given) => watcher.restoreProgress(given),
      sandboxProgress: (given) => watcher.sandboxProgress(sandboxProgressText(given)),
      ledgerDamage: (damage) => progress.note(damageText(damage)),
    },
    interruption.signal,
  );
  const drillId = newDrillId(configuration.chosen ?? 'drill', ports.clock.now());
  try {
    await sweepFirst(ports, (text) => progress.note(text));
    const record = await runLocalDrill({
      drillId,
      input: requestInput(configuration, options),
      operator: operatorName(),
      ports: options.keep === true ? keepingSandbox(ports, drillId, (text) => progress.note(text)) : ports,
      watcher,
    });
    progress.close();
    const folder = await publish(ports.evidenceFolder(drillId), options.out);
    print(record, folder, options.json === true);
    return exitCodes[record.verdict];
  } finally {
    progress.close();
    interruption.release();
  }
}

/** Leftovers of interrupted drills are removed before a new one starts. */
async function sweepFirst(ports: ReturnType<typeof createLocalPorts>, note: (text: string) => void): Promise<void> {
  const { removed } = await ports.sandboxes.sweep({ dryRun: false });
  for (const { what, drillId } of removed) note(`removed what drill ${drillId} left behind: ${what}`);
}

/** `--keep`: teardown leaves the sandbox running and says how to reach it; its lease still ends it. */
function keepingSandbox<Ports extends ReturnType<typeof createLocalPorts>>(
  ports: Ports,
  drillId: string,
  note: (text: string) => void,
): Ports {
  const { sandboxes } = ports;
  const kept = new Set<string>();
  return {
    ...ports,
    sandboxes: {
      ...sandboxes,
      remove: async (sandboxId) => {
        const look = await sandboxes.look(sandboxId);
        if (look.state !== 'ready') return sandboxes.remove(sandboxId);
        const { psqlCommand, leaseExpiresAt } = await sandboxes.release(sandboxId);
        kept.add(sandboxId);
        note(`the sandbox is kept until ${leaseExpiresAt}; connect with: ${psqlCommand}`);
        note(`remove it with: restore-drill sweep --drill ${drillId}`);
      },
      look: async (sandboxId) => (kept.has(sandboxId) ? { state: 'gone' } : sandboxes.look(sandboxId)),
    },
  };
}

async function publish(folder: string, out: string | undefined): Promise<string> {
  if (out === undefined) return folder;
  await mkdir(out, { recursive: true });
  for (const file of reportFiles) await copyFile(join(folder, file), join(out, file));
  return out;
}

function print(record: DrillRecord, folder: string, json: boolean): void {
  const colour = colourWanted(process.stderr, process.env);
  const text = renderVerdict(record, { width: widthOf(process.stderr), colour, reports: [join(folder, 'report.md')] });
  process.stderr.write(`\n${text}\n`);
  if (json) process.stdout.write(`${renderJson(record)}\n`);
}

/** e.g. `20261121T015430Z-cleaning-3f9a`: sorts by time, says what it is of, is unique; only [0-9A-Za-z-_]. */
function newDrillId(database: string, now: Date): string {
  const moment = now.toISOString().replace(/[-:]|\.\d+/g, '');
  const name = database.replace(/[^0-9A-Za-z_-]+/g, '-').slice(0, 32);
  return `${moment}-${name}-${randomBytes(2).toString('hex')}`;
}

/** Ctrl-C and SIGTERM end the drill in order: sandbox gone, record sealed. A second signal ends at once. */
function interruptOnSignals(): { signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  for (const name of signals) process.on(name, interrupt);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of signals) process.off(name, interrupt);
    },
  };
}
