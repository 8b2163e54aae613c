import { type Template, TemplateResolver } from './resolve-template.ts';

export interface PolicyStatement {
  Sid?: string;
  Effect: 'Allow' | 'Deny';
  Action?: string | string[];
  NotAction?: string | string[];
  Resource?: string | string[];
  NotResource?: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

export interface PolicyDocument {
  Version: string;
  Statement: PolicyStatement[];
}

/** A role with every policy that is attached to it, resolved. */
export interface Role {
  logicalId: string;
  arn: string;
  /** Service that may take it, e.g. `lambda.amazonaws.com`. */
  trustedServices: string[];
  policies: { name: string; policy: PolicyDocument }[];
}

/** Policies of AWS that the stack may attach; everything else must be in the template. */
const managedByAws: Record<string, PolicyDocument> = {
  'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole': {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: '*',
      },
    ],
  },
};

/** Every role of a template with its inline, attached and managed policies. */
export function rolesOf(template: Template): Role[] {
  const resolver = new TemplateResolver(template);
  const resources = Object.entries(template.Resources);
  return resources
    .filter(([, { Type }]) => Type === 'AWS::IAM::Role')
    .map(([logicalId, { Properties = {} }]) => ({
      logicalId,
      arn: resolver.arnOf(logicalId),
      trustedServices: trustedServices(resolver.resolve(Properties.AssumeRolePolicyDocument)),
      policies: [
        ...((Properties.Policies ?? []) as { PolicyName: unknown; PolicyDocument: unknown }[]).map(
          ({ PolicyName, PolicyDocument }) => ({
            name: String(resolver.resolve(PolicyName)),
            policy: resolver.resolve(PolicyDocument) as PolicyDocument,
          }),
        ),
        ...resources
          .filter(([, { Type, Properties: inner }]) => {
            if (Type !== 'AWS::IAM::Policy' && Type !== 'AWS::IAM::ManagedPolicy') return false;
            return ((inner?.Roles ?? []) as { Ref?: string }[]).some(({ Ref }) => Ref === logicalId);
          })
          .map(([name, { Properties: inner }]) => ({
            name,
            policy: resolver.resolve(inner?.PolicyDocument) as PolicyDocument,
          })),
        ...((Properties.ManagedPolicyArns ?? []) as unknown[]).map((arn) => managed(arn, template, resolver)),
      ],
    }));
}

function managed(
  arn: unknown,
  template: Template,
  resolver: TemplateResolver,
): { name: string; policy: PolicyDocument } {
  const reference = (arn as { Ref?: string }).Ref;
  if (reference !== undefined) {
    const document = template.Resources[reference]?.Properties?.PolicyDocument;
    return { name: reference, policy: resolver.resolve(document) as PolicyDocument };
  }
  const name = String(resolver.resolve(arn));
  const policy = managedByAws[name];
  if (policy === undefined) throw new Error(`the content of ${name} is not known here`);
  return { name, policy };
}

function trustedServices(document: unknown): string[] {
  const { Statement } = document as { Statement: { Principal?: { Service?: string | string[] } }[] };
  return Statement.flatMap(({ Principal }) => Principal?.Service ?? []);
}
