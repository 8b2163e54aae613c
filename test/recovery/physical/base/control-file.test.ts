/** pg_control of every major, compared with what the server itself and pg_controldata say of it. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ControlFile } from '../../../../lib/recovery/physical/base/facts/control-file.ts';
import { readControlFile } from '../../../../lib/recovery/physical/base/facts/read-control-file.ts';
import { recoverySettings } from '../../../../lib/recovery/physical/base/foreign/recovery-settings.ts';
import { postgresqlPrograms } from '../../../../scripts/oracle-programs.mjs';
import { fetchedPrograms, thirteenRunsHere } from '../../../oracle/support/fetched-programs.ts';
import { TestServer } from '../../../support/server.ts';

const majors = [...(thirteenRunsHere ? [13] : []), 14, 15, 16, 17, 18];
const unusual = {
  max_connections: '37',
  max_worker_processes: '11',
  max_wal_senders: '7',
  max_prepared_transactions: '5',
  max_locks_per_transaction: '71',
  wal_level: 'logical',
};

function controlOf(dataDirectory: string): { bytes: Buffer; control: ControlFile } {
  const bytes = readFileSync(join(dataDirectory, 'global/pg_control'));
  const reading = readControlFile(bytes);
  if (reading.kind !== 'control file') throw new Error(`${reading.kind}: ${reading.reason}`);
  return { bytes, control: reading.control };
}

describe('pg_control', () => {
  test.each(majors)('of %i is read as the server reads it', async (major) => {
    const server = await TestServer.start('source', {
      settings: unusual,
      programs: await fetchedPrograms(major),
    });
    try {
      await server.sql('postgres', 'CHECKPOINT');
      const [row] = await server.sql(
        'postgres',
        `SELECT system_identifier::text, pg_control_version, catalog_version_no, checkpoint_lsn::text, redo_lsn::text,
          timeline_id, prev_timeline_id, extract(epoch FROM checkpoint_time)::float8, max_data_alignment,
          database_block_size, blocks_per_segment, wal_block_size, bytes_per_wal_segment, data_page_checksum_version
        FROM pg_control_system(), pg_control_checkpoint(), pg_control_init()`,
      );
      const { control, bytes } = controlOf(server.dataDirectory);
      expect([
        control.systemIdentifier,
        control.controlVersion,
        control.catalogVersion,
        control.checkpoint.lsn,
        control.checkpoint.redoLsn,
        control.checkpoint.timeline,
        control.checkpoint.previousTimeline,
        Date.parse(control.checkpoint.at) / 1000,
        control.architecture.maxAlign,
        control.blockBytes,
        control.relationFileBlocks,
        control.walBlockBytes,
        control.walSegmentBytes,
        control.dataChecksumVersion,
      ]).toEqual(row);
      expect(control).toMatchObject({
        majorVersion: major,
        state: 'in production',
        walLevel: 'logical',
        minimumRecovery: null,
        architecture: { floatFormat: 1234567 },
      });
      expect(Object.entries(control.settings).map(([name, value]) => [name, String(value)])).toEqual(
        Object.entries(unusual).filter(([name]) => name !== 'wal_level'),
      );
      expect(recoverySettings(control)).toEqual({
        max_connections: '100',
        max_worker_processes: '11',
        max_wal_senders: '10',
        max_prepared_transactions: '5',
        max_locks_per_transaction: '71',
      });
      // Every bit up to the checksum counts, and none behind it.
      for (const at of [0, 40, 180, 252, 287]) {
        const flipped = Buffer.from(bytes);
        flipped.writeUInt8(flipped.readUInt8(at) ^ 1, at);
        expect(readControlFile(flipped)).toMatchObject({ kind: 'damaged' });
      }
    } finally {
      await server.stop();
    }
  });

  test('of 15 is read as pg_controldata reads it', async () => {
    const server = await TestServer.start('source', { settings: unusual });
    try {
      await server.sql('postgres', 'CHECKPOINT');
      const { control } = controlOf(server.dataDirectory);
      const program = join(postgresqlPrograms(15), 'pg_controldata');
      const said = execFileSync(program, [server.dataDirectory], { env: { LC_ALL: 'C', TZ: 'UTC' } });
      const field = (name: string) => new RegExp(`^${name}:\\s+(.*)$`, 'm').exec(said.toString())?.[1];
      expect(field('Database system identifier')).toBe(control.systemIdentifier);
      expect(field('Database cluster state')).toBe(control.state);
      expect(field('Latest checkpoint location')).toBe(control.checkpoint.lsn);
      expect(field("Latest checkpoint's REDO location")).toBe(control.checkpoint.redoLsn);
      expect(field('wal_level setting')).toBe(control.walLevel);
      expect(field('max_connections setting')).toBe(String(control.settings.max_connections));
      expect(field('max_worker_processes setting')).toBe(String(control.settings.max_worker_processes));
      expect(field('max_wal_senders setting')).toBe(String(control.settings.max_wal_senders));
      expect(field('max_prepared_xacts setting')).toBe(String(control.settings.max_prepared_transactions));
      expect(field('max_locks_per_xact setting')).toBe(String(control.settings.max_locks_per_transaction));
      expect(field('Bytes per WAL segment')).toBe(String(control.walSegmentBytes));
      expect(field('Database block size')).toBe(String(control.blockBytes));
      expect(field('Data page checksum version')).toBe(String(control.dataChecksumVersion));
    } finally {
      await server.stop();
    }
  });
});
