import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownIdentity } from '../../src/processes/has-ended.ts';
import { parseProcessName, processName } from '../../src/processes/process-identity.ts';
import { fakeLinux, fakeOther } from './fake-system.ts';

describe('the name of a process', () => {
  it('says which it is', () => {
    const identity = ownIdentity(fakeLinux({ pid: 42, processes: { 42: { began: 900 } } }));
    expect(processName(identity)).toMatch(/^node-7-42-900-[0-9a-f]{16}$/);
    expect(processName(ownIdentity(fakeOther([1])))).toBe('node-7-1-x-x');
  });

  it('is a part of a file name, and says all but a strange or long host name', () => {
    const digits = fc.stringMatching(/^\d{1,20}$/);
    const machine = fc.stringMatching(/^[0-9a-f]{16}$/);
    const identities = fc.record({
      host: fc.string(),
      machine: fc.option(machine),
      pid: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
      began: fc.option(digits),
    });
    fc.assert(
      fc.property(identities, (identity) => {
        const name = processName(identity);
        expect(name).toMatch(/^[\w-]{1,75}$/);
        const host = identity.host.replaceAll(/[^\w-]/g, '_').slice(0, 24);
        expect(parseProcessName(name)).toEqual({ ...identity, host });
      }),
    );
  });

  it.each([
    '',
    'noone',
    'node-7-42',
    'node-7-0-900-0123456789abcdef',
    'node-7-42-900-0123456789abcdeg',
    'node-7-42-900-0123456789abcdef ',
    'node-7-42--0123456789abcdef',
    'node-7--42-x',
  ])('is not %j', (name) => {
    expect(parseProcessName(name)).toBe(null);
  });
});
