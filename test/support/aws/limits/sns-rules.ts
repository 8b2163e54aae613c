import { allOf, matching, member, oneOf, type Rule } from './rules.ts';

const publish = ['Publish'];

/** Message and attributes together: 256 KB. */
const sizeRules: Rule = {
  commands: publish,
  problems: ({ Message, MessageAttributes }) => {
    const size =
      Buffer.byteLength(String(Message ?? '')) + Buffer.byteLength(JSON.stringify(MessageAttributes ?? {}));
    return size > 256 * 1024 ? [`Message: has ${size} bytes with its attributes, more than 262144`] : [];
  },
};

const attributeRules: Rule = {
  commands: publish,
  problems: ({ MessageAttributes }) =>
    Object.entries((MessageAttributes ?? {}) as Record<string, Record<string, unknown>>).flatMap(
      ([name, { DataType, StringValue, BinaryValue }]) => [
        ...(/^(?!(AWS|Amazon)\.)[A-Za-z0-9_-][A-Za-z0-9_.-]{0,255}$/i.test(name)
          ? []
          : [`MessageAttributes.${name}: is no attribute name`]),
        ...(/^(String|String\.Array|Number|Binary)$/.test(String(DataType))
          ? []
          : [`MessageAttributes.${name}.DataType: "${String(DataType)}" is unknown`]),
        ...((StringValue === undefined || StringValue === '') && BinaryValue === undefined
          ? [`MessageAttributes.${name}: has no value`]
          : []),
      ],
    ),
};

/** Exactly one of topic, target and phone number. */
const targetRules: Rule = {
  commands: publish,
  problems: ({ TopicArn, TargetArn, PhoneNumber }) =>
    [TopicArn, TargetArn, PhoneNumber].filter((target) => target !== undefined).length === 1
      ? []
      : ['TopicArn: exactly one target is required'],
};

export const snsRules: Rule[] = [
  member(
    publish,
    'TopicArn',
    matching(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?$/, 'the ARN of a topic'),
  ),
  member(
    publish,
    'Subject',
    allOf(
      (subject) =>
        String(subject).length < 100 ? null : `has ${String(subject).length} characters, not below 100`,
      matching(/^[\x21-\x7e][\x20-\x7e]*$/, 'one line of ASCII that begins with a visible character'),
    ),
  ),
  member(publish, 'Message', (message) => (message === '' ? 'is empty' : null)),
  member(publish, 'MessageStructure', oneOf('json')),
  sizeRules,
  attributeRules,
  targetRules,
];
