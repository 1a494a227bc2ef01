/** What is answered at which path. */
import { canonicalMetricId, found, parseTime } from '@windrow/core';
import type { Service } from '../run/service.ts';
import { json, plain, problem, type Answer } from './answer.ts';
import type { Request, Route } from './http-server.ts';
import type { Metrics } from './metrics.ts';
import { reasonsNotReady } from './readiness.ts';
import { snakeCased } from './snake-cased.ts';
import { windowAnswer } from './window-answer.ts';

export function routesOf(service: Service, metrics: Metrics): Route {
  return async (parts, request) => {
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
        return parts.length > 4
          ? null
          : query(service, { what: second, id: third, part: fourth }, request);
      default:
        return null;
    }
  };
}

function readyz({ job, scorer, snapshotMs }: Service): Answer {
  const { workersDown } = scorer;
  const reasons = reasonsNotReady(job.status(), { snapshotMs, workersDown });
  return json({ ready: reasons.length === 0, reasons }, reasons.length === 0 ? 200 : 503);
}

/** The parts of a path below `/v1`. */
interface Asked {
  readonly what: string | undefined;
  readonly id: string | undefined;
  readonly part: string | undefined;
}

function query(service: Service, { what, id, part }: Asked, request: Request): Answer | null {
  if (what === 'status' && id === undefined) return json(statusJson(service));
  if (what === 'lines' && part === undefined) {
    return id === undefined ? json(linesJson(service)) : line(service, id);
  }
  if (what !== 'definitions') return null;
  if (id === undefined) return json(definitionsJson(service));
  if (part === undefined) return definition(service, id);
  return part === 'window' ? windowOf(service, id, request) : null;
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
  const outputMetricId = canonicalMetricId(id);
  if (outputMetricId === null) return noId(id, 'an output metric');
  const status = job.definition(outputMetricId);
  if (status === null) return noDefinition(outputMetricId);
  const coverage = job.window(outputMetricId)?.coverage ?? null;
  const inputs = status.definition.inputMetricIds.map((metricId, i) => ({
    metricId,
    coverage: coverage?.[i] ?? null,
  }));
  return json(snakeCased({ ...status, inputs }));
}

function windowOf({ job }: Service, id: string, { accept, query: asked }: Request): Answer {
  const outputMetricId = canonicalMetricId(id);
  if (outputMetricId === null) return noId(id, 'an output metric');
  const at = asked.get('at');
  const atMs = at === null ? undefined : parseTime(at, 'at');
  const { definition: own, window } = job.window(outputMetricId, atMs) ?? {
    definition: null,
    window: null,
  };
  if (own === null) return noDefinition(outputMetricId);
  if (window === null) {
    return problem(
      404,
      `${outputMetricId}: its cells are not held: nothing has come yet, or it is too long ago`,
    );
  }
  return windowAnswer(own, window, accept);
}

function noDefinition(outputMetricId: string): Answer {
  return problem(404, `${outputMetricId}: no definition has this output metric`);
}

function noId(id: string, what: string): Answer {
  return problem(400, `found ${found(id)}, expected the UUID of ${what}`);
}
