import { AnnouncedChanges } from './announced-changes.ts';
import { type Asker, lookAtServer, type ServerLook } from './server-look.ts';
import { type Tampering, tamperingsBetween } from './tampering.ts';

/** A session of ours that code of the dump has never used. */
export interface WatchSession extends Asker {
  readonly lost: boolean;
  close(): Promise<void>;
}

export interface WatchOptions {
  masterRole: string;
  /** True where the session is the sandbox's own administrator, who sees verifiers and can put things right. */
  asAdministrator: boolean;
  /** Opens a session on a database that no dump is restored into. */
  open(): Promise<WatchSession>;
}

/**
 * Watches over what a dump has no business to change on the server: looked at before anything of the dump runs, and again
 * at the end. The session stays open in between: code may have closed the way in for new ones.
 */
export class ServerWatch {
  readonly announced = new AnnouncedChanges();
  readonly #options: WatchOptions;
  readonly #before: ServerLook;
  #session: WatchSession;

  private constructor(options: WatchOptions, session: WatchSession, before: ServerLook) {
    this.#options = options;
    this.#session = session;
    this.#before = before;
  }

  /** @throws what the session throws */
  static async begin(options: WatchOptions): Promise<ServerWatch> {
    const session = await options.open();
    const look = await lookAtServer(session, options.masterRole, options.asAdministrator);
    return new ServerWatch(options, session, look);
  }

  /**
   * What was changed and not announced, and puts right what would keep the drill from its end. Where the server does not let
   * us, the checks that follow say so. @throws what the session throws when the server is gone
   */
  async tamperings(): Promise<Tampering[]> {
    const { masterRole, asAdministrator, open } = this.#options;
    if (this.#session.lost) this.#session = await open();
    const after = await lookAtServer(this.#session, masterRole, asAdministrator);
    const found = tamperingsBetween(this.#before, after, this.announced, masterRole);
    for (const { mend } of found) if (mend !== null) await this.#session.text(mend).catch(() => {});
    return found;
  }

  /** True when the server was started anew since the watch began. @throws what the session throws when it is gone */
  async restarted(): Promise<boolean> {
    if (this.#session.lost) this.#session = await this.#options.open();
    const { rows } = await this.#session.text('SELECT pg_catalog.pg_postmaster_start_time()');
    return rows[0]?.[0] !== this.#before.startedAt;
  }

  async close(): Promise<void> {
    await this.#session.close();
  }
}
