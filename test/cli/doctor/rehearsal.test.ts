import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { doctor } from '../../../lib/cli/commands/doctor.ts';
import { firstDeployPoints } from '../../../lib/cli/doctor/rehearsal/points.ts';
import { refusedRequest } from '../../../lib/cli/doctor/rehearsal/refused-drill.ts';
import { rehearseDeployment } from '../../../lib/cli/doctor/rehearsal/rehearse.ts';
import { inAccount } from '../../../lib/cli/remote/account.ts';
import { execute } from '../../machine/support/execution.ts';
import { awsError } from '../../support/aws/scripted-client.ts';
import { inMemoryPorts } from '../../support/in-memory-ports.ts';
import { aRecord } from '../../support/records.ts';
import { FakeAccount, stateMachineArn } from '../remote/support/fake-account.ts';

const answer = (value: unknown) => ({ StatusCode: 200, Payload: Buffer.from(JSON.stringify(value)) });
const died = (errorMessage: string) => ({ ...answer({ errorMessage }), FunctionError: 'Unhandled' });
const rehearsal = 'rehearsal-20261121T033000000Z';

/** An account whose first deployment went well; `functions` answers by the name of the function. */
async function deployed(functions: Record<string, () => object> = {}, status = 'FAILED') {
  const invoked: [name: string, payload: unknown][] = [];
  const answers: Record<string, () => object> = {
    'restore-drill-run-check': () => answer(null),
    'restore-drill-prepare-hand-over': () => answer(null),
    'restore-drill-watch': () => answer({ databases: 2, attention: 0 }),
    'restore-drill-sweep': () => answer({ removed: [], kept: [{ what: 'x' }] }),
    ...functions,
  };
  const account = new FakeAccount().on({
    'Lambda.GetFunctionConfiguration': () => ({ State: 'Active' }),
    'Lambda.Invoke': ({ FunctionName, Payload }) => {
      invoked.push([String(FunctionName), JSON.parse(Buffer.from(Payload as Uint8Array).toString())]);
      return answers[String(FunctionName)]!();
    },
    'ECS.DescribeTaskDefinition': ({ taskDefinition }) => ({
      taskDefinition: {
        ...{ family: taskDefinition, status: 'ACTIVE', runtimePlatform: { cpuArchitecture: 'ARM64' } },
        containerDefinitions: [{ name: 'restore', image: '1.dkr.ecr.eu-west-1.amazonaws.com/assets:abc' }],
      },
    }),
    'SFN.StartExecution': ({ name }) => ({
      executionArn: `${stateMachineArn.replace('stateMachine', 'execution')}:${name}`,
      startDate: new Date('2026-11-21T03:30:00Z'),
    }),
    'SFN.DescribeExecution': ({ executionArn }) => ({
      ...{ executionArn, stateMachineArn, status, startDate: new Date('2026-11-21T03:30:00Z') },
    }),
  });
  await account.withRecord(aRecord({ drillId: rehearsal, verdict: 'COULD_NOT_VERIFY' }));
  return { account, invoked };
}

const rehearse = async (account: FakeAccount, stack = 'restore-drill') =>
  (await inAccount({ stack }, rehearseDeployment, account.surroundings)).map(
    ({ what, state, detail }) => `${state} ${what}: ${detail}`,
  );

