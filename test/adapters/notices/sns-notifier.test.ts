import { SNSClient } from '@aws-sdk/client-sns';
import { describe, expect, test } from 'vitest';
import { createMishapLog } from '../../../lib/adapters/metrics/mishap-log.ts';
import { createSnsNotifier } from '../../../lib/adapters/notices/sns-notifier.ts';
import { type DrillState, newDrillState } from '../../../lib/domain/drill/drill-state.ts';
import { finding } from '../../../lib/domain/findings/findings.ts';
import type { DrillRecord } from '../../../lib/domain/record/drill-record.ts';
import type { DrillNotice, Notice } from '../../../lib/ports/notifier.ts';
import { tellPeople } from '../../../lib/steps/tell-people.ts';
import { awsError, type RecordedCall, type Responder, scripted } from '../../support/aws/scripted-client.ts';
import { aHostileRecord } from '../../support/hostile-record.ts';
import { aHeader } from '../../support/in-memory-ports.ts';
import { aFailedRecord, aRecord } from '../../support/records.ts';

const topicArn = 'arn:aws:sns:eu-west-1:111122223333:restore-drill';
const expiresAt = '2026-03-01T15:00:00.000Z';
const places = {
  region: 'eu-west-1',
  stateMachineArn: 'arn:aws:states:eu-west-1:111122223333:stateMachine:restore-drill',
  evidenceBucket: 'restore-drill-evidence',
  runbook: 'https://example.com/runbook.md',
};

/** What SNS gives a subscriber of this protocol: its own text, else the default. */
function received(input: Record<string, unknown>, protocol: string): string {
  if (input.MessageStructure !== 'json') return String(input.Message);
  const texts = JSON.parse(String(input.Message)) as Record<string, string>;
  return texts[protocol] ?? texts.default ?? '';
}

/** The notifier of the deployed stack, told by the steps' own function. */
function aTopic(respond: Responder = () => ({ MessageId: 'm' })) {
  const calls: RecordedCall[] = [];
  const logged: unknown[] = [];
  const sns = scripted(new SNSClient({ region: 'eu-west-1' }), respond, calls);
  const mishaps = createMishapLog({ log: (...line) => void logged.push(line) });
  const notifiers = [createSnsNotifier({ sns, topicArn, places })];
  const tell = (notice: DrillNotice) => tellPeople(notice, { notifiers, mishaps });
  const messages = () =>
    calls.map(({ input }) => ({ subject: String(input.Subject), body: received(input, 'email') }));
  return {
    planned: (state: DrillState, lastProven: DrillRecord | null = null) =>
      tell({ kind: 'restore planned', state, lastProven }),
    asked: (given: Partial<Extract<Notice, { kind: 'approval needed' }>> = {}) =>
      tell({
        ...{ kind: 'approval needed', state: aRestore({ verdict: 'PROVEN' }), expiresAt },
        ...{ way: null, report: null, ...given },
      }),
    sealed: (record: DrillRecord) => tell({ kind: 'drill sealed', record, earlier: null }),
    ...{ calls, logged, messages },
  };
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
    const { planned, messages, calls } = aTopic();
    await planned(aRestore(), lastProven);
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
      Drill:   drill-1
      Runbook: https://example.com/runbook.md#minutes-1-to-3-the-plan
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
    const { planned, messages } = aTopic();
    const drillFindings = [
      finding('NEWER_DUMP_UNPROVEN', 'postgres/shop_20260301T030000Z.dump is newer and not proven'),
    ];
    await planned(aRestore({ drillFindings }));
    const { body } = messages()[0] ?? { body: '' };
    expect(body).toContain('this dump has NOT been proven by a drill');
    expect(body).toContain('WARNING NEWER_DUMP_UNPROVEN: postgres/shop_20260301T030000Z.dump is newer');
  });

  test('shows an operator who types line breaks on one line', async () => {
    const { planned, messages } = aTopic();
    const request = {
      mode: 'restore',
      operator: 'anna\nApprove: http://evil.example',
      key: null,
      at: null,
    } as const;
    await planned(aRestore({ request }));
    expect(messages()[0]?.body).toContain('started by anna\\nApprove: http');
    expect(messages()[0]?.body).not.toMatch(/^Approve:/m);
  });

  test('goes out when nothing is planned yet', async () => {
    const { planned, messages } = aTopic();
    await planned(aRestore({ plan: null, sandbox: null, dump: null }));
    expect(messages()[0]?.body).toContain('none was selected');
  });
});

