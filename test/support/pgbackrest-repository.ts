import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const sha1 = (bytes: Buffer | string): string => createHash('sha1').update(bytes).digest('hex');

/** As pgBackRest encrypts: the format of `openssl enc -aes-256-cbc -md sha1`. */
export function encryptedAs(passphrase: string, content: Buffer): Buffer {
  const salt = randomBytes(8);
  const rounds: Buffer[] = [];
  for (let index = 0; index < 3; index += 1)
    rounds.push(
      createHash('sha1')
        .update(Buffer.concat([rounds.at(-1) ?? Buffer.alloc(0), Buffer.from(passphrase), salt]))
        .digest(),
    );
  const secret = Buffer.concat(rounds);
  const cipher = createCipheriv('aes-256-cbc', secret.subarray(0, 32), secret.subarray(32, 48));
  return Buffer.concat([Buffer.from('Salted__'), salt, cipher.update(content), cipher.final()]);
}

/** A file of pgBackRest's, with its checksum. Values are JSON. */
export function infoFile(sections: Record<string, Record<string, unknown>>): string {
  const json = (value: unknown): string =>
    // Identifiers have more digits than a number of JavaScript.
    JSON.stringify(value).replace(/"(\d{17,20})"/g, '$1');
  const whole = { backrest: { 'backrest-format': 5, 'backrest-version': '2.45' }, ...sections };
  const text = Object.entries(whole).map(
    ([name, values]) =>
      `[${name}]\n${Object.entries(values)
        .map(([key, value]) => `${key}=${json(value)}\n`)
        .join('')}\n`,
  );
  const told = Object.entries(whole).map(
    ([name, values]) =>
      `"${name}":{${Object.entries(values)
        .map(([key, value]) => `"${key}":${json(value)}`)
        .join(',')}}`,
  );
  return `${text.join('')}[backrest]\nbackrest-checksum="${sha1(`{${told.join(',')}}`)}"\n`;
}

export interface RepositoryContent {
  /** Null: not encrypted. */
  passphrase: string | null;
  systemIdentifier: string;
  /** Oldest first, each with its files by name in the data directory; those of an earlier one are referred to. */
  backups: { label: string; files: ReadonlyMap<string, Buffer>; startLsn: string; stopLsn: string }[];
  /** By name of 24 digits. */
  segments: ReadonlyMap<string, Buffer>;
  /** Puts the files of each backup into one bundle. */
  isBundled?: boolean;
}

/** The files of a repository of the stanza `main`, by path. */
export function pgBackRestFiles(content: RepositoryContent): Map<string, Buffer> {
  const { passphrase, systemIdentifier } = content;
  const files = new Map<string, Buffer>();
  const sealed = (key: string, bytes: Buffer): Buffer =>
    passphrase === null ? bytes : encryptedAs(key, bytes);
  const cipher = (key: string) => (passphrase === null ? {} : { cipher: { 'cipher-pass': key } });
  const user = passphrase ?? '';
  const database = { 'db-id': 1, 'db-system-id': systemIdentifier, 'db-version': '15' };
  files.set(
    'backup/main/backup.info',
    sealed(
      user,
      Buffer.from(
        infoFile({
          'backup:current': Object.fromEntries(content.backups.map(({ label }) => [label, {}])),
          ...cipher('of manifests'),
          db: database,
        }),
      ),
    ),
  );
  files.set(
    'archive/main/archive.info',
    sealed(
      user,
      Buffer.from(
        infoFile({
          ...cipher('of segments'),
          db: database,
          'db:history': { 1: { 'db-id': systemIdentifier, 'db-version': '15' } },
        }),
      ),
    ),
  );
  const holders = new Map<string, string>();
  for (const { label, files: members, startLsn, stopLsn } of content.backups) {
    const entries: Record<string, unknown> = {};
    const bundle: Buffer[] = [];
    let offset = 0;
    for (const [name, bytes] of members) {
      const digest = sha1(bytes);
      const reference = holders.get(`${name} ${digest}`);
      const entry = { checksum: digest, size: bytes.length };
      const isStored = reference === undefined && bytes.length > 0;
      // A data directory twice over takes seconds to pack.
      const stored = isStored ? sealed('of files', gzipSync(bytes, { level: 1 })) : bytes;
      if (reference !== undefined) entries[`pg_data/${name}`] = { ...entry, reference };
      else if (bytes.length === 0) entries[`pg_data/${name}`] = { size: 0 };
      else if (content.isBundled === true) {
        entries[`pg_data/${name}`] = { ...entry, bni: 1, bno: offset, 'repo-size': stored.length };
        bundle.push(stored);
        offset += stored.length;
      } else {
        entries[`pg_data/${name}`] = entry;
        files.set(`backup/main/${label}/pg_data/${name}.gz`, stored);
      }
      if (content.isBundled !== true && bytes.length > 0)
        holders.set(`${name} ${digest}`, reference ?? label);
    }
    if (bundle.length > 0) files.set(`backup/main/${label}/bundle/1`, Buffer.concat(bundle));
    const manifest = infoFile({
      backup: {
        'backup-archive-start': '000000010000000000000001',
        'backup-label': label,
        'backup-lsn-start': startLsn,
        'backup-lsn-stop': stopLsn,
      },
      'backup:db': database,
      'backup:option': { 'option-compress': true, 'option-compress-type': 'gz' },
      ...cipher('of files'),
      'target:file': entries,
    });
    files.set(`backup/main/${label}/backup.manifest`, sealed('of manifests', Buffer.from(manifest)));
  }
  for (const [name, bytes] of content.segments)
    files.set(
      `archive/main/15-1/${name.slice(0, 16)}/${name}-${sha1(bytes)}.gz`,
      sealed('of segments', gzipSync(bytes, { level: 1 })),
    );
  return files;
}

export function writeRepository(folder: string, files: ReadonlyMap<string, Buffer>): void {
  for (const [name, bytes] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
}
