import { newerThan } from '../domain/backup/bases-to-moment.ts';
import type { DumpCandidate } from '../domain/backup/dump-selection.ts';
import type { DrillState } from '../domain/drill/drill-state.ts';
import { finding } from '../domain/findings/findings.ts';
import type { ChosenDump } from './choose-dump.ts';
import { examineDump } from './examine-dump.ts';

/** At most so many files of roles, written beside each dump, are looked into for the first dump of a database. */
const globalsLookedInto = 20;

/** At most so many base backups are looked into for one that ended before the moment, where names do not tell the end. */
const basesLookedInto = 20;

/**
 * Examines the chosen dump. `pg_dumpall --globals-only` beside the dumps of a database is no newest dump: it is passed
 * over, and so are the others that are named like it. So is a base backup that ended after the moment to recover to.
 */
export async function firstOfDatabase(
  chosen: ChosenDump & { dump: DumpCandidate },
  to: string | null,
  state: DrillState,
  ports: Parameters<typeof examineDump>[2],
) {
  let { dump: newest, older } = chosen;
  const findings = [...chosen.findings];
  for (let looks = 1; ; looks += 1) {
    const examined = await examineDump(newest, state, ports);
    const passing = reasonToPassOver(newest, older, examined, to);
    if (passing === null || state.request.key !== null || looks > passing.mostLooks)
      return { newest, older, examined, findings };
    const [next, ...rest] = passing.others;
    if (next === undefined) return { newest, older, examined: passing.last ?? examined, findings };
    findings.push(finding('DUMP_REFUSED', `${newest.key} was passed over: ${passing.reason}`, passing.hint));
    newest = next;
    older = rest;
  }
}

type Examined = Awaited<ReturnType<typeof examineDump>>;

/** Why the next one is taken; `others`: those that come into question. `last`: what is said where there is none. */
function reasonToPassOver(
  newest: DumpCandidate,
  older: DumpCandidate[],
  { dump, findings }: Examined,
  to: string | null,
): { reason: string; hint?: string; others: DumpCandidate[]; mostLooks: number; last?: Examined } | null {
  const [globals] = findings.filter(({ code }) => code === 'GLOBALS_ONLY');
  if (globals !== undefined)
    return {
      reason: 'it holds roles and tablespaces only',
      hint: globals.hint,
      others: older.filter(({ key }) => nameShape(key) !== nameShape(newest.key)),
      mostLooks: globalsLookedInto,
    };
  const reason = to === null || dump === null ? null : newerThan(to, dump.header);
  if (reason === null) return null;
  const told = finding('TARGET_BEFORE_BACKUP', `of ${newest.key}, the oldest base backup: ${reason}`);
  const last = { dump: null, findings: [...findings, told], witness: null };
  return { reason, others: older, mostLooks: basesLookedInto, last };
}

/** A name with its numbers left out: what files of the same job have in common. */
const nameShape = (key: string): string => key.replace(/\d+/g, '#');
