/** Whether a page is the one that the log goes on with (`access/transam/xlogreader.c`: XLogReaderValidatePageHeader). */

import { formatLsn } from '../numbers/lsn.ts';
import type { LogPage } from './log-page.ts';
import { majorOfMagic, pageFlags, readPageHeader, readSegmentHeader, walPageBytes } from './page-header.ts';
import type { WalkHalt } from './walk-halt.ts';

/** The cluster whose log is read. */
export interface Cluster {
  systemIdentifier: bigint;
  /** Its wal_segment_size. */
  segmentBytes: number;
  /** Its major version, from 13 on. */
  major: number;
}

/** Timelines that a page may name: not older than the page before it, and not newer than the file that holds it. */
export interface PageTimelines {
  least: number;
  most: number;
}

/** @returns null for the page that is due at its address */
export function checkPage(
  { bytes, at, address }: LogPage,
  cluster: Cluster,
  { least, most }: PageTimelines,
): WalkHalt | null {
  const header = readPageHeader(bytes, at);
  const damaged = (reason: string): WalkHalt => ({ kind: 'damaged', lsn: address, reason });
  const isFirst = address % cluster.segmentBytes === 0;
  const major = majorOfMagic(header.magic);
  if (major === null) {
    if (isZero(bytes, at, at + walPageBytes)) {
      return { kind: 'end', lsn: address, reason: isFirst ? 'zero-filled' : 'the page is filled with zeros' };
    }
    if (majorOfMagic(((header.magic & 0xff) << 8) | (header.magic >> 8)) !== null)
      return damaged('a machine of the other byte order wrote it');
    return damaged(`header: no page of the log begins with ${hex(header.magic)}`);
  }
  if (major !== cluster.major) return { kind: 'other major', major };
  if ((header.flags & ~pageFlags.all) !== 0)
    return damaged(`header: the flags ${hex(header.flags)} do not exist`);
  const long = readSegmentHeader(bytes, at);
  if (long === null && isFirst) return damaged('header: the one of a segment is missing');
  if (long !== null) {
    if (long.systemIdentifier !== cluster.systemIdentifier)
      return { kind: 'other cluster', systemIdentifier: long.systemIdentifier };
    if (long.segmentBytes !== cluster.segmentBytes)
      return damaged(
        `header: of a log in segments of ${long.segmentBytes} bytes, not ${cluster.segmentBytes}`,
      );
    if (long.blockBytes !== walPageBytes)
      return damaged(`header: of a server with WAL pages of ${long.blockBytes} bytes, not ${walPageBytes}`);
  }
  if (header.address !== address) {
    const found = `holds the page of ${formatLsn(header.address)}`;
    // A file is used again under a new name: what it held before is of an earlier position.
    return header.address < address
      ? { kind: 'end', lsn: address, reason: found }
      : damaged(`header: ${found}`);
  }
  if (header.timeline < least)
    return damaged(`header: of timeline ${header.timeline}, after one of timeline ${least}`);
  if (header.timeline > most)
    return damaged(`header: of timeline ${header.timeline}, in a file of timeline ${most}`);
  return null;
}

/** @param from and `to` within the bytes */
export function isZero(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) if (bytes[at] !== 0) return false;
  return true;
}

const hex = (value: number): string => `0x${value.toString(16).toUpperCase().padStart(4, '0')}`;