describe('the question whether a restored database is kept', () => {
  const links = {
    approve: 'https://abc.lambda-url.eu-west-1.on.aws/?decision=approved&signature=yes-signature',
    decline: 'https://abc.lambda-url.eu-west-1.on.aws/?decision=declined&signature=no-signature',
  };

  test('carries the two links and the command', async () => {
    const { asked, messages } = aTopic();
    await asked({ way: links });
    const { subject, body } = messages()[0] ?? { subject: '', body: '' };
    expect(subject).toBe('[restore-drill] shop: restored, your decision is needed');
    expect(body).toContain(`Approve: ${links.approve}`);
    expect(body).toContain(`Decline: ${links.decline}`);
    expect(body).toContain('restore-drill approve drill-1');
    expect(body).toContain('Nobody in time counts as declined');
    expect(body).toContain('restore-drill-shop-1');
  });

  test('says what the checks found, so that nobody approves blindly', async () => {
    const check = { name: 'row counts', kind: 'rowCounts', durationMs: 1 };
    const record = aFailedRecord();
    const { asked, messages } = aTopic();
    await asked({
      report: {
        ...{ attempt: 1, dump: null, verdict: 'NOT_PROVEN', worthKeeping: true, tables: [], restore: null },
        ...{ sha256: null, rto: record.rto, rpo: record.rpo, notTested: [] },
        checks: [
          { ...check, status: 'passed' },
          { ...check, status: 'failed' },
        ],
        findings: [finding('RTO_MISSED', 'the restore took 5 h, 4 h are allowed')],
      },
    });
    expect(messages()[0]?.body).toContain('NOT PROVEN: 1 of 2 passed');
    expect(messages()[0]?.body).toContain('ERROR RTO_MISSED: the restore took 5 h, 4 h are allowed');
  });

  test('says so when the details could not be read', async () => {
    const { asked, messages } = aTopic();
    await asked({ report: null });
    expect(messages()[0]?.body).toContain('PROVEN; the details could not be read');
  });

  test('names the command alone where the deployment has no links', async () => {
    const { asked, messages } = aTopic();
    await asked({ way: 'command line' });
    const { body } = messages()[0] ?? { body: '' };
    expect(body).toContain('restore-drill approve drill-1 --decline');
    expect(body).not.toMatch(/decision=|send-task-success/);
  });

  test('says how to answer without links', async () => {
    const { asked, messages } = aTopic();
    await asked({ way: null });
    expect(messages()[0]?.body).toContain('aws stepfunctions send-task-success');
  });

  test('that cannot even be put into words is counted', async () => {
    const { asked, logged, calls } = aTopic();
    await asked({ state: {} as DrillState });
    expect(calls).toEqual([]);
    expect(logged).toEqual([[expect.any(String), expect.objectContaining({ unheard: 'yes' })]]);
  });
});

