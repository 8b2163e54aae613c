#!/usr/bin/env node
import '../lib/runtimes/local/with-navigator.ts';
import { buildProgram } from '../lib/cli/program.ts';
import { endInOrder, exitCodeOfError } from '../lib/cli/terminal/ending.ts';
import { hearSignals } from '../lib/cli/terminal/interruption.ts';
import { watchStandardStreams } from '../lib/cli/terminal/standard-streams.ts';
import { compileForSpeedLater, keepCompiledCode } from '../lib/runtimes/local/compiled-code.ts';
import { defaultPlaces } from '../lib/runtimes/local/places.ts';

const streams = watchStandardStreams(process);
endInOrder();
hearSignals();
keepCompiledCode(defaultPlaces());
compileForSpeedLater();

let exitCode = 0;
const program = buildProgram((code) => {
  exitCode = code;
});

try {
  await program.parseAsync();
} catch (error) {
  exitCode = exitCodeOfError(error);
}

const lost = await streams.lostOutput();
if (lost !== null) {
  process.stderr.write(`restore-drill: the output could not be written to stdout (${lost})\n`);
  exitCode = 2;
}
// An uncaught error may have set the code already. Everything was waited for: what still keeps the process – a check whose
// query does not hear that it is to end, a timer of the interpreter – must not keep a person who pressed Ctrl-C.
process.exit(process.exitCode ?? exitCode);
