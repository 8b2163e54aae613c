import { bareHeader, type DumpHeader } from '../../../domain/backup/dump.ts';
import { DrillError } from '../../../domain/findings/errors.ts';
import type { Finding } from '../../../domain/findings/findings.ts';
import type { BaseBackupSource } from '../../../ports/recovery.ts';
import { lookIntoBase } from '../base/unpacking/look-into-base.ts';
import { findingOfRefusal } from './base-findings.ts';
import { openBase } from './open-base.ts';

/** A data directory that somebody packed has PG_VERSION anywhere: a base of this size is read to its end for it. */
const lookedAtBytes = 64 * 1024 ** 3;

/** What a base backup says of itself. @throws DrillError what keeps it from being one */
export async function inspectBase(source: BaseBackupSource): Promise<DumpHeader> {
  const opened = await openBase(source);
  if (opened.kind === 'refused') throw errorOf(opened.finding);
  const { label, majorVersion, refusal } = await lookIntoBase(
    opened.layout,
    ['label', 'majorVersion'],
    lookedAtBytes,
  );
  if (majorVersion === null && refusal !== null) throw errorOf(findingOfRefusal(refusal, null));
  const header = bareHeader({ layout: 'base backup', wrappings: [], archiveVersion: null });
  const startTime = label?.kind === 'label' ? label.label.startTime : null;
  return { ...header, majorVersion, consistencyPoint: startTime === null ? null : momentOf(startTime) };
}

/** As backup_label has it, `2026-11-20 02:15:12 UTC`; null for another zone, whose name nobody can be sure of. */
function momentOf(written: string): string | null {
  const [, day, time] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) (?:UTC|GMT)$/.exec(written) ?? [];
  return day === undefined ? null : `${day}T${time}Z`;
}

const errorOf = ({ code, message, hint }: Finding): DrillError => new DrillError(code, message, { hint });
