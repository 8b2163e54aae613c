import { formatName } from '../backup/dump.ts';
import { dumpMoment } from '../backup/dump-moment.ts';
import type { DrillState } from '../drill/drill-state.ts';
import type { DrillPhase } from '../drill/facts.ts';
import { type Finding, finding } from '../findings/findings.ts';
import type { Verdict } from '../findings/verdict.ts';
import { rdsPlanOf } from '../sandbox/sandbox-plan.ts';
import { inWords, secondsBetween } from '../time/spans.ts';
import { judgeDrill } from '../verdict/judgement.ts';
import type { AttemptReport } from './attempt-report.ts';
import { isBaseBackup } from './backup-words.ts';
import { dataSentence } from './data-sentence.ts';
import type { DrillRecord } from './drill-record.ts';

/** What no drill of this kind tests; said in every record so that a green verdict is not read as more than it is. */
const neverTested = [
  'the application itself: that it starts and works on the restored data',
  'secrets, DNS and everything else outside the database',
];

/** Joins all attempts and the drill's own facts into the record. Pure. */
export function assembleRecord(input: {
  state: DrillState;
  attempts: AttemptReport[];
  endedAt: string;
  asOf: string;
  phases: DrillPhase[];
  /** Null: it cost nothing, or nobody knows. */
  cost: DrillRecord['cost'] | null;
  lastProvenRtoSeconds: number | null;
  trendFindings: Finding[];
  /** What was asked, by whom and where. */
  provenance: Pick<DrillRecord, 'configuration' | 'place' | 'people' | 'software'>;
}): DrillRecord {
  const { state, attempts } = input;
  const first = attempts[0];
  const proven = attempts.find((attempt) => attempt.verdict === 'PROVEN');
  const judged: Verdict = judgeDrill(attempts);
  const interrupted = state.drillFindings.some(({ code }) => code === 'INTERRUPTED');
  const verdict: Verdict = interrupted && judged === 'PROVEN' ? 'COULD_NOT_VERIFY' : judged;
  const underWay = interrupted ? attemptUnderWay(state, attempts.length) : [];
  const findings = [
    ...(first?.findings ?? []),
    ...walkBackFindings(attempts),
    ...(verdict === 'PROVEN' ? input.trendFindings : []),
    ...state.drillFindings,
  ];
  return {
    schemaVersion: 1,
    drillId: state.drillId,
    database: state.database,
    mode: state.request.mode,
    ...(state.plan === null ? {} : { sandbox: state.plan.kind }),
    ...serverOf(state),
    verdict,
    operator: state.request.operator,
    startedAt: state.startedAt,
    endedAt: input.endedAt,
    asOf: input.asOf,
    asked: askedFor(state.request),
    dump: dumpOf(first ?? { dump: state.dump, sha256: null }, state.dumpLocation),
    attempts: [...attempts.map(attemptOf), ...underWay],
    provenDump: proven?.dump?.key ?? null,
    findings,
    checks: first?.checks ?? [],
    tables: first?.tables ?? [],
    ...(first?.objects === undefined ? {} : { objects: first.objects }),
    ...(first?.witness === undefined ? {} : { witness: first.witness }),
    restore: first?.restore ?? null,
    ...recoveredOf(proven ?? first),
    phases: input.phases,
    rto: {
      targetSeconds: null,
      actualSeconds: null,
      ...first?.rto,
      lastProvenSeconds: input.lastProvenRtoSeconds,
    },
    rpo: first?.rpo ?? emptyRpo,
    notTested: [...(first?.notTested ?? [nothingTested(underWay)]), ...neverTested],
    teardown: teardownOf(state),
    ...(input.cost == null ? {} : { cost: input.cost }),
    ...(state.handOver === null ? {} : { handOver: state.handOver }),
    ...input.provenance,
  };
}

const askedFor = ({ key, at, restoreJobId }: DrillState['request']): NonNullable<DrillRecord['asked']> => ({
  dump: key,
  at,
  ...(restoreJobId === undefined ? {} : { restoreJobId }),
});

const attemptOf = ({ dump, verdict, findings }: AttemptReport): DrillRecord['attempts'][number] => ({
  key: dump?.key ?? '(none)',
  verdict,
  findingCodes: [...new Set(findings.map(({ code }) => code))],
});

/** The attempt that was interrupted: nothing was judged of it, but it is known which dump it was of. */
function attemptUnderWay({ attempt, dump }: DrillState, judged: number): DrillRecord['attempts'] {
  if (dump === null || judged >= attempt) return [];
  return [{ key: dump.key, verdict: 'COULD_NOT_VERIFY', findingCodes: ['INTERRUPTED'] }];
}

const nothingTested = (underWay: DrillRecord['attempts']): string =>
  underWay.length === 0
    ? 'everything: the drill did not come to a restore'
    : 'everything: the drill was interrupted before anything was judged';

