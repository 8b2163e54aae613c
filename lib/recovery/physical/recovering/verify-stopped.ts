import { type Finding, finding } from '../../../domain/findings/findings.ts';
import type { RecoveredCluster } from '../../../domain/recovery/restore-account.ts';
import type { RecoveryPlace } from '../../../ports/recovery-place.ts';
import { readDataDirectory } from '../base/facts/data-directory.ts';
import { type BadPage, checkPages } from '../pages/check-pages.ts';

/** What a recovered cluster says of itself between replay and its first start for questions. */
export interface StoppedCluster {
  pages: RecoveredCluster['pages'];
  findings: Finding[];
  notTested: string[];
}

/**
 * Reads a recovered cluster while no server runs on it: its pg_control, and every page where data checksums are on. Later the
 * server itself would write to some of them.
 */
export async function verifyStopped(
  place: Pick<RecoveryPlace, 'dataDirectory' | 'tablespaceDirectory'>,
  { signal, onBytes }: { signal: AbortSignal; onBytes(bytes: number): void },
): Promise<StoppedCluster> {
  const { control } = readDataDirectory(place.dataDirectory);
  if (control?.kind !== 'control file')
    return {
      pages: null,
      findings: [finding('RECOVERY_FAILED', 'pg_control cannot be read after the replay')],
      notTested: [],
    };
  const { state, dataChecksumVersion } = control.control;
  const findings =
    state === 'shut down'
      ? []
      : [finding('RECOVERY_FAILED', `after the replay pg_control says "${state}", not "shut down"`)];
  if (dataChecksumVersion === 0) return { pages: null, findings, notTested: [withoutChecksums] };
  const { files, pages, bytes, badPages, bad } = await checkPages(place, control.control, {
    signal,
    onBytes,
  });
  if (badPages > 0) findings.push(finding('PAGE_CORRUPT', badPagesInWords(badPages, bad)));
  return { pages: { files, pages, bytes, bad: badPages }, findings, notTested: [] };
}

const withoutChecksums =
  'The pages of the recovered cluster by their checksums: the cluster has none (initdb --data-checksums, pg_checksums --enable).';

/** By file, as pg_checksums names them. */
function badPagesInWords(count: number, named: BadPage[]): string {
  const blocks = new Map<string, number[]>();
  for (const { file, block } of named) blocks.set(file, [...(blocks.get(file) ?? []), block]);
  const places = [...blocks].map(
    ([file, numbers]) => `${file}, ${numbers.length === 1 ? 'block' : 'blocks'} ${numbers.join(', ')}`,
  );
  const more = count > named.length ? ` and ${count - named.length} more` : '';
  return `${count === 1 ? 'a page is' : `${count} pages are`} not what was written: ${places.join('; ')}${more}`;
}
