import { type LambdaStep, lambdaPlaceholders } from './placeholders.ts';
import { stateNames as s } from './state-names.ts';

/** One state of the definition, as Amazon States Language has it. */
export type State = Record<string, unknown>;

/**
 * Answers of Lambda that prove that our code did not run: the function sleeps, is being updated, waits for its place
 * in the subnets, or there is no room (docs/facts.md#functions-that-sleep). What waiting does not mend – a key, a right,
 * a subnet that is gone – is not among them. Waits of 10 s, doubled up to 300 s: 30 minutes at most, half of them on
 * average.
 */
export const functionNotStarted: State = {
  ErrorEquals: [
    'Lambda.ResourceNotReadyException',
    'Lambda.ResourceConflictException',
    'Lambda.CodeArtifactUserPendingException',
    'Lambda.ENINotReadyException',
    'Lambda.ENILimitReachedException',
    'Lambda.SubnetIPAddressLimitReachedException',
    'Lambda.EC2ThrottledException',
    'Lambda.EC2UnexpectedException',
    'Lambda.TooManyRequestsException',
  ],
  IntervalSeconds: 10,
  MaxAttempts: 10,
  BackoffRate: 2,
  MaxDelaySeconds: 300,
  JitterStrategy: 'FULL',
};

/**
 * Lambda's own failures, after which nobody knows whether our code ran: every step may be repeated. An error of ours is
 * never retried by the machine, because a step knows better what is safe to repeat.
 */
const serviceFailed = {
  ErrorEquals: ['Lambda.ServiceException', 'Lambda.AWSLambdaException', 'Lambda.SdkClientException'],
  IntervalSeconds: 2,
  MaxAttempts: 5,
  BackoffRate: 2,
  MaxDelaySeconds: 60,
  JitterStrategy: 'FULL',
};

/** How every invocation of a Lambda is repeated. */
export const invocationRetries: State[] = [functionNotStarted, serviceFailed];

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
    Retry: invocationRetries,
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
