import { SNSClient } from '@aws-sdk/client-sns';
import { describe, expect, test } from 'vitest';
import type { Approvals } from '../../../lib/adapters/approvals/approvals.ts';
import { createAnnouncements } from '../../../lib/adapters/notices/announcements.ts';
import { type DrillState, newDrillState } from '../../../lib/domain/drill/drill-state.ts';
import { DrillError } from '../../../lib/domain/findings/errors.ts';
import { finding } from '../../../lib/domain/findings/findings.ts';
import type { MetricSink } from '../../../lib/ports/metric-sink.ts';
import { awsError, type RecordedCall, type Responder, scripted } from '../../support/aws/scripted-client.ts';
import { aHostileRecord } from '../../support/hostile-record.ts';
import { aHeader } from '../../support/in-memory-ports.ts';
import { aFailedRecord, aRecord } from '../../support/records.ts';

const topicArn = 'arn:aws:sns:eu-west-1:111122223333:restore-drill';
const token = 'AQCEAAAAKgAAAAMAAAAA-the-task-token';
const expiresAt = '2026-03-01T15:00:00.000Z';
const places = {
  region: 'eu-west-1',
  stateMachineArn: 'arn:aws:states:eu-west-1:111122223333:stateMachine:restore-drill',
  evidenceBucket: 'restore-drill-evidence',
  approvalUrl: 'https://abc.lambda-url.eu-west-1.on.aws/',
};

interface Surroundings {
  respond?: Responder;
  open?: Approvals['open'];
  flush?: MetricSink['flush'];
  report?: unknown;
  lastProven?: ReturnType<typeof aRecord> | null | 'unreadable';
}

function someAnnouncements({ respond, open, flush, report, lastProven = null }: Surroundings = {}) {
  const calls: RecordedCall[] = [];
  const metrics: [string, number, string, Record<string, string>][] = [];
  const logged: unknown[] = [];
  const link = (decision: 'approved' | 'declined') => ({
    drill: 'drill-1',
    decision,
    expires: '1772377200',
    signature: 'signed',
  });
  const announcements = createAnnouncements({
    sns: scripted(new SNSClient({ region: 'eu-west-1' }), respond ?? (() => ({ MessageId: 'm' })), calls),
    topicArn,
    approvals: { open: open ?? (async () => ({ approve: link('approved'), decline: link('declined') })) },
    ledger: {
      lastProven: async () => {
        if (lastProven === 'unreadable') throw new Error('the table does not answer');
        return lastProven;
      },
    },
    evidence: {
      findJson: async (drillId, name) => {
        if (report instanceof Error) throw report;
        return drillId === 'drill-1' && name === 'attempt-1' ? (report ?? null) : null;
      },
    },
    metrics: {
      put: (...metric) => void metrics.push(metric),
      flush: flush ?? (() => {}),
    },
    places,
    log: (...line) => void logged.push(line),
  });
  const messages = () =>
    calls.map(({ input }) => ({ subject: String(input.Subject), body: String(input.Message) }));
  return { announcements, calls, metrics, logged, messages };
}

/** A real restore whose plan is made. */
const aRestore = (given: Partial<DrillState> = {}): DrillState => ({
  ...newDrillState({
    drillId: 'drill-1',
    database: 'shop',
    operator: 'anna',
    startedAt: '2026-03-01T03:00:00.000Z',
  }),
  stage: 'sandbox planned',
  request: { mode: 'restore', operator: 'anna', key: null, at: null },
  dump: {
    key: 'postgres/shop_20260301T020000Z.dump',
    sizeBytes: 12_345_678,
    uploadedAt: '2026-03-01T02:04:10.000Z',
    nameTimestamp: '2026-03-01T02:00:00.000Z',
    header: aHeader(),
    expectedSha256: null,
    directory: false,
  } as NonNullable<DrillState['dump']>,
  dumpLocation: 's3://acme-backups/postgres/',
  plan: {
    kind: 'rds',
    drillId: 'drill-1',
    database: 'shop',
    majorVersion: 15,
    storageBytes: 1,
    leaseExpiresAt: '2026-03-02T19:00:00.000Z',
    dumpBytes: 12_345_678,
    mode: 'restore',
    rds: {
      engineVersion: '15.17',
      placements: [{ instanceClass: 'db.m7g.large', availabilityZone: null }],
      storageGib: 400,
      parameterGroup: 'default.postgres15',
      production: null,
      estimatedCostUsd: 3.456,
    },
  },
  sandbox: { sandboxId: 'restore-drill-shop-1', askedAt: '2026-03-01T03:00:00.000Z', address: null },
  ...given,
});

