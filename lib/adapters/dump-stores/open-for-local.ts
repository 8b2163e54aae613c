import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { SourceConfig } from '../../domain/config/index.ts';
import type { OpenedSource } from '../../ports/drill-ports.ts';
import { createFolderDumpStore } from './folder/folder-dump-store.ts';

/** What the command line or the door says in place of drills.yaml. */
export interface StoreOverrides {
  /** Relative folders of sources lie here: the folder of drills.yaml. Default: the working directory. */
  baseFolder?: string;
  /** `--from DIR`: this folder stands for the bucket (or for its prefix). */
  fromFolder?: string;
  endpointUrl?: string;
  region?: string;
  pathStyle?: boolean;
  /** Keys for an S3-compatible store, read by the door from where `credentialsSecret` says. */
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
}

/**
 * Opens what `source:` of drills.yaml describes.
 *
 * @throws DrillError DUMP_NOT_FOUND when `fromFolder` does not exist (told when it is listed)
 */
export async function openConfiguredStore(
  source: SourceConfig,
  overrides: StoreOverrides = {},
): Promise<OpenedSource> {
  if (overrides.fromFolder !== undefined) {
    return { store: createFolderDumpStore(await standIn(overrides.fromFolder, source)), prefix: '' };
  }
  if (source.kind === 'folder') {
    return { store: createFolderDumpStore(resolve(overrides.baseFolder ?? '.', source.folder)), prefix: '' };
  }
  const endpointUrl = overrides.endpointUrl ?? source.endpointUrl;
  const { createS3DumpStore } = await import('./s3/s3-dump-store.ts');
  const store = createS3DumpStore({
    bucket: source.bucket,
    prefix: source.prefix,
    region: overrides.region ?? source.region,
    endpointUrl,
    pathStyle: overrides.pathStyle ?? (overrides.endpointUrl === undefined ? source.pathStyle : true),
    credentials: overrides.credentials ?? null,
    expectedBucketOwner: source.expectedBucketOwner,
  });
  return { store, prefix: source.prefix };
}

/** A folder stands for the bucket when it holds the prefix, else for what lies below the prefix. */
async function standIn(folder: string, source: SourceConfig): Promise<string> {
  if (source.kind === 'folder' || source.prefix === '') return folder;
  const below = join(folder, source.prefix);
  const found = await stat(below).catch(() => null);
  return found?.isDirectory() ? below : folder;
}
