import { evidenceOf } from '../contract/evidence.ts';
import type { DrillRecord } from '../domain/record/drill-record.ts';
import type { PastDrills } from '../domain/record/past-drills.ts';
import { renderJson } from '../domain/record/report/json.ts';
import { type RenderedReport, renderReports } from '../domain/record/report/report-files.ts';
import { renderEnvelope, sealFile, signedBytes } from '../domain/record/seal/envelope.ts';
import { statementOf } from '../domain/record/seal/statement.ts';
import { sha256Hex } from '../domain/text/sha256.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import type { RecordExport } from '../ports/record-exports.ts';
import type { Signer } from '../ports/signer.ts';

type PublishPorts = Pick<DrillPorts, 'evidence' | 'exports' | 'mishaps' | 'provenance'>;

/**
 * Writes a sealed record, its reports and, where there is a key, their seal beside them, and tells other services of it. A key that cannot be used is told and
 * leaves them unsigned, which the reports say: a record without a signature is worth more than none.
 *
 * @param past null: the drills before could not be read, and the reports say that they do without
 */
export async function publishRecord(
  record: DrillRecord,
  past: PastDrills | null,
  ports: PublishPorts,
): Promise<void> {
  const { drillId } = record;
  await ports.evidence.write(evidenceOf.record, drillId, record);
  const { reports, seal } =
    (await sealedReports(record, past, ports)) ?? (await unsealedReports(record, past));
  for (const { name, text } of reports) await ports.evidence.writeReport(name, drillId, text);
  if (seal !== null) await ports.evidence.writeReport(sealFile, drillId, seal);
  await Promise.all(ports.exports.map((one) => exported(record, one, ports)));
}

/** What a service does not take changes nothing of the drill: it is told, and counted as a message that nobody heard. */
const exported = (
  record: DrillRecord,
  { what, drillSealed }: RecordExport,
  { mishaps }: PublishPorts,
): Promise<void> =>
  drillSealed(record).catch((error: unknown) => {
    mishaps.tell({ what, drillId: record.drillId, error, unheard: true });
  });

interface Published {
  reports: RenderedReport[];
  seal: string | null;
}

/** Null: there is no key, or it cannot be used. */
async function sealedReports(
  record: DrillRecord,
  past: PastDrills | null,
  { provenance, mishaps }: PublishPorts,
): Promise<Published | null> {
  try {
    const signer = await provenance.signer();
    if (signer === null) return null;
    const reports = await rendered(record, past, signer);
    const digests = await Promise.all(reports.map(async ({ name, text }) => [name, await sha256Hex(text)]));
    const statement = statementOf(record, Object.fromEntries(digests));
    const payload = new TextEncoder().encode(JSON.stringify(statement));
    const signature = await signer.sign(signedBytes(payload));
    return { reports, seal: renderEnvelope(payload, { keyId: signer.keyId, signature }) };
  } catch (error) {
    mishaps.tell({ what: 'sign the record', drillId: record.drillId, error, unheard: true });
    return null;
  }
}

const unsealedReports = async (record: DrillRecord, past: PastDrills | null): Promise<Published> => ({
  reports: await rendered(record, past, null),
  seal: null,
});

const rendered = async (
  record: DrillRecord,
  past: PastDrills | null,
  signer: Signer | null,
): Promise<RenderedReport[]> =>
  renderReports(record, {
    seal: signer === null ? { state: 'none' } : { state: 'sealing', keyId: signer.keyId },
    recordSha256: await sha256Hex(renderJson(record)),
    ...(past === null ? {} : { past }),
  });