describe('the announcement of a real restore', () => {
  test('says what will be done, what it costs, that nothing is touched, and how to stop it', async () => {
    const lastProven = aRecord({ drillId: 'drill-0', endedAt: '2026-03-01T02:50:00.000Z' });
    const { announcements, messages, calls } = someAnnouncements({ lastProven });
    await announcements.restorePlanned(aRestore());
    expect(messages()[0]).toMatchInlineSnapshot(`
      {
        "body": "A real restore of the database "shop" was started by anna.

      NOTHING THAT EXISTS IS TOUCHED: a new instance is made beside what you have. Nothing is overwritten, renamed, stopped or deleted, and no application is pointed anywhere.

      What will be done:
        Dump:         postgres/shop_20260301T020000Z.dump
        Lies in:      s3://acme-backups/postgres/
        State of:     2026-03-01 02:00:00 UTC
        Size:         12.3 MB
        Proven:       2026-03-01 02:50:00 UTC by drill drill-0
        New instance: restore-drill-shop-1
        Class:        db.m7g.large
        Storage:      400 GiB gp3, encrypted
        PostgreSQL:   15.17
        Cost:         about 3.46 USD until it is handed over

      What happens next: the dump is restored and checked as in a drill. You are told when it is done,
      and asked before it is kept unless your configuration waives that. Until then it is torn down if anything fails.

      To watch it:
        https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/v2/executions/details/arn:aws:states:eu-west-1:111122223333:execution:restore-drill:drill-1
      To stop it (what was made is removed):
        aws stepfunctions stop-execution --region eu-west-1 --execution-arn arn:aws:states:eu-west-1:111122223333:execution:restore-drill:drill-1
      ",
        "subject": "[restore-drill] shop: a real restore has begun",
      }
    `);
    expect(calls[0]?.input.MessageAttributes).toEqual({
      event: { DataType: 'String', StringValue: 'restore planned' },
      database: { DataType: 'String', StringValue: 'shop' },
      mode: { DataType: 'String', StringValue: 'restore' },
    });
  });

  test('warns when the dump was never proven and when a newer one exists', async () => {
    const { announcements, messages } = someAnnouncements();
    const drillFindings = [
      finding('NEWER_DUMP_UNPROVEN', 'postgres/shop_20260301T030000Z.dump is newer and not proven'),
    ];
    await announcements.restorePlanned(aRestore({ drillFindings }));
    const { body } = messages()[0] ?? { body: '' };
    expect(body).toContain('this dump has NOT been proven by a drill');
    expect(body).toContain('WARNING NEWER_DUMP_UNPROVEN: postgres/shop_20260301T030000Z.dump is newer');
  });

  test('shows an operator who types line breaks on one line', async () => {
    const { announcements, messages } = someAnnouncements();
    const request = {
      mode: 'restore',
      operator: 'anna\nApprove: http://evil.example',
      key: null,
      at: null,
    } as const;
    await announcements.restorePlanned(aRestore({ request }));
    expect(messages()[0]?.body).toContain('started by anna\\nApprove: http');
    expect(messages()[0]?.body).not.toMatch(/^Approve:/m);
  });

  test('goes out when nothing is planned yet and the ledger does not answer', async () => {
    const { announcements, messages } = someAnnouncements({ lastProven: 'unreadable' });
    const withoutPlan = aRestore({ plan: null, sandbox: null, dump: null });
    await announcements.restorePlanned(withoutPlan);
    expect(messages()[0]?.body).toContain('none was selected');
  });
});

