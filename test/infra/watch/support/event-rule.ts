/** A rule as the template has it. */
export interface EventRule {
  State: string;
  EventPattern?: Record<string, unknown>;
  Targets: {
    Arn: unknown;
    InputTransformer?: { InputPathsMap: Record<string, string>; InputTemplate: unknown };
    DeadLetterConfig?: unknown;
    RetryPolicy?: unknown;
  }[];
}

/** What EventBridge would send of an event: to which resource, and its text. */
export function deliver(rule: EventRule, event: object): { to: string; text: string }[] {
  if (rule.State !== 'ENABLED' || rule.EventPattern === undefined || !matches(rule.EventPattern, event))
    return [];
  return rule.Targets.map(({ Arn, InputTransformer }) => ({
    to: (Arn as { Ref?: string }).Ref ?? '',
    text: InputTransformer === undefined ? JSON.stringify(event) : transformed(InputTransformer, event),
  }));
}

/** Exact values only, which is all that our rules use; a reference to a resource stands for itself. */
function matches(pattern: Record<string, unknown>, event: unknown): boolean {
  return Object.entries(pattern).every(([key, wanted]) => {
    const value = (event as Record<string, unknown>)[key];
    if (!Array.isArray(wanted)) return matches(wanted as Record<string, unknown>, value);
    return wanted.some((one) => (typeof one === 'object' ? value === 'MACHINE' : one === value));
  });
}

/**
 * Fills a template as AWS documents it (docs/facts.md#templates-of-a-rule): a placeholder in the place of a value becomes
 * the JSON of its value; within quotes its text, as it is – so that a test fails where a quote would break the message;
 * what is not there becomes nothing.
 */
function transformed(
  { InputPathsMap, InputTemplate }: { InputPathsMap: Record<string, string>; InputTemplate: unknown },
  event: object,
): string {
  let template = textOf(InputTemplate);
  for (const [name, path] of Object.entries(InputPathsMap)) {
    const value = path
      .slice(2)
      .split('.')
      .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], event);
    const placeholder = `<${name}>`;
    let at = template.indexOf(placeholder);
    while (at >= 0) {
      const quoted = (template.slice(0, at).match(/(?<!\\)"/g) ?? []).length % 2 === 1;
      const text = quoted ? String(value ?? '') : JSON.stringify(value ?? '');
      template = template.slice(0, at) + text + template.slice(at + placeholder.length);
      at = template.indexOf(placeholder, at + text.length);
    }
  }
  return template;
}

/** A template with references: they stand for names without quotes. */
function textOf(template: unknown): string {
  if (typeof template === 'string') return template;
  const join = (template as { 'Fn::Join': [string, unknown[]] })['Fn::Join'];
  return join[1].map((part) => (typeof part === 'string' ? part : 'eu-west-1')).join(join[0]);
}
