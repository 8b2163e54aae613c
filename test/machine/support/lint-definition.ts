/**
 * What asl-validator 4.0.0 overlooks in a JSONPath definition (35 broken definitions were tried): a path without `.$`,
 * States.ALL that is not alone or not last, a heartbeat that is not shorter than the limit, context paths that do not
 * exist, a callback without its token and a token without a callback, and Choice rules that end the execution when the
 * path that they compare is not there.
 */
export interface LintedState {
  Type: string;
  Resource?: string;
  Next?: string;
  Default?: string;
  Choices?: ({ Next: string } & Record<string, unknown>)[];
  Catch?: { Next: string; ErrorEquals: string[]; ResultPath: string }[];
  Retry?: { ErrorEquals: string[]; JitterStrategy?: string }[];
  TimeoutSeconds?: number;
  TimeoutSecondsPath?: string;
  HeartbeatSeconds?: number;
  Parameters?: unknown;
  ItemSelector?: unknown;
  ItemProcessor?: { States: Record<string, LintedState> };
  End?: boolean;
}

/** Paths of the context object (Step Functions Developer Guide, "Accessing execution data from the Context object"). */
const contextPaths = new Set([
  '$$.Execution.Id',
  '$$.Execution.Input',
  '$$.Execution.Name',
  '$$.Execution.RoleArn',
  '$$.Execution.StartTime',
  '$$.Map.Item.Index',
  '$$.Map.Item.Value',
  '$$.State.EnteredTime',
  '$$.State.Name',
  '$$.State.RetryCount',
  '$$.StateMachine.Id',
  '$$.StateMachine.Name',
  '$$.Task.Token',
]);
/** Fields of `$` that every document has from the first state on (newDrillState). */
const always = /^\$\.(stage|verdict|request\.mode)$/;

/** Every problem, as `state: what is wrong`. */
export function lintDefinition(definition: { States: Record<string, LintedState> }): string[] {
  return Object.entries(definition.States).flatMap(([name, state]) => [
    ...lintState(state).map((problem) => `${name}: ${problem}`),
    ...lintDefinition(state.ItemProcessor ?? { States: {} }),
  ]);
}

function lintState(state: LintedState): string[] {
  const payload = [
    ...leaves({ parameters: state.Parameters ?? {} }),
    ...leaves({ selector: state.ItemSelector ?? {} }),
  ];
  const texts = payload.map(([, value]) => value);
  const callback = state.Resource?.endsWith('.waitForTaskToken') ?? false;
  const hasToken = texts.includes('$$.Task.Token');
  return [
    ...payload.flatMap(lintLeaf),
    ...[...(state.Catch ?? []), ...(state.Retry ?? [])].flatMap(({ ErrorEquals }, index, rules) =>
      ErrorEquals.includes('States.ALL') &&
      (ErrorEquals.length > 1 || (index < rules.length - 1 && index < (state.Catch?.length ?? 0) - 1))
        ? ['States.ALL is not alone or not last']
        : [],
    ),
    ...((state.HeartbeatSeconds ?? 0) >= (state.TimeoutSeconds ?? Number.POSITIVE_INFINITY)
      ? ['the heartbeat is not shorter than the limit']
      : []),
    ...(callback && !hasToken ? ['a callback without its token'] : []),
    ...(!callback && hasToken ? ['a token without a callback'] : []),
    ...(state.Choices ?? []).flatMap(lintRule),
  ];
}

function lintLeaf([key, value]: [string, unknown]): string[] {
  if (typeof value !== 'string') return [];
  const isPath = /^(\$|States\.)/.test(value) && !value.startsWith('${');
  if (isPath && !key.endsWith('.$')) return [`${key} holds a path but does not end in .$`];
  if (!isPath && key.endsWith('.$')) return [`${key} ends in .$ but holds no path`];
  if (value.startsWith('$$.') && !contextPaths.has(value)) return [`${value} is no path of the context`];
  return [];
}

/** A comparison needs its path to be there: a guard stands before it, or every document has it. */
function lintRule(rule: Record<string, unknown>): string[] {
  const rules = (rule.And as Record<string, unknown>[] | undefined) ?? [rule];
  const guarded: string[] = [];
  return rules.flatMap((one) => {
    const inner = (one.Not as Record<string, unknown> | undefined) ?? one;
    const path = String(inner.Variable);
    if ('IsPresent' in inner || 'IsNull' in inner) {
      guarded.push(path);
      return [];
    }
    const known =
      always.test(path) || guarded.some((guard) => path === guard || path.startsWith(`${guard}.`));
    return known ? [] : [`${path} is compared although it may not be there`];
  });
}

function leaves(value: unknown, key = ''): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return [[key, value]];
  return Object.entries(value).flatMap(([name, inner]) => leaves(inner, name));
}
