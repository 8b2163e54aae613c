import { type AwsSecurityFinding, Partition, type Resource } from '@aws-sdk/client-securityhub';
import { alarmHeadings, runbookLink } from '../../contract/alarm-names.ts';
import type { S3SourceConfig } from '../../domain/config/index.ts';
import { objectivesOnly } from '../../domain/findings/finding-registry.ts';
import type { DrillRecord } from '../../domain/record/drill-record.ts';
import { bySeverity, verdictReason } from '../../domain/record/report/wording.ts';
import { shortened } from '../../domain/text/shortened.ts';
import { parseS3Url } from '../dump-stores/s3/s3-location.ts';
import { executionUrl, type NoticePlaces, reportLocation } from '../notices/messages/console-links.ts';
import { recordDigest } from '../seals/record-digest.ts';

/** Characters that ASFF takes (docs/facts.md#findings-of-security-hub). */
const longest = { title: 256, description: 1024, recommendation: 512, resourceId: 512, field: 2048 };

/** Namespace, category and classifier of the types taxonomy of ASFF: what a tested backup is asked for by. */
const types = ['ISO 27001 Controls', 'SOC 2'].map(
  (standard) => `Software and Configuration Checks/Industry and Regulatory Standards/${standard}`,
);

/** What can be wrong with the backup of a database; each is a finding of its own, whatever drill tells of it. */
type Cause = 'not-proven' | 'could-not-verify';

/**
 * The findings of ASFF that a sealed record changes. Two causes for each database: that a drill found something wrong is not taken back by the next
 * one that could not look. Their ids are the same for every drill, so that Security Hub updates what it has, and a record that is told
 * twice, being no newer, changes nothing.
 *
 * @param source where the database's dumps lie
 */
export function securityFindings(
  record: DrillRecord,
  source: S3SourceConfig,
  places: NoticePlaces,
): AwsSecurityFinding[] {
  const { verdict } = record;
  const about = (cause: Cause, standing: Standing) => findingOf(record, cause, standing, source, places);
  if (verdict === 'COULD_NOT_VERIFY') return [about('could-not-verify', open(record))];
  if (verdict === 'NOT_PROVEN')
    return [about('not-proven', open(record)), about('could-not-verify', settled(record))];
  if (!provesTheNewest(record)) return [];
  return [about('not-proven', settled(record)), about('could-not-verify', settled(record))];
}

/** A dump that was asked for by name or moment says nothing of the newest one, and a real restore takes one that was proven. */
const provesTheNewest = ({ mode, asked }: DrillRecord): boolean =>
  mode === 'drill' && asked?.dump === null && asked.at === null;

/** How a finding stands after a drill. */
type Standing = Required<
  Pick<AwsSecurityFinding, 'Title' | 'Description' | 'RecordState' | 'Compliance' | 'FindingProviderFields'>
> &
  Pick<AwsSecurityFinding, 'Remediation'>;

function open(record: DrillRecord): Standing {
  const [gravest] = bySeverity(record.findings);
  const codes = [...new Set(bySeverity(record.findings).map(({ code }) => code))];
  const wrong = record.verdict === 'NOT_PROVEN';
  const what = wrong ? 'is not proven' : 'could not be verified';
  return {
    Title: shortened(`The backup of ${record.database} ${what}: ${codes[0] ?? 'no finding'}`, longest.title),
    Description: shortened(
      `${verdictReason(record)} Drill ${record.drillId} of ${dumpText(record)}; findings: ${codes.join(', ')}.`,
      longest.description,
    ),
    RecordState: 'ACTIVE',
    Compliance: { Status: wrong ? 'FAILED' : 'WARNING' },
    FindingProviderFields: {
      Severity: { Label: wrong && !missesOnly(record) ? 'HIGH' : 'MEDIUM', Original: record.verdict },
      Types: types,
    },
    ...(gravest === undefined
      ? {}
      : { Remediation: { Recommendation: { Text: shortened(gravest.hint, longest.recommendation) } } }),
  };
}

