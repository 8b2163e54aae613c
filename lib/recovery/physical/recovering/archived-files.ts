import { Readable } from 'node:stream';
import type { BaseBackupSource } from '../../../ports/recovery.ts';
import { textIn } from '../pgbackrest/info-file.ts';
import { contentOfRepository, readSealedInfo } from '../pgbackrest/repository-files.ts';
import type { WalFile } from '../wal/wal-file.ts';
import { filesBelow } from './stored-files.ts';

/**
 * The files of an archive of WAL, oldest name first: tarballs carry the moment in their names, and the last is the newest. Of a
 * repository of pgBackRest only what belongs to the cluster.
 * @returns with the moment of the last upload, ISO 8601; null: there is none
 * @throws DrillError DUMP_ENCRYPTED, DECRYPTION_FAILED, DUMP_CORRUPT, and what the store throws
 */
export async function archivedFiles(
  source: BaseBackupSource,
  systemIdentifier: string,
): Promise<{ files: WalFile[]; archivedAt: string | null }> {
  const files = (await filesBelow(source, source.walPrefix.replace(/[^/]*$/, '')))
    .filter(({ name }) => name.startsWith(lastPart(source.walPrefix)))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const archivedAt =
    files
      .map(({ modifiedAt }) => modifiedAt)
      .sort()
      .at(-1) ?? null;
  const infos = files.filter(({ name }) => /(^|\/)archive\.info$/.test(name));
  if (infos.length === 0) return { files, archivedAt };
  const ofCluster: WalFile[] = [];
  for (const info of infos) {
    const folder = info.name.slice(0, -'archive.info'.length);
    const sealed = await readSealedInfo(info, source.keys);
    const passphrase = textIn(sealed, 'cipher', 'cipher-pass');
    for (const [id, text] of sealed.get('db:history') ?? []) {
      const { version, cluster } = historyOf(text);
      if (cluster !== systemIdentifier) continue;
      // `15-1/0000000100000000/000000010000000000000010-<sha1>.zst`
      for (const file of files.filter(({ name }) => name.startsWith(`${folder}${version}-${id}/`)))
        ofCluster.push({
          name: file.name,
          sizeBytes: file.sizeBytes,
          open: async () => Readable.from(contentOfRepository(file, passphrase), { objectMode: false }),
        });
    }
  }
  return { files: ofCluster, archivedAt };
}

/** Not by JSON.parse, which loses digits of the identifier. */
function historyOf(text: string): { version: string; cluster: string } {
  const [, cluster = ''] = /"db-id":(\d+)/.exec(text) ?? [];
  const [, version = ''] = /"db-version":"([\d.]+)"/.exec(text) ?? [];
  return { version, cluster };
}

/** What names begin with behind the last folder. */
const lastPart = (prefix: string): string => prefix.slice(prefix.lastIndexOf('/') + 1);
