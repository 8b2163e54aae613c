import { CfnOutput, type Stack } from 'aws-cdk-lib';
import { outputNames } from '../../contract/outputs.ts';

/** Outputs of the stack: how the command line finds its way in an account. */
export function writeOutputs(stack: Stack, values: Record<keyof typeof outputNames, string>): void {
  for (const [key, name] of Object.entries(outputNames)) {
    new CfnOutput(stack, name, { value: values[key as keyof typeof outputNames] });
  }
}
