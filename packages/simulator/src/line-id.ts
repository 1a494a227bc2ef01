/** Names and ids of simulated lines. They do not depend on the seed: the same factory, another week. */
import { createHash } from 'node:crypto';
import { formatMetricId, parseMetricId, METRIC_ID_BYTES } from '@windrow/core';

/** RFC 9562's namespace for names that are URLs. */
const URL_NAMESPACE = '6ba7b811-9dad-11d1-80b4-00c04fd430c8';

/** The UUID of version 5 (SHA-1) of a name in the URL namespace. */
export function uuidOfUrl(name: string): string {
  const namespace = new Uint8Array(METRIC_ID_BYTES);
  parseMetricId(URL_NAMESPACE, namespace, 0);
  const bytes = createHash('sha1').update(namespace).update(name).digest();
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return formatMetricId(bytes, 0);
}

/** The name of the line with this index (from 0): `extrusion-001`, ... */
export function lineName(index: number): string {
  return `extrusion-${String(index + 1).padStart(3, '0')}`;
}

/** The id of a line. */
export function lineId(name: string): string {
  return uuidOfUrl(`urn:windrow:sim/${name}`);
}

/** The id of something of a line: a sensor, a predicted metric, a device. */
export function idOf(line: string, thing: string): string {
  return uuidOfUrl(`urn:windrow:sim/${line}/${thing}`);
}
