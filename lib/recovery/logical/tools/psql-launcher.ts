import type { ClientConfig } from 'pg';
import type { ConnectionEnvironment } from './connection-environment.ts';
import { PsqlCopy } from './psql-copy.ts';
import { PsqlSession } from './psql-session.ts';

/** Starts psql on databases of one sandbox, and knows all that still run. */
export class PsqlLauncher {
  readonly #psql: string;
  readonly #environment: ConnectionEnvironment;
  readonly #connectionTo: (database: string) => Promise<ClientConfig>;
  readonly #known = new Map<string, NodeJS.ProcessEnv>();
  readonly #started = new Set<{ destroy(): void }>();

  constructor(
    psql: string,
    environment: ConnectionEnvironment,
    connectionTo: (database: string) => Promise<ClientConfig>,
  ) {
    this.#psql = psql;
    this.#environment = environment;
    this.#connectionTo = connectionTo;
  }

  /** @param startup SQL of our own that the session begins with @throws ConnectionLost when it cannot connect */
  async session(database: string, startup: string[]): Promise<PsqlSession> {
    const session = new PsqlSession(this.#psql, await this.#environmentOf(database));
    this.#started.add(session);
    for (const sql of startup) await session.text(sql);
    return session;
  }

  /** See PsqlCopy. */
  async copy(database: string, commands: string[]): Promise<PsqlCopy> {
    const copy = new PsqlCopy(this.#psql, await this.#environmentOf(database), commands);
    this.#started.add(copy);
    copy.whenOver(() => this.#started.delete(copy));
    return copy;
  }

  /** Ends everything at once. */
  destroyAll(): void {
    for (const process of this.#started) process.destroy();
    this.#started.clear();
  }

  /** A token that expires (RDS) is asked for anew after a while; a file per COPY would be too many. */
  async #environmentOf(database: string): Promise<NodeJS.ProcessEnv> {
    const known = this.#known.get(database);
    if (known !== undefined && Date.now() - this.#askedAt < tokenLifeMs) return known;
    if (Date.now() - this.#askedAt >= tokenLifeMs) this.#known.clear();
    this.#askedAt = Date.now();
    const made = await this.#environment.of(await this.#connectionTo(database), database);
    this.#known.set(database, made);
    return made;
  }

  #askedAt = 0;
}

/** IAM tokens of RDS are good for 15 minutes. */
const tokenLifeMs = 10 * 60 * 1000;
