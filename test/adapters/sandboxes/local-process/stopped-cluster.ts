import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serverAccount } from '../../../../lib/adapters/sandboxes/local-process/server-account.ts';
import type { StoppedServer } from '../../../../lib/adapters/sandboxes/local-process/single-user.ts';
import { postgresqlPrograms } from '../../../../scripts/oracle-programs.mjs';
import { TestServer } from '../../../support/server.ts';

/** A server whose files lie as a crash would leave them, to be copied and damaged. */
export class CrashedCluster {
  readonly server: TestServer;
  #copies = 0;

  private constructor(server: TestServer) {
    this.server = server;
  }

  static async make(): Promise<CrashedCluster> {
    return new CrashedCluster(await TestServer.start('source', { programs: postgresqlPrograms(15) }));
  }

  /** Path of a relation's file in the data directory, written to disk. */
  async fileOf(database: string, relation: string): Promise<string> {
    const [[path] = []] = await this.server.sql(database, `SELECT pg_relation_filepath('${relation}')`);
    await this.server.sql(database, 'CHECKPOINT');
    return String(path);
  }

  /** A stopped copy, with the log's lines as the settings of a sandbox have them. */
  copy(): StoppedServer {
    this.#copies += 1;
    const dataDirectory = join(this.server.directory, `copy-${this.#copies}`);
    execFileSync('cp', ['-a', join(this.server.directory, 'data'), dataDirectory]);
    rmSync(join(dataDirectory, 'postmaster.pid'));
    const configFile = join(dataDirectory, 'postgresql.conf');
    writeFileSync(configFile, "log_line_prefix = ''\n", { flag: 'a' });
    return {
      binDirectory: postgresqlPrograms(15),
      dataDirectory,
      configFile,
      account: serverAccount(),
      isolation: { kind: 'none', reason: 'a test' },
      signal: new AbortController().signal,
    };
  }
}

/** Makes the first page of a file one that PostgreSQL does not read. */
export const damageFirstPage = ({ dataDirectory }: StoppedServer, file: string): void =>
  writeFileSync(join(dataDirectory, file), Buffer.alloc(8192, 0xff), { flag: 'r+' });
