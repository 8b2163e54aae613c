import { stripVTControlCharacters } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createProgress } from '../../../lib/cli/progress/create-progress.ts';
import { createPlainProgress } from '../../../lib/cli/progress/plain-progress.ts';
import { restoreProgressText } from '../../../lib/cli/progress/restore-text.ts';
import { createTerminalProgress } from '../../../lib/cli/progress/terminal-progress.ts';
import { hostileName, unsafeOnTerminal } from '../../support/hostile-record.ts';
import { RecordingStream } from '../../support/recording-stream.ts';

const restore = 'Restore dump into sandbox';

describe('progress in a pipe', () => {
  test('is a line when a step begins and one when it ends', () => {
    const stream = new RecordingStream();
    const progress = createPlainProgress(stream);
    progress.stepBegan('Select dump');
    progress.stepEnded('Select dump', { seconds: 0.3, detail: 'shop.dump, 12.3 MB' });
    progress.note('fetching the PostgreSQL 16 server');
    progress.stepBegan(restore, 'shop.dump');
    progress.stepEnded(restore, { seconds: 75, detail: 'the server went away', failed: true });
    expect(stream.text).toMatchInlineSnapshot(`
      "Select dump
      Select dump: done in 0.3 s, shop.dump, 12.3 MB
      fetching the PostgreSQL 16 server
      Restore dump into sandbox: shop.dump
      Restore dump into sandbox: failed after 1 min 15 s, the server went away
      "
    `);
  });

  test('tells how a step goes every 5 s at most, counted from its begin', () => {
    const stream = new RecordingStream();
    let now = 0;
    const progress = createPlainProgress(stream, () => now);
    progress.stepBegan(restore);
    for (now = 0; now <= 12; now += 0.25) progress.stepProgress(restore, `${now} s`);
    progress.stepEnded(restore, { seconds: 12 });
    progress.stepBegan(restore);
    progress.stepProgress(restore, 'too soon again');
    expect(stream.text.split('\n').filter((line) => line.startsWith(`${restore}: `))).toEqual([
      `${restore}: 5 s`,
      `${restore}: 10 s`,
      `${restore}: done in 12 s`,
    ]);
  });

  test('writes no control character, whatever a name holds', () => {
    const stream = new RecordingStream();
    const progress = createPlainProgress(stream);
    progress.stepBegan(restore, hostileName);
    progress.note(hostileName);
    expect(stream.writes).toHaveLength(2);
    for (const line of stream.writes) expect(unsafeOnTerminal.test(line.slice(0, -1))).toBe(false);
  });

  test('is silent after close', () => {
    const stream = new RecordingStream();
    const progress = createPlainProgress(stream);
    progress.close();
    progress.stepBegan(restore);
    progress.note('late');
    progress.stepEnded(restore, { seconds: 1 });
    expect(stream.text).toBe('');
  });
});

