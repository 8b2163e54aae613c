/** What a recovery hands to its server, without one: what the server makes of it is asked where one runs. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { groupBaseBackups } from '../../../../../lib/domain/backup/base-backups.ts';
import type { DumpObject } from '../../../../../lib/domain/backup/dump.ts';
import type { Finding } from '../../../../../lib/domain/findings/findings.ts';
import type { RecoveryTarget } from '../../../../../lib/domain/recovery/recovery-target.ts';
import type { BaseBackupSource } from '../../../../../lib/ports/recovery.ts';
import type { RecoveryPlace } from '../../../../../lib/ports/recovery-place.ts';
import { openArchivedWal } from '../../../../../lib/recovery/physical/recovering/open-archived-wal.ts';
import { recoverBase } from '../../../../../lib/recovery/physical/recovering/recover-base.ts';
import {
  joinedPrefixes,
  openBaseBackupPlaces,
  placeOf,
} from '../../../../../lib/runtimes/local/base-backup-places.ts';

/** Digests by name. */
type Digests = Record<string, string>;

interface HandedOver {
  /** Every file of the data directory, and every folder; not the manifest, which tells of the backup and not of the cluster. */
  cluster: Digests;
  /** Every segment that the server may ask the archive for, as it would get it. */
  wal: Digests;
}

interface Recovery {
  /** Null: the recovery ended before. */
  handedOver: HandedOver | null;
  /** Of errors, and of what could not be verified. */
  grave: Pick<Finding, 'code' | 'severity' | 'message' | 'hint'>[];
  codes: string[];
}

export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** What a folder holds, names relative to it. */
export function digestsBelow(folder: string): Digests {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const found = entries.map((entry): [string, string] => {
    const path = join(entry.parentPath, entry.name);
    return [path.slice(folder.length + 1), entry.isFile() ? sha256(readFileSync(path)) : 'folder'];
  });
  return Object.fromEntries(found.filter(([name]) => name !== 'backup_manifest'));
}

/** A cluster without the WAL that came inside its base backup: what the archive has need not be there twice. */
export const withoutOwnWal = (cluster: Digests): Digests =>
  Object.fromEntries(Object.entries(cluster).filter(([name]) => !name.startsWith('pg_wal/')));

/** The one base backup at places as the command line names them, and the WAL. @throws Error where there are more or none */
export async function placed(
  base: string,
  wal: string,
  { endpointUrl, passphrase = null }: { endpointUrl?: string; passphrase?: string | null } = {},
): Promise<BaseBackupSource> {
  const region = 'eu-west-1';
  const options = endpointUrl === undefined ? {} : { endpointUrl, region };
  const store = await openBaseBackupPlaces({ base: placeOf(base), wal: placeOf(wal) }, options);
  const objects: DumpObject[] = [];
  for await (const object of store.list({ beginning: joinedPrefixes.base, after: null }))
    if (object.key.startsWith(joinedPrefixes.base)) objects.push(object);
  const [backup, ...others] = groupBaseBackups(objects, joinedPrefixes.wal);
  if (backup === undefined || others.length > 0)
    throw new Error(`there are ${objects.map(({ key }) => key).join()}`);
  return { store, key: backup.key, walPrefix: joinedPrefixes.wal, keys: { passphrase } };
}

/**
 * Recovers up to where the server would begin.
 * @throws DrillError as the recovery does
 */
export async function recovered(
  source: BaseBackupSource,
  target: RecoveryTarget = { kind: 'latest' },
  replaysCompression: RecoveryPlace['replaysCompression'] = async () => true,
): Promise<Recovery> {
  const folder = mkdtempSync(join(tmpdir(), 'restore-drill-handed-over-'));
  const [dataDirectory, tablespaceDirectory] = [join(folder, 'data'), join(folder, 'tablespaces')];
  for (const each of [dataDirectory, tablespaceDirectory]) mkdirSync(each);
  let handedOver: HandedOver | null = null;
  const place: RecoveryPlace = {
    ...{ dataDirectory, tablespaceDirectory, majorVersion: 15, replaysCompression },
    replay: async ({ archive }) => {
      const wal: Digests = {};
      for (const name of archive.after('')) {
        const path = join(folder, 'fetched');
        if (!(await archive.fetch(name, path))) continue;
        wal[name] = sha256(readFileSync(path));
        rmSync(path);
      }
      handedOver = { cluster: digestsBelow(dataDirectory), wal };
      const silence = { redoStart: null, consistentAt: null, redoEnd: null, lastCommitAt: null };
      return {
        ...{ promoted: false, seconds: 0 },
        log: { ...silence, newTimeline: null, fatal: 'there is no server here', walTrouble: [] },
      };
    },
    commandRoom: () => Promise.reject(new Error('there are no commands')),
    open: () => Promise.reject(new Error('it was opened')),
    reset: async () => {},
  };
  const sandbox = {
    sandboxId: 'test',
    host: folder,
    port: 5432,
    masterRole: 'reader',
    serverVersion: '15.18',
  };
  try {
    const { complete, findings } = await recoverBase(
      {
        ...{ source, target, sandbox, fullSnapshot: false, again: false, carriedOn: false },
        ...{ timeoutSeconds: 60, onProgress: () => {}, signal: new AbortController().signal },
      },
      {
        place,
        openWal: (asked) => openArchivedWal(asked, dataDirectory, folder),
        connection: () => Promise.reject(new Error('somebody logs in')),
      },
    );
    if (complete) throw new Error('nothing was recovered, and it is said to be complete');
    const grave = findings.filter(({ severity }) => severity === 'error' || severity === 'unverified');
    return {
      handedOver,
      grave: grave.filter(({ message }) => !message.includes('there is no server here')),
      codes: findings.map(({ code }) => code),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
