import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { finding } from '../../../../lib/domain/findings/findings.ts';
import {
  backupAgeSeconds,
  drillEvent,
  renderDrillEventSchema,
} from '../../../../lib/domain/record/report/drill-event.ts';
import { aHostileRecord } from '../../../support/hostile-record.ts';
import { aFailedRecord, anUnverifiedRecord, aRecord } from '../../../support/records.ts';

const sha256 = 'ab'.repeat(32);
const accepts = new Ajv({ strict: false, validateFormats: false }).compile(renderDrillEventSchema());

test('the age of a backup is from its state to the drill, also of one that was asked for by name', () => {
  const rpo = { ...aRecord().rpo, dumpPoint: '2026-03-01T02:00:00.000Z' };
  // Ages are measured from its own moment there.
  const asked = { ...aRecord(), rpo, asOf: rpo.dumpPoint, startedAt: '2026-03-10T02:00:00.000Z' };
  expect(backupAgeSeconds(asked)).toBe(9 * 86_400);
  expect(backupAgeSeconds({ ...asked, rpo: { ...rpo, dumpPoint: null } })).toBeNull();
});

describe('the event of a sealed drill', () => {
  test('tells verdict, backup with its age, objectives and findings with what to do', () => {
    expect(drillEvent(aFailedRecord(), sha256)).toMatchInlineSnapshot(`
      {
        "backup": {
          "ageSeconds": 3600,
          "consistencyPoint": "2026-03-01T02:00:00.000Z",
          "key": "postgres/shop_20260301T020000Z.dump",
        },
        "database": "shop",
        "drillId": "drill-20260301-030000-a1b2",
        "endedAt": "2026-03-01T03:03:12.400Z",
        "findingCount": 2,
        "findings": [
          {
            "code": "FK_ORPHANS",
            "hint": "Find how the orphans came about in production; a NOT VALID or disabled foreign key lets them in.",
            "message": "12 rows of public.orders point to missing rows of public.customers",
            "severity": "error",
          },
          {
            "code": "CHECKSUM_ABSENT",
            "hint": "Write \`<dump>.sha256\` beside each dump in the backup job.",
            "message": "shop_20260301T020000Z.dump has no checksum sidecar",
            "severity": "info",
          },
        ],
        "mode": "drill",
        "recordSha256": "abababababababababababababababababababababababababababababababab",
        "rpo": {
          "actualSeconds": 3600,
          "targetSeconds": 86400,
        },
        "rto": {
          "actualSeconds": 184,
          "targetSeconds": 14400,
        },
        "schemaVersion": 1,
        "startedAt": "2026-03-01T03:00:00.000Z",
        "verdict": "NOT_PROVEN",
      }
    `);
  });

  test.each([
    ['a proven drill', aRecord()],
    ['a drill without a dump', anUnverifiedRecord()],
    ['names that are hostile', aHostileRecord()],
    ['a backup of no known moment', aRecord({ rpo: { ...aRecord().rpo, dumpPoint: null } })],
  ])('fits its published schema: %s', (_, record) => {
    const event = drillEvent(record, sha256);
    expect(accepts(JSON.parse(JSON.stringify(event))), JSON.stringify(accepts.errors)).toBe(true);
  });

  test('stays small with thousands of findings, and says how many there are', () => {
    const findings = Array.from({ length: 5000 }, (_, n) =>
      finding('FK_ORPHANS', `${n} ${'x'.repeat(2000)}`),
    );
    const event = drillEvent(aFailedRecord({ findings }), sha256);
    expect(event.findings.length).toBe(50);
    expect(event.findingCount).toBe(5000);
    expect(JSON.stringify(event).length).toBeLessThan(100_000);
  });

  // Written anew by `npm run docs`.
  test('has the schema that is in docs', async () => {
    const rendered = `${JSON.stringify(renderDrillEventSchema(), null, 2)}\n`;
    await expect(rendered).toMatchFileSnapshot('../../../../docs/drill-event.schema.json');
  });
});
