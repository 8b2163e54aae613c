import { Readable } from 'node:stream';
import type { BaseBackupSource } from '../../../ports/recovery.ts';
import { textIn } from '../pgbackrest/info-file.ts';
import { contentOfRepository, readSealedInfo } from '../pgbackrest/repository-files.ts';
import type { WalFile } from '../wal/wal-file.ts';
import { filesBelow } from './stored-files.ts';

/**
 * The files of an archive of WAL, oldest name first: tarballs carry the moment in their names, and the last is the newest. Of a
 * repository of pgBackRest only what belongs to the cluster.
 * @throws DrillError DUMP_ENCRYPTED, DECRYPTION_FAILED, DUMP_CORRUPT, and what the store throws
 */
export async function archivedFiles(source: BaseBackupSource, systemIdentifier: string): Promise<WalFile[]> {
  const files = (await filesBelow(source, source.walPrefix)).sort((a, b) => (a.name < b.name ? -1 : 1));
  const infos = files.filter(({ name }) => /(^|\/)archive\.info$/.test(name));
  if (infos.length === 0) return files;
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
  return ofCluster;
}

/** Not by JSON.parse, which loses digits of the identifier. */
function historyOf(text: string): { version: string; cluster: string } {
  const [, cluster = ''] = /"db-id":(\d+)/.exec(text) ?? [];
  const [, version = ''] = /"db-version":"([\d.]+)"/.exec(text) ?? [];
  return { version, cluster };
}
