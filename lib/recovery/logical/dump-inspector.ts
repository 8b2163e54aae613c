import type { DumpHeader } from '../../domain/backup/dump.ts';
import type { DumpInspector } from '../../ports/drill-ports.ts';
import { dumpError } from '../streams/bytes/dump-error.ts';
import type { DumpEvent } from './dump/dump-stream.ts';
import { dumpSourceOf } from './dump-source.ts';
import { BeginningRead } from './reading/beginning-only.ts';
import { openDump } from './reading/open-dump.ts';

/**
 * A header is looked for in at most this many events: pg_dumpall writes all roles before the first database says which
 * server it came from, an archive says it at once. What is not found then stays unknown.
 */
const eventsLookedAt = 20_000;
/** … and in at most so much content: a small file may hold gigabytes of nothing. */
const contentLookedAtBytes = 16 * 1024 ** 2;

/**
 * Reads a dump just far enough to know its format, its server and its moment.
 * @param signal ends the reading
 */
export function createDumpInspector(signal?: AbortSignal): Pick<DumpInspector, 'inspect'> {
  return {
    async inspect(store, dump, opening) {
      const opened = await openDump(dumpSourceOf(store, dump, signal), {
        ...opening,
        beginningBytes: contentLookedAtBytes,
        ...(signal === undefined ? {} : { signal }),
      });
      const close = (): void => opened.close();
      signal?.addEventListener('abort', close, { once: true });
      try {
        return await readHeader(opened.reader);
      } finally {
        signal?.removeEventListener('abort', close);
        await opened.reader.return(undefined);
        opened.close();
      }
    },
  };
}

async function readHeader(reader: Awaited<ReturnType<typeof openDump>>['reader']): Promise<DumpHeader> {
  let header: DumpHeader | null = null;
  let events = 0;
  let onlyGlobals = true;
  try {
    for await (const event of reader) {
      if (event.kind === 'header') header = event.header;
      events += 1;
      onlyGlobals &&= isOfGlobals(event);
      if (event.kind === 'end' && onlyGlobals && header?.format.layout === 'cluster')
        return { ...header, globalsOnly: true };
      // The first rows come after everything a dump says of itself; an archive says it in its first event.
      const known = header !== null && header.serverVersion !== null;
      if (known || event.kind === 'rows-begin' || event.kind === 'inserts' || events > eventsLookedAt) break;
    }
  } catch (error) {
    if (!(error instanceof BeginningRead)) throw error;
  }
  if (header === null)
    throw dumpError('DUMP_NOT_A_DUMP', `its first ${contentLookedAtBytes} bytes hold no whole SQL statement`);
  return header;
}

/** What `pg_dumpall --globals-only`, `--roles-only` and `--tablespaces-only` write: settings, roles and tablespaces. */
function isOfGlobals(event: DumpEvent): boolean {
  if (event.kind === 'entry')
    return event.entry.statements.every(({ sql }) => globalStatement.test(sql.replace(/^(\s+|--.*\n)+/, '')));
  return (
    event.kind === 'header' || event.kind === 'encoding' || event.kind === 'end' || event.kind === 'finding'
  );
}

const globalStatement =
  /^(SET|SELECT pg_catalog\.set_config|GRANT|REVOKE|SECURITY LABEL|(CREATE|ALTER|DROP|COMMENT ON) (ROLE|USER|GROUP|TABLESPACE))\b/i;
