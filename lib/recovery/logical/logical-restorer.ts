import { DrillError, isDrillError } from '../../domain/findings/errors.ts';
import { finding, findingRegistry } from '../../domain/findings/findings.ts';
import type { RestoreAccount } from '../../domain/recovery/restore-account.ts';
import type { RestoreRequest, Restorer } from '../../ports/recovery.ts';
import type { SandboxAccess } from '../../ports/sandbox-access.ts';
import { type AttemptEnd, endOfAttempt, tamperingsIn } from './loading/attempt-end.ts';
import { type AttemptFrame, startAttempt } from './loading/attempt-frame.ts';
import { AttemptSpoiled } from './loading/attempt-spoiled.ts';
import { keepHeapSmall } from './loading/heap-headroom.ts';
import type { RestorePolicy } from './loading/restore-policy.ts';
import { ConnectionLost, ServerError } from './loading/server-error.ts';
import { sandboxLost } from './loading/slot.ts';
import { beginReading } from './reading/begin-reading.ts';
import type { OpenedDump } from './reading/open-dump.ts';
import { watchingShape } from './shape/dump-shape.ts';

export interface LogicalRestorerParts {
  access: SandboxAccess;
  /** Opens the dump from its start; called once more when a lost connection makes us begin afresh. */
  openDump(request: RestoreRequest): OpenedDump | Promise<OpenedDump>;
  loadPolicy(): Promise<RestorePolicy>;
}

/**
 * Restores with our own reader and loader: no client tools, no disk, any format in one account.
 * Connection losses: a chunk of rows is sent again when the server says it was not committed; anything else in doubt
 * starts the databases afresh, once.
 */
export class LogicalRestorer implements Restorer {
  readonly #parts: LogicalRestorerParts;

  constructor(parts: LogicalRestorerParts) {
    this.#parts = parts;
  }

  /** @throws DrillError SANDBOX_LOST, SANDBOX_DISK_FULL, ENTRY_TIMED_OUT, DUMP_TRIED_TO_ACT, INTERRUPTED, REQUEST_INVALID and the reader's when it cannot begin */
  async restore(request: RestoreRequest): Promise<RestoreAccount> {
    if (request.signal.aborted) throw interrupted(request.signal.reason);
    const leaveHeapToV8 = keepHeapSmall();
    try {
      return await this.#restored(request);
    } finally {
      leaveHeapToV8();
    }
  }

  async #restored(request: RestoreRequest): Promise<RestoreAccount> {
    const first = await this.#attempt(request, [], true);
    if (first.account !== null) return first.account;
    const again = finding(
      'CONNECTION_RETRIED',
      `${first.spoiledBy.message}, and what was under way could not be told done from not done; the databases were dropped and loaded afresh`,
    );
    const second = await this.#attempt(request, [again], false);
    if (second.account !== null) return second.account;
    // Once may be an operator; twice, while the server itself went on, is the dump.
    if (endedByCommand(first.spoiledBy) && endedByCommand(second.spoiledBy) && !second.restarted)
      throw triedToAct(['ended the sessions of the restore'], second.spoiledBy);
    throw sandboxLost(second.spoiledBy);
  }

  /** Opens the dump and begins to read it. */
  async #opened(request: RestoreRequest): Promise<OpenedDump> {
    const dump = await this.#parts.openDump(request);
    return { ...dump, reader: beginReading(dump.reader) };
  }

  async #attempt(
    request: RestoreRequest,
    findings: RestoreAccount['findings'],
    forgivesCancels: boolean,
  ): Promise<AttemptEnd> {
    // The parser is loaded and the dump's own words are read while sessions open, most of which is waiting for the server.
    const policy = this.#parts.loadPolicy();
    const opening = this.#opened(request);
    // Whoever awaits them is told; none is lost while sessions open.
    for (const begun of [policy, opening]) begun.catch(() => {});
    const frame = await startAttempt(request, this.#parts.access, policy, forgivesCancels).catch((error) => {
      opening.then(
        (opened) => opened.close(),
        () => {},
      );
      throw asDrillError(error, request.signal);
    });
    const abort = (): void => void frame.attempt.abandon(interrupted(request.signal.reason));
    request.signal.addEventListener('abort', abort, { once: true });
    let dump: OpenedDump | null = null;
    try {
      dump = await opening;
      frame.countBytesOf(dump);
      const complete = await frame.attempt.run(watchingShape(dump.reader));
      return { account: await endOfAttempt(frame, dump, complete, findings) };
    } catch (error) {
      await frame.attempt.abandon(error);
      if (!request.signal.aborted) await throwIfTamperedWith(frame, error);
      const spoiledBy = error instanceof ConnectionLost ? new AttemptSpoiled('the restore', error) : error;
      if (spoiledBy instanceof AttemptSpoiled && !request.signal.aborted) {
        await frame.undo().catch((lost) => {
          throw asDrillError(lost, request.signal);
        });
        const restarted = await frame.context.watch.restarted().catch(() => true);
        return { account: null, spoiledBy, restarted };
      }
      throw asDrillError(error, request.signal);
    } finally {
      request.signal.removeEventListener('abort', abort);
      dump?.close();
      await frame.close();
    }
  }
}

/** Code of a dump may have shut the restore out: then that is what is told, and not what it made us stumble over. */
async function throwIfTamperedWith({ context }: AttemptFrame, cause: unknown): Promise<void> {
  const tamperings = await tamperingsIn(context).catch(() => []);
  if (tamperings.length > 0) throw triedToAct(tamperings, cause);
}

const triedToAct = (did: string[], cause: unknown): DrillError =>
  new DrillError('DUMP_TRIED_TO_ACT', `code of the dump ${did.join('; it ')}`, {
    hint: findingRegistry.DUMP_TRIED_TO_ACT.hint,
    cause,
  });

/** SQLSTATE 57P01, admin_shutdown: what a session is told that pg_terminate_backend ends. */
const endedByCommand = ({ cause }: AttemptSpoiled): boolean =>
  cause instanceof ConnectionLost && cause.sqlState === '57P01';

const interrupted = (cause: unknown): DrillError =>
  new DrillError('INTERRUPTED', 'the restore was interrupted', { cause });

function asDrillError(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return interrupted(signal.reason);
  if (isDrillError(error)) return error;
  if (error instanceof ConnectionLost) return sandboxLost(error);
  if (!(error instanceof ServerError)) return error;
  return new DrillError(
    'INTERNAL_ERROR',
    `the server refused what the loader itself asked for (SQLSTATE ${error.sqlState})`,
    {
      fault: 'us',
      cause: error,
    },
  );
}