function serverOf({ plan, sandbox, restoreTask }: DrillState): Pick<DrillRecord, 'server'> {
  const rds = rdsPlanOf(plan);
  if (rds !== null) {
    const placed = rds.placements[sandbox?.placement ?? 0];
    return placed === undefined ? {} : { server: placed.instanceClass };
  }
  // Where the server is no instance it lies in the task; on one machine that has no size.
  const { vcpu, memoryGib } = restoreTask ?? {};
  return plan === null || vcpu === undefined || memoryGib === undefined
    ? {}
    : { server: `${vcpu} vCPU, ${memoryGib} GiB` };
}

const recoveredOf = (attempt: AttemptReport | undefined): Pick<DrillRecord, 'recovered'> =>
  attempt?.recovered === undefined ? {} : { recovered: attempt.recovered };

function teardownOf(state: DrillState): DrillRecord['teardown'] {
  if (state.handOver !== null) return { confirmed: false, detail: 'none: the restored database is kept' };
  return {
    confirmed: state.teardown?.confirmed ?? state.sandbox === null,
    detail: state.teardown?.detail ?? 'no sandbox was made',
  };
}

const emptyRpo: DrillRecord['rpo'] = {
  targetSeconds: null,
  actualSeconds: null,
  dumpPoint: null,
  uploadEnd: null,
  newestRow: null,
  worstCaseSeconds: null,
};

function dumpOf(
  { dump, sha256 }: Pick<AttemptReport, 'dump' | 'sha256'>,
  location: string,
): DrillRecord['dump'] {
  if (dump === null) return null;
  return {
    key: dump.key,
    location,
    format: formatName(dump.header.format),
    serverVersion: dump.header.serverVersion,
    dumpVersion: dump.header.dumpVersion,
    bytes: dump.sizeBytes,
    sha256,
    checksumVerified: dump.expectedSha256 !== null && dump.expectedSha256 === sha256,
    consistencyPoint: dump.header.consistencyPoint,
    nameTimestamp: dump.nameTimestamp,
    uploadedAt: dump.uploadedAt,
    versionId: dump.versionId ?? null,
  };
}

/** The true loss when the newest dump failed: which older one could be restored, and how much older it is. */
function walkBackFindings(attempts: AttemptReport[]): Finding[] {
  const [first, ...older] = attempts;
  if (first === undefined || first.verdict === 'PROVEN' || older.length === 0) return [];
  const proven = older.find((attempt) => attempt.verdict === 'PROVEN');
  if (proven === undefined) {
    return older.map((attempt) =>
      finding(
        'DUMP_REFUSED',
        `the older ${kindOf(attempt)} ${attempt.dump?.key ?? '(none)'} was tried too: ${attempt.verdict}`,
      ),
    );
  }
  const [newer, olderPoint] = [momentOf(first), momentOf(proven)];
  const loss =
    newer === null || olderPoint === null ? '' : distanceInWords(secondsBetween(olderPoint, newer));
  return [finding('OLDER_DUMP_PROVEN', `the older ${kindOf(proven)} ${proven.dump?.key} restores${loss}`)];
}

const kindOf = ({ dump }: AttemptReport): string =>
  dump?.header.format.layout === 'base backup' ? 'base backup' : 'dump';

const momentOf = ({ dump }: AttemptReport): string | null => (dump === null ? null : dumpMoment(dump));

/** An old dump under the newest name is older than the one before it. */
const distanceInWords = (seconds: number): string =>
  `, ${inWords(Math.abs(seconds))} ${seconds < 0 ? 'newer in truth' : 'older'}`;

/** A Cause may have 32,768 characters; nobody reads more than this of one sentence. */
const longestSummary = 1000;

/** One sentence for the console and the Cause of a failed execution. */
export function summariseVerdict(
  record: Pick<DrillRecord, 'verdict' | 'findings' | 'dump' | 'tables' | 'handOver'>,
): string {
  const sentence = verdictSentence(record);
  return sentence.length > longestSummary ? `${sentence.slice(0, longestSummary)}…` : sentence;
}

function verdictSentence(record: Parameters<typeof summariseVerdict>[0]): string {
  const { handOver } = record;
  if (handOver?.complete) return `handed over: ${handOver.endpoint}, port ${handOver.port}`;
  const declined = record.findings.find(({ code }) => code === 'RESTORE_DECLINED');
  // All of them: each is something that is left to do.
  const undone = record.findings.filter(
    ({ code }) => code === 'PROMOTION_FAILED' || code === 'HAND_OVER_REFUSED',
  );
  const decisive = undone.length === 0 && declined !== undefined ? [declined] : undone;
  if (decisive.length > 0) return decisive.map(({ code, message }) => `${code}: ${message}`).join('; ');
  const worst = record.findings.find((f) => f.severity === 'error' || f.severity === 'unverified');
  if (record.verdict === 'PROVEN') {
    const does = isBaseBackup(record) ? 'recovers' : 'restores';
    return `${record.dump?.key ?? 'the dump'} ${does}: ${dataSentence(record.tables)}`;
  }
  return worst === undefined ? 'no finding explains it' : `${worst.code}: ${worst.message}`;
}
