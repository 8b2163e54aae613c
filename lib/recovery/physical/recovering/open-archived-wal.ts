import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RecoveryRequest } from '../../../ports/recovery.ts';
import { type ArchiveContents, readContents } from '../wal/archive-contents.ts';
import { coverageOf } from '../wal/wal-coverage.ts';
import { contentOf, type WalFile } from '../wal/wal-file.ts';
import { archivedFiles } from './archived-files.ts';
import type { ArchivedWal } from './archived-wal.ts';
import { baseWalOf, questionOf, reachOf } from './wal-question.ts';

/**
 * Opens the WAL of a base backup: the archive, and what came with the backup itself.
 * @param dataDirectory of the unpacked backup @param folder of the sandbox, for what tarballs hold
 */
export async function openArchivedWal(
  { source, signal }: Pick<RecoveryRequest, 'source' | 'signal'>,
  dataDirectory: string,
  folder: string,
): Promise<ArchivedWal> {
  const spoolFolder = await mkdtemp(join(folder, 'unpacked-'));
  const baseWal = await baseWalOf(dataDirectory);
  let contents: ArchiveContents | null = null;
  let order: string[] = [];
  return {
    async reach(stretch) {
      const { files: archive, archivedAt } = await archivedFiles(source, stretch.control.systemIdentifier);
      const question = { ...questionOf(stretch), archive, baseWal, spoolFolder, signal };
      contents = await readContents(question);
      const coverage = await coverageOf(contents, question);
      order = coverage.segments.map(({ name }) => name);
      return reachOf(coverage, archivedAt);
    },
    fetch: {
      async fetch(name, path) {
        const file = contents === null ? undefined : fileOf(contents, name);
        if (file === undefined) return false;
        await pipeline(Readable.from(contentOf(file)), createWriteStream(path, { flags: 'wx', mode: 0o600 }));
        return true;
      },
      after: (name) => order.slice(order.indexOf(name) + 1),
    },
    close: () => rm(spoolFolder, { recursive: true, force: true }),
  };
}

/** What the archive has by PostgreSQL's name; what lies in the backup's own pg_wal the server finds by itself. */
function fileOf({ archive }: ArchiveContents, name: string): WalFile | undefined {
  const [, timeline] = /^([0-9A-F]{8})\.history$/.exec(name) ?? [];
  if (timeline !== undefined) return archive.histories.get(Number.parseInt(timeline, 16))?.at(-1);
  return archive.segments.get(name)?.copies.at(-1);
}
