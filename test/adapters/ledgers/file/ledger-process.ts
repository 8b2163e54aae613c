/**
 * A process of its own that uses a ledger; bundled and started by file-ledger.test.ts.
 * Arguments: what to do, path of the ledger, name of the drill or prefix of the drills, number of records or locks, and
 * the moment to begin (milliseconds), so that several begin at once.
 */
import { appendFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { exclusively } from '../../../../lib/adapters/ledgers/file/exclusive-section.ts';
import { createFileLedger } from '../../../../lib/adapters/ledgers/file/file-ledger.ts';
import { encodeLine } from '../../../../lib/adapters/ledgers/file/ledger-lines.ts';
import { isDrillError } from '../../../../lib/domain/findings/errors.ts';
import { aRecord } from '../../../support/records.ts';

const [action = '', path = '', name = '', count = '1', beginAt = '0'] = process.argv.slice(2);
const ledger = createFileLedger({ path, clock: { now: () => new Date() } });

async function sealMany(): Promise<void> {
  for (let done = 0; done < Number(count); done += 1)
    await ledger.seal(aRecord({ drillId: `${name}-${done}` }));
}

/** Dies in the middle of a line, holding the lock. */
async function dieWhileWriting(): Promise<void> {
  await exclusively(path, async () => {
    const line = encodeLine(aRecord({ drillId: name }));
    await appendFile(path, line.slice(0, line.length / 2));
    process.kill(process.pid, 'SIGKILL');
  });
}

/** Takes the locks of many databases and says which it got. Goes on living, because a dead owner holds nothing. */
async function takeLocks(): Promise<void> {
  const got: string[] = [];
  for (let done = 0; done < Number(count); done += 1) {
    const lock = { database: `db${done}`, drillId: name, leaseExpiresAt: '2099-01-01T00:00:00.000Z' };
    if ((await ledger.lock(lock)).taken) got.push(lock.database);
  }
  process.stdout.write(`${JSON.stringify(got)}\n`);
  setInterval(() => undefined, 1000);
}

/** Holds the drill's lock until it is killed. */
async function holdDrillLock(): Promise<void> {
  const lock = { database: 'shop', drillId: name, leaseExpiresAt: '2099-01-01T00:00:00.000Z' };
  process.stdout.write(`${JSON.stringify(await ledger.lock(lock))}\n`);
  setInterval(() => undefined, 1000);
}

const actions: Record<string, () => Promise<void>> = { sealMany, dieWhileWriting, takeLocks, holdDrillLock };

async function main(): Promise<void> {
  await sleep(Math.max(0, Number(beginAt) - Date.now()));
  await actions[action]?.();
}

main().catch((error: unknown) => {
  process.stdout.write(
    isDrillError(error)
      ? `${JSON.stringify({ code: error.code, message: error.message, hint: error.hint })}\n`
      : `${error}\n`,
  );
  process.exitCode = 1;
});
