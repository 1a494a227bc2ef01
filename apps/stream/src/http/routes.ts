/** What is answered at which path. */
import { canonicalMetricId, found } from '@windrow/core';
import type { LiveDefinitionStatus } from '@windrow/pipeline';
import type { Service } from '../run/service.ts';
import { json, plain, problem, type Answer } from './answer.ts';
import type { Route } from './http-server.ts';
import type { Metrics } from './metrics.ts';
import { reasonsNotReady } from './readiness.ts';

export function routesOf(service: Service, metrics: Metrics): Route {
  return async (parts) => {
    const [first, second, third, fourth] = parts;
    switch (first) {
      case undefined:
        return plain(
          'windrow-stream: /livez /readyz /metrics /v1/status /v1/lines /v1/definitions',
        );
      case 'livez':
        return parts.length === 1 ? plain('ok') : null;
      case 'readyz':
        return parts.length === 1 ? readyz(service) : null;
      case 'metrics':
        return parts.length === 1
          ? { status: 200, type: metrics.contentType, body: await metrics.text() }
          : null;
      case 'v1':
        return parts.length > 4 ? null : query(service, second, third, fourth);
      default:
        return null;
    }
  };
}

function readyz({ job, snapshotMs }: Service): Answer {
  const reasons = reasonsNotReady(job.status(), snapshotMs);
  return json({ ready: reasons.length === 0, reasons }, reasons.length === 0 ? 200 : 503);
}

function query(
  service: Service,
  what: string | undefined,
  id: string | undefined,
  part: string | undefined,
): Answer | null {
  if (what === 'status' && id === undefined) return json(statusJson(service));
  if (what === 'lines' && part === undefined) {
    return id === undefined ? json(linesJson(service)) : line(service, id);
  }
  if (what === 'definitions' && part === undefined) {
    return id === undefined ? json(definitionsJson(service)) : definition(service, id);
  }
  return null;
}

function statusJson({ job, definitions }: Service): object {
  const { lines, ...status } = job.status();
  return snakeCased({ ...status, lines: lines.length, definitions: definitions.status() });
}

function linesJson({ job }: Service): object {
  return snakeCased(job.status().lines);
}

function line({ job, definitions }: Service, id: string): Answer {
  const lineId = canonicalMetricId(id);
  if (lineId === null) return noId(id, 'a line');
  const status = job.status().lines.find((one) => one.lineId === lineId);
  if (status === undefined) return problem(404, `${lineId}: no definition has this line`);
  const own = definitions.value.filter((one) => one.lineId === lineId);
  const shown = own.map((one) => ({
    outputMetricId: one.outputMetricId,
    name: one.outputMetricName,
  }));
  return json(snakeCased({ ...status, definitions: shown }));
}

function definitionsJson({ definitions }: Service): object {
  const shown = definitions.value.map((one) => ({
    outputMetricId: one.outputMetricId,
    name: one.outputMetricName,
    lineId: one.lineId,
    modelIdentifier: one.modelIdentifier,
  }));
  return snakeCased(shown);
}

function definition({ job }: Service, id: string): Answer {
  const status = definitionOf(job, id);
  return 'body' in status ? status : json(snakeCased(status));
}

function definitionOf(job: Service['job'], id: string): LiveDefinitionStatus | Answer {
  const outputMetricId = canonicalMetricId(id);
  if (outputMetricId === null) return noId(id, 'an output metric');
  return (
    job.definition(outputMetricId) ??
    problem(404, `${outputMetricId}: no definition has this output metric`)
  );
}

function noId(id: string, what: string): Answer {
  return problem(400, `found ${found(id)}, expected the UUID of ${what}`);
}

/** Keys as everything that Windrow writes has them; what is infinite or not a number becomes null, as JSON has it. */
function snakeCased(value: unknown): object {
  return JSON.parse(
    JSON.stringify(value, (_key, inner: unknown) => {
      if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
      return Object.fromEntries(
        Object.entries(inner).map(([key, one]) => [snakeCase(key), one]),
      ) as object;
    }),
  ) as object;
}

function snakeCase(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
