import type { DumpCandidate, DumpSelection } from '../domain/backup/dump-selection.ts';
import type { DrillState } from '../domain/drill/drill-state.ts';
import { type Finding, finding } from '../domain/findings/findings.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';

/** The dump of the drill and the older ones that a walk-back may try, newest first. */
export interface ChosenDump {
  dump: DumpCandidate | null;
  older: DumpCandidate[];
  findings: Finding[];
}

/** How many drills are looked through for a proven dump that is still there. */
const historyLimit = 50;

/**
 * A drill takes the newest. A real restore that names neither a dump nor a moment takes the newest *proven* one, and
 * says so when a newer one exists; where none was ever proven, the newest.
 */
export async function chooseDump(
  selection: DumpSelection,
  state: DrillState,
  ports: Pick<DrillPorts, 'ledger'>,
): Promise<ChosenDump> {
  const { candidates, newestRefused } = selection;
  const [newest, ...older] = candidates;
  const { mode, key, at } = state.request;
  if (newest === undefined) return { dump: null, older: [], findings: [] };
  if (mode === 'drill' || key !== null || at !== null) return { dump: newest, older, findings: [] };

  const refused =
    newestRefused === null
      ? []
      : [finding('DUMP_REFUSED', `${newestRefused.key} was passed over: ${newestRefused.reason}`)];
  const proven = await newestProven(candidates, state.database, ports);
  if (proven === -1) {
    const message = `no backup of ${state.database} that is still there was ever proven; the newest is restored`;
    return { dump: newest, older, findings: [...refused, finding('NEVER_PROVEN', message)] };
  }
  const newer = proven > 0 ? newest.key : newestRefused?.key;
  const chosen = candidates[proven] ?? newest;
  return {
    dump: chosen,
    older: candidates.slice(proven + 1),
    findings: [
      ...refused,
      ...(newer === undefined
        ? []
        : [
            finding(
              'NEWER_DUMP_UNPROVEN',
              `${chosen.key} is the newest proven backup; the newer ${newer} is not proven`,
            ),
          ]),
    ],
  };
}

/** Index of the newest candidate that a drill proved; -1: none. The same key with another size is another dump. */
async function newestProven(
  candidates: DumpCandidate[],
  database: string,
  ports: Pick<DrillPorts, 'ledger'>,
): Promise<number> {
  const last = await ports.ledger.lastProven(database);
  if (last === null) return -1;
  const lastIndex = indexOfProven(candidates, [last]);
  if (lastIndex === 0) return 0;
  const history = await ports.ledger.history({ database, limit: historyLimit });
  return indexOfProven(candidates, [last, ...history]);
}

function indexOfProven(
  candidates: DumpCandidate[],
  records: { provenDump: string | null; dump: { key: string; bytes: number } | null }[],
): number {
  return candidates.findIndex(({ key, sizeBytes }) =>
    records.some(
      ({ provenDump, dump }) =>
        provenDump === key && (dump === null || dump.key !== key || dump.bytes === sizeBytes),
    ),
  );
}
