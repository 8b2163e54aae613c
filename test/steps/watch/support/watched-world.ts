import type { DumpObject } from '../../../../lib/domain/backup/dump.ts';
import { type DatabaseConfig, parseConfig } from '../../../../lib/domain/config/index.ts';
import type { DrillRecord } from '../../../../lib/domain/record/drill-record.ts';
import type { AttentionChange } from '../../../../lib/domain/watch/attention.ts';
import type { EndedExecution, SweepReport } from '../../../../lib/domain/watch/facts.ts';
import type { WatchMemory } from '../../../../lib/ports/watching.ts';
import type { WatchPorts } from '../../../../lib/steps/watch/watch.ts';
import { inMemoryEvidence } from '../../../support/in-memory-evidence.ts';

/** What the watch looks at, and what it made of it. */
export interface WatchedWorld {
  ports: WatchPorts;
  now(): string;
  passHours(hours: number): void;
  /** Puts a dump of this moment into every bucket. */
  upload(): void;
  newestKey(): string;
  objects: DumpObject[];
  /** Newest first; of the first database. */
  records: DrillRecord[];
  failed: EndedExecution[];
  sweep: SweepReport | null;
  /** True: its last report grows old. */
  sweeperIsDead: boolean;
  deadLetters: number;
  memory: WatchMemory | null;
  told: AttentionChange[];
  counts: { records: number; pointers: number; listings: number };
  /** Databases whose bucket was listed. */
  listed: Set<string>;
}

const databaseNames = (count: number): string[] =>
  count === 1 ? ['shop'] : Array.from({ length: count }, (_, index) => `db${index}`);

const monthlyDrills = `databases:
  shop:
    source: { bucket: backups, pattern: "shop_{timestamp:YYYYMMDDTHHmmssZ}.sql.gz", maxAge: 25h }
    objectives: { rto: 1h }
    schedule: { cron: "0 3 1 * ? *" }
`;

function configOf(text: string): DatabaseConfig {
  const parsed = parseConfig(text);
  if (!('config' in parsed)) throw new Error(JSON.stringify(parsed.problems));
  return parsed.config.databases.shop!;
}

/** A monthly drill, dumps that may be 25 hours old, one of them just uploaded, and a sweeper that reports. */
export function aWatchedWorld({
  databases = 1,
  config: text = monthlyDrills,
}: {
  databases?: number;
  config?: string;
} = {}): WatchedWorld {
  let time = Date.parse('2026-11-20T03:00:00.000Z');
  const config = configOf(text);
  const names = databaseNames(databases);
  const now = () => new Date(time).toISOString();
  const keyAt = (at: string) => `shop_${at.replace(/[-:]|\.\d+/g, '')}.sql.gz`;
  const world: WatchedWorld = {
    now,
    passHours(hours) {
      time += hours * 3_600_000;
      if (!world.sweeperIsDead && world.sweep !== null) world.sweep.at = now();
    },
    upload: () => void world.objects.push({ key: keyAt(now()), sizeBytes: 1000, modifiedAt: now() }),
    newestKey: () => world.objects.at(-1)?.key ?? '',
    ...{ objects: [], records: [], failed: [], told: [], memory: null, deadLetters: 0, sweeperIsDead: false },
    sweep: { at: now(), outlived: [] },
    counts: { records: 0, pointers: 0, listings: 0 },
    listed: new Set(),
    ports: {
      clock: { now: () => new Date(time), sleep: async () => {} },
      configuration: { databases: () => names, database: () => config },
      openStore: async () => ({
        prefix: '',
        store: {
          location: 's3://b/',
          async *list() {
            world.counts.listings += 1;
            yield* world.objects;
          },
          stat: async () => null,
          open: () => Promise.reject(new Error('the watch opens nothing')),
        },
      }),
      ledger: {
        lastProven: async () => {
          world.counts.records += 1;
          return world.records.find(({ verdict }) => verdict === 'PROVEN') ?? null;
        },
        history: async () => {
          world.counts.records += 1;
          return world.records;
        },
        show: async (drillId) => world.records.find((record) => record.drillId === drillId) ?? null,
      },
      pointers: {
        newest: async () => {
          world.counts.pointers += 1;
          return {
            provenDrillId: world.records.find(({ verdict }) => verdict === 'PROVEN')?.drillId ?? null,
            newestDrillId: world.records[0]?.drillId ?? null,
          };
        },
      },
      evidence: inMemoryEvidence(),
      notes: {
        memory: async () => structuredClone(world.memory),
        remember: async (memory) => {
          for (const [name, { dumps }] of Object.entries(memory.databases))
            if (dumps !== null && dumps.lookedAt === now()) world.listed.add(name);
          world.memory = structuredClone(memory);
        },
        sweepReport: async () => world.sweep,
        reportSweep: async () => {},
      },
      executions: {
        endedAfter: async (since) =>
          [
            ...world.failed,
            ...world.records.map(({ drillId, endedAt }) => ({
              drillId,
              endedAt,
              status: 'SUCCEEDED' as const,
            })),
          ].filter(({ endedAt }) => endedAt > since),
      },
      deadLetters: { waiting: async () => world.deadLetters },
      notifiers: [
        {
          name: 'the topic',
          notify: async (notice) => {
            if (notice.kind === 'attention changed') world.told.push(notice.change);
          },
        },
      ],
      onUnreadable: () => {},
    },
  };
  world.upload();
  return world;
}
