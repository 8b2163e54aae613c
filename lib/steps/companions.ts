import { heartbeatsToRead, judgeCompanions } from '../domain/backup/companions.ts';
import type { DumpObject } from '../domain/backup/dump.ts';
import type { DumpCandidate } from '../domain/backup/dump-selection.ts';
import type { DatabaseConfig } from '../domain/config/index.ts';
import { type Finding, finding } from '../domain/findings/findings.ts';
import type { DrillPorts, OpenedSource } from '../ports/drill-ports.ts';

/** What is wrong with the files that belong to the run of a dump. @param asOf the moment that ages are measured to, ISO 8601 */
export async function companionFindings(
  { store, prefix }: OpenedSource,
  objects: DumpObject[],
  { config, dump, asOf }: { config: DatabaseConfig; dump: DumpCandidate; asOf: string },
  ports: Pick<DrillPorts, 'objects'>,
): Promise<Finding[]> {
  if (config.companions.length === 0) return [];
  const texts = new Map<string, string>();
  for (const key of heartbeatsToRead(objects, config.companions, prefix)) {
    texts.set(key, await ports.objects.text(store, key));
  }
  const dumpMoment = dump.nameTimestamp?.startsAt ?? null;
  const { timezone } = config.source;
  const outcome = judgeCompanions(objects, config.companions, { prefix, timezone, dumpMoment, asOf, texts });
  const damaged = await Promise.all(
    outcome.found.map(async ({ rule, object }) => {
      const problem =
        rule.archive === null ? null : await ports.objects.archiveProblem(store, object.key, rule.archive);
      return problem === null
        ? []
        : [finding('COMPANION_DAMAGED', `the companion ${object.key} does not unpack: ${problem}`)];
    }),
  );
  return [...outcome.findings, ...damaged.flat()];
}
