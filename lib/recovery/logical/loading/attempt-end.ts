import { type Finding, finding } from '../../../domain/findings/findings.ts';
import type { RestoreAccount } from '../../../domain/recovery/restore-account.ts';
import { listOf } from '../../../domain/text/quantities.ts';
import type { AttemptContext } from './attempt-context.ts';
import type { AttemptFrame } from './attempt-frame.ts';
import { AttemptSpoiled } from './attempt-spoiled.ts';
import { ConnectionLost } from './server-error.ts';

/** In a finding; the record lists all. */
const rolesNamed = 10;

/** What an attempt came to: an account, or a lost connection that makes us begin afresh. */
export type AttemptEnd =
  | { account: RestoreAccount }
  | { account: null; spoiledBy: AttemptSpoiled; restarted: boolean };

/** What code of the dump did to the server, in words; the roles that we made for it are our own doing. @throws ServerError, ConnectionLost */
export async function tamperingsIn({ watch, roles }: AttemptContext): Promise<string[]> {
  for (const name of roles.created) watch.announced.add({ kind: 'role', name });
  return (await watch.tamperings()).map(({ words }) => words);
}

/** Tells what code of the dump did to the server. @throws ServerError, ConnectionLost */
async function tellTamperings(context: AttemptContext): Promise<void> {
  for (const words of await tamperingsIn(context))
    context.book.find(finding('DUMP_TRIED_TO_ACT', `code of the dump ${words}`));
}

/**
 * Nobody waited for the commits of the restore (`fastLoadSettings`), and a server that crashes within three times its
 * wal_writer_delay, 0.6 s, may forget the last ones: a key, say, that the verdict rests on. A commit that is waited for takes all
 * before it to the disk. It has to write something for that, and a message in the WAL changes nothing.
 */
const waitForDisk = `BEGIN; SET LOCAL synchronous_commit = on;
SELECT pg_catalog.pg_logical_emit_message(true, 'restore-drill', 'restored'); COMMIT`;

/** Closes the books, with all that was restored on the server's disk. @throws AttemptSpoiled when the server turns out to have restarted */
export async function endOfAttempt(
  frame: AttemptFrame,
  dump: { sha256(): Promise<string | null>; bytesRead(): number },
  complete: boolean,
  findings: Finding[],
): Promise<RestoreAccount> {
  const { book, clock, roles, admin } = frame.context;
  try {
    await (await admin()).text(waitForDisk);
  } catch (error) {
    if (error instanceof ConnectionLost) throw new AttemptSpoiled('the last look at the server', error);
    throw error;
  }
  await tellTamperings(frame.context);
  if (roles.created.length > 0)
    book.find(
      finding(
        'ROLES_CREATED',
        roles.created.length === 1
          ? `1 role that the dump names but does not define was created without login: ${roles.created.join('')}`
          : `${roles.created.length} roles that the dump names but does not define were created without login: ${listOf(roles.created, rolesNamed)}`,
      ),
    );
  return {
    engine: 'native',
    complete,
    sha256: await dump.sha256(),
    bytesRead: dump.bytesRead(),
    databases: book.databases,
    rolesCreated: [...roles.created],
    entries: book.entryAccounts,
    restoredBeside: book.restoredBeside,
    tables: [...book.tables.values()],
    announced: book.announced,
    phases: clock.phases(dump.bytesRead(), book.rowsLoaded),
    findings: [...findings, ...book.told],
  };
}
