import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { type DrillsFile, RestoreDrill } from 'restore-drill/cdk';

/** As in a drills.yaml, whose path may be given instead. */
const drills: DrillsFile = {
  databases: {
    shop: {
      source: {
        bucket: 'acme-backups',
        prefix: 'postgres/',
        pattern: 'shop_{timestamp:YYYYMMDDTHHmmssZ}.sql.gz',
      },
      schedule: { cron: '0 3 1 * ? *', timezone: 'Europe/London' },
      objectives: { rto: '4h', rpo: '24h' },
      checks: [{ tables: ['customers', 'orders'] }, { rows: { table: 'orders', min: 1000 } }],
    },
  },
};

const app = new App();
const stack = new Stack(app, 'Backups');
const restoreDrill = new RestoreDrill(stack, 'RestoreDrill', { drills });
restoreDrill.topic.addSubscription(new EmailSubscription('on-call@example.com'));
new CfnOutput(stack, 'Drills', { value: restoreDrill.stateMachine.stateMachineArn });
process.stderr.write(restoreDrill.summary);