describe('the question whether a restored database is kept', () => {
  const aQuestion = { state: aRestore({ verdict: 'PROVEN' }), taskToken: token, expiresAt };

  test('carries two signed links and the command, and never the token', async () => {
    let opened: Parameters<Approvals['open']>[0] | undefined;
    const { announcements, messages, calls, logged } = someAnnouncements({
      open: async (request) => {
        opened = request;
        return {
          approve: { drill: 'drill-1', decision: 'approved', expires: '1', signature: 'yes-signature' },
          decline: { drill: 'drill-1', decision: 'declined', expires: '1', signature: 'no-signature' },
        };
      },
    });
    await announcements.approvalNeeded(aQuestion);
    const { subject, body } = messages()[0] ?? { subject: '', body: '' };
    expect(subject).toBe('[restore-drill] shop: restored, your decision is needed');
    expect(body).toContain(
      'Approve: https://abc.lambda-url.eu-west-1.on.aws/?drill=drill-1&decision=approved&expires=1&signature=yes-signature',
    );
    expect(body).toContain('&decision=declined&expires=1&signature=no-signature');
    expect(body).toContain('restore-drill approve drill-1');
    expect(body).toContain('Nobody in time counts as declined');
    expect(opened).toMatchObject({ drillId: 'drill-1', database: 'shop', taskToken: token, expiresAt });
    expect(opened?.plan).toContain('restore-drill-shop-1');
    expect(JSON.stringify([calls, logged, opened?.plan])).not.toContain(token);
  });

  test('says what the checks found, so that nobody approves blindly', async () => {
    const report = {
      verdict: 'NOT_PROVEN',
      checks: [{ status: 'passed' }, { status: 'failed' }],
      findings: [finding('RTO_MISSED', 'the restore took 5 h, 4 h are allowed')],
    };
    const { announcements, messages } = someAnnouncements({ report });
    await announcements.approvalNeeded(aQuestion);
    expect(messages()[0]?.body).toContain('NOT PROVEN: 1 of 2 passed');
    expect(messages()[0]?.body).toContain('ERROR RTO_MISSED: the restore took 5 h, 4 h are allowed');
  });

  test('says so when the details could not be read', async () => {
    const { announcements, messages, logged } = someAnnouncements({
      report: awsError('AccessDenied', token, 403),
    });
    await announcements.approvalNeeded(aQuestion);
    expect(messages()[0]?.body).toContain('PROVEN; the details could not be read');
    expect(JSON.stringify(logged)).toContain('AccessDenied, HTTP 403');
    expect(JSON.stringify(logged)).not.toContain(token);
  });

  test('goes out without links when the token could not be kept, is counted, and gives nothing away', async () => {
    const { announcements, messages, metrics, logged } = someAnnouncements({
      open: () =>
        Promise.reject(
          new DrillError('LEDGER_UNWRITABLE', `cannot keep ${token}`, { hint: `with ${token}` }),
        ),
    });
    await announcements.approvalNeeded(aQuestion);
    expect(messages()[0]?.body).toContain('aws stepfunctions send-task-success');
    expect(metrics).toEqual([['NotificationFailed', 1, 'Count', {}]]);
    expect(JSON.stringify([messages(), logged])).not.toContain(token);
  });

  test('throws nothing when everything fails', async () => {
    const { announcements, metrics } = someAnnouncements({
      open: () => Promise.reject(new Error('no')),
      respond: () => {
        throw awsError('InternalError', 'x', 500);
      },
      flush: () => Promise.reject(new Error('no')),
    });
    await announcements.approvalNeeded({ ...aQuestion, state: {} as DrillState });
    expect(metrics.map(([name]) => name)).toEqual(['NotificationFailed', 'NotificationFailed']);
  });
});

