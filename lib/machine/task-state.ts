import { type LambdaStep, lambdaPlaceholders } from './placeholders.ts';
import { stateNames as s } from './state-names.ts';

/** One state of the definition, as Amazon States Language has it. */
export type State = Record<string, unknown>;

/**
 * Names under which Lambda itself reports that it is out of capacity or hiccuped before our code ran; nothing of ours
 * is ever retried by the machine, because a step knows better what is safe to repeat.
 */
export const throttled = {
  ErrorEquals: [
    'Lambda.ServiceException',
    'Lambda.AWSLambdaException',
    'Lambda.SdkClientException',
    'Lambda.TooManyRequestsException',
  ],
  IntervalSeconds: 2,
  MaxAttempts: 5,
  BackoffRate: 2,
  MaxDelaySeconds: 60,
  JitterStrategy: 'FULL',
};

/** Adds any error as `$.failure` and goes on there. */
export const onFailure = (next: string): State => ({
  ErrorEquals: ['States.ALL'],
  ResultPath: '$.failure',
  Next: next,
});

/** A Lambda that takes `$` and gives back the next `$`. Any error goes to Judge, or where `onError` says. */
export function step(
  name: LambdaStep,
  timeoutSeconds: number,
  next: string,
  onError: string = s.judge,
): State {
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Parameters: { FunctionName: lambdaPlaceholders[name], 'Payload.$': '$' },
    OutputPath: '$.Payload',
    TimeoutSeconds: timeoutSeconds,
    Retry: [throttled],
    Catch: [onFailure(onError)],
    Next: next,
  };
}

/** First rule that holds decides. */
export function choose(rules: State[], otherwise: string): State {
  return { Type: 'Choice', Choices: rules, Default: otherwise };
}

/** Rule: the text at `variable` is `value`. */
export const is = (variable: string, value: string): State => ({ Variable: variable, StringEquals: value });
/** Rule: there is something at `variable`. */
export const present = (variable: string): State => ({ Variable: variable, IsPresent: true });
/** Rule: a field that every state document has is not null. */
export const given = (variable: string): State => ({ Not: { Variable: variable, IsNull: true } });
/**
 * Rule: every one of the rules holds. A rule about a path that is not there ends the execution without any Catch
 * (States.Runtime), so `given` or `present` goes before it.
 */
export const all = (...rules: State[]): State => ({ And: rules });

/** A rule with its way on. */
export const when = (rule: State, next: string): State => ({ ...rule, Next: next });
/** The stage that a step left. */
export const atStage = (value: string, next: string): State => when(is('$.stage', value), next);

/** A text with the attempt's number: environment variables are strings. */
export const attemptText = "States.Format('{}', $.attempt)";
