import { formatName } from '../../domain/backup/dump.ts';
import { severityNames } from '../../domain/record/report/wording.ts';
import { wrapped } from '../../domain/record/report/wrapped-text.ts';
import { formatBytes } from '../../domain/text/quantities.ts';
import { visibleJson } from '../../domain/text/visible-text.ts';
import { loadLocalConfiguration } from '../../runtimes/local/local-configuration.ts';
import { createLocalPorts } from '../../runtimes/local/local-ports.ts';
import { placesFor } from '../../runtimes/local/places.ts';
import { type Preview, previewDrill } from '../../runtimes/local/preview.ts';
import type { DrillOptions } from '../../runtimes/local/request-options.ts';
import { requestInput, silentEvents } from '../drill/drill-request.ts';
import { widthOf } from '../render/colour.ts';

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
      : described(preview, checks.length, widthOf(process.stdout));
  process.stdout.write(`${text}\n`);
  return possible ? 0 : 2;
}

function planned({ state, findings }: Preview) {
  const { database, dump, dumpLocation, olderDumps, plan: sandbox } = state;
  return { database, dump, dumpLocation, olderDumps: olderDumps.map(({ key }) => key), sandbox, findings };
}

/** What would be done, broken at words for a screen of that width. */
export function described({ state, findings }: Preview, configuredChecks: number, width: number): string {
  const { dump, plan: sandbox } = state;
  const facts: [label: string, value: string][] = [
    ['Database', state.database],
    ['Source', state.dumpLocation],
  ];
  if (dump !== null) {
    const { format, serverVersion } = dump.header;
    facts.push(
      ['Dump', dump.key],
      [
        '',
        `${formatName(format)}, ${formatBytes(dump.sizeBytes)}, from PostgreSQL ${serverVersion ?? '(not said)'}`,
      ],
      [
        'Checksum',
        dump.expectedSha256 === null
          ? 'none beside the dump'
          : `${dump.expectedSha256} is verified while reading`,
      ],
    );
  }
  if (sandbox !== null)
    facts.push([
      'Sandbox',
      `PostgreSQL ${sandbox.majorVersion} on this machine, up to ${formatBytes(sandbox.storageBytes)} of disk`,
    ]);
  facts.push(['Checks', `the built-in ones and ${configuredChecks} of drills.yaml`]);
  if (state.olderDumps.length > 0)
    facts.push(['Walk-back', state.olderDumps.map(({ key }) => key).join(', ')]);
  facts.push(['Then', 'tear down the sandbox, seal the record']);
  return [
    ...facts.map(([label, value]) => wrapped(value, label.padEnd(10), ' '.repeat(10), width)),
    ...findings.flatMap(({ severity, code, message, hint }) => [
      '',
      wrapped(`${severityNames[severity]} ${code}: ${message}`, '', '  ', width),
      wrapped(hint, '  → ', '    ', width),
    ]),
  ].join('\n');
}
