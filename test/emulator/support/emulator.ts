import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { repositoryRoot } from '../../support/repository-root.ts';

export const region = 'eu-west-1';
/** The only account in which the emulator deploys what the CDK CLI sends. */
export const account = '000000000000';

/** From the root, because the soak bundles this file. */
const supportFolder = join(repositoryRoot, 'test/emulator/support');
/** Loaded into every function and task: says which of them asks. */
export const doorHeader = join(supportFolder, 'door-header.mjs');

/** What `scripts/emulator.mjs` installed. */
export interface Installation {
  /** Program of the emulator. */
  ministack: string;
  /** The Node.js that functions and tasks run on: the major of the deployed runtime. */
  node: string;
}

/** @throws Error when the test was not started through `npm run test:emulator` */
export function installation(): Installation {
  const { EMULATOR_MINISTACK: ministack, EMULATOR_NODE: node } = process.env;
  if (ministack === undefined || node === undefined)
    throw new Error('start this test with `npm run test:emulator`, which installs what it needs');
  return { ministack, node };
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** Credentials that mean nothing: the emulator checks none. */
export const credentials = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };

/** An emulator process of our own, on loopback only, with nothing kept on disk when it ends. */
export class Emulator {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(port: number, child: ChildProcess) {
    this.port = port;
    this.#child = child;
  }

  /**
   * @param endpointPort where functions shall send their requests
   * @param directory for its log and its temporary files
   * @param caBundlePath certificates that stand in for those of RDS
   */
  static async start(endpointPort: number, directory: string, caBundlePath: string): Promise<Emulator> {
    const { ministack, node } = installation();
    const port = await freePort();
    const temporary = join(directory, 'tmp');
    mkdirSync(temporary, { recursive: true });
    const log = openSync(join(directory, 'emulator.log'), 'w');
    // Its Python, with two gaps closed.
    const python = join(dirname(ministack), 'python');
    const child = spawn(python, [join(supportFolder, 'emulator.py')], {
      // A group of its own, so that the processes of functions end with it.
      detached: true,
      stdio: ['ignore', log, log],
      env: {
        ...credentials,
        PATH: `${dirname(node)}:${process.env.PATH}`,
        HOME: directory,
        TMPDIR: temporary,
        BIND_HOST: '127.0.0.1',
        GATEWAY_PORT: String(port),
        MINISTACK_REGION: region,
        MINISTACK_ACCOUNT_ID: account,
        LOG_LEVEL: 'INFO',
        // Wait states pass at once: what is waited for is looked at in a loop anyway.
        SFN_WAIT_SCALE: '0.02',
        // Functions inherit these. An address instead of a name, so that the SDK uses paths for buckets.
        AWS_ENDPOINT_URL: `http://127.0.0.1:${endpointPort}`,
        RDS_CA_BUNDLE: caBundlePath,
        NODE_OPTIONS: `--import=${doorHeader}`,
      },
    });
    const emulator = new Emulator(port, child);
    await emulator.#ready(join(directory, 'emulator.log'));
    return emulator;
  }

  async stop(): Promise<void> {
    if (this.#child.pid === undefined || this.#child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    process.kill(-this.#child.pid, 'SIGKILL');
    await ended;
  }

  async #ready(log: string): Promise<void> {
    for (let tries = 0; tries < 300; tries += 1) {
      if (this.#child.exitCode !== null) throw new Error(`the emulator ended at its start, see ${log}`);
      const answer = await fetch(`http://127.0.0.1:${this.port}/_ministack/health`).catch(() => null);
      if (answer?.ok) return;
      await sleep(100);
    }
    throw new Error(`the emulator did not answer within 30 s, see ${log}`);
  }
}