describe('the rehearsal of a deployment', () => {
  test('confirms what can be run, and says of each other point why it cannot be', async () => {
    const { account } = await deployed();
    const lines = await rehearse(account);

    expect(lines.filter((line) => line.startsWith('ok'))).toEqual([
      'ok function restore-drill-run-check: Active; it starts and answers',
      'ok function restore-drill-prepare-hand-over: Active; it starts and answers',
      'ok watch: it looked at 2 databases; 0 things need attention',
      'ok sweeper: it would remove 0, and leaves 1 whose lease goes on',
      ...['small', 'medium', 'large'].map(
        (size) =>
          `ok task restore-drill-restore-${size}: 1.dkr.ecr.eu-west-1.amazonaws.com/assets:abc on ARM64`,
      ),
      `ok messages: ${rehearsal} was refused as it should be; two messages about it must arrive within minutes, one of the drill and one of the rule`,
    ]);
    const untested = lines.filter((line) => line.startsWith('untested'));
    expect(untested).toHaveLength(Object.values(firstDeployPoints).filter(({ why }) => why !== null).length);
    for (const line of untested) expect(line).toMatch(/cannot be run here: .*; see docs\/first-deploy\.md#/);
    expect(lines.filter((line) => line.startsWith('problem'))).toEqual([]);
  });

  test('finds functions and tasks by their own names, in a stack of the user', async () => {
    const { account, invoked } = await deployed();
    const lines = await rehearse(account, 'Backups');

    expect(invoked.map(([name]) => name)).toContain('restore-drill-watch');
    expect(lines.filter((line) => line.startsWith('problem'))).toEqual([]);
  });

  test('touches, looks and asks, and changes nothing: no call but these', async () => {
    const { account, invoked } = await deployed();
    await rehearse(account);

    expect(invoked).toEqual([
      ['restore-drill-run-check', { touch: true }],
      ['restore-drill-prepare-hand-over', { touch: true }],
      ['restore-drill-watch', {}],
      ['restore-drill-sweep', { dryRun: true }],
    ]);
    const commands = new Set(account.calls.map(({ command }) => command));
    expect([...commands].filter((command) => !/^(Describe|Get|Query)/.test(command)).sort()).toEqual([
      'Invoke',
      'StartExecution',
    ]);
  });

  test.each<[string, Parameters<typeof deployed>, RegExp]>([
    [
      'a function that slept',
      [{}],
      /^problem function restore-drill-run-check: not confirmed: Inactive: it slept/,
    ],
    [
      'a function that fails',
      [{ 'restore-drill-prepare-hand-over': () => died('no interface') }],
      /^problem function restore-drill-prepare-hand-over: not confirmed: Active; it failed: .*no interface/,
    ],
    [
      'a watch that fails',
      [{ 'restore-drill-watch': () => died('EVIDENCE_UNREADABLE') }],
      /^problem watch: not confirmed: it failed: .*EVIDENCE_UNREADABLE/,
    ],
    [
      'a watch that looks at another number of databases',
      [{ 'restore-drill-watch': () => answer({ databases: 1, attention: 0 }) }],
      /^problem watch: not confirmed: it looked at 1 database, and 2 are deployed/,
    ],
    [
      'a drill that was not refused',
      [{}, 'SUCCEEDED'],
      /^problem messages: not confirmed: .* should have been refused and ended SUCCEEDED/,
    ],
    [
      'a drill that does not end',
      [{}, 'RUNNING'],
      /^problem messages: not confirmed: .* still runs after 180/,
    ],
  ])('does not confirm %s', async (what, given, line) => {
    const { account } = await deployed(...given);
    if (what.includes('slept'))
      account.on({ 'Lambda.GetFunctionConfiguration': () => ({ State: 'Inactive', StateReason: 'idle' }) });
    expect(await rehearse(account)).toContainEqual(expect.stringMatching(line));
  });

  test('names the right that is missing, and goes on with the other points', async () => {
    const { account } = await deployed();
    account.on({
      'Lambda.GetFunctionConfiguration': () => {
        throw awsError(
          'AccessDeniedException',
          'is not authorized to perform: lambda:GetFunctionConfiguration',
        );
      },
    });
    const lines = await rehearse(account);
    expect(lines[0]).toMatch(
      /^problem functions in subnets: not confirmed: .*lambda:GetFunctionConfiguration/,
    );
    expect(lines).toContainEqual(expect.stringMatching(/^ok watch/));
  });

  test('is for a deployed stack, and says so', async () => {
    await expect(doctor({ rehearse: true })).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });

  test('starts a drill that the machine indeed refuses, and for which nothing is made', async () => {
    const { ports, witness } = inMemoryPorts();
    const { end, ran } = await execute(ports, refusedRequest);

    expect(end).toBe('COULD_NOT_VERIFY');
    expect(ran).toEqual(['normaliseRequest', 'sealRecord']);
    expect(witness.sandboxes.size).toBe(0);
  });
});

describe('docs/first-deploy.md', () => {
  const page = readFileSync('docs/first-deploy.md', 'utf8');
  const sections = page.split(/^## /m).slice(1);

  test('has a section for each point, in the order of the rehearsal', () => {
    expect(sections.map((text) => text.slice(0, text.indexOf('\n')))).toEqual(
      Object.values(firstDeployPoints).map(({ heading }) => heading),
    );
  });

  test.each(sections)('%#: gives a command and the answer to expect', (text) => {
    expect(text).toMatch(/```bash\n(?:npx restore-drill|npx cdk|aws) /);
    expect(text).toContain('**Expected.**');
  });

  test('is complete: what the emulator cannot show names every point of it', () => {
    const readme = readFileSync('test/emulator/README.md', 'utf8').replace(/\s+/g, ' ');
    for (const { heading } of Object.values(firstDeployPoints)) expect(readme).toContain(heading);
  });

  test('lets a person find each point that can be run in the rehearsal', () => {
    for (const [index, { why }] of Object.values(firstDeployPoints).entries())
      expect(sections[index]?.includes('doctor --aws'), sections[index]?.slice(0, 40)).toBe(why === null);
  });
});
