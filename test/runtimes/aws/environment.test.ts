import { describe, expect, test } from 'vitest';
import { readEnvironment } from '../../../lib/runtimes/aws/environment.ts';

const complete = {
  LEDGER_TABLE: 'ledger',
  RESTORE_TASKS: '[{"taskDefinition":"small","upToDumpBytes":1000,"vcpu":1,"memoryGib":2}]',
  RESTORE_NETWORK: '{"subnets":["subnet-1"],"securityGroups":["sg-1"],"assignPublicIp":"ENABLED"}',
};

describe('the environment of a door', () => {
  test('is parsed as far as the door needs it', () => {
    const { restoreTasks, ledgerTable } = readEnvironment(['restoreTasks', 'ledgerTable'], complete);

    expect(ledgerTable).toBe('ledger');
    expect(restoreTasks[0]?.vcpu).toBe(1);
  });

  test('is refused with every missing or broken variable at once', () => {
    const variables = { ...complete, RESTORE_NETWORK: 'public', TOPIC_ARN: '' };

    const read = () => readEnvironment(['topicArn', 'evidenceBucket', 'restoreNetwork'], variables);

    expect(read).toThrow(
      'the environment is incomplete: TOPIC_ARN is not set; EVIDENCE_BUCKET is not set; RESTORE_NETWORK: is not JSON',
    );
  });

  test('may say that approvals have no address', () => {
    expect(readEnvironment(['approvalUrl'], { APPROVAL_URL: 'none' })).toEqual({ approvalUrl: null });
    expect(() => readEnvironment(['approvalUrl'], { APPROVAL_URL: 'nowhere' })).toThrow('APPROVAL_URL: ');
  });

  test('does not ask for what the door does not need', () => {
    expect(readEnvironment(['ledgerTable'], complete)).toEqual({ ledgerTable: 'ledger' });
  });
});
