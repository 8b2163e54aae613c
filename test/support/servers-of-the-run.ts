import type { ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { buildCommandLine } from './built-command-line.ts';
import { copyData, initialise, makeServerFolder, startPostgres, stopPostgres } from './cluster.ts';
import type { DeskAnswer, DeskQuestion } from './desk.ts';
import { makeRoles, programsOf, type ServerKind, settingsOf, superuserOf } from './server-kinds.ts';

/**
 * Set-up of a run: a desk where test files ask for the servers that outlive them. Each data directory is made once, and each
 * worker has one running server of a kind, from the first file that asks until the run ends. A run without such files starts none.
 */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const folders: string[] = [];
  const running: ChildProcess[] = [];
  const folderOf = (name: string): string => {
    const folder = makeServerFolder(name);
    folders.push(folder);
    return folder;
  };

  const template = remembered(async (kind: ServerKind) => {
    const folder = folderOf('template');
    initialise(folder, superuserOf[kind], programsOf(kind));
    return folder;
  });
  const server = remembered(async (kindAndWorker: `${ServerKind} ${string}`) => {
    const kind = kindAndWorker.split(' ')[0] as ServerKind;
    const folder = folderOf('shared');
    copyData(await template(kind), folder);
    running.push(await startPostgres(folder, superuserOf[kind], programsOf(kind), settingsOf[kind]));
    await makeRoles(kind, folder);
    return folder;
  });

  const commandLine = remembered(async (_program: 'restore-drill') => {
    const folder = buildCommandLine();
    folders.push(folder);
    return folder;
  });
  const answerTo = (question: DeskQuestion): Promise<string> => {
    switch (question.ask) {
      case 'template':
        return template(question.kind);
      case 'server':
        return server(`${question.kind} ${question.worker}`);
      case 'command line':
        return commandLine('restore-drill');
    }
  };

  const deskFolder = mkdtempSync(join(tmpdir(), 'restore-drill-desk-'));
  chmodSync(deskFolder, 0o700);
  const socket = join(deskFolder, 'desk');
  const desk = createServer({ allowHalfOpen: true }, (connection) => {
    let text = '';
    connection.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    connection.on('error', () => {});
    connection.on('end', () => {
      const question = JSON.parse(text) as DeskQuestion;
      const answering = answerTo(question);
      const say = (answer: DeskAnswer) => connection.end(JSON.stringify(answer));
      answering.then(
        (folder) => say({ folder }),
        (error: unknown) => say({ error: String(error) }),
      );
    });
  });
  await new Promise<void>((resolve) => desk.listen(socket, resolve));
  project.provide('serverDesk', socket);

  const remove = () => {
    for (const folder of [...folders, deskFolder]) rmSync(folder, { recursive: true, force: true });
  };
  // Interrupted, the run ends without its teardown.
  const onExit = () => {
    for (const each of running) each.kill('SIGQUIT');
    remove();
  };
  process.once('exit', onExit);
  return async () => {
    process.off('exit', onExit);
    desk.close();
    await Promise.all(running.map((server) => stopPostgres(server)));
    remove();
  };
}

/** Does each piece of work once, whoever asks for it. */
function remembered<Key extends string>(work: (key: Key) => Promise<string>): (key: Key) => Promise<string> {
  const done = new Map<Key, Promise<string>>();
  return (key) => {
    const doing = done.get(key) ?? work(key);
    done.set(key, doing);
    return doing;
  };
}
