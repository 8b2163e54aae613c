import type { RestoredDatabase } from '../../domain/config/restored-schema.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import { dumpSourceOf } from '../../recovery/logical/dump-source.ts';
import { openDump } from '../../recovery/logical/reading/open-dump.ts';
import { readSchema } from '../../recovery/logical/shape/read-schema.ts';
import type { LocalPorts } from './local-ports.ts';
import { previewDrill } from './preview.ts';

/** A dump whose definitions were read, without a server. */
export interface ReadDefinitions {
  key: string;
  uploadedAt: string;
  consistencyPoint: string | null;
  nameTimestamp: string | null;
  databases: RestoredDatabase[];
}

/**
 * Reads the definitions of the dump that a drill would take. Restores nothing.
 *
 * @throws DrillError when there is none, or it does not open
 */
export async function readDefinitions(input: unknown, ports: LocalPorts): Promise<ReadDefinitions> {
  const { state } = await previewDrill(input, 'init', ports);
  const { dump } = state;
  if (dump === null) {
    const [why] = state.findings;
    throw new DrillError(why?.code ?? 'NO_DUMP_FOUND', why?.message ?? 'there is no dump', {
      hint: why?.hint,
    });
  }
  if (dump.header.format.layout === 'base backup')
    throw new DrillError(
      'REQUEST_INVALID',
      'a base backup has no definitions to read: it is recovered as a whole',
      {
        hint: 'Leave out --schema-only.',
      },
    );
  const { store } = await ports.openStore(ports.configuration.database(state.database).source);
  const opening = await ports.dumpOpening(state.database);
  const { signal } = ports;
  const opened = await openDump(dumpSourceOf(store, dump, signal), { ...opening, signal });
  try {
    const { key, uploadedAt, nameTimestamp, header } = dump;
    const { consistencyPoint } = header;
    return { key, uploadedAt, nameTimestamp, consistencyPoint, databases: await readSchema(opened.reader) };
  } finally {
    opened.close();
  }
}
