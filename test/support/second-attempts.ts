import type { Reporter, TestCase, TestModule } from 'vitest/node';

function* secondAttemptsIn(modules: readonly TestModule[]): Generator<TestCase> {
  for (const module of modules)
    for (const test of module.children.allTests('passed'))
      if ((test.diagnostic()?.retryCount ?? 0) > 0) yield test;
}

/** Names every test that passed only when it was run again: each is a fault of a test, or a race in the product. */
export default class SecondAttempts implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = [...secondAttemptsIn(modules)];
    if (tests.length === 0) return;
    const names = tests.map(({ module, fullName }) => `   ${module.relativeModuleId} > ${fullName}\n`);
    process.stdout.write(`\n ${tests.length} passed only on a second attempt:\n${names.join('')}`);
  }
}