/** Security Hub keeps it, and shows it to whoever asks for archived ones. */
function settled(record: DrillRecord): Standing {
  const proven = record.verdict === 'PROVEN';
  const what = proven ? 'is proven' : 'could be looked at';
  return {
    Title: shortened(`The backup of ${record.database} ${what}`, longest.title),
    Description: shortened(
      `${proven ? verdictReason(record) : 'A drill came to a verdict.'} Drill ${record.drillId} of ${dumpText(record)}.`,
      longest.description,
    ),
    RecordState: 'ARCHIVED',
    Compliance: { Status: 'PASSED' },
    FindingProviderFields: {
      Severity: { Label: 'INFORMATIONAL', Original: record.verdict },
      Types: types,
    },
  };
}

/** The data is as good as without: a promise was missed, and nothing else. */
const missesOnly = ({ findings }: DrillRecord): boolean =>
  findings.filter(({ severity }) => severity === 'error').every(({ code }) => objectivesOnly.has(code));

const dumpText = ({ dump }: DrillRecord): string => (dump === null ? 'no dump' : dump.key);

function findingOf(
  record: DrillRecord,
  cause: Cause,
  { Remediation, ...standing }: Standing,
  source: S3SourceConfig,
  places: NoticePlaces,
): AwsSecurityFinding {
  const [, partition = '', , region = '', account = ''] = places.stateMachineArn.split(':');
  const Url = runbookLink(places.runbook, alarmHeadings.drillFailed);
  return {
    SchemaVersion: '2018-10-08',
    Id: `${places.stateMachineArn}/${record.database}/${cause}`,
    ProductArn: `arn:${partition}:securityhub:${region}:${account}:product/${account}/default`,
    ProductName: 'restore-drill',
    GeneratorId: `restore-drill/${cause}`,
    AwsAccountId: account,
    Region: region,
    CreatedAt: record.startedAt,
    UpdatedAt: record.endedAt,
    LastObservedAt: record.endedAt,
    ...standing,
    ...(Remediation?.Recommendation === undefined
      ? {}
      : { Remediation: { Recommendation: { ...Remediation.Recommendation, Url } } }),
    SourceUrl: executionUrl(places, record.drillId),
    Resources: [resourceOf(record, source, { partition, region })],
    ProductFields: productFields(record, places),
  };
}

const productFields = (record: DrillRecord, places: NoticePlaces): Record<string, string> =>
  Object.fromEntries(
    Object.entries({
      drillId: record.drillId,
      database: record.database,
      verdict: record.verdict,
      recordSha256: recordDigest(record),
      report: reportLocation(places, record.drillId),
    }).map(([name, value]) => [`restore-drill/${name}`, shortened(value, longest.field)]),
  );

/** The dump that was drilled, or where none was found; what lies in another store than S3 has no ARN. */
function resourceOf(
  { dump }: DrillRecord,
  source: S3SourceConfig,
  here: { partition: string; region: string },
): Resource {
  const bucket = parseS3Url(dump?.location ?? '')?.bucket ?? source.bucket;
  const key = dump === null ? '' : `/${dump.key}`;
  if (source.endpointUrl !== null)
    return { Type: 'Other', Id: shortened(`s3://${bucket}${key}`, longest.resourceId) };
  const arn = `arn:${here.partition}:s3:::${bucket}`;
  const known = Object.values(Partition).find((one) => one === here.partition);
  const place = {
    Region: source.region ?? here.region,
    ...(known === undefined ? {} : { Partition: known }),
  };
  // An ARN that is cut, or in which something is made visible, would be that of something else.
  return key === '' || shortened(`${arn}${key}`, longest.resourceId) !== `${arn}${key}`
    ? { Type: 'AwsS3Bucket', Id: arn, ...place }
    : { Type: 'AwsS3Object', Id: `${arn}${key}`, ...place };
}
