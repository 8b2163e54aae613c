import type { Lsn } from '../numbers/lsn.ts';

/** A page of the log in memory. */
export interface LogPage {
  bytes: Buffer;
  /** The same memory in words of four bytes. */
  words: Int32Array;
  /** Where the page lies in the bytes: a multiple of its size. */
  at: number;
  /** Where it lies in the log. */
  address: Lsn;
}
