import { ArnFormat, Stack, Token } from 'aws-cdk-lib';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import { accept } from '../review/accepted-rules.ts';

/** A private repository of ECR. */
interface Repository {
  account: string;
  region: string;
  repository: string;
}

/** Null: an image of any other registry, which is public, or one that CDK builds and allows itself. */
function repositoryOf(image: string): Repository | null {
  if (Token.isUnresolved(image)) return null;
  const [, account, region, repository] =
    /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([^:@]+)/.exec(image) ?? [];
  if (account === undefined || region === undefined || repository === undefined) return null;
  return { account, region, repository };
}

/** More repositories than this are allowed as all repositories of their registries: a policy has its limit. */
const mostRepositories = 20;

/**
 * Lets a role start containers whose images were given by their URI. An image in a private registry of ECR must be
 * allowed, also in another account or region. CDK allows an image that it builds itself, and only warns of one that it
 * was told of: without this the task would never start.
 */
export function allowPulls(role: iam.Role, images: string[]): void {
  const named = images.map(repositoryOf).filter((one) => one !== null);
  if (named.length === 0) return;
  const arnOf = ({ account, region, repository }: Repository) =>
    Stack.of(role).formatArn({
      service: 'ecr',
      account,
      region,
      resource: 'repository',
      resourceName: repository,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
  const exact = new Set(named.map(arnOf));
  const whole = named.map((one) => ({ ...one, repository: '*' }));
  const resources = exact.size <= mostRepositories ? exact : new Set(whole.map(arnOf));
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      resources: [...resources],
    }),
  );
  role.addToPolicy(new iam.PolicyStatement({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }));
  if (resources === exact) return;
  for (const { account, region } of whole) {
    const arn = `arn:<AWS::Partition>:ecr:${region}:${account}:repository/*`;
    accept(
      role,
      `AwsSolutions-IAM5[Resource::${arn}]`,
      'More than 20 repositories of one registry; pulling only.',
    );
  }
}

/** The same for the image of one container. */
export function allowPull(role: iam.Role, container: ecs.ContainerDefinition): void {
  allowPulls(role, [container.imageName]);
  acceptPull(container);
}

/** Says that allowPulls has granted the image of a container. */
export function acceptPull(container: ecs.ContainerDefinition): void {
  if (repositoryOf(container.imageName) === null) return;
  accept(container, 'Annotation::@aws-cdk/aws-ecs:ecrImageRequiresPolicy', 'allowPulls grants the image.');
}
