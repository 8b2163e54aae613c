import { isOfTheDump } from '../../../domain/findings/dump-damage.ts';
import { DrillError, isDrillError } from '../../../domain/findings/errors.ts';
import { type Finding, finding } from '../../../domain/findings/findings.ts';
import type { RestoreAccount } from '../../../domain/recovery/restore-account.ts';
import type { RestoreRequest, Restorer } from '../../../ports/restorer.ts';
import type { SandboxAccess } from '../../../ports/sandbox-access.ts';
import { dumpSourceOf } from '../dump-source.ts';
import { type AttemptFrame, endOfAttempt, startAttempt } from '../loading/attempt-frame.ts';
import { AttemptSpoiled } from '../loading/attempt-spoiled.ts';
import type { RestorePolicy } from '../loading/restore-policy.ts';
import { ConnectionLost } from '../loading/server-error.ts';
import { sandboxLost } from '../loading/slot.ts';
import { type OpenedDump, openDump } from '../reading/open-dump.ts';
import { archiveInput } from './archive-files.ts';
import { type ClientTools, findClientTools, requireArchiveSupport } from './client-tools.ts';
import { ConnectionEnvironment } from './connection-environment.ts';
import { OwnReading } from './own-reading.ts';
import { readThroughPgRestore } from './pg-restore-reader.ts';
import { PsqlLauncher } from './psql-launcher.ts';
import { ToolsAttempt } from './tools-attempt.ts';

export interface ToolsRestorerParts {
  access: SandboxAccess;
  loadPolicy(): Promise<RestorePolicy>;
  /** @default the newest installation of this machine */
  findTools?(): Promise<ClientTools>;
}

/**
 * Restores with PostgreSQL's own programs: pg_restore reads archives, psql carries out every statement and every COPY.
 * What they are given went through our reader and the policy, so a plain dump can make psql do nothing that it could
 * not do with the native engine; what they did is accounted for by SQLSTATE and row count per object, by our own
 * reading of the archive beside theirs, and later by the checks. One worker, in the dump's order.
 */
export class ToolsRestorer implements Restorer {
  readonly #parts: ToolsRestorerParts;

  constructor(parts: ToolsRestorerParts) {
    this.#parts = parts;
  }

  /**
   * @throws DrillError SANDBOX_UNAVAILABLE when the programs are missing, ARCHIVE_VERSION_UNKNOWN when they are too old,
   * SANDBOX_LOST, SANDBOX_DISK_FULL, INTERRUPTED, REQUEST_INVALID
   */
  async restore(request: RestoreRequest): Promise<RestoreAccount> {
    const { signal, dump } = request;
    if (signal.aborted) throw interrupted(signal.reason);
    const tools = await (this.#parts.findTools ?? findClientTools)();
    const { archiveVersion } = dump.header.format;
    if (archiveVersion !== null) requireArchiveSupport(archiveVersion, tools);
    const environment = await ConnectionEnvironment.create();
    let frame: AttemptFrame | null = null;
    try {
      frame = await startAttempt(request, this.#parts.access, await this.#parts.loadPolicy());
      return await this.#attempt(request, tools, environment, frame);
    } catch (error) {
      throw asDrillError(error, signal);
    } finally {
      await frame?.close();
      await environment.remove();
    }
  }

  async #attempt(
    request: RestoreRequest,
    tools: ClientTools,
    environment: ConnectionEnvironment,
    frame: AttemptFrame,
  ): Promise<RestoreAccount> {
    const { signal } = request;
    const launcher = new PsqlLauncher(tools.psql, environment, frame.context.connectionTo);
    const abort = (): void => launcher.destroyAll();
    signal.addEventListener('abort', abort, { once: true });
    const dump = await openDump(dumpSourceOf(request.store, request.dump, signal), {
      passphrase: request.options.passphrase,
    });
    frame.countBytesOf(dump);
    try {
      const attempt = new ToolsAttempt(frame.context, launcher);
      const { layout } = request.dump.header.format;
      const isText = layout === 'plain' || layout === 'cluster';
      const complete = isText
        ? await attempt.run(dump.reader)
        : await throughPgRestore(request, tools, environment, frame, attempt, dump);
      if (isText && attempt.fault !== null) frame.context.book.find(faultFinding(attempt.fault));
      return { ...(await endOfAttempt(frame, dump, complete, [])), engine: 'tools' };
    } finally {
      signal.removeEventListener('abort', abort);
      launcher.destroyAll();
      dump.close();
    }
  }
}

/** Two readings of one archive side by side: pg_restore's is restored, ours says what should have come of it. */
async function throughPgRestore(
  request: RestoreRequest,
  tools: ClientTools,
  environment: ConnectionEnvironment,
  frame: AttemptFrame,
  attempt: ToolsAttempt,
  dump: OpenedDump,
): Promise<boolean> {
  const { book, policy } = frame.context;
  const { header } = request.dump;
  const { layout } = header.format;
  const own = new OwnReading();
  attempt.archiveRequest = own.databaseEntry.then((entry) =>
    (entry?.statements ?? []).reduce<ReturnType<typeof policy.databaseRequest>>(
      (known, each) => known ?? policy.databaseRequest(each),
      null,
    ),
  );
  // Each reading waits for the other to end, whatever becomes of it: only then is everything let go of.
  const ourReading = own.read(dump.reader).then(
    () => null,
    (error: unknown) => ({ error }),
  );
  const theirReading = (async () => {
    const source = dumpSourceOf(request.store, request.dump, request.signal);
    const kind = layout === 'custom' || layout === 'tar' ? layout : 'directory';
    const input = await archiveInput(source, kind, request.options.passphrase, () => environment.newFolder());
    return attempt.run(readThroughPgRestore(tools.pgRestore, input, header, request.signal));
  })().then(
    (complete) => ({ complete }),
    (error: unknown) => {
      // Unpacking a directory for pg_restore meets what is wrong with the dump before the attempt does.
      if (!isOfTheDump(error)) return { error };
      attempt.fault ??= error;
      return { complete: false };
    },
  );
  const [ours, theirs] = await Promise.all([ourReading, theirReading]);
  for (const found of own.findings) book.find(found);
  if ('error' in theirs) throw theirs.error;
  if (ours !== null && !isOfTheDump(ours.error)) throw ours.error;
  // Our reading names the defect and its place; that pg_restore broke off at it says nothing more.
  const fault = ours !== null && isOfTheDump(ours.error) ? ours.error : attempt.fault;
  if (fault !== null) book.find(faultFinding(fault));
  if (own.complete && theirs.complete)
    for (const found of own.differences(attempt.seen, book.tables.values())) book.find(found);
  return own.complete && theirs.complete;
}

const faultFinding = (fault: DrillError): Finding => ({
  ...finding(fault.code, fault.message),
  hint: fault.hint,
});

const interrupted = (cause: unknown): DrillError =>
  new DrillError('INTERRUPTED', 'the restore was interrupted', { hint: 'Start it again.', cause });

function asDrillError(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return interrupted(signal.reason);
  if (isDrillError(error)) return error;
  return error instanceof ConnectionLost || error instanceof AttemptSpoiled ? sandboxLost(error) : error;
}
