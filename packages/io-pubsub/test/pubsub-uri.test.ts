import { describe, expect, it } from 'vitest';
import { parsePubSubUri } from '../src/pubsub-uri.ts';

describe('URIs of Pub/Sub', () => {
  it('name a project, a subscription or topic, and options', () => {
    const { project, name, options } = parsePubSubUri('pubsub://my-project/a.b~c%d?x=1', 'topic');
    expect([project, name, options.get('x')]).toEqual(['my-project', 'a.b~c%d', '1']);
    expect(parsePubSubUri('pubsub://example.com:old-one/sub', 'topic').project).toBe(
      'example.com:old-one',
    );
  });

  it('are refused where they are none, saying what is expected', () => {
    for (const uri of [
      'pubsub:',
      'pubsub://project',
      'pubsub://project/',
      'pubsub:///sub',
      'pubsub://project/ab',
      'pubsub://project/1sub',
      'pubsub://project/sub/more',
      'pubsub://project/sub#x',
      'pubsub://project/google-sub',
      'pubsub://Project/sub',
    ]) {
      expect(() => parsePubSubUri(uri, 'subscription')).toThrow(
        /expected pubsub:\/\/PROJECT\/SUBSCRIPTION/,
      );
    }
  });
});
