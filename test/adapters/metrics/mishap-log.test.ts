import { describe, expect, test } from 'vitest';
import { createMishapLog } from '../../../lib/adapters/metrics/mishap-log.ts';
import { unheardField } from '../../../lib/contract/metric-names.ts';
import { DrillError } from '../../../lib/domain/findings/errors.ts';
import { awsError } from '../../support/aws/scripted-client.ts';

const token = 'AQCEAAAAKgAAAAMAAAAA-the-task-token';

function aLog() {
  const logged: unknown[] = [];
  return { mishaps: createMishapLog({ log: (...line) => void logged.push(line) }), logged };
}

describe('a mishap', () => {
  test('is logged by the name of its error, which may quote a secret', () => {
    const { mishaps, logged } = aLog();
    const quoting = [
      awsError('AccessDenied', token, 403),
      new DrillError('LEDGER_UNWRITABLE', `cannot keep ${token}`, { hint: `with ${token}` }),
    ];
    for (const error of quoting)
      mishaps.tell({ what: 'keep the approval', drillId: 'drill-1', error, unheard: false });
    expect(logged[0]).toEqual([
      'could not keep the approval',
      { drillId: 'drill-1', error: 'AccessDenied, HTTP 403' },
    ]);
    expect(logged).toHaveLength(2);
    expect(JSON.stringify(logged)).not.toContain(token);
  });

  test('by which somebody did not hear of a drill carries the word that the metric filter counts', () => {
    const { mishaps, logged } = aLog();
    mishaps.tell({ what: 'tell', drillId: 'drill-1', error: new Error('no'), unheard: true });
    expect(logged).toEqual([['could not tell', expect.objectContaining({ [unheardField]: 'yes' })]]);
  });
});
