import { basename } from 'node:path';
import { bareHeader } from '../../domain/backup/dump.ts';
import { momentOfTaking } from '../../domain/backup/dump-moment.ts';
import { databaseNameFor } from '../../domain/config/database-of-dump.ts';
import { type ProposalFacts, proposeConfig } from '../../domain/config/propose-config.ts';
import type { ListedSeries } from '../../domain/config/survey-listing.ts';
import { formatCountOf } from '../../domain/text/quantities.ts';
import { visibleText } from '../../domain/text/visible-text.ts';
import { recogniseTimestamp } from '../../domain/time/name-timestamp.ts';
import { type ReadDefinitions, readDefinitions } from '../../runtimes/local/dump-schema.ts';
import { loadLocalConfiguration } from '../../runtimes/local/local-configuration.ts';
import { createLocalPorts } from '../../runtimes/local/local-ports.ts';
import { placesFor } from '../../runtimes/local/places.ts';
import type { DrillOptions } from '../../runtimes/local/request-options.ts';
import { requestInput, silentEvents } from '../drill/drill-request.ts';
import { type ListedPlace, placeOfDump, surveyPlace } from './listing.ts';
import { proposedSource } from './proposed-source.ts';
import { folderOf, type ProposalTarget, writeProposal } from './write-proposal.ts';

type Options = DrillOptions & ProposalTarget & { schemaOnly?: boolean };

/**
 * Proposes what the names of a place tell: patterns, the schedule, what lies beside the dumps. Downloads nothing; with
 * `schemaOnly` it reads the definitions of the newest dump of each series.
 */
export async function initFromListing(place: ListedPlace, options: Options): Promise<number> {
  const series = await surveyPlace(place, options);
  const texts: string[] = [];
  for (const one of series) {
    const { dump, path } = placeOfDump(place, one.newestKey, folderOf(options));
    const definitions = options.schemaOnly === true ? await definitionsOf(dump, options) : null;
    const folder =
      place.kind === 's3' ? one.folder : path.slice(0, Math.max(0, path.length - lengthBelow(one)));
    texts.push(proposeConfig(factsOf(dump, options, definitions, { ...one, folder })));
    tell(
      `${one.database}: ${formatCountOf(one.count, 'dump')} called ${one.pattern ?? one.newestKey}, the newest ${one.newestKey}`,
    );
  }
  const first = series[0];
  const example = first === undefined ? '' : placeOfDump(place, first.newestKey, '.').dump;
  const next =
    options.schemaOnly === true
      ? `look through it, then: restore-drill validate ${options.output}`
      : `it asks nothing of the data yet: restore-drill init --schema-only --dump ${example} reads what to ask`;
  await writeProposal(joined(texts), options, next);
  return 0;
}

/** Proposes checks of what a dump defines; nothing is restored. */
export async function initFromDefinitions(dump: string, options: Options): Promise<number> {
  const definitions = await definitionsOf(dump, options);
  const text = proposeConfig(factsOf(dump, options, definitions, undefined));
  await writeProposal(text, options, `look through it, then: restore-drill validate ${options.output}`);
  return 0;
}

async function definitionsOf(dump: string, options: Options): Promise<ReadDefinitions> {
  tell(`reading the definitions of ${dump}; nothing is restored`);
  const own = { ...options, dump, config: undefined, database: undefined };
  const configuration = await loadLocalConfiguration(own);
  const ports = createLocalPorts(configuration, placesFor(own), silentEvents, new AbortController().signal);
  return readDefinitions(requestInput(configuration, own), ports);
}

function factsOf(
  dump: string,
  options: Options,
  definitions: ReadDefinitions | null,
  listed: ListedSeries | undefined,
): ProposalFacts {
  const key = definitions?.key ?? listed?.newestKey ?? basename(dump);
  const named = definitions?.nameTimestamp ?? recogniseTimestamp(basename(key))?.startsAt ?? null;
  const moment = momentOfTaking({
    ...{ key, directory: false, sizeBytes: 0, expectedSha256: null },
    uploadedAt: definitions?.uploadedAt ?? listed?.newestMoment ?? new Date().toISOString(),
    nameTimestamp: named,
    nameTimestampEnd: named === null ? null : (recogniseTimestamp(basename(key))?.endsAt ?? null),
    header: {
      ...bareHeader({ layout: 'plain', wrappings: [], archiveVersion: null }),
      consistencyPoint: definitions?.consistencyPoint ?? null,
    },
  });
  return {
    ...moment,
    database: listed?.database ?? databaseNameFor(key),
    source: proposedSource(options, dump),
    passphraseEnv: options.decryptPassphraseEnv ?? null,
    restoredInSeconds: null,
    restore: options.keepOrder === undefined ? {} : { keepOrder: options.keepOrder },
    restored: definitions?.databases ?? [],
    dumpKey: key,
    basis: definitions === null ? 'listing' : 'definitions',
    ...(listed === undefined ? {} : { listed }),
  };
}

/** One file of several: each begins with comments and `databases:`, of which the first is kept. */
function joined(texts: readonly string[]): string {
  const [first = '', ...others] = texts;
  return (
    first + others.map((text) => text.slice(text.indexOf('databases:\n') + 'databases:\n'.length)).join('')
  );
}

/** Of the key below the folder of its series, with the slash before it. */
const lengthBelow = ({ newestKey, folder }: ListedSeries): number =>
  newestKey.length - folder.length + (folder === '' ? 1 : 0);

const tell = (text: string): void => void process.stderr.write(`${visibleText(text)}\n`);
