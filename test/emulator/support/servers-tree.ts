import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { archiveInto } from '../../support/archived-cluster.ts';
import { bundleRestoreImage } from '../../support/built-parts.ts';
import { buildTree, type ImageTree, removeTree, runInside } from './image-tree.ts';
import { serversAtHand } from './servers-at-hand.ts';

/** The image with servers, unpacked, and a base backup with its WAL that its own programs made. */
export interface ServersTree {
  directory: string;
  tree: ImageTree;
  majorVersion: number;
  /** Holds `base` and `wal`; `shop.marker` has row 1 before the backup, 2 behind it, and 3 behind `moment`. */
  archived: string;
  /** ISO 8601. */
  moment: string;
  remove(): void;
}

const makeArchived = (bin: string): string => `
install -d -o postgres /archived /archived/wal
setpriv --reuid=postgres --regid=postgres --init-groups sh -ec '
cd /archived
${bin}/initdb -D source -A trust --no-sync
${bin}/pg_ctl -D source -w -l log start -o "-k /archived -c listen_addresses= -c archive_mode=on" \
  -o "-c wal_level=replica -c archive_command=\\"${archiveInto('/archived/wal')}\\""
ask() { psql -h /archived -qAt -d "$1" -c "$2"; }
ask postgres "CREATE ROLE shop_owner"
ask postgres "CREATE DATABASE shop OWNER shop_owner"
ask shop "CREATE TABLE marker (id integer PRIMARY KEY)"
ask shop "ALTER TABLE marker OWNER TO shop_owner"
ask shop "INSERT INTO marker VALUES (1)"
${bin}/pg_basebackup -h /archived -D base -X stream -c fast
ask shop "INSERT INTO marker VALUES (2)"
sleep 1.1
date -u +%Y-%m-%dT%H:%M:%SZ > moment
sleep 1.1
ask shop "INSERT INTO marker VALUES (3)"
ask shop "SELECT pg_switch_wal()"
ask shop CHECKPOINT
${bin}/pg_ctl -D source -w -m fast stop
rm -r source
'`;

/** Carries out the recipe of the image with servers. Takes some minutes. */
export async function makeServersTree(): Promise<ServersTree> {
  const directory = mkdtempSync(join(tmpdir(), 'servers-image-'));
  chmodSync(directory, 0o711);
  const context = bundleRestoreImage(join(directory, 'context'));
  const tree = buildTree(context, directory, { target: 'sandbox', ...(await serversAtHand(context)) });
  process.stderr.write(`Of the image with servers, done otherwise: ${tree.substitutions.join('; ')}.\n`);
  const majorVersion = Math.max(...readdirSync(join(tree.root, 'usr/lib/postgresql')).map(Number));
  runInside(tree.root, makeArchived(`/usr/lib/postgresql/${majorVersion}/bin`));
  const archived = join(directory, 'archived');
  execFileSync('mv', [join(tree.root, 'archived'), archived]);
  const moment = readFileSync(join(archived, 'moment'), 'utf8').trim();
  return {
    ...{ directory, tree, majorVersion, archived, moment },
    remove() {
      removeTree(tree);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
