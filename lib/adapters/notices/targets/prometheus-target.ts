import { chmod, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isDatabaseName } from '../../../domain/config/database-name.ts';
import type { NotifyConfig } from '../../../domain/config/index.ts';
import { NotDelivered } from '../../../ports/not-delivered.ts';
import type { NotifyTarget } from '../../../ports/notifier.ts';
import { systemErrorCode } from '../../files/atomic-file.ts';
import { expositionText } from './exposition-text.ts';
import { drillMetrics } from './prometheus-metrics.ts';
import { configured } from './target-secret.ts';

/** node_exporter runs as another user, and what it shows to the network is no secret to users of this machine. */
const readableByAll = 0o644;

export interface PrometheusOptions {
  notifyOf(database: string): NotifyConfig;
  /** What a relative folder of drills.yaml is relative to, as an absolute path. */
  resolveFolder(folder: string): string;
}

/**
 * Writes the metrics of a database's last drill where the textfile collector of node_exporter reads them: a file for each
 * database, so that drills of two databases never overwrite each other's, and whole at any moment.
 */
export function createPrometheusTarget({ notifyOf, resolveFolder }: PrometheusOptions): NotifyTarget {
  const folderOf = (database: string): string | null => {
    const { prometheus } = notifyOf(database);
    return prometheus === null ? null : resolveFolder(prometheus.directory);
  };
  const probe = async (database: string): Promise<string> => {
    const folder = configured(folderOf(database), database, 'prometheus');
    const file = join(folder, temporaryName(database));
    await inFolder(folder, async () => {
      await (await open(file, 'w')).close();
      await rm(file);
    });
    return `${folder} can be written`;
  };
  return {
    name: 'prometheus',
    async notify(notice) {
      if (notice.kind !== 'drill sealed') return;
      const { record, earlier } = notice;
      const folder = folderOf(record.database);
      if (folder === null) return;
      const provenAt = record.verdict === 'PROVEN' ? record.endedAt : (earlier?.lastProvenAt ?? null);
      await writeTextfile(folder, record.database, expositionText(drillMetrics(record, provenAt)));
    },
    async test(database) {
      return `${await probe(database)}; metrics are written by a drill only`;
    },
    inspect: probe,
  };
}

/** The collector reads names that end in `.prom` only. Two drills of one database never run at once. */
const temporaryName = (database: string): string => `.restore_drill_${database}.tmp`;

async function writeTextfile(folder: string, database: string, text: string): Promise<void> {
  // A request may name anything, and is refused with a record.
  if (!isDatabaseName(database)) throw new NotDelivered('the database asked for has no name for a file');
  const temporary = join(folder, temporaryName(database));
  await inFolder(folder, async () => {
    try {
      const file = await open(temporary, 'w', readableByAll);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      // Whatever the umask is.
      await chmod(temporary, readableByAll);
      await rename(temporary, join(folder, `restore_drill_${database}.prom`));
    } finally {
      await rm(temporary, { force: true });
    }
  });
}

/** The folder is node_exporter's: a wrong one is said, and not made. */
async function inFolder(folder: string, work: () => Promise<void>): Promise<void> {
  try {
    if (!(await stat(folder)).isDirectory()) throw new NotDelivered(`${folder} is no folder`);
    await work();
  } catch (error) {
    if (error instanceof NotDelivered) throw error;
    throw new NotDelivered(`${folder} cannot be written (${systemErrorCode(error) ?? 'unknown error'})`);
  }
}
