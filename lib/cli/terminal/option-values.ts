import { CommanderError } from 'commander';
import { durationExamples, parseDuration } from '../../domain/time/durations.ts';
import { usageExitCode } from './exit.ts';

/** A moment with its offset; a local time would name another moment on another machine. */
export function moment(text: string): string {
  if (/^\d{4}-\d\d-\d\dT.+(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw new CommanderError(
    usageExitCode,
    'commander.invalidArgument',
    `"${text}" is not a moment like 2026-11-18T03:00:00Z`,
  );
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
