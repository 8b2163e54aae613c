import { vi } from 'vitest';

/** What a command wrote and the exit code it gave, or what it threw. */
export interface Captured {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command with its output caught. */
export async function captured(run: () => Promise<number>): Promise<Captured> {
  const written = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((chunk) => {
      written[name] += String(chunk);
      return true;
    }),
  );
  try {
    const code = await run();
    return { code, ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
