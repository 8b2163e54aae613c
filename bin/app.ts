import { App } from 'aws-cdk-lib';
import { isDrillError } from '../lib/domain/findings/errors.ts';
import { makeDrillApp } from '../lib/infra/drill-app.ts';
import { assertWithinLimits } from '../lib/infra/limits/stack-limits.ts';

// The CDK command line starts this at the root of the repository: `npx cdk deploy -c config=drills.yaml`.
try {
  const app = new App();
  const { stack, summary } = await makeDrillApp(app, process.cwd());
  assertWithinLimits(app.synth().directory, stack.databases);
  // Beside the template, which `cdk synth` writes to standard output.
  process.stderr.write(`restore-drill:
${summary}`);
} catch (error) {
  if (!isDrillError(error)) throw error;
  process.stderr.write(`restore-drill: ${error.message}\nHINT: ${error.hint}\n`);
  process.exitCode = 2;
}
