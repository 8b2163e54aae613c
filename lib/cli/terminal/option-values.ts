import { CommanderError } from 'commander';
import { durationExamples, parseDuration } from '../../domain/time/durations.ts';
import { isGivenMoment, momentExamples } from '../../domain/time/given-moment.ts';
import { usageExitCode } from './exit.ts';

/** A moment with its offset, or a day; see given-moment.ts. */
export function moment(text: string): string {
  if (isGivenMoment(text)) return text;
  throw new CommanderError(usageExitCode, 'commander.invalidArgument', `"${text}" is not ${momentExamples}`);
}

export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    throw new CommanderError(
      usageExitCode,
      'commander.invalidArgument',
      `"${text}" is not a whole number from ${min} to ${max}`,
    );
  };
}

/** Whole seconds, at least one, of a duration such as `90s` or `1h30m`. */
export function durationInSeconds(text: string): number {
  const seconds = parseDuration(text);
  if (seconds !== null && seconds >= 1) return seconds;
  throw new CommanderError(
    usageExitCode,
    'commander.invalidArgument',
    `"${text}" is not a duration of a second or more: ${durationExamples}`,
  );
}
