/** A synthesized template, as far as policies need it. */
export interface TemplateResource {
  Type: string;
  Properties?: Record<string, unknown>;
}
export interface Template {
  Resources: Record<string, TemplateResource>;
  Outputs?: Record<string, { Value: unknown }>;
  Parameters?: Record<string, { Default?: unknown }>;
  Mappings?: Record<string, Record<string, Record<string, unknown>>>;
}

export const account = '123456789012';
export const region = 'eu-west-1';

const pseudoParameters: Record<string, string> = {
  'AWS::AccountId': account,
  'AWS::Region': region,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': 'restore-drill',
  'AWS::StackId': `arn:aws:cloudformation:${region}:${account}:stack/restore-drill/0`,
  'AWS::NoValue': '',
};

/** Property that names a resource, where the template gives the name. */
const nameProperty: Record<string, string> = {
  'AWS::DynamoDB::GlobalTable': 'TableName',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::ECS::Cluster': 'ClusterName',
  'AWS::ECS::TaskDefinition': 'Family',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::StepFunctions::StateMachine': 'StateMachineName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::RDS::DBSubnetGroup': 'DBSubnetGroupName',
  'AWS::RDS::DBParameterGroup': 'DBParameterGroupName',
  'AWS::Logs::LogGroup': 'LogGroupName',
};

/** ARN of each kind of resource by its name. */
const arnForm: Record<string, (name: string) => string> = {
  'AWS::DynamoDB::GlobalTable': (name) => `arn:aws:dynamodb:${region}:${account}:table/${name}`,
  'AWS::DynamoDB::Table': (name) => `arn:aws:dynamodb:${region}:${account}:table/${name}`,
  'AWS::S3::Bucket': (name) => `arn:aws:s3:::${name}`,
  'AWS::SNS::Topic': (name) => `arn:aws:sns:${region}:${account}:${name}`,
  'AWS::SQS::Queue': (name) => `arn:aws:sqs:${region}:${account}:${name}`,
  'AWS::ECS::Cluster': (name) => `arn:aws:ecs:${region}:${account}:cluster/${name}`,
  'AWS::ECS::TaskDefinition': (name) => `arn:aws:ecs:${region}:${account}:task-definition/${name}:1`,
  'AWS::Lambda::Function': (name) => `arn:aws:lambda:${region}:${account}:function:${name}`,
  'AWS::StepFunctions::StateMachine': (name) => `arn:aws:states:${region}:${account}:stateMachine:${name}`,
  'AWS::IAM::Role': (name) => `arn:aws:iam::${account}:role/${name}`,
  'AWS::IAM::ManagedPolicy': (name) => `arn:aws:iam::${account}:policy/${name}`,
  'AWS::KMS::Key': (name) => `arn:aws:kms:${region}:${account}:key/${name}`,
  'AWS::Logs::LogGroup': (name) => `arn:aws:logs:${region}:${account}:log-group:${name}:*`,
  'AWS::RDS::DBSubnetGroup': (name) => `arn:aws:rds:${region}:${account}:subgrp:${name}`,
};

/** `Ref` of these gives the ARN, of all others the name. */
const refIsArn = new Set([
  'AWS::SNS::Topic',
  'AWS::ECS::TaskDefinition',
  'AWS::StepFunctions::StateMachine',
  'AWS::IAM::ManagedPolicy',
]);

/** Fills the intrinsic functions of a template with the values that a deployment would give. */
export class TemplateResolver {
  readonly #template: Template;

  constructor(template: Template) {
    this.#template = template;
  }

  /** Name of a resource: the given one, else its logical id. */
  nameOf(logicalId: string): string {
    const resource = this.#template.Resources[logicalId];
    const property = nameProperty[resource?.Type ?? ''];
    const given = property === undefined ? undefined : resource?.Properties?.[property];
    if (given !== undefined) return String(this.resolve(given));
    // Bucket names are lower case; CloudFormation makes the others from the logical id.
    return resource?.Type === 'AWS::S3::Bucket' ? logicalId.toLowerCase() : logicalId;
  }

  arnOf(logicalId: string): string {
    const type = this.#template.Resources[logicalId]?.Type ?? '';
    const form = arnForm[type];
    if (form === undefined) throw new Error(`no form of ARN is known for ${type} (${logicalId})`);
    return form(this.nameOf(logicalId));
  }

  /** @throws Error for an intrinsic function that policies and environments were not known to use */
  resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.resolve(item));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [[key, argument] = ['', null]] = entries;
    if (entries.length === 1 && (key === 'Ref' || key.startsWith('Fn::')))
      return this.#intrinsic(key, argument);
    return Object.fromEntries(entries.map(([name, inner]) => [name, this.resolve(inner)]));
  }

  #intrinsic(key: string, argument: unknown): unknown {
    switch (key) {
      case 'Ref':
        return this.#ref(String(argument));
      case 'Fn::GetAtt':
        return this.#attribute(argument as [string, string]);
      case 'Fn::Join': {
        const [separator, parts] = argument as [string, unknown[]];
        return parts.map((part) => String(this.resolve(part))).join(separator);
      }
      case 'Fn::Sub': {
        const [text, values] = Array.isArray(argument)
          ? (argument as [string, Record<string, unknown>])
          : [String(argument), {}];
        return text.replace(/\$\{([^}!]+)\}/g, (_whole, name: string) => {
          if (name in values) return String(this.resolve(values[name]));
          const [id = '', attribute] = name.split('.');
          return String(attribute === undefined ? this.#ref(id) : this.#attribute([id, attribute]));
        });
      }
      case 'Fn::Select': {
        const [index, list] = argument as [number | string, unknown];
        return (this.resolve(list) as unknown[])[Number(index)];
      }
      case 'Fn::Split': {
        const [separator, text] = argument as [string, unknown];
        return String(this.resolve(text)).split(separator);
      }
      case 'Fn::GetAZs':
        return ['a', 'b', 'c'].map((zone) => `${region}${zone}`);
      default:
        throw new Error(`the intrinsic function ${key} is not known here`);
    }
  }

  #ref(name: string): string {
    const pseudo = pseudoParameters[name];
    if (pseudo !== undefined) return pseudo;
    const resource = this.#template.Resources[name];
    if (resource === undefined) return String(this.#template.Parameters?.[name]?.Default ?? name);
    return refIsArn.has(resource.Type) ? this.arnOf(name) : this.nameOf(name);
  }

  #attribute([id, attribute]: [string, string]): string {
    if (attribute === 'Arn' || attribute === 'TopicArn') return this.arnOf(id);
    if (attribute === 'StateMachineRevisionId' || attribute === 'KeyId') return this.nameOf(id);
    if (attribute === 'FunctionUrl') return `https://${id.toLowerCase()}.lambda-url.${region}.on.aws/`;
    return `${id}.${attribute}`;
  }
}
