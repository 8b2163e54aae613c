/**
 * Which RDS instance a dump is restored into: the cheapest pair of class and disk that is expected to be done within
 * the target; when none is, the fastest. That rule also decides whether 400 GiB of gp3 are worth their price.
 *
 * The rates are rules of thumb, chosen low so that estimates err towards too long; records hold what really happened.
 */
import { aroundRestoreSeconds, instanceHourUsd, storageHourUsd, vcpusOf } from './cost.ts';

const gibibyte = 1024 ** 3;
const mebibyte = 1024 ** 2;

/** Least and most of gp3 for PostgreSQL, GiB (docs/facts.md#gp3). */
export const storageLimitsGib = { least: 20, most: 65_536 };
/** From here on gp3 is striped over four volumes: 500 instead of 125 MiB/s at no extra charge per GiB. */
const stripedStorageGib = 400;
const storageBytesPerSecond = { plain: 125 * mebibyte, striped: 500 * mebibyte };
/** Every row is written twice, to the table and to the WAL; indexes make up for what is cached. */
const writeAmplification = 2;
/** Rows and indexes that one vCPU takes in per second. */
const loadBytesPerVcpuSecond = 15 * mebibyte;
/** What the disk is sized for is a safe upper bound (sandbox-plan.ts); about half of it is expected to be written. */
const expectedShareOfStorage = 0.5;

/** A restore that is not expected within this gets a larger class, where that helps. */
const targetSeconds = 45 * 60;
/** Burstable classes have credits for some minutes of full load; above this size they would run on surplus credits. */
const burstableUpToBytes = 10 * gibibyte;

const burstableClass = 'db.t4g.medium';
/** Steps of the ladder: more than 16 vCPUs are not kept busy by the connections of one restore. */
const ladder = ['db.m7g.large', 'db.m7g.xlarge', 'db.m7g.2xlarge', 'db.m7g.4xlarge'];

interface SizingFacts {
  /** Disk that the restored data may need. */
  storageBytes: number;
  region: string;
  /** Set by the user; null: decide. They win over everything here. */
  instanceClass: string | null;
  storageGib: number | null;
}

interface InstanceSizing {
  /** Wanted class first; the others are tried where it is not offered or has no capacity. */
  instanceClasses: string[];
  storageGib: number;
  expectedRestoreSeconds: number;
}

export function sizeInstance(facts: SizingFacts): InstanceSizing {
  const dataBytes = facts.storageBytes * expectedShareOfStorage;
  const classes =
    facts.instanceClass !== null
      ? [facts.instanceClass]
      : dataBytes <= burstableUpToBytes
        ? [burstableClass]
        : ladder;
  const pairs = classes.flatMap((instanceClass) =>
    disksFor(facts).map((storageGib) => {
      const seconds = restoreSeconds(dataBytes, instanceClass, storageGib);
      const hourUsd = instanceHourUsd(instanceClass, facts.region) + storageHourUsd(storageGib, facts.region);
      return { instanceClass, storageGib, seconds, usd: (hourUsd * (seconds + aroundRestoreSeconds)) / 3600 };
    }),
  );
  const inTime = pairs.filter(({ seconds }) => seconds <= targetSeconds);
  const ranked =
    inTime.length > 0
      ? inTime.toSorted((one, other) => one.usd - other.usd)
      : pairs.toSorted((one, other) => one.seconds - other.seconds || one.usd - other.usd);
  const { instanceClass, storageGib, seconds } = ranked[0]!;
  return {
    instanceClasses: facts.instanceClass !== null ? [facts.instanceClass] : withAlternatives(instanceClass),
    storageGib,
    expectedRestoreSeconds: Math.ceil(seconds),
  };
}

/** Disk as needed, and the striped size when that is more. */
function disksFor({ storageBytes, storageGib }: SizingFacts): number[] {
  if (storageGib !== null) return [Math.max(storageLimitsGib.least, Math.ceil(storageGib))];
  const needed = Math.max(storageLimitsGib.least, Math.ceil(storageBytes / gibibyte));
  return needed < stripedStorageGib ? [needed, stripedStorageGib] : [needed];
}

/** Seconds that writing the data takes, by what is slower: the processors or the disk. */
export function restoreSeconds(dataBytes: number, instanceClass: string, storageGib: number): number {
  const disk = storageGib >= stripedStorageGib ? storageBytesPerSecond.striped : storageBytesPerSecond.plain;
  const perSecond = Math.min(vcpusOf(instanceClass) * loadBytesPerVcpuSecond, disk / writeAmplification);
  return dataBytes / perSecond;
}

/** Same size of other Graviton families: capacity is short by family and zone, hardly ever by size. */
function withAlternatives(instanceClass: string): string[] {
  if (instanceClass === burstableClass)
    return [burstableClass, 'db.t4g.large', 'db.m7g.large', 'db.m6g.large'];
  const size = instanceClass.split('.')[2]!;
  return [instanceClass, `db.m6g.${size}`, `db.m8g.${size}`, `db.r7g.${size}`];
}
