import { describe, expect, test } from 'vitest';
import { normaliseRequest } from '../../../lib/domain/drill/request.ts';

const facts = {
  databases: ['cleaning', 'vlvt'],
  timezoneOf: () => 'Europe/Berlin',
  now: new Date('2026-11-20T12:00:00Z'),
  defaultOperator: 'console',
  realRestore: true,
  backupValidation: true,
};
const only = { ...facts, databases: ['cleaning'] };

describe('a typed request', () => {
  test('may be empty when there is one database', () => {
    expect(normaliseRequest({}, only)).toEqual({
      accepted: true,
      database: 'cleaning',
      request: { mode: 'drill', operator: 'console', key: null, at: null },
    });
  });

  test('normalises the moment to UTC', () => {
    const normalised = normaliseRequest(
      { database: 'vlvt', at: '2026-11-18T04:00:00+01:00', dump: 'a.sql' },
      facts,
    );
    expect(normalised).toMatchObject({
      accepted: true,
      request: { at: '2026-11-18T03:00:00.000Z', key: 'a.sql' },
    });
  });

  test('takes a day as its end in the timezone of the source, and today as now', () => {
    const at = (text: string) => {
      const normalised = normaliseRequest({ database: 'vlvt', at: text }, facts);
      return normalised.accepted ? normalised.request.at : null;
    };
    expect(at('2026-11-18')).toBe('2026-11-18T22:59:59.999Z');
    expect(at('2026-11-20')).toBe('2026-11-20T12:00:00.000Z');
  });

  test.each([
    ['names no database though there are two', {}, 'database: name one of cleaning, vlvt'],
    [
      'names a database that is not configured',
      { database: 'prod' },
      'database: "prod" is not configured; configured are cleaning, vlvt',
    ],
    ['is a string', 'cleaning', 'input: '],
    ['is an array', [], 'input: '],
    ['has unknown fields', { database: 'vlvt', databse: 1 }, 'databse'],
    [
      'asks for a future moment',
      { database: 'vlvt', at: '2027-01-01T00:00:00Z' },
      'at: 2027-01-01T00:00:00Z lies in the future',
    ],
    [
      'asks for a day that has not come',
      { database: 'vlvt', at: '2026-11-21' },
      'at: 2026-11-21 lies in the future',
    ],
    [
      'has a day that no calendar has',
      { database: 'vlvt', at: '2026-02-30' },
      'at: "2026-02-30" is not a moment like 2026-11-18T03:00:00Z or a day like 2026-11-18',
    ],
    ['has a moment without a zone', { database: 'vlvt', at: '2026-11-18T03:00:00' }, 'at: '],
    ['has a moment that is none', { database: 'vlvt', at: 'yesterday' }, 'at: '],
    ['restores for real without confirming', { database: 'vlvt', mode: 'restore' }, 'confirm: must repeat'],
    [
      'confirms another database',
      { database: 'vlvt', mode: 'restore', confirm: 'cleaning' },
      'confirm: must repeat',
    ],
    [
      'confirms and forgets the mode',
      { database: 'vlvt', confirm: 'vlvt' },
      'confirm: belongs to a real restore',
    ],
  ])('is refused when it %s', (_what, input, message) => {
    const normalised = normaliseRequest(input, facts);
    expect(normalised.accepted).toBe(false);
    if (!normalised.accepted) {
      expect(normalised.findings[0]?.code).toBe('REQUEST_INVALID');
      expect(normalised.findings.map((f) => f.message).join('\n')).toContain(message);
    }
  });

  test('may ask for a kind of sandbox, but for a real restore, which always ends in RDS', () => {
    expect(normaliseRequest({ database: 'vlvt', sandbox: 'task' }, facts)).toMatchObject({
      request: { sandbox: 'task' },
    });
    const restore = { database: 'vlvt', mode: 'restore', confirm: 'vlvt', sandbox: 'task' };
    expect(normaliseRequest(restore, facts)).toMatchObject({
      accepted: false,
      findings: [{ message: 'sandbox: a real restore always ends in RDS; leave it out' }],
    });
    expect(normaliseRequest({ database: 'vlvt', sandbox: 'paper' }, facts).accepted).toBe(false);
  });

  test('is refused as a real restore where nothing could keep the database', () => {
    const normalised = normaliseRequest(
      { database: 'vlvt', mode: 'restore', confirm: 'vlvt' },
      { ...facts, realRestore: false },
    );
    expect(normalised.accepted ? [] : normalised.findings.map((f) => f.message)).toEqual([
      'mode: a real restore needs the deployed stack; on one machine a sandbox is always thrown away',
    ]);
  });

  describe('for a restore job of AWS Backup', () => {
    const restoreJobId = '1B234A56-789B-01CD-2A34-4567A08901FD';
    const refusals = (request: object, given = facts) => {
      const normalised = normaliseRequest({ database: 'vlvt', restoreJobId, ...request }, given);
      return normalised.accepted ? [] : normalised.findings.map(({ message }) => message);
    };

    test('carries its id', () => {
      expect(normaliseRequest({ database: 'vlvt', restoreJobId }, facts)).toMatchObject({
        accepted: true,
        request: { restoreJobId },
      });
    });

    test.each(['', 'job-1', '../restore-jobs', `${restoreJobId}/validations`, 7])(
      'is refused with what is no id of one: %j',
      (id) => {
        expect(refusals({ restoreJobId: id })).toEqual([expect.stringMatching(/^restoreJobId: /)]);
      },
    );

    test('is refused where nobody would tell AWS Backup, with what mends it', () => {
      expect(refusals({}, { ...facts, backupValidation: false })).toEqual([
        'restoreJobId: AWS Backup is told of drills by a stack whose drills.yaml has "aws: { backupValidation: true }"; set it and deploy, or leave the id out',
      ]);
    });

    test('is no real restore', () => {
      expect(refusals({ mode: 'restore', confirm: 'vlvt' })).toEqual([
        'restoreJobId: a real restore validates nothing for AWS Backup; leave it out',
      ]);
    });
  });

  test('and names no database that is not configured: it would become a key of the ledger', () => {
    expect(normaliseRequest({ database: 'prod' }, facts).database).toBeNull();
    expect(normaliseRequest({ database: 'vlvt', mode: 'restore' }, facts).database).toBe('vlvt');
  });

  test('lists every problem at once', () => {
    const normalised = normaliseRequest(
      { mode: 'restore', database: 'prod', at: '2027-01-01T00:00:00Z' },
      facts,
    );
    expect(normalised.accepted ? [] : normalised.findings).toHaveLength(3);
  });
});
