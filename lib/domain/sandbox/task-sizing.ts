import type { TaskDisk } from './rds/task-disk.ts';

/** A size that a restore task with a server inside may have. */
interface SizeWithDisk {
  /** Disk of the task itself, or the most that a volume made for it may have. */
  diskGib: number;
  /** Present: the server lies on a volume that is made for the task. Absent: on the disk that the task comes with. */
  volumeRole?: string;
}

/** What the unpacked image and its logs take of the disk of a task. */
const imageGib = 4;
const gibibyte = 1024 ** 3;

/**
 * Share of a volume that XFS leaves to files: its own structures and what it reserves take about one per cent
 * (docs/facts.md#volumes-of-tasks).
 */
const usableShare = 0.98;

/**
 * The smallest size whose disk holds so many bytes, and the larger ones, in which it is tried for want of capacity. Null:
 * none is large enough. A volume is paid for, so it is made only where no task has disk enough. `sizes` are smallest first.
 */
export function sizesHolding<Size extends SizeWithDisk>(
  sizes: readonly Size[],
  storageBytes: number,
): [Size, ...Size[]] | null {
  const ordinary = sizes.filter(
    ({ diskGib, volumeRole }) => volumeRole === undefined && (diskGib - imageGib) * gibibyte >= storageBytes,
  );
  const [smallest, ...larger] =
    ordinary.length > 0
      ? ordinary
      : sizes.filter(
          ({ diskGib, volumeRole }) => volumeRole !== undefined && volumeGibFor(storageBytes) <= diskGib,
        );
  return smallest === undefined ? null : [smallest, ...larger];
}

/** GiB of disk that a task must have for so many bytes. */
export const diskGibFor = (storageBytes: number): number => Math.ceil(storageBytes / gibibyte) + imageGib;

/** GiB of a volume that holds so many bytes of files. */
export const volumeGibFor = (storageBytes: number): number =>
  Math.ceil(storageBytes / gibibyte / usableShare);

/** Disk of a task of this size for so many bytes: its own, and that of the volume that is made for it. */
export const diskOf = ({ diskGib, volumeRole }: SizeWithDisk, storageBytes: number): TaskDisk =>
  volumeRole === undefined ? { diskGib } : { diskGib: 0, volumeGib: volumeGibFor(storageBytes) };
