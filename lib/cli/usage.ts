import type { Command } from 'commander';
import * as z from 'zod';
import { buildProgram } from './program.ts';
import { progressEvent } from './progress/progress-events.ts';

/** docs/cli.md: the help of every command, as the terminal prints it at 100 columns. */
export function renderUsage(): string {
  const program = buildProgram(() => {});
  const sections = [program, ...program.commands].map((command) => {
    command.configureHelp({ helpWidth: 100 });
    return [`## ${nameOf(command)}`, '', '```text', command.helpInformation().trimEnd(), '```', ''].join(
      '\n',
    );
  });
  return [
    '# Command line',
    '',
    'Generated from `lib/cli/program.ts`.',
    '',
    endings,
    '',
    telling(),
    '',
    ...sections,
  ].join('\n');
}

/** How steps are told, with the schema of what programs read. */
const telling = (): string => `## How a drill is told

On stderr, so that stdout is free for \`--json\`. On a terminal a live list; elsewhere (a pipe, \`CI\`, \`TERM=dumb\`, \`--progress plain\`) a line
when a step begins, one when it ends, and one every 30 s between. \`--quiet\` leaves the verdict and its reason. Colour is used on a terminal:
\`NO_COLOR\` or \`--no-color\` turns it off, \`FORCE_COLOR\` on.

\`--progress json\` writes one JSON object per line, the verdict last; an error that comes before a drill is told in words all the same. Each line
fits this schema:

\`\`\`json
${JSON.stringify(z.toJSONSchema(progressEvent), null, 2)}
\`\`\``;

const endings = `## How commands end

- \`0\` PROVEN, or done. \`1\` NOT_PROVEN, and nothing else. \`2\` COULD_NOT_VERIFY, or the command could not run or failed. \`64\` wrong
  usage. \`130\`, \`143\`, \`129\` ended by SIGINT, SIGTERM,
  SIGHUP at once, without a record.
- A drill goes on and is sealed when nobody reads its output any more, or when there is no room for it. If stdout could not be
  written in full (with \`--json\`, say), the exit code is 2, stderr says why, and \`show\` gives the record.
- The state directory and \`--out\` are proven writable before a drill begins.
- The first Ctrl-C, SIGTERM (\`kill\`, \`docker stop\`) or SIGHUP ends a drill in order, and says so: sandbox removed, record sealed with the
  dump that was being restored, exit code 2, within 3 s. A second one in that time only says that it is being stopped; the third, or one after
  that time, ends the process at once with 130, and the watchdog removes the sandbox.`;

const nameOf = (command: Command): string =>
  command.parent === null ? command.name() : `${command.parent.name()} ${command.name()}`;
