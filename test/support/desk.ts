import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { inject } from 'vitest';
import type { ServerKind } from './server-kinds.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Socket of the desk that lends out the servers of a run. */
    serverDesk: string;
  }
}

/**
 * What a worker may ask: the folder of a data directory to copy, of a running server that it shares with
 * nobody else now, or of the program that was built for the run.
 */
export type DeskQuestion =
  | { ask: 'template'; kind: ServerKind }
  | { ask: 'server'; kind: ServerKind; worker: string }
  | { ask: 'command line' };

/** What it hears. */
export type DeskAnswer = { folder: string } | { error: string };

/** Asks the desk of the run for a folder. */
export async function askDesk(question: DeskQuestion): Promise<string> {
  const connection = connect(inject('serverDesk'));
  connection.end(JSON.stringify(question));
  const answer = JSON.parse(await text(connection)) as DeskAnswer;
  if ('error' in answer) throw new Error(answer.error);
  return answer.folder;
}
