/**
 * Traces by OpenTelemetry, where an endpoint is given: a span for each delivery (from its arrival until the job asks for the next one, and
 * so with its windows), each drain of the scorer, each publish and each checkpoint. The SDK is loaded only then.
 */
import type { Attributes, Tracer } from '@opentelemetry/api';
import {
  WindrowError,
  found,
  messageOf,
  type Delivery,
  type LiveReadOptions,
  type LiveSink,
  type LiveSource,
} from '@windrow/core';
import type { LiveEvent, LiveScorer } from '@windrow/pipeline';
import { WINDROW_VERSION } from '@windrow/cli';

/** `SpanStatusCode.ERROR`, whose module is loaded only where it is used. */
const STATUS_ERROR = 2;

export interface Tracing {
  source(source: LiveSource): LiveSource;
  sink<T>(sink: LiveSink<T>): LiveSink<T>;
  scorer(scorer: LiveScorer): LiveScorer;
  event(event: LiveEvent): void;
  /** Sends what waits. */
  close(): Promise<void>;
}

/** Traces nothing. */
export const noTracing: Tracing = {
  source: (source) => source,
  sink: (sink) => sink,
  scorer: (scorer) => scorer,
  event: () => undefined,
  close: () => Promise.resolve(),
};

export interface TracingOptions {
  /** Of OTLP over HTTP. */
  readonly endpoint: string;
  /** Share of spans that are sent. */
  readonly ratio: number;
  /** Wall clock. */
  readonly wallMs: () => number;
}

/** @throws WindrowError USAGE for an endpoint that is no URL */
export async function startTracing({ endpoint, ratio, wallMs }: TracingOptions): Promise<Tracing> {
  if (!/^https?:$/.test(URL.parse(endpoint)?.protocol ?? '')) {
    throw new WindrowError(
      'USAGE',
      `--otel-endpoint: found ${found(endpoint)}, expected a URL such as http://localhost:4318/v1/traces`,
    );
  }
  const [{ TracerProvider, BatchSpanProcessor, TraceIdRatioBasedSampler }, exporter, resources] =
    await Promise.all([
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ]);
  const provider = new TracerProvider({
    resource: resources.resourceFromAttributes({
      'service.name': 'windrow-stream',
      'service.version': WINDROW_VERSION,
    }),
    sampler: new TraceIdRatioBasedSampler(ratio),
    spanProcessors: [
      new BatchSpanProcessor({ exporter: new exporter.OTLPTraceExporter({ url: endpoint }) }),
    ],
  });
  const tracer = provider.getTracer('windrow-stream', WINDROW_VERSION);
  return {
    source: (source) => tracedSource(source, tracer),
    sink: (sink) => tracedSink(sink, tracer),
    scorer: (scorer) => tracedScorer(scorer, tracer),
    event: (event) => {
      if (event.kind !== 'checkpointed') return;
      const endMs = wallMs();
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
    close: () => provider.shutdown(),
  };
}

function tracedSource(source: LiveSource, tracer: Tracer): LiveSource {
  return {
    uri: source.uri,
    deliveries: (options) => tracedDeliveries(source, options, tracer),
    acknowledge: (sequence) => source.acknowledge(sequence),
    status: () => source.status(),
    close: () => source.close(),
  };
}

async function* tracedDeliveries(
  source: LiveSource,
  options: LiveReadOptions,
  tracer: Tracer,
): AsyncGenerator<Delivery> {
  for await (const delivery of source.deliveries(options)) {
    const span = tracer.startSpan('delivery', {
      attributes: {
        'windrow.source': source.uri,
        'windrow.sequence': delivery.sequence,
        'windrow.samples': delivery.batch.length,
      },
    });
    yield delivery;
    span.end();
  }
}

function tracedSink<T>(sink: LiveSink<T>, tracer: Tracer): LiveSink<T> {
  return {
    uri: sink.uri,
    publish: (batch) =>
      spanOf(tracer, 'publish', { 'windrow.sink': sink.uri }, () => sink.publish(batch)),
    status: () => sink.status(),
    hold: () => sink.hold?.(),
    close: () => sink.close(),
  };
}

function tracedScorer(scorer: LiveScorer, tracer: Tracer): LiveScorer {
  // What is not drained goes to the scorer itself, also what it can do beyond the contract.
  return new Proxy(scorer, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      const call = (...args: readonly unknown[]): unknown => Reflect.apply(member, target, args);
      if (name !== 'drain' && name !== 'drainDue') return call;
      return (...args: readonly unknown[]) =>
        spanOf(tracer, 'score', {}, () => Promise.resolve(call(...args)));
    },
  });
}

async function spanOf<T>(
  tracer: Tracer,
  name: string,
  attributes: Attributes,
  work: () => Promise<T>,
): Promise<T> {
  const span = tracer.startSpan(name, { attributes });
  try {
    return await work();
  } catch (error) {
    span.setStatus({ code: STATUS_ERROR, message: messageOf(error) });
    throw error;
  } finally {
    span.end();
  }
}