describe('progress on a terminal', () => {
  afterEach(() => void vi.useRealTimers());

  const plainTerminal = { NO_COLOR: '1' };
  const hideCursor = '\u001b[?25l';
  const showCursor = '\u001b[?25h';
  /** Lines that stay: written whole, with a line end, and not part of a redraw. */
  const kept = (stream: RecordingStream) =>
    stream.writes
      .map((write) => stripVTControlCharacters(write))
      .filter((text) => /^(✔|✖| {2}\S)/.test(text));

  test('keeps a line for each step that ended, and each note', () => {
    const stream = new RecordingStream(100);
    const progress = createTerminalProgress(stream, plainTerminal);
    progress.stepBegan('Select dump');
    progress.note('fetching the PostgreSQL 16 server');
    progress.stepEnded('Select dump', { seconds: 0.3, detail: 'shop.dump, 12.3 MB' });
    progress.stepBegan(restore);
    progress.stepEnded(restore, { seconds: 75, detail: 'the server went away', failed: true });
    progress.close();
    expect(kept(stream).join('')).toMatchInlineSnapshot(`
      "  fetching the PostgreSQL 16 server
      ✔ Select dump                     0.3 s  shop.dump, 12.3 MB
      ✖ Restore dump into sandbox  1 min 15 s  the server went away
      "
    `);
  });

  test('redraws what runs, with its time and what it last said', () => {
    vi.useFakeTimers();
    const stream = new RecordingStream(100);
    let now = 0;
    const progress = createTerminalProgress(stream, plainTerminal, () => now);
    progress.stepBegan(restore);
    now = 61;
    progress.stepProgress(restore, '19.0 MB of 40.0 MB (47 %), 91,428 rows, public.orders');
    vi.advanceTimersByTime(250);
    progress.close();
    const drawn = stream.writes
      .map((write) => stripVTControlCharacters(write))
      .filter((text) => text.includes('MB'));
    expect(drawn.at(-1)).toMatch(
      /^\S Restore dump into sandbox +1 min 1 s {2}19\.0 MB of 40\.0 MB.*public\.orders\n$/,
    );
  });

  test('shows steps that overlap, and a step again that repeats', () => {
    const stream = new RecordingStream(100);
    const progress = createTerminalProgress(stream, plainTerminal, () => 0);
    progress.stepBegan(restore);
    progress.stepBegan('Run checks', '3 of 41');
    const both = stripVTControlCharacters(stream.writes.at(-1) ?? '');
    progress.stepEnded(restore, { seconds: 1 });
    progress.stepEnded('Run checks', { seconds: 1 });
    progress.stepBegan(restore);
    progress.stepEnded(restore, { seconds: 2 });
    progress.close();
    expect(
      both
        .trimEnd()
        .split('\n')
        .map((line) => line.slice(2).trimEnd()),
    ).toEqual(['Restore dump into sandbox         0 s', 'Run checks                        0 s  3 of 41']);
    expect(kept(stream).filter((line) => line.includes(restore))).toHaveLength(2);
  });

  test.each([12, 30, 60])('cuts lines to %i columns', (columns) => {
    const stream = new RecordingStream(columns);
    const progress = createTerminalProgress(stream, plainTerminal);
    progress.stepBegan(restore, 'x'.repeat(300));
    progress.stepEnded(restore, { seconds: 1, detail: 'y'.repeat(300) });
    progress.note(hostileName);
    progress.close();
    const lines = stream.writes.flatMap((write) => stripVTControlCharacters(write).split('\n'));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(columns);
  });

  test('hides the cursor, gives it back at close, and is silent afterwards', () => {
    vi.useFakeTimers();
    const stream = new RecordingStream(80);
    const progress = createTerminalProgress(stream, plainTerminal);
    expect(stream.text).toBe(hideCursor);
    progress.stepBegan(restore);
    progress.close();
    const atClose = stream.text;
    expect(atClose.endsWith(showCursor)).toBe(true);
    progress.note('late');
    progress.stepBegan(restore);
    progress.stepProgress(restore, 'late');
    progress.stepEnded(restore, { seconds: 1 });
    progress.close();
    vi.advanceTimersByTime(250);
    expect(stream.text).toBe(atClose);
  });

  test('is only drawn where it can be redrawn', () => {
    const draws = (stream: RecordingStream, env: NodeJS.ProcessEnv) => {
      createProgress(stream, env).close();
      return stream.text.includes(hideCursor);
    };
    expect(draws(new RecordingStream(80), { TERM: 'xterm' })).toBe(true);
    expect(draws(new RecordingStream(80), { TERM: 'dumb' })).toBe(false);
    expect(draws(new RecordingStream(80), { TERM: 'xterm', CI: 'true' })).toBe(false);
    expect(draws(new RecordingStream(), { TERM: 'xterm' })).toBe(false);
  });
});

describe('the progress of a restore in words', () => {
  const progress = {
    bytesRead: 19e6,
    bytesTotal: 40e6,
    entriesDone: 12,
    rowsLoaded: 91_428,
    currentObject: 'public.orders',
    phase: 'data' as const,
  };

  test.each([
    [progress, '19.0 MB of 40.0 MB (47 %), 91,428 rows, public.orders'],
    [{ ...progress, bytesTotal: null, currentObject: null }, '19.0 MB, 91,428 rows'],
    [{ ...progress, rowsLoaded: 0 }, '19.0 MB of 40.0 MB (47 %), 12 entries, public.orders'],
    [{ ...progress, bytesTotal: 10e6 }, '19.0 MB of 10.0 MB (100 %), 91,428 rows, public.orders'],
  ])('%#', (given, text) => {
    expect(restoreProgressText(given)).toBe(text);
  });
});
