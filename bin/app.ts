import { App } from 'aws-cdk-lib';
import { isDrillError } from '../lib/domain/findings/errors.ts';
import { makeDrillApp } from '../lib/infra/app/drill-app.ts';
import { commitOf } from '../scripts/commit.mjs';

// The CDK command line starts this at the root of the repository: `npx cdk deploy -c config=drills.yaml`.
// CloudFormation validates every template against its schemas before it changes anything
// (docs/facts.md#what-cloudformation-validates); the CDK doing the same takes most of a synth's time. CDK_VALIDATION=true
// asks for it all the same, and the tests do.
process.env.CDK_VALIDATION ??= 'false';
process.env.RESTORE_DRILL_COMMIT ??= commitOf();
try {
  const app = new App();
  const { summary } = makeDrillApp(app);
  app.synth();
  // Beside the template, which `cdk synth` writes to standard output.
  process.stderr.write(`restore-drill:
${summary}`);
} catch (error) {
  if (!isDrillError(error)) throw error;
  process.stderr.write(`restore-drill: ${error.message}\nHINT: ${error.hint}\n`);
  process.exitCode = 2;
}
