import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { compareDumps, noDifference } from '../../oracle/support/dump-comparison.ts';
import type { DumpContent } from '../support/corpus.ts';
import type { SourceServer } from '../support/source-server.ts';
import type { Mutant } from './mutants.ts';

/**
 * True when nothing is lost: PostgreSQL's own tools restore the damaged dump to what they restore the healthy one to (a bit
 * of a comment, of a timestamp in a header, of padding).
 */
export async function isHarmless(
  source: SourceServer,
  { healthy, damaged, format }: Mutant,
): Promise<boolean> {
  const [before, after] = [await restored(source, healthy, format), await restored(source, damaged, format)];
  if (before === null || after === null) return false;
  const difference = compareDumps(before, after);
  return JSON.stringify(difference) === JSON.stringify(noDifference);
}

/** What pg_dump writes of the restored dump; null when the tools refuse it. */
async function restored(
  source: SourceServer,
  content: DumpContent,
  format: Mutant['format'],
): Promise<string | null> {
  const folder = mkdtempSync(join(tmpdir(), 'rd-harmless-'));
  const path = join(folder, 'dump');
  const database = await source.database('');
  try {
    if (content instanceof Map) {
      mkdirSync(path);
      for (const [name, bytes] of content) writeFileSync(join(path, name), bytes);
    } else writeFileSync(path, format === 'plain.gz' ? gunzipSync(content) : content);
    const isText = format === 'plain' || format === 'plain.gz' || format === 'inserts';
    if (isText) source.tool('psql', ['-d', database, '-qX', '-v', 'ON_ERROR_STOP=1', '-f', path]);
    else source.tool('pg_restore', ['-d', database, '--exit-on-error', path]);
    return source.dump(database).toString();
  } catch {
    return null;
  } finally {
    await source.sql(`DROP DATABASE "${database}" WITH (FORCE)`);
    rmSync(folder, { recursive: true, force: true });
  }
}
