import type { Construct } from 'constructs';
import app from '../../cdk.json' with { type: 'json' };

/**
 * Gives a construct the CDK's feature flags that its tests run with (cdk.json), whatever the app around it has: a flag
 * changes what is deployed, down to rights. They hold for what is below the construct and for nothing else.
 *
 * @param construct has no children yet
 */
export function bringFeatureFlags(construct: Construct): void {
  for (const [flag, value] of Object.entries(app.context)) construct.node.setContext(flag, value);
}
