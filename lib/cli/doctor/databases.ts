import { formatName } from '../../domain/backup/dump.ts';
import { findingRegistry } from '../../domain/findings/finding-registry.ts';
import { formatBytes } from '../../domain/text/quantities.ts';
import type { LocalConfiguration } from '../../runtimes/local/local-configuration.ts';
import { createLocalPorts } from '../../runtimes/local/local-ports.ts';
import type { Places } from '../../runtimes/local/places.ts';
import { previewDrill } from '../../runtimes/local/preview.ts';
import { silentEvents } from '../drill/drill-request.ts';
import { type Diagnosis, diagnose, ok, problem } from './diagnosis.ts';
import { freeBytesIn } from './this-machine.ts';

/** What is wrong with a database of drills.yaml, and the server that its newest backup needs. */
export interface DatabaseDiagnosis {
  diagnoses: Diagnosis[];
  majorVersion: number | null;
}

/**
 * Whether a drill of a database could begin: its source answers, its newest backup opens – with the key for it –, and there is room
 * for what comes out of it. Reads what `plan` reads, and makes nothing.
 */
export async function diagnoseDatabase(
  name: string,
  configuration: LocalConfiguration,
  places: Places,
): Promise<DatabaseDiagnosis> {
  const what = `database ${name}`;
  let majorVersion: number | null = null;
  const diagnoses = await diagnose(what, async () => {
    const ports = createLocalPorts(configuration, places, silentEvents, new AbortController().signal);
    const { state, findings } = await previewDrill({ database: name }, 'doctor', ports);
    const { dump, plan } = state;
    majorVersion = plan?.majorVersion ?? null;
    const grave = findings.filter(({ severity }) => severity === 'error' || severity === 'unverified');
    const told = grave.map(({ code, message, hint }) => problem(what, `${code}: ${message}. ${hint}`));
    if (dump === null || plan === null)
      return told.length > 0 ? told : problem(what, `${state.dumpLocation} holds no backup of it`);
    const freeBytes = await freeBytesIn(places.sandboxDirectory).catch(() => null);
    const needs = `needs up to ${formatBytes(plan.storageBytes)} of disk`;
    if (freeBytes !== null && freeBytes < plan.storageBytes)
      return [
        ...told,
        problem(
          what,
          `${dump.key} ${needs}, and ${formatBytes(freeBytes)} are free. ${findingRegistry.SANDBOX_DISK_FULL.hint}`,
        ),
      ];
    const found = `${dump.key} (${formatName(dump.header.format)}, ${formatBytes(dump.sizeBytes)}) opens, ${needs}`;
    return [...told, ok(what, found)];
  });
  return { diagnoses, majorVersion };
}
