import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ClientConfig } from 'pg';
import { createCheckRunner } from '../../../lib/adapters/postgres/check-runner.ts';
import type { LocalSandboxHost } from '../../../lib/adapters/sandboxes/local-process/local-sandbox-options.ts';
import type { DrillRecord } from '../../../lib/domain/record/drill-record.ts';

import { createRestorer } from '../../../lib/recovery/logical/create-restorer.ts';
import { loadLocalConfiguration } from '../../../lib/runtimes/local/local-configuration.ts';
import { createLocalPorts } from '../../../lib/runtimes/local/local-ports.ts';
import { defaultPlaces } from '../../../lib/runtimes/local/places.ts';
import { runLocalDrill } from '../../../lib/runtimes/local/run-drill.ts';
import { type PooledSandboxes, pooledSandboxes } from './pooled-sandboxes.ts';

/** A file, or a directory dump: file names with their contents. */
export type DumpContent = Buffer | string | Map<string, Buffer>;

/** What a drill may know beside its dump. */
export interface DrillSurroundings {
  /** Files beside the dump: name and content. */
  beside?: Readonly<Record<string, string>>;
  /** A dump of the same name that was drilled before. */
  before?: DumpContent;
  /** Major of its server, as drills.yaml can ask for one; else what the dump says of its own. */
  majorVersion?: number;
  /** Hears of each step as it begins. */
  began?: (step: string) => void;
  /** Looks at what was restored by a drill that was judged PROVEN, before its sandbox goes. */
  whenProven?: (sandbox: LookedAt) => Promise<void>;
}

/** A way into the sandbox of a drill. */
export type LookedAt = (database: string) => Promise<ClientConfig>;

/** Drills in this process: the shipped machine, steps and adapters, with one sandbox server for all drills. */
export class Corpus {
  readonly #base = mkdtempSync(join(tmpdir(), 'rd-corpus-'));
  #sandboxes: PooledSandboxes | null = null;
  readonly #sandboxesOf: (host: LocalSandboxHost) => PooledSandboxes;
  #drills = 0;

  /** @param sandboxesOf where its drills restore, in the place of one server that is kept from drill to drill */
  constructor(sandboxesOf: (host: LocalSandboxHost) => PooledSandboxes = pooledSandboxes) {
    this.#sandboxesOf = sandboxesOf;
    chmodSync(this.#base, 0o711);
  }

  /** One drill of one dump, as `restore-drill run --dump NAME` does it. */
  async drill(
    name: string,
    content: DumpContent,
    { beside = {}, before, ...watching }: DrillSurroundings = {},
  ): Promise<DrillRecord> {
    const directory = mkdtempSync(join(this.#base, 'drill-'));
    const dump = join(directory, name);
    try {
      if (before !== undefined) {
        write(dump, before);
        await this.#drillOf(dump, directory);
        rmSync(dump, { recursive: true });
      }
      write(dump, content);
      for (const [file, text] of Object.entries(beside)) writeFileSync(join(directory, file), text);
      return await this.#drillOf(dump, directory, watching);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }

  async close(): Promise<void> {
    await this.#sandboxes?.close();
    rmSync(this.#base, { recursive: true, force: true });
  }

  async #drillOf(
    dump: string,
    directory: string,
    { majorVersion, began = () => {}, whenProven = async () => {} }: DrillSurroundings = {},
  ): Promise<DrillRecord> {
    this.#drills += 1;
    const options = { dump };
    const loaded = await loadLocalConfiguration(options);
    const configuration: typeof loaded = {
      ...loaded,
      database: (name) => {
        const { sandbox, ...database } = loaded.database(name);
        return { ...database, sandbox: { ...sandbox, majorVersion: majorVersion ?? sandbox.majorVersion } };
      },
    };
    const places = {
      stateDirectory: join(directory, 'state'),
      cacheDirectory: defaultPlaces().cacheDirectory,
      sandboxDirectory: join(this.#base, 'sandboxes'),
      earlierSandboxDirectories: [],
    };
    const silent = () => {};
    const events = { restoreProgress: silent, sandboxProgress: silent, ledgerDamage: silent, mishap: silent };
    const ports = createLocalPorts(configuration, places, events, new AbortController().signal);
    this.#sandboxes ??= this.#sandboxesOf(ports.sandboxes);
    let verdict: unknown = null;
    const pooled = this.#sandboxes;
    const sandboxes: typeof pooled = {
      ...pooled,
      remove: async (sandboxId) => {
        const look = await pooled.look(sandboxId);
        if (verdict === 'PROVEN' && look.state === 'ready')
          await whenProven((database) => pooled.connection(look.address, database));
        await pooled.remove(sandboxId);
      },
    };
    return runLocalDrill({
      drillId: `corpus-${process.pid}-${this.#drills}`,
      input: { database: configuration.chosen, dump: configuration.dumpKey },
      operator: 'corpus',
      ports: {
        ...ports,
        sandboxes,
        recoverers: { physical: null, logical: createRestorer(sandboxes) },
        checks: createCheckRunner(sandboxes),
      },
      watcher: {
        began,
        ended: (step, outcome) => {
          if (step === 'judge' && 'output' in outcome)
            verdict = (outcome.output as { verdict: unknown }).verdict;
        },
      },
    });
  }
}

function write(dump: string, content: DumpContent): void {
  if (!(content instanceof Map)) {
    writeFileSync(dump, content);
    return;
  }
  for (const [file, bytes] of content) {
    mkdirSync(dirname(join(dump, file)), { recursive: true });
    writeFileSync(join(dump, file), bytes);
  }
}
