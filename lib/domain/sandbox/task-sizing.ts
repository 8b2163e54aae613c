/** A size that a restore task with a server inside may have. */
interface SizeWithDisk {
  diskGib: number;
}

/** What the unpacked image and its logs take of the disk of a task. */
const imageGib = 4;
const gibibyte = 1024 ** 3;

/**
 * The smallest size whose disk holds so many bytes, and the larger ones, in which it is tried for want of capacity. Null:
 * none is large enough. `sizes` are smallest first.
 */
export function sizesHolding<Size extends SizeWithDisk>(
  sizes: readonly Size[],
  storageBytes: number,
): [Size, ...Size[]] | null {
  const [smallest, ...larger] = sizes.filter(
    ({ diskGib }) => (diskGib - imageGib) * gibibyte >= storageBytes,
  );
  return smallest === undefined ? null : [smallest, ...larger];
}

/** GiB of disk that a task must have for so many bytes. */
export const diskGibFor = (storageBytes: number): number => Math.ceil(storageBytes / gibibyte) + imageGib;
