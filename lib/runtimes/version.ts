import { readFileSync } from 'node:fs';

/** Version of this package; dist/ and lib/runtimes/ lie at different depths, so both places are looked at. */
export const version = readVersion(['../package.json', '../../package.json']);

function readVersion(candidates: string[]): string {
  for (const candidate of candidates) {
    try {
      const manifest: unknown = JSON.parse(readFileSync(new URL(candidate, import.meta.url), 'utf8'));
      if (typeof manifest === 'object' && manifest !== null && 'name' in manifest && 'version' in manifest) {
        if (manifest.name === 'restore-drill') return String(manifest.version);
      }
    } catch {
      // Not this one.
    }
  }
  return 'unknown';
}

/** Commit of the sources, with `+changes` where they were not as committed; the bundler writes it in place of the variable. */
export const commit: string = process.env.RESTORE_DRILL_COMMIT ?? 'unknown';