describe('the end of a drill', () => {
  test('is told with verdict, findings and what to do, objectives and the place of the report', async () => {
    const { announcements, messages, calls } = someAnnouncements();
    await announcements.drillSealed(
      aFailedRecord({ drillId: 'drill-1', cost: { estimatedUsd: 1, actualUsd: 0.42 } }),
    );
    expect(messages()[0]).toMatchInlineSnapshot(`
      {
        "body": "NOT PROVEN: 12 rows of public.orders point to missing rows of public.customers.

      Dump:      postgres/shop_20260301T020000Z.dump
                 custom archive 1.14, 12.3 MB, from PostgreSQL 15.18 (Debian 15.18-0+deb12u1)
      State of:  2026-03-01 02:00:00 UTC
      Restored:  2 tables, 49,324 rows
      Checks:    1 passed, 1 failed, 0 not run
      RTO:       3 min 4 s of 4 h allowed (met)
      RPO:       1 h of 1 d allowed (met)
      Cost:      0.42 USD (list prices)

      Findings, gravest first:
        ERROR FK_ORPHANS: 12 rows of public.orders point to missing rows of public.customers
          -> Find how the orphans came about in production; a NOT VALID or disabled foreign key lets them in.

      Not tested:
        - The uploads archive was not opened.
        - Application code was not run.

      Report:    s3://restore-drill-evidence/drills/drill-1/report.md
                 restore-drill report drill-1
      Execution: https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/v2/executions/details/arn:aws:states:eu-west-1:111122223333:execution:restore-drill:drill-1
      Drill:     drill-1, started by schedule
      ",
        "subject": "[restore-drill] shop: NOT PROVEN - FK_ORPHANS",
      }
    `);
    expect(calls[0]?.input.MessageAttributes).toMatchObject({ verdict: { StringValue: 'NOT_PROVEN' } });
  });

  test('is told for a good drill too, by its subject', async () => {
    const { announcements, messages } = someAnnouncements();
    await announcements.drillSealed(aRecord());
    expect(messages()[0]?.subject).toBe('[restore-drill] shop: PROVEN');
  });

  const handOver = {
    sandboxId: 'restore-drill-shop-1',
    endpoint: 'restore-drill-shop-1.x.eu-west-1.rds.amazonaws.com',
    port: 5432,
    masterRole: 'drill_master',
    secretArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:rds-1',
    complete: true,
    remaining: ['Point the application at the new endpoint.'],
  };

  test.each([
    ['handed over', aRecord({ mode: 'restore', handOver }), 'RESTORED and handed over'],
    [
      'handed over in part',
      aFailedRecord({ mode: 'restore', handOver: { ...handOver, complete: false } }),
      'RESTORED, but work remains for you',
    ],
    [
      'declined',
      aRecord({ mode: 'restore', findings: [finding('RESTORE_DECLINED', 'declined by anna')] }),
      'restore DECLINED, torn down',
    ],
    ['failed', aFailedRecord({ mode: 'restore' }), 'restore FAILED - FK_ORPHANS'],
  ])('of a real restore that was %s says so in its subject', async (_what, record, headline) => {
    const { announcements, messages } = someAnnouncements();
    await announcements.drillSealed(record);
    expect(messages()[0]?.subject).toBe(`[restore-drill] shop: ${headline}`);
  });

  test('of a real restore names endpoint, secret and what remains', async () => {
    const { announcements, messages } = someAnnouncements();
    await announcements.drillSealed(aRecord({ mode: 'restore', handOver }));
    const { body } = messages()[0] ?? { body: '' };
    expect(body).toContain('restore-drill-shop-1.x.eu-west-1.rds.amazonaws.com:5432');
    expect(body).toContain(`in the secret ${handOver.secretArn}`);
    expect(body).toContain('- Point the application at the new endpoint.');
  });

  test('is told whatever names a dump holds: SNS takes the message, and no line is forged', async () => {
    const { announcements, messages, logged } = someAnnouncements();
    await announcements.drillSealed(aHostileRecord());
    const { body } = messages()[0] ?? { body: '' };
    expect(logged).toEqual([]);
    expect(body.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    expect(body).not.toMatch(/^\| a \|/m);
  });

  test('stays below what SNS takes with thousands of findings', async () => {
    const { announcements, messages, logged } = someAnnouncements();
    const findings = Array.from({ length: 5000 }, (_, n) =>
      finding('FK_ORPHANS', `${n} ${'x'.repeat(2000)}`),
    );
    await announcements.drillSealed(aFailedRecord({ findings, database: 'd'.repeat(300) }));
    expect(logged).toEqual([]);
    expect(messages()[0]?.body).toContain('... and 4980 more');
    expect(messages()[0]?.body.length).toBeLessThan(64 * 1024);
  });

  test('fails nothing when SNS is down: it is logged by name and counted', async () => {
    const { announcements, metrics, logged } = someAnnouncements({
      respond: () => {
        throw awsError('ServiceUnavailable', 'a message that quotes what it was sent', 503);
      },
    });
    await announcements.drillSealed(aRecord({ drillId: 'drill-1' }));
    expect(logged).toEqual([
      [
        'could not publish "drill sealed" to the topic',
        { drillId: 'drill-1', error: 'ServiceUnavailable, HTTP 503' },
      ],
    ]);
    expect(metrics.at(-1)).toEqual(['NotificationFailed', 1, 'Count', {}]);
  });
});

describe('the metrics of a drill', () => {
  test('are verdict, objectives, cost and phases of its database', async () => {
    const { announcements, metrics } = someAnnouncements();
    await announcements.drillSealed(aRecord({ cost: { estimatedUsd: 1, actualUsd: 0.42 } }));
    const shop = { Database: 'shop' };
    expect(metrics).toEqual([
      ['Proven', 1, 'Count', shop],
      ['RtoSeconds', 184, 'Seconds', shop],
      ['RtoTargetSeconds', 14_400, 'Seconds', shop],
      ['RpoSeconds', 3600, 'Seconds', shop],
      ['RpoTargetSeconds', 86_400, 'Seconds', shop],
      ['ObjectiveMissed', 0, 'Count', shop],
      ['CostUsd', 0.42, 'None', shop],
      ['PhaseSeconds', 0.4, 'Seconds', { ...shop, Phase: 'Select dump' }],
      ['PhaseSeconds', 150, 'Seconds', { ...shop, Phase: 'Restore dump into sandbox' }],
      ['PhaseSeconds', 30, 'Seconds', { ...shop, Phase: 'Run checks' }],
    ]);
  });

  test('hold nothing that was not measured, and say when an objective was missed', async () => {
    const { announcements, metrics } = someAnnouncements();
    await announcements.drillSealed(
      aFailedRecord({
        rto: { targetSeconds: null, actualSeconds: null, lastProvenSeconds: null },
        findings: [finding('RPO_MISSED', 'too much would have been lost')],
        phases: [
          { name: 'Select dump', startedAt: '2026-03-01T03:00:00.000Z', seconds: 1 },
          { name: 'Select dump', startedAt: '2026-03-01T03:10:00.000Z', seconds: 2 },
        ],
      }),
    );
    const values = Object.fromEntries(metrics.map(([name, value]) => [name, value]));
    expect(values).toEqual({
      Proven: 0,
      RpoSeconds: 3600,
      RpoTargetSeconds: 86_400,
      ObjectiveMissed: 1,
      PhaseSeconds: 3,
    });
  });
});
