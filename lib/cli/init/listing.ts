import { existsSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { openConfiguredStore } from '../../adapters/dump-stores/open-for-local.ts';
import type { DumpObject } from '../../domain/backup/dump.ts';
import { parseConfig, type SourceConfig } from '../../domain/config/index.ts';
import { type ListedSeries, surveyListing } from '../../domain/config/survey-listing.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import type { DrillOptions } from '../../runtimes/local/request-options.ts';

/** Where dumps of one kind after another lie: a bucket below a prefix, or a folder. */
export type ListedPlace = { kind: 's3'; bucket: string; prefix: string } | { kind: 'folder'; path: string };

/** What `--dump` names, when that is no dump but a place where dumps lie. */
export function listedPlace(dump: string): ListedPlace | null {
  const [, bucket, prefix = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(dump) ?? [];
  if (bucket !== undefined)
    return prefix === '' || prefix.endsWith('/') ? { kind: 's3', bucket, prefix } : null;
  if (!existsSync(dump) || !statSync(dump).isDirectory() || existsSync(join(dump, 'toc.dat'))) return null;
  return { kind: 'folder', path: dump };
}

/**
 * Lists the place and finds the series of dumps in it. Nothing is downloaded.
 *
 * @throws DrillError NO_DUMP_FOUND when no name there tells of a series, and what listing throws
 */
export async function surveyPlace(place: ListedPlace, options: DrillOptions): Promise<ListedSeries[]> {
  const { store } = await openConfiguredStore(sourceOf(place, options), { baseFolder: '.' });
  const objects: DumpObject[] = [];
  for await (const object of store.list()) objects.push(object);
  // A folder's own listing begins below it.
  const series = surveyListing(objects).filter(({ newestKey }) => newestKey !== '');
  if (series.length > 0) return series;
  throw new DrillError(
    'NO_DUMP_FOUND',
    `none of ${objects.length} objects of ${store.location} has the name of a dump with a moment in it`,
    { hint: 'Give init one of the dumps: `restore-drill init --dump <file or s3://bucket/key>`.' },
  );
}

function sourceOf(place: ListedPlace, { region, endpointUrl, pathStyle }: DrillOptions): SourceConfig {
  const written =
    place.kind === 'folder'
      ? { folder: place.path }
      : {
          bucket: place.bucket,
          ...(place.prefix === '' ? {} : { prefix: place.prefix }),
          ...(region === undefined ? {} : { region }),
          ...(endpointUrl === undefined ? {} : { endpointUrl, pathStyle: pathStyle ?? true }),
        };
  const parsed = parseConfig(JSON.stringify({ databases: { listed: { source: written } } }));
  const source = 'config' in parsed ? parsed.config.databases.listed?.source : undefined;
  if (source !== undefined) return source;
  const [problem] = 'problems' in parsed ? parsed.problems : [];
  throw new DrillError('REQUEST_INVALID', problem?.message ?? 'the place cannot be listed', {
    hint: problem?.hint ?? 'Give a folder, or s3://bucket/prefix/.',
  });
}

/** A dump of the place, as `--dump` and drills.yaml name it. @param base where drills.yaml will lie */
export function placeOfDump(place: ListedPlace, key: string, base: string): { dump: string; path: string } {
  if (place.kind === 's3') return { dump: `s3://${place.bucket}/${key}`, path: key };
  const dump = join(place.path, key);
  return { dump, path: relative(base, resolve(dump)).split(sep).join('/') };
}
