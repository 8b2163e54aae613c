import { describe, expect, test } from 'vitest';
import { below, targetAddress } from '../../../../lib/adapters/notices/targets/target-address.ts';

const addressOf = (secret: string) => targetAddress(secret, 'url', 'Shop').href;

describe('the address of a target', () => {
  test.each([
    ['https://hooks.slack.com/services/T/B/x\n', 'https://hooks.slack.com/services/T/B/x'],
    ['http://127.0.0.1:8080/x', 'http://127.0.0.1:8080/x'],
    ['http://[::1]:8080/x', 'http://[::1]:8080/x'],
    ['http://localhost/x', 'http://localhost/x'],
    ['https://hc-ping.com/KEY/restore-{database}', 'https://hc-ping.com/KEY/restore-shop'],
  ])('is taken: %j', (secret, address) => {
    expect(addressOf(secret)).toBe(address);
  });

  test.each([
    ['http://hooks.example.com/secret', 'is not an https URL'],
    ['http://localhost.example.com/secret', 'is not an https URL'],
    ['file:///etc/secret', 'is not an https URL'],
    ['hooks.slack.com/secret', 'is not a URL'],
    ['https://user:secret@example.com/', 'carries a user name or password'],
  ])('is refused without being shown: %s', (secret, why) => {
    expect(() => addressOf(secret)).toThrow(`the url ${why}`);
    expect(() => addressOf(secret)).not.toThrow('secret');
  });

  test('gets a word below its path, before its query', () => {
    expect(below(new URL('https://hc.example/ping/abc/?create=1'), 'fail').href).toBe(
      'https://hc.example/ping/abc/fail?create=1',
    );
  });
});
