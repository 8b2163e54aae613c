import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  type DrillConfig,
  formatProblem,
  notifyOf,
  parseConfig,
  renderConfigJsonSchema,
} from '../../../lib/domain/config/index.ts';

const databases = 'databases:\n  shop: { source: { folder: . } }\n';

function config(text: string): DrillConfig {
  const parsed = parseConfig(text);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.config;
}

const problems = (text: string): string[] => {
  const parsed = parseConfig(text);
  return 'problems' in parsed ? parsed.problems.map((problem) => formatProblem('drills.yaml', problem)) : [];
};

const inVariable = (variable: string) => ({ variable, file: null, parameter: null, secret: null });

describe('notify of the file', () => {
  const all = `notify:
  slack: { urlEnv: SLACK, on: every }
  webhook: { urlEnv: HOOK, secretFile: ./key }
  healthcheck: { urlEnv: CHECK, start: true }
  prometheus: { directory: /var/lib/node_exporter }
`;

  it('holds for every database, with its defaults filled in', () => {
    expect(config(databases + all).databases.shop?.notify).toEqual({
      slack: { url: inVariable('SLACK'), on: ['every'] },
      webhook: {
        url: inVariable('HOOK'),
        signingSecret: { variable: null, file: './key', parameter: null, secret: null },
        on: ['every'],
      },
      healthcheck: { url: inVariable('CHECK'), start: true },
      prometheus: { directory: '/var/lib/node_exporter' },
    });
  });

  it('is replaced by a database target by target, and never mixed within one', () => {
    const own =
      'databases:\n  shop: { source: { folder: . }, notify: { slack: { urlFile: ./url }, webhook: off } }\n';
    const { notify } = config(own + all).databases.shop!;
    expect(notify.slack).toEqual({
      url: { variable: null, file: './url', parameter: null, secret: null },
      on: ['failure', 'recovery'],
    });
    expect(notify.webhook).toBeNull();
    expect(notify.healthcheck).not.toBeNull();
  });

  it('stands for a database that nobody configured, but for what belongs to one', () => {
    const parsed = config(databases + all);
    expect(notifyOf(parsed, 'toString')).toEqual({ ...parsed.notify, healthcheck: null, prometheus: null });
    expect(notifyOf(parsed, 'shop')).toEqual(parsed.notify);
  });
});

describe('a mistake in notify is told once, at its line, whatever takes it over', () => {
  it.each([
    [
      'slack: { on: every }',
      'drills.yaml:5:3 notify.slack.urlEnv: nothing says where the URL of the incoming webhook lies – give urlEnv or urlFile for drills on this machine, urlParameter or urlSecret for those in AWS',
    ],
    [
      'webhook: { urlEnv: A }',
      'drills.yaml:5:3 notify.webhook.secretEnv: nothing says where the signing secret lies, and unsigned events are not sent – give secretEnv or secretFile for drills on this machine, secretParameter or secretSecret for those in AWS',
    ],
    [
      'slack: { urlEnv: A, on: failures }',
      'drills.yaml:5:27 notify.slack.on: on is failure, recovery or every, or a list of them',
    ],
    [
      'slack: { urlEnv: A, url: "https://hooks.slack.com/services/T/B/x" }',
      'drills.yaml:5:23 notify.slack.url: unknown key "url" – known keys are urlEnv, urlFile, urlParameter, urlSecret, on',
    ],
    [
      'slack: { urlEnv: "https://hooks.slack.com/services/secret" }',
      'drills.yaml:5:20 notify.slack.urlEnv: this is not the name of an environment variable – give its name, never the secret itself',
    ],
    [
      'pager: { urlEnv: A }',
      'drills.yaml:5:3 notify.pager: unknown key "pager" – known keys are slack, webhook, healthcheck, prometheus',
    ],
  ])('%s', (line, said) => {
    const two = `${databases}  wiki: { source: { folder: . } }\nnotify:\n  ${line}\n`;
    expect(problems(two)).toEqual([said]);
  });

  it('a notify in defaults is shown its place', () => {
    const text = `${databases}defaults:\n  notify: { slack: { urlEnv: A } }\n`;
    expect(problems(text)).toEqual([
      'drills.yaml:4:3 defaults.notify: notify of every database stands beside defaults, not in it – move it to the top level of the file',
    ]);
    expect(
      new Ajv({ strict: false, validateFormats: false }).compile(renderConfigJsonSchema())(parse(text)),
    ).toBe(false);
  });
});
