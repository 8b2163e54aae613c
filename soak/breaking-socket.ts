import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A socket in front of a server's, whose connections can be broken in the middle of a message. */
export interface BreakingSocket {
  directory: string;
  /** Breaks every connection that there is. @returns how many */
  breakAll(): number;
  close(): void;
}

/** @param server directory of the server's socket */
export async function breakingSocket(server: string): Promise<BreakingSocket> {
  const directory = mkdtempSync(join(tmpdir(), 'rd-soak-socket-'));
  chmodSync(directory, 0o711);
  const name = '.s.PGSQL.5432';
  const open = new Set<Socket>();
  const front = createServer((drill) => {
    const back = connect(join(server, name));
    for (const [one, other] of [
      [drill, back],
      [back, drill],
    ] as const) {
      open.add(one);
      one.on('error', () => {});
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => front.listen(join(directory, name), resolve));
  return {
    directory,
    breakAll: () => {
      const broken = open.size / 2;
      for (const each of open) each.destroy();
      return broken;
    },
    close: () => {
      front.close();
      for (const each of open) each.destroy();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
