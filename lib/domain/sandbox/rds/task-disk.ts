/** Disk of a restore task with a server inside. */
export interface TaskDisk {
  /** What the task comes with; 20 GiB are free, so 0 stands for them. */
  diskGib: number;
  /** Volume made for this run and deleted with its task; absent: none. */
  volumeGib?: number;
}

/**
 * What a volume is asked to give, in MiB a second: more than gp3's least of 125, because a base backup is written once and
 * read once at full speed, and two cents an hour are less than the hours that it saves.
 */
export const volumeThroughputMibps = 500;
