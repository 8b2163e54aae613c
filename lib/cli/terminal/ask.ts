import { createInterface } from 'node:readline/promises';

/** Puts a question to the person at the terminal; null when there is no terminal. */
export type Ask = (question: string) => Promise<string | null>;

/** Asks on stderr, so that stdout stays free for results. Ctrl-C and Ctrl-D are an empty answer. */
export const askOnTerminal: Ask = async (question) => {
  if (process.stdin.isTTY !== true) return null;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await new Promise<string>((resolve, reject) => {
      const withoutAnswer = (): void => {
        // What is written next must not stand behind the question.
        process.stderr.write('\n');
        resolve('');
      };
      lines.once('SIGINT', withoutAnswer);
      lines.once('close', withoutAnswer);
      lines.question(question).then((answer) => {
        lines.off('close', withoutAnswer);
        resolve(answer);
      }, reject);
    });
  } finally {
    lines.close();
  }
};
