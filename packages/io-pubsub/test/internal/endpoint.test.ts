import { describe, expect, it } from 'vitest';
import { clientOptions } from '../../src/internal/endpoint.ts';

const google = { random: () => 0, emulatorHost: null };
const emulator = { random: () => 0, emulatorHost: 'localhost:8085' };

describe('where a client connects to', () => {
  it('is Google unless the environment or the URI says otherwise, the URI first', () => {
    expect(clientOptions('u', null, google)).not.toHaveProperty('servicePath');
    expect(clientOptions('u', null, emulator)).toMatchObject({
      servicePath: 'localhost',
      port: 8085,
    });
    expect(clientOptions('u', '[::1]:1', emulator)).toMatchObject({
      servicePath: '[::1]',
      port: 1,
    });
  });

  it('is spoken to in plain text where it is not Google', () => {
    expect(clientOptions('u', null, emulator)).toHaveProperty('sslCreds');
    const regional = clientOptions('u', 'europe-west1-pubsub.googleapis.com', google);
    expect(regional).toMatchObject({ port: 443 });
    expect(regional).not.toHaveProperty('sslCreds');
  });

  it('is refused where it is no host and port', () => {
    for (const place of ['', 'localhost', 'localhost:0', 'localhost:99999', 'http://localhost:1']) {
      expect(() => clientOptions('u', place, google)).toThrow(/expected host:port/);
    }
  });
});
