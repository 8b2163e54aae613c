import { describe, expect, test } from 'vitest';
import { measureRpo, measureRto } from '../../../lib/domain/verdict/objectives.ts';

describe('RTO', () => {
  const startedAt = '2026-11-18T03:00:00.000Z';

  test('runs from the go decision to the last check that passed', () => {
    const { rto, findings } = measureRto({
      startedAt,
      lastCheckPassedAt: '2026-11-18T03:45:00.000Z',
      targetSeconds: 3600,
      waitedSeconds: 0,
    });
    expect(rto).toEqual({ targetSeconds: 3600, actualSeconds: 2700 });
    expect(findings).toEqual([]);
  });

  test('is missed above its objective', () => {
    const { findings } = measureRto({
      startedAt,
      lastCheckPassedAt: '2026-11-18T04:00:01.000Z',
      targetSeconds: 3600,
      waitedSeconds: 0,
    });
    expect(findings.map((f) => f.message)).toEqual(['the restore took 1 h 1 s; the objective is 1 h']);
  });

  test('leaves out the time in which the drill waited for its turn: a real restore waits for none', () => {
    const { rto, findings } = measureRto({
      startedAt,
      lastCheckPassedAt: '2026-11-18T09:00:00.000Z',
      targetSeconds: 3600,
      waitedSeconds: 5 * 3600 + 600,
    });
    expect(rto.actualSeconds).toBe(3000);
    expect(findings).toEqual([]);
  });

  test('is not measured when no check passed', () => {
    expect(
      measureRto({ startedAt, lastCheckPassedAt: null, targetSeconds: 3600, waitedSeconds: 0 }).rto
        .actualSeconds,
    ).toBeNull();
  });
});

describe('RPO', () => {
  const facts = {
    asOf: '2026-11-18T08:00:00.000Z',
    dumpPoint: '2026-11-18T02:00:00.000Z',
    uploadEnd: '2026-11-18T02:10:00.000Z',
    newestRow: '2026-11-18T01:30:00.000Z',
    targetSeconds: 24 * 3600,
    intervalSeconds: 86_400,
  };

  test('counts from the newest business row, and keeps the three instants apart', () => {
    const { rpo, findings } = measureRpo(facts);
    expect(rpo.actualSeconds).toBe(6.5 * 3600);
    expect(rpo).toMatchObject({
      dumpPoint: facts.dumpPoint,
      uploadEnd: facts.uploadEnd,
      newestRow: facts.newestRow,
    });
    expect(findings).toEqual([]);
  });

  test('counts from the dump when no freshness check found a row', () => {
    expect(measureRpo({ ...facts, newestRow: null }).rpo.actualSeconds).toBe(6 * 3600);
  });

  test('has a worst case of interval, dump and upload', () => {
    expect(measureRpo(facts).rpo.worstCaseSeconds).toBe(86_400 + 600);
    expect(measureRpo({ ...facts, intervalSeconds: null }).rpo.worstCaseSeconds).toBeNull();
  });

  test('leaves the upload out of the worst case when it is that of a copy', () => {
    const copied = measureRpo({ ...facts, uploadEnd: '2026-11-21T01:00:00.000Z' });
    expect(copied.rpo.worstCaseSeconds).toBe(86_400);
  });

  test('is missed when more would be lost than promised', () => {
    const { findings } = measureRpo({ ...facts, asOf: '2026-11-21T08:00:00.000Z' });
    expect(findings.map((f) => f.code)).toEqual(['RPO_MISSED']);
  });

  test('is not measured by holding a dump against its own moment', () => {
    expect(measureRpo({ ...facts, newestRow: null, asOf: facts.dumpPoint }).rpo.actualSeconds).toBeNull();
  });

  test('is not measured without any instant', () => {
    expect(measureRpo({ ...facts, newestRow: null, dumpPoint: null }).rpo.actualSeconds).toBeNull();
  });
});
