import { basename, join } from 'node:path';
import { inspectDatabase, listDatabases } from '../../adapters/postgres/inspect-schema.ts';
import { bareHeader } from '../../domain/backup/dump.ts';
import { momentOfTaking } from '../../domain/backup/dump-moment.ts';
import { databaseNameFor } from '../../domain/config/database-of-dump.ts';
import { type ProposalFacts, proposeConfig } from '../../domain/config/propose-config.ts';
import type { RestoredDatabase } from '../../domain/config/restored-schema.ts';
import { DrillError, isDrillError } from '../../domain/findings/errors.ts';
import { exitCodes } from '../../domain/findings/verdict.ts';
import type { DrillRecord } from '../../domain/record/drill-record.ts';
import { reportFiles } from '../../domain/record/report/report-files.ts';
import { recogniseTimestamp } from '../../domain/time/name-timestamp.ts';
import type { LocalPorts } from '../../runtimes/local/local-ports.ts';
import type { DrillOptions } from '../../runtimes/local/request-options.ts';
import { reportedError } from '../../runtimes/reported-error.ts';
import { drillHere } from '../drill/local-drill.ts';
import { tellVerdict } from '../drill/tell-verdict.ts';
import { listedPlace } from '../init/listing.ts';
import { proposedSource } from '../init/proposed-source.ts';
import { initFromDefinitions, initFromListing } from '../init/without-drill.ts';
import { refuseToOverwrite, writeProposal } from '../init/write-proposal.ts';
import type { ProgressOptions } from '../progress/create-progress.ts';

interface InitOptions extends DrillOptions, ProgressOptions {
  output: string;
  force?: boolean;
  /** Only reads what the dump defines: nothing is restored. */
  schemaOnly?: boolean;
}

/** What was seen of the sandbox before its teardown. */
interface Look {
  databases: RestoredDatabase[];
  /** Why nothing could be seen; null when it could. */
  failed: string | null;
}

/**
 * `restore-drill init`: drills a dump, looks at what it restored, and writes a drills.yaml that proves the same dump. Of a place where
 * dumps lie it writes what their names tell, and with --schema-only it reads definitions and restores nothing.
 *
 * @returns the exit code of the verdict; nothing is written unless it is PROVEN
 * @throws DrillError REQUEST_INVALID without a dump, or when the file is there already
 */
export async function init(options: InitOptions): Promise<number> {
  const { dump } = options;
  if (dump === undefined) {
    throw new DrillError('REQUEST_INVALID', 'init needs a dump to look at', {
      hint: 'Run `restore-drill init --dump backup.sql.gz`.',
    });
  }
  refuseToOverwrite(options);
  const place = listedPlace(dump);
  if (place !== null) return initFromListing(place, options);
  if (options.schemaOnly === true) return initFromDefinitions(dump, options);
  const look: Look = { databases: [], failed: null };
  // Without its own configuration: a drills.yaml that is there must not decide what the new one says.
  const { record, evidenceFolder } = await drillHere(
    { ...options, config: undefined, database: undefined },
    (ports) => lookingFirst(ports, look),
  );
  const report = join(evidenceFolder, reportFiles.html);
  tellVerdict(record, report, options);
  if (record.verdict !== 'PROVEN') {
    process.stderr.write(
      `\nno configuration was written: only a dump that is PROVEN tells what to ask of the next one\n`,
    );
    return exitCodes[record.verdict];
  }
  const text = proposeConfig(factsOf(options, dump, record, seen(look)));
  await writeProposal(text, options, `look through it, then: restore-drill run --config ${options.output}`);
  return exitCodes[record.verdict];
}

/** Looks at the restored databases when the drill is done with them and is about to remove the sandbox. */
function lookingFirst(ports: LocalPorts, look: Look): LocalPorts {
  const { sandboxes } = ports;
  let looked = false;
  return {
    ...ports,
    sandboxes: {
      ...sandboxes,
      remove: async (sandboxId) => {
        if (!looked && !ports.signal.aborted) {
          looked = true;
          // Teardown comes first: whatever goes wrong with looking must not keep a sandbox alive.
          await inspect(ports, sandboxId, look).catch((error: unknown) => {
            // A message of the server may quote rows.
            look.failed = isDrillError(error) ? error.message : reportedError(error).message;
          });
        }
        await sandboxes.remove(sandboxId);
      },
    },
  };
}

async function inspect({ sandboxes }: LocalPorts, sandboxId: string, look: Look): Promise<void> {
  const found = await sandboxes.look(sandboxId);
  if (found.state !== 'ready') return;
  const connection = (database: string) => sandboxes.connection(found.address, database);
  for (const name of await listDatabases(await connection('postgres'))) {
    const database = await inspectDatabase(await connection(name), name);
    if (database !== null) look.databases.push(database);
  }
}

function seen(look: Look): RestoredDatabase[] {
  if (look.failed === null && look.databases.length > 0) return look.databases;
  throw new DrillError(
    'CHECK_COULD_NOT_RUN',
    `the restored databases could not be looked at: ${look.failed ?? 'none of them holds a table'}`,
    {
      hint: 'Start init again; `restore-drill run` on the same dump still gives its verdict.',
    },
  );
}

function factsOf(
  options: InitOptions,
  dump: string,
  record: DrillRecord,
  restored: RestoredDatabase[],
): ProposalFacts {
  const dumpKey = record.dump?.key ?? basename(dump);
  const named = record.dump?.nameTimestamp ?? null;
  const moment = momentOfTaking({
    ...{ key: dumpKey, directory: false, sizeBytes: 0, expectedSha256: null },
    uploadedAt: record.dump?.uploadedAt ?? record.asOf,
    nameTimestamp: named,
    nameTimestampEnd: named === null ? null : (recogniseTimestamp(basename(dumpKey))?.endsAt ?? null),
    header: {
      ...bareHeader({ layout: 'plain', wrappings: [], archiveVersion: null }),
      consistencyPoint: record.dump?.consistencyPoint ?? null,
    },
  });
  return {
    ...moment,
    database: databaseNameFor(dumpKey),
    source: proposedSource(options, dump),
    passphraseEnv: options.decryptPassphraseEnv ?? null,
    restoredInSeconds: record.rto.actualSeconds,
    restore: {
      ...(options.keepOrder === undefined ? {} : { keepOrder: options.keepOrder }),
    },
    restored,
    dumpKey,
  };
}
