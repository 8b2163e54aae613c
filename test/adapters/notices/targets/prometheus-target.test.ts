import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import parsePrometheusTextFormat from 'parse-prometheus-text-format';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { expositionText } from '../../../../lib/adapters/notices/targets/exposition-text.ts';
import { createPrometheusTarget } from '../../../../lib/adapters/notices/targets/prometheus-target.ts';
import { nobodyToNotify } from '../../../../lib/domain/config/index.ts';
import type { DrillNotice } from '../../../../lib/ports/notifier.ts';
import { aFailedRecord, anUnverifiedRecord, aRecord } from '../../../support/records.ts';
import { sealed } from './target-world.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rd-textfile-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = () => join(folder, 'restore_drill_shop.prom');

function write(notice: DrillNotice, directory = 'textfile'): Promise<void> {
  const target = createPrometheusTarget({
    notifyOf: () => ({ ...nobodyToNotify, prometheus: { directory } }),
    resolveFolder: (given) => (given === 'textfile' ? folder : resolve(folder, given)),
  });
  return target.notify(notice);
}

/** Samples by name, as an independent parser reads them: labels beside the database → value. */
function metrics(): Record<string, Record<string, number>> {
  const families = parsePrometheusTextFormat(readFileSync(file(), 'utf8'));
  return Object.fromEntries(
    families.map(({ name, metrics: samples }) => [
      name,
      Object.fromEntries(
        samples.map(({ labels, value }) => {
          const { database, ...others } = labels ?? {};
          expect(database).toBe('shop');
          return [Object.values(others).join(), Number(value)];
        }),
      ),
    ]),
  );
}

describe('the textfile of a database', () => {
  test('says of a proven drill when it was, its verdict, RTO, RPO and the age of the backup', async () => {
    await write(sealed(aRecord()));
    expect(metrics()).toMatchInlineSnapshot(`
      {
        "restore_drill_backup_age_seconds": {
          "": 3600,
        },
        "restore_drill_backup_size_bytes": {
          "": 12345678,
        },
        "restore_drill_backup_timestamp_seconds": {
          "": 1772330400,
        },
        "restore_drill_checks": {
          "failed": 0,
          "not_run": 0,
          "passed": 2,
        },
        "restore_drill_findings": {
          "error": 0,
          "info": 0,
          "unverified": 0,
          "warning": 0,
        },
        "restore_drill_last_proven_timestamp_seconds": {
          "": 1772334192.4,
        },
        "restore_drill_last_run_duration_seconds": {
          "": 192.4,
        },
        "restore_drill_last_run_timestamp_seconds": {
          "": 1772334192.4,
        },
        "restore_drill_last_run_verdict": {
          "COULD_NOT_VERIFY": 0,
          "NOT_PROVEN": 0,
          "PROVEN": 1,
        },
        "restore_drill_rpo_objective_seconds": {
          "": 86400,
        },
        "restore_drill_rpo_seconds": {
          "": 3600,
        },
        "restore_drill_rto_objective_seconds": {
          "": 14400,
        },
        "restore_drill_rto_seconds": {
          "": 184,
        },
      }
    `);
  });

  test('keeps, after a failure, when a drill last proved', async () => {
    const lastProvenAt = '2026-02-28T03:00:00.000Z';
    await write(sealed(aFailedRecord(), { previousVerdict: 'PROVEN', lastProvenAt }));
    expect(metrics()).toMatchObject({
      restore_drill_last_proven_timestamp_seconds: { '': Date.parse(lastProvenAt) / 1000 },
      restore_drill_last_run_verdict: { PROVEN: 0, NOT_PROVEN: 1, COULD_NOT_VERIFY: 0 },
      restore_drill_findings: { error: 1 },
    });
  });

  test('leaves out what was not measured, instead of a number', async () => {
    await write(sealed(anUnverifiedRecord()));
    const names = Object.keys(metrics());
    expect(names).not.toContain('restore_drill_rto_seconds');
    expect(names).not.toContain('restore_drill_backup_age_seconds');
    expect(names).not.toContain('restore_drill_last_proven_timestamp_seconds');
    expect(names).toContain('restore_drill_rto_objective_seconds');
  });

  test('keeps the conventions of names: one prefix, base units at the end, HELP and TYPE of each', async () => {
    await write(sealed(aRecord()));
    const families = parsePrometheusTextFormat(readFileSync(file(), 'utf8'));
    expect(families.length).toBeGreaterThan(10);
    for (const { name, help, type } of families) {
      expect(name).toMatch(/^restore_drill_[a-z]+(_[a-z]+)*$/);
      expect(name).not.toMatch(/_(total|count|sum|bucket|milliseconds|minutes|kilobytes)$/);
      expect(help).toMatch(/^[A-Z].*\.$/);
      expect(type).toBe('GAUGE');
    }
  });

  test('can be read by the collector, stands alone, and is whole', async () => {
    await write(sealed(aRecord()));
    expect(statSync(file()).mode & 0o777).toBe(0o644);
    const before = statSync(file()).ino;
    await write(sealed(aRecord()));
    // Written beside and renamed: who reads the old one reads it to its end.
    expect(statSync(file()).ino).not.toBe(before);
    expect(readdirSync(folder)).toEqual(['restore_drill_shop.prom']);
  });

  test.each([
    ['missing', 'missing', 'ENOENT'],
    ['a file', 'file', 'is no folder'],
  ])('is not written into a folder that is %s, and nothing is made', async (_, name, why) => {
    writeFileSync(join(folder, 'file'), '');
    await expect(write(sealed(aRecord()), name)).rejects.toThrow(why);
    expect(existsSync(join(folder, 'missing'))).toBe(false);
  });

  test('is never named by a request that no database fits', async () => {
    await expect(write(sealed(aRecord({ database: '../../etc/cron' })))).rejects.toThrow(
      'no name for a file',
    );
    expect(readdirSync(folder)).toEqual([]);
  });
});

test('labels are escaped as the format wants it', () => {
  const value = 'a"b\\c\nd';
  const text = expositionText([
    { name: 'm', help: 'a\\b\nc', samples: [{ labels: { l: value }, value: 1 }] },
  ]);
  expect(text).toBe('# HELP m a\\\\b\\nc\n# TYPE m gauge\nm{l="a\\"b\\\\c\\nd"} 1\n');
  expect(parsePrometheusTextFormat(text)[0]?.metrics[0]?.labels).toEqual({ l: value });
});
