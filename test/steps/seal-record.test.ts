import { describe, expect, test } from 'vitest';
import { evidenceOf } from '../../lib/contract/evidence.ts';
import type { AttemptReport } from '../../lib/domain/record/attempt-report.ts';
import type { DrillRecord } from '../../lib/domain/record/drill-record.ts';
import type { Notice } from '../../lib/ports/notifier.ts';
import type { RecordExport } from '../../lib/ports/record-exports.ts';
import { sealRecordStep } from '../../lib/steps/seal-record.ts';
import { aDrillState } from '../support/drill-states.ts';
import { inMemoryEvidence } from '../support/in-memory-evidence.ts';
import { inMemoryPorts } from '../support/in-memory-ports.ts';
import { aRecord } from '../support/records.ts';

const provenReport = (attempt: number): AttemptReport => ({
  ...{ attempt, dump: null, verdict: 'PROVEN', findings: [], worthKeeping: true, checks: [], tables: [] },
  ...{ restore: null, sha256: null, notTested: [] },
  rto: { targetSeconds: null, actualSeconds: 60 },
  rpo: {
    ...{ targetSeconds: null, actualSeconds: null, dumpPoint: null },
    ...{ uploadEnd: null, newestRow: null, worstCaseSeconds: null },
  },
});

/** A ledger that remembers, as the real ones do: the first record of a drill stays. */
async function aWorld(sealed: DrillRecord[] = []) {
  const evidence = inMemoryEvidence();
  const { ports, witness } = inMemoryPorts({ evidence });
  const records = [...sealed];
  const told: DrillRecord[] = [];
  ports.ledger.show = async (drillId) => records.find((record) => record.drillId === drillId) ?? null;
  ports.ledger.seal = async (record) => {
    if (!records.some(({ drillId }) => drillId === record.drillId)) records.push(record);
  };
  const notify = async (notice: Notice) => {
    if (notice.kind === 'drill sealed') told.push(notice.record);
  };
  ports.notifiers.push({ name: 'the test', notify });
  await evidence.write(evidenceOf.attempt(1), 'drill-1', provenReport(1));
  return { ports, witness, records, told, evidence };
}

const gone = aDrillState({
  stage: 'sandbox gone',
  verdict: 'PROVEN',
  teardown: { askedAt: '2026-11-20T03:10:00.000Z', confirmed: true, detail: 'the sandbox is gone' },
});

describe('sealing', () => {
  test('twice keeps one record, and both invocations end alike', async () => {
    const { ports, records } = await aWorld();

    const first = await sealRecordStep(gone, ports);
    const again = await sealRecordStep(gone, ports);

    expect(again).toEqual(first);
    expect(records).toHaveLength(1);
    expect(await ports.evidence.read(evidenceOf.record, 'drill-1')).toEqual(records[0]);
  });

  test('tells each service once of the record that is kept, and goes on when one does not answer', async () => {
    const { ports, witness } = await aWorld();
    const put: string[] = [];
    const service = (what: string, refuses: boolean): RecordExport => ({
      what,
      drillSealed: async ({ drillId, verdict }) => {
        put.push(`${what}: ${drillId} ${verdict}`);
        if (refuses) throw new Error('it is away');
      },
    });
    ports.exports = [service('tell the first', true), service('tell the second', false)];
    expect(await sealRecordStep(gone, ports)).toMatchObject({ stage: 'sealed', verdict: 'PROVEN' });
    expect(put).toEqual(['tell the first: drill-1 PROVEN', 'tell the second: drill-1 PROVEN']);
    expect(witness.mishaps.map(({ what, unheard }) => [what, unheard])).toEqual([['tell the first', true]]);
  });

  test('leaves a record unsigned, and says so, when its key cannot be used', async () => {
    const { ports, witness, evidence } = await aWorld();
    ports.provenance.signer = () => Promise.reject(new Error('disabled'));
    await sealRecordStep(gone, ports);
    expect(evidence.kept.get('drill-1/report.md')).toContain('| Seal | Not signed.');
    expect(evidence.kept.has('drill-1/seal.dsse.json')).toBe(false);
    expect(witness.mishaps.map(({ what }) => what)).toEqual(['sign the record']);
  });

  test('what clean-up has sealed as interrupted never ends as proven, however the execution goes on', async () => {
    const { startedAt } = gone;
    const interrupted = aRecord({
      ...{ drillId: 'drill-1', verdict: 'COULD_NOT_VERIFY', startedAt },
      endedAt: '2026-11-20T03:20:00.000Z',
    });
    const { ports, told } = await aWorld([interrupted]);

    const sealed = await sealRecordStep(gone, ports);

    expect(sealed.verdict).toBe('COULD_NOT_VERIFY');
    expect(told.map(({ verdict }) => verdict)).toEqual(['COULD_NOT_VERIFY']);
    expect(await ports.evidence.read(evidenceOf.record, 'drill-1')).toMatchObject({
      verdict: 'COULD_NOT_VERIFY',
    });
  });

  test('goes on with the record that got into the ledger when two seal at once', async () => {
    const { ports, records, told } = await aWorld();
    const faster = aRecord({ drillId: 'drill-1', verdict: 'COULD_NOT_VERIFY', startedAt: gone.startedAt });
    const { seal } = ports.ledger;
    ports.ledger.seal = async (record) => {
      records.push({ ...faster, endedAt: record.endedAt });
      await seal(record);
    };

    expect((await sealRecordStep(gone, ports)).verdict).toBe('COULD_NOT_VERIFY');
    expect(told[0]?.verdict).toBe('COULD_NOT_VERIFY');
  });

  test('leaves record and reports of an earlier drill of the same name alone', async () => {
    const namesake = aRecord({
      ...{ drillId: 'drill-1', verdict: 'PROVEN', startedAt: '2026-05-01T03:00:00.000Z' },
      endedAt: '2026-05-01T04:00:00.000Z',
    });
    const { ports, records } = await aWorld([namesake]);
    await ports.evidence.write(evidenceOf.record, 'drill-1', namesake);

    await sealRecordStep({ ...gone, stage: 'refused' }, ports);

    expect(records).toEqual([namesake]);
    expect(await ports.evidence.read(evidenceOf.record, 'drill-1')).toEqual(namesake);
  });

  test('never takes an older dump for the newest because the first report is missing', async () => {
    const { ports, records, evidence } = await aWorld();
    evidence.kept.delete('drill-1/attempt-1.json');
    await evidence.write(evidenceOf.attempt(2), 'drill-1', provenReport(2));

    const sealed = await sealRecordStep({ ...gone, attempt: 2 }, ports);

    expect(sealed.verdict).toBe('COULD_NOT_VERIFY');
    expect(records[0]?.provenDump).toBeNull();
  });

  test('ends in a summary that fits into a Cause', async () => {
    const { ports, evidence } = await aWorld();
    const message = 'x'.repeat(100_000);
    const refused = aDrillState({
      stage: 'refused',
      drillFindings: [{ code: 'REQUEST_INVALID', severity: 'error', message, hint: '' }],
    });
    evidence.kept.delete('drill-1/attempt-1.json');

    expect((await sealRecordStep(refused, ports)).summary.length).toBeLessThan(32_768);
  });
});
