import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { alarmHeadings, restoreHeadings } from '../../../lib/contract/alarm-names.ts';
import { outputNames } from '../../../lib/contract/outputs.ts';
import { findingRegistry } from '../../../lib/domain/findings/findings.ts';
import { drillMachine } from '../../../lib/machine/definition.ts';
import { stateNames } from '../../../lib/machine/state-names.ts';
import { aConfig, defaultConfig } from '../support/configs.ts';
import { synthesize } from '../support/synth.ts';

/** Walks every section of the runbook: whoever has the console and nothing else must find each place that it names. */
const runbook = readFileSync('docs/runbook.md', 'utf8');
const sections = runbook
  .split(/^(?=#{1,2} )/m)
  .map((text) => ({ heading: /^#{1,2} (.+)$/m.exec(text)?.[1] ?? '', text }))
  .filter(({ heading }) => heading !== '');
const alarmSections = sections.filter(({ heading }) =>
  Object.values<string>(alarmHeadings).includes(heading),
);

/** `Place → …` as the runbook writes it; the first word is a service's page. */
const consoles = [
  ...['Step Functions', 'S3', 'DynamoDB', 'CloudWatch', 'EventBridge', 'Lambda', 'SQS', 'SNS', 'RDS', 'KMS'],
  'CloudFormation',
];
const { json } = synthesize(aConfig(defaultConfig));
const template = JSON.stringify(json);
const stateMachine = new Set([...Object.values<string>(stateNames), ...Object.keys(drillMachine().States)]);

/** Numbered steps with what continues them. */
const stepsOf = (text: string): string[] =>
  text
    .split(/\*\*Do this\.\*\*/)[1]
    ?.split(/\n(?=\d+\. )/)
    .slice(1) ?? [];

describe('every section of the runbook', () => {
  test('is walked by this test: twelve alarms, and what a real restore links to', () => {
    expect(alarmSections).toHaveLength(Object.keys(alarmHeadings).length);
    for (const heading of Object.values<string>(restoreHeadings))
      expect(sections.map((section) => section.heading)).toContain(heading);
  });

  test.each(sections)('$heading: begins its ways at pages that the console has', ({ text }) => {
    for (const [, place = ''] of text.matchAll(/(?:^|[\s(|])([A-Z][A-Za-z0-9 ]*?) → /gm)) {
      const last = consoles.find((name) => place === name || place.endsWith(` ${name}`));
      // A way goes on: `EventBridge → Scheduler → Schedules`.
      const within = new RegExp(`→ ${place} → `).test(text);
      expect(last !== undefined || within, `${place} →`).toBe(true);
    }
  });

  test.each(sections)('$heading: names functions, groups and queues that are deployed', ({ text }) => {
    for (const [, name = ''] of text.matchAll(/`(?:\/aws\/lambda\/)?(restore-drill-[a-z-]+[a-z])`/g))
      expect(template, name).toContain(name);
    for (const [, suffix = ''] of text.matchAll(/`-([a-z]+(?:-[a-z]+)*)`/g))
      expect(template, suffix).toContain(`restore-drill-${suffix}`);
  });

  test.each(sections)('$heading: names outputs, findings and states that there are', ({ text }) => {
    for (const [, name = ''] of text.matchAll(/outputs? `([A-Za-z]+)`/g))
      expect(Object.values<string>(outputNames)).toContain(name);
    const errors = new Set([
      ...Object.keys(findingRegistry),
      ...Object.values(drillMachine().States).map(({ Error: error }) => String(error)),
      ...['PROVEN', 'NOT_PROVEN', 'COULD_NOT_VERIFY', 'ERROR_CODE', 'ERROR_MESSAGE'],
    ]);
    for (const [, code = ''] of text.matchAll(/`([A-Z]+(?:_[A-Z]+)+)`/g)) expect(errors).toContain(code);
    for (const [, name = ''] of text.matchAll(
      /\*((?:Select|Plan|Provision|Look|Wait|Prepare|Restore|Thaw|Judge|Await|Promote|Hand|Run|Read)\b[a-z -]*?)\*/g,
    ))
      expect(stateMachine.has(name) || phaseWords.has(name), name).toBe(true);
  });

  test.each(sections)('$heading: links to headings and files that exist', ({ text }) => {
    const anchors = new Set(
      sections.map(({ heading }) =>
        heading
          .toLowerCase()
          .replace(/[^a-z0-9 -]/g, '')
          .replace(/ /g, '-'),
      ),
    );
    for (const [, anchor = ''] of text.matchAll(/\]\(#([^)]+)\)/g)) expect(anchors).toContain(anchor);
    for (const [, file = ''] of text.matchAll(/\]\(([a-z-]+\.md)\)/g))
      expect(() => readFileSync(`docs/${file}`), file).not.toThrow();
  });
});

/** A phase of a report that the runbook shortens. */
const phaseWords = new Set(['Provision', 'Restore', 'Hand-over incomplete']);

describe('every step of an alarm', () => {
  const steps = alarmSections.flatMap(({ heading, text }) =>
    stepsOf(text).map((step, index) => ({ heading, number: index + 1, step: step.replace(/\s+/g, ' ') })),
  );

  test('is found: at least one for each alarm', () => {
    for (const { heading } of alarmSections)
      expect(steps.filter((step) => step.heading === heading).length, heading).toBeGreaterThan(0);
  });

  test.each(steps)(
    '$heading, $number: can be done without the command line of the repository',
    ({ step }) => {
      // A command of ours may stand beside a way through the console, and never for it.
      const ours = /`(?:npx )?(?:restore-drill [a-z]+|cdk [a-z]+)[^`]*`/.test(step);
      const throughConsole = / → |CloudShell|\]\(#/.test(step);
      expect(!ours || throughConsole, step).toBe(true);
    },
  );

  test.each(steps)('$heading, $number: names no command that CloudShell has not', ({ step }) => {
    for (const [, command = ''] of step.matchAll(/`(aws [a-z0-9-]+ [a-z0-9-]+)[^`]*`/g))
      expect(['aws stepfunctions send-task-success', 'aws stepfunctions start-execution']).toContain(command);
    expect(step).not.toMatch(/`(?:psql|kubectl|terraform|docker|npm|node) /);
  });
});
