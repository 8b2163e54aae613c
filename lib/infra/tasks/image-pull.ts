import { ArnFormat, Stack, Token } from 'aws-cdk-lib';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import { accept } from '../review/accepted-rules.ts';

/**
 * Lets a role start a container whose image was given by its URI. An image in a private registry of ECR must be allowed,
 * also in another account or region; any other registry is public. CDK allows an image that it builds itself, and only
 * warns of one that it was told of: without this the task would never start.
 */
export function allowPull(role: iam.Role, container: ecs.ContainerDefinition): void {
  if (Token.isUnresolved(container.imageName)) return;
  const [, account, region, repository] =
    /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([^:@]+)/.exec(container.imageName) ?? [];
  if (account === undefined || region === undefined || repository === undefined) return;
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      resources: [
        Stack.of(role).formatArn({
          service: 'ecr',
          account,
          region,
          resource: 'repository',
          resourceName: repository,
          arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
        }),
      ],
    }),
  );
  role.addToPolicy(new iam.PolicyStatement({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }));
  accept(
    container,
    'Annotation::@aws-cdk/aws-ecs:ecrImageRequiresPolicy',
    'allowPull grants exactly this image.',
  );
}
