import { type AskedBase, basesToMoment } from '../domain/backup/bases-to-moment.ts';
import type { DumpCandidate } from '../domain/backup/dump-selection.ts';
import type { DrillState } from '../domain/drill/drill-state.ts';
import { isDrillError } from '../domain/findings/errors.ts';
import { type Finding, finding } from '../domain/findings/findings.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import { openSource } from './configured-source.ts';

/** Each is a few requests: two weeks of hourly ones, or a year of daily ones. */
const mostAsked = 366;
/** At most this many are named in the record. */
const newerNamed = 10;

/**
 * Asks base backups without a moment in their names, of those that came after the moment, when they ended: what was copied came
 * late, and may lead there all the same. Nothing of them is unpacked.
 * @returns those that lead to the moment, newest first. Where none does, the oldest: that it is newer is then its finding
 */
export async function basesLeadingTo(
  at: string,
  candidates: readonly DumpCandidate[],
  state: Pick<DrillState, 'database'>,
  ports: Pick<DrillPorts, 'configuration' | 'openStore' | 'inspector' | 'dumpOpening'>,
): Promise<{ candidates: DumpCandidate[]; findings: Finding[] }> {
  const { physical } = ports.configuration.database(state.database).source;
  const isUntold = ({ nameTimestamp, modifiedAt }: DumpCandidate): boolean =>
    nameTimestamp === null && Date.parse(modifiedAt) > Date.parse(at);
  const untold = new Set(candidates.filter(isUntold).slice(0, mostAsked));
  if (physical === null || untold.size === 0) return { candidates: [...candidates], findings: [] };
  const { store, prefix } = await openSource(state.database, ports);
  const opening = await ports.dumpOpening(state.database);
  const asked: AskedBase[] = [];
  for (const base of candidates)
    asked.push({
      base,
      moments: untold.has(base)
        ? await ports.inspector
            .momentsOfBase(store, { key: base.key, walPrefix: prefix + physical.walPrefix }, opening)
            .catch(unknownIfRefused)
        : null,
    });
  const { bases, newer } = basesToMoment(at, asked);
  const findings = newer
    .slice(0, newerNamed)
    .map(({ key, reason }) => finding('DUMP_REFUSED', `${key} was passed over: ${reason}`));
  if (bases.length > 0) return { candidates: bases, findings };
  return { candidates: candidates.slice(-1), findings: [] };
}

/** What is no base backup, or cannot be opened, is told when it is its turn. */
function unknownIfRefused(error: unknown): null {
  if (isDrillError(error)) return null;
  throw error;
}