describe('the end of a drill', () => {
  test('is told with verdict, findings and what to do, objectives and the place of the report', async () => {
    const { sealed, messages, calls } = aTopic();
    await sealed(aFailedRecord({ drillId: 'drill-1', cost: { estimatedUsd: 1, actualUsd: 0.42 } }));
    expect(messages()[0]).toMatchInlineSnapshot(`
      {
        "body": "NOT PROVEN: 12 rows of public.orders point to missing rows of public.customers.

      Dump:      postgres/shop_20260301T020000Z.dump
                 custom archive 1.14, 12.3 MB, from PostgreSQL 15.18 (Debian 15.18-0+deb12u1)
      State of:  2026-03-01 02:00:00 UTC, 1 h old
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

      Report:    s3://restore-drill-evidence/drills/drill-1/report.html
                 restore-drill report drill-1
      Execution: https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/v2/executions/details/arn:aws:states:eu-west-1:111122223333:execution:restore-drill:drill-1
      Drill:     drill-1, started by schedule
      Runbook:   https://example.com/runbook.md#a-drill-failed-timed-out-or-was-aborted
      ",
        "subject": "[restore-drill] shop: NOT PROVEN - FK_ORPHANS",
      }
    `);
    expect(calls[0]?.input.MessageAttributes).toMatchObject({ verdict: { StringValue: 'NOT_PROVEN' } });
  });

  test('is JSON for programs: the event beside the text', async () => {
    const { sealed, messages, calls } = aTopic();
    await sealed(aFailedRecord({ drillId: 'drill-1' }));
    for (const protocol of ['sqs', 'lambda', 'https', 'email-json', 'firehose']) {
      const document = JSON.parse(received(calls[0]!.input, protocol)) as object;
      expect(document).toMatchObject({
        type: 'Drill Sealed',
        subject: '[restore-drill] shop: NOT PROVEN - FK_ORPHANS',
        text: messages()[0]?.body,
        data: { schemaVersion: 1, drillId: 'drill-1', verdict: 'NOT_PROVEN' },
      });
    }
    expect(received(calls[0]!.input, 'sms')).toBe('[restore-drill] shop: NOT PROVEN - FK_ORPHANS');
  });

  test('is told for a good drill too, by its subject', async () => {
    const { sealed, messages } = aTopic();
    await sealed(aRecord());
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
    const { sealed, messages } = aTopic();
    await sealed(record);
    expect(messages()[0]?.subject).toBe(`[restore-drill] shop: ${headline}`);
  });

  test('of a real restore names endpoint, secret and what remains', async () => {
    const { sealed, messages } = aTopic();
    await sealed(aRecord({ mode: 'restore', handOver }));
    const { body } = messages()[0] ?? { body: '' };
    expect(body).toContain('restore-drill-shop-1.x.eu-west-1.rds.amazonaws.com:5432');
    expect(body).toContain(`in the secret ${handOver.secretArn}`);
    expect(body).toContain('- Point the application at the new endpoint.');
  });

  test('is told whatever names a dump holds: SNS takes the message, and no line is forged', async () => {
    const { sealed, messages, logged } = aTopic();
    await sealed(aHostileRecord());
    const { body } = messages()[0] ?? { body: '' };
    expect(logged).toEqual([]);
    expect(body.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    expect(body).not.toMatch(/^\| a \|/m);
  });

  test('stays below what SNS takes with thousands of findings', async () => {
    const { sealed, messages, logged, calls } = aTopic();
    const findings = Array.from({ length: 5000 }, (_, n) =>
      finding('FK_ORPHANS', `${n} ${'x'.repeat(2000)}`),
    );
    await sealed(aFailedRecord({ findings, database: 'd'.repeat(300) }));
    expect(logged).toEqual([]);
    expect(messages()[0]?.body).toContain('... and 4980 more');
    expect(messages()[0]?.body.length).toBeLessThan(64 * 1024);
    expect(calls[0]?.input.MessageStructure).toBe('json');
  });

  test('fails nothing when SNS is down: it is logged by name and counted', async () => {
    const { sealed, logged } = aTopic(() => {
      throw awsError('ServiceUnavailable', 'a message that quotes what it was sent', 503);
    });
    await sealed(aRecord({ drillId: 'drill-1' }));
    expect(logged).toEqual([
      [
        'could not send "drill sealed" to the topic',
        { drillId: 'drill-1', error: 'ServiceUnavailable, HTTP 503', unheard: 'yes' },
      ],
    ]);
  });
});
