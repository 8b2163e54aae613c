import { formatName } from '../../domain/backup/dump.ts';
import { formatBytes } from '../../domain/text/quantities.ts';
import { visibleJson, visibleLines } from '../../domain/text/visible-text.ts';
import { loadLocalConfiguration } from '../../runtimes/local/local-configuration.ts';
import { createLocalPorts } from '../../runtimes/local/local-ports.ts';
import { placesFor } from '../../runtimes/local/places.ts';
import { type Preview, previewDrill } from '../../runtimes/local/preview.ts';
import type { DrillOptions } from '../../runtimes/local/request-options.ts';
import { requestInput, silentEvents } from '../drill/drill-request.ts';

/** `restore-drill plan`: what a drill would do, touching nothing. 2 when it could not start. */
export async function plan(
  database: string | undefined,
  options: DrillOptions & { json?: boolean },
): Promise<number> {
  const configuration = await loadLocalConfiguration({ ...options, database });
  const ports = createLocalPorts(
    configuration,
    placesFor(options),
    silentEvents,
    new AbortController().signal,
  );
  const preview = await previewDrill(requestInput(configuration, options), 'plan', ports);
  const possible = preview.state.stage === 'sandbox planned';
  const { checks } = ports.configuration.database(preview.state.database);
  const text =
    options.json === true
      ? visibleJson(planned(preview), 2)
      : visibleLines(described(preview, checks.length));
  process.stdout.write(`${text}\n`);
  return possible ? 0 : 2;
}

function planned({ state, findings }: Preview) {
  const { database, dump, dumpLocation, olderDumps, plan: sandbox } = state;
  return { database, dump, dumpLocation, olderDumps: olderDumps.map(({ key }) => key), sandbox, findings };
}

function described({ state, findings }: Preview, configuredChecks: number): string {
  const { dump, plan: sandbox } = state;
  const lines = [`Database  ${state.database}`, `Source    ${state.dumpLocation}`];
  if (dump !== null) {
    lines.push(
      `Dump      ${dump.key}`,
      `          ${formatName(dump.header.format)}, ${formatBytes(dump.sizeBytes)}, from PostgreSQL ${dump.header.serverVersion ?? '(not said)'}`,
    );
    lines.push(
      `Checksum  ${dump.expectedSha256 === null ? 'none beside the dump' : `${dump.expectedSha256} is verified while reading`}`,
    );
  }
  if (sandbox !== null) {
    lines.push(
      `Sandbox   PostgreSQL ${sandbox.majorVersion} on this machine, up to ${formatBytes(sandbox.storageBytes)} of disk`,
    );
  }
  lines.push(`Checks    the built-in ones and ${configuredChecks} of drills.yaml`);
  if (state.olderDumps.length > 0)
    lines.push(`Walk-back ${state.olderDumps.map(({ key }) => key).join(', ')}`);
  lines.push('Then      tear down the sandbox, seal the record');
  for (const { severity, code, message, hint } of findings)
    lines.push('', `${severity} ${code}: ${message}`, `  → ${hint}`);
  return lines.join('\n');
}
