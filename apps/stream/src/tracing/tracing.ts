/**
 * Traces by OpenTelemetry, where an endpoint is given: one of each delivery that the sampler picks (`delivery-trace.ts`), and a span of each
 * checkpoint. The SDK is loaded only then.
 */
import type { LiveEvent, LiveFollower } from '@windrow/pipeline';
import { WINDROW_VERSION } from '@windrow/cli';
import type { TraceClock } from './delivery-trace.ts';
import { refuseNoEndpoint } from './otlp-endpoint.ts';

/** With all that is tried again: a collector that is away must not hold up the end for long. */
const SEND_MS_MAX = 3000;

export interface Tracing {
  /** null: nothing is followed. */
  readonly follower: LiveFollower | null;
  event(event: LiveEvent): void;
  /** Sends what waits. */
  close(): Promise<void>;
}

/** Traces nothing. */
export const noTracing: Tracing = {
  follower: null,
  event: () => undefined,
  close: () => Promise.resolve(),
};

export interface TracingOptions {
  /** Of OTLP over HTTP. */
  readonly endpoint: string;
  /** Share of traces that are sent. */
  readonly ratio: number;
  readonly clock: TraceClock;
  /** How many sinks the job has. */
  readonly sinks: number;
}

/** @throws WindrowError USAGE for an endpoint that is no URL */
export async function startTracing(options: TracingOptions): Promise<Tracing> {
  const { endpoint, ratio, clock, sinks } = options;
  refuseNoEndpoint(endpoint);
  const [sdk, exporter, resources, { DeliveryTraces }] = await Promise.all([
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
    import('./delivery-traces.ts'),
  ]);
  const provider = new sdk.TracerProvider({
    resource: resources.resourceFromAttributes({
      'service.name': 'windrow-stream',
      'service.version': WINDROW_VERSION,
    }),
    // A trace is sent as a whole or not at all.
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [
      new sdk.BatchSpanProcessor({
        exporter: new exporter.OTLPTraceExporter({ url: endpoint, timeoutMillis: SEND_MS_MAX }),
      }),
    ],
  });
  const tracer = provider.getTracer('windrow-stream', WINDROW_VERSION);
  const follower = new DeliveryTraces({ tracer, clock, sinks });
  return {
    follower,
    event: (event) => {
      if (event.kind !== 'checkpointed') return;
      const endMs = clock.wallMs();
      tracer
        .startSpan('checkpoint', {
          startTime: endMs - event.elapsedMs,
          attributes: {
            'windrow.checkpoint': event.checkpoint,
            'windrow.size_bytes': event.sizeBytes,
            'windrow.pause_ms': event.pauseMs,
          },
        })
        .end(endMs);
    },
    close: () => {
      follower.close();
      return provider.shutdown();
    },
  };
}
