/** `windrow-stream run`: the job until its sources end, or until it is told to stop. */
import { createProgress, type Progress } from '@windrow/cli';
import type { LiveReport } from '@windrow/pipeline';
import type { Settings } from '../config/settings.ts';
import { startHttp, type HttpServer } from '../http/http-server.ts';
import { Metrics } from '../http/metrics.ts';
import { routesOf } from '../http/routes.ts';
import type { Logger } from '../log/logger.ts';
import { settleOutputs } from '../open/outputs.ts';
import type { Outside } from '../open/outside.ts';
import { sourceKind } from '../open/source-kinds.ts';
import { openService, type OpenedService } from './open-service.ts';
import { COMMAND, tellFailure, tellSummary } from './run-summary.ts';

/** How often definitions are looked at for their age, and rows that were set aside are told. */
const CARE_MS = 250;

/**
 * Ends with the sources. When the signal comes, what was read is worked off and published; only a run whose output is shown whole at its
 * end leaves none, and throws the signal's reason.
 */
export async function runStream(
  settings: Settings,
  outside: Outside,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  const { terminal } = outside;
  const ending = { settings, terminal, logger, startMs: terminal.elapsedMs() };
  try {
    const service = await openUnlessStopped(settings, outside, logger, signal);
    if (service === null) {
      logger.log('info', 'ended', 'was told to stop before it began: nothing was read');
      return;
    }
    try {
      const report = await runWithCare(service, settings, outside, logger, signal);
      await settleOutputs(service.outputs, true);
      await tellSummary(ending, report, service.scorer);
    } finally {
      await settleOutputs(service.outputs, false);
      service.letterLog.tell(true);
      await service.tracing.close().catch((error: unknown) => {
        logger.log('warn', 'traces_not_sent', String(error));
      });
      await service.scorer.close();
    }
  } catch (error) {
    await tellFailure(ending, error);
    throw error;
  }
}

/**
 * null where the signal came first, however long something outside takes to answer: what comes to be open then ends with the process, which
 * has read nothing.
 */
async function openUnlessStopped(
  settings: Settings,
  outside: Outside,
  logger: Logger,
  signal: AbortSignal,
): Promise<OpenedService | null> {
  const opening = openService(settings, outside, logger);
  const { promise: stopped, resolve } = Promise.withResolvers<null>();
  const stop = (): void => resolve(null);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    const service = await Promise.race([opening, stopped]);
    if (service !== null) return service;
  } finally {
    signal.removeEventListener('abort', stop);
  }
  // A failure that comes now is of no use to anybody.
  opening
    .then(
      (service) => settleOutputs(service.outputs, false),
      () => undefined,
    )
    .catch(() => undefined);
  if (isReplay(settings, outside)) signal.throwIfAborted();
  return null;
}

/** Whether every source ends by itself. */
function isReplay({ source }: Settings, outside: Outside): boolean {
  return source.every((uri) => sourceKind(uri, outside).isFinite);
}

/** The job, with HTTP, refreshes and progress beside it. */
async function runWithCare(
  service: OpenedService,
  settings: Settings,
  outside: Outside,
  logger: Logger,
  signal: AbortSignal,
): Promise<LiveReport> {
  const { job, definitions, letterLog } = service;
  const isShownAtEnd = service.isReplay && service.outputs.some(({ whole }) => whole !== null);
  let isStopping = false;
  const stop = (): void => {
    isStopping = true;
    logger.log('info', 'draining', 'stops reading and works off what was read', {
      drain_timeout_s: settings.drainTimeout,
    });
    job.stop(isShownAtEnd ? 0 : settings.drainTimeout * 1000);
  };
  const progress = progressOf(service, settings, outside, logger);
  const care = setInterval(() => {
    letterLog.tell(false);
    progress?.update(job.status().samples.received);
    // A job that stops takes no other definitions.
    if (!isStopping) void definitions.refreshIfDue();
  }, CARE_MS);
  let http: HttpServer | null = null;
  try {
    http = await serve(service, settings, logger);
    logger.log('info', 'started', 'has opened everything and begins', {
      definitions: definitions.value.length,
      sources: settings.source.join(' '),
      sinks: settings.sink.join(' '),
      checkpoint: settings.checkpoint,
    });
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    const report = await job.run();
    progress?.update(report.samples.received);
    if (isShownAtEnd && report.outcome === 'stopped') signal.throwIfAborted();
    return report;
  } finally {
    clearInterval(care);
    signal.removeEventListener('abort', stop);
    progress?.end();
    await http?.close();
  }
}

async function serve(
  service: OpenedService,
  settings: Settings,
  logger: Logger,
): Promise<HttpServer | null> {
  if (settings.http === null) return null;
  const metrics = new Metrics(service, settings.metricsLines);
  const http = await startHttp(settings.http, routesOf(service, metrics));
  logger.log('info', 'http_listening', `answers at ${http.url}`, { url: http.url });
  return http;
}

/** null where the run does not end by itself, or the log is for machines. */
function progressOf(
  service: OpenedService,
  settings: Settings,
  { terminal }: Outside,
  logger: Logger,
): Progress | null {
  if (!service.isReplay || logger.format === 'json') return null;
  const progress = createProgress({ mode: settings.progress, terminal });
  progress.phase(COMMAND, null, 'samples');
  return progress;
}
