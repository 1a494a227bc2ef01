/**
 * `/metrics`: everything the job counts, in the text form of Prometheus. Taken from the job's status when it is asked for, so that nothing
 * is counted twice. docs/STREAM.md says what each means.
 */
import { HEADINGS } from '@windrow/core';
import { WINDROW_VERSION } from '@windrow/cli';
import type { LiveJobStatus, LiveSinkStatus } from '@windrow/pipeline';
import { Registry, collectDefaultMetrics } from 'prom-client';
import type { Service } from '../run/service.ts';
import { MetricSet } from './metric-set.ts';
import { reasonsNotReady } from './readiness.ts';

/** Upper bounds of the classes of lateness: 1 s to 194 days. */
const LATENESS_S = Array.from({ length: 25 }, (_, i) => 2 ** i);

export class Metrics {
  readonly #registry: Registry = new Registry();
  readonly #set: MetricSet = new MetricSet(this.#registry);
  readonly #service: Service;
  /** Lines that have series of their own. */
  readonly #linesMax: number;

  constructor(service: Service, linesMax: number) {
    this.#service = service;
    this.#linesMax = linesMax;
    collectDefaultMetrics({ register: this.#registry });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    const { job, scorer, snapshotMs } = this.#service;
    const status = job.status();
    const { workersDown } = scorer;
    const set = this.#set;
    set.begin();
    set.gauge('windrow_info', 'Always 1', 1, { version: WINDROW_VERSION });
    const isReady = reasonsNotReady(status, { snapshotMs, workersDown }).length === 0;
    set.gauge('windrow_ready', '1 where /readyz says yes', isReady ? 1 : 0);
    const isPaused = status.paused === null ? 0 : 1;
    set.gauge('windrow_paused', '1 while reading waits because too much waits', isPaused);
    this.#samples(status);
    this.#sources(status);
    this.#sinks(status);
    this.#lines(status);
    this.#checkpoint(status);
    this.#models();
    this.#definitions();
    return this.#registry.metrics();
  }

  #samples({ samples, predictions, stateBytes, deadLetters }: LiveJobStatus): void {
    const set = this.#set;
    set.counter('windrow_samples_received_total', 'Samples received', samples.received);
    for (const heading of HEADINGS) {
      const help = 'Samples by what became of them; their sum is those received';
      set.counter('windrow_samples_total', help, samples[heading], { heading });
    }
    set.counter('windrow_predictions_total', 'Predictions made', predictions.made);
    set.gauge('windrow_outbox_predictions', 'Predictions that some sink lacks', predictions.outbox);
    set.counter(
      'windrow_failed_runs_total',
      'Windows on which a model failed',
      predictions.failedRuns,
    );
    set.gauge('windrow_state_bytes', 'Window state, as allocated', stateBytes);
    set.counter('windrow_dead_letters_total', 'Rows set aside', deadLetters.count);
    set.gauge('windrow_dead_letters_backlog', 'Dead letters that wait', deadLetters.backlog);
  }

  #sources({ sources }: LiveJobStatus): void {
    const set = this.#set;
    for (const source of sources) {
      const labels = { source: source.uri };
      set.gauge('windrow_source_up', '0 while it fails', isUp(source.state), labels);
      set.counter('windrow_source_samples_total', 'Samples taken', source.samples, labels);
      set.counter('windrow_source_deliveries_total', 'Deliveries taken', source.deliveries, labels);
      const help = 'Deliveries taken and not yet acknowledged';
      set.gauge('windrow_source_unacknowledged', help, source.unacknowledged, labels);
      for (const [event, count] of Object.entries(source.counters)) {
        const what = 'What the source counts itself';
        set.counter('windrow_source_events_total', what, count, { ...labels, event });
      }
    }
  }

  #sinks({ sinks }: LiveJobStatus): void {
    const set = this.#set;
    for (const sink of sinks) {
      const labels = { sink: sink.uri };
      set.gauge('windrow_sink_up', '0 while it fails', isUp(sink.state), labels);
      set.counter(
        'windrow_sink_published_total',
        'Predictions that it holds',
        sink.published,
        labels,
      );
      set.gauge('windrow_sink_backlog', 'Predictions that wait for it', sink.backlog, labels);
      const refused = 'Predictions refused for good';
      set.counter('windrow_sink_refused_total', refused, sink.refused, labels);
      const seconds = (sink.publishingMs ?? 0) / 1000;
      const help = 'How long the batch in hand has been tried';
      set.gauge('windrow_sink_publishing_seconds', help, seconds, labels);
      for (const [event, count] of Object.entries(sink.counters)) {
        const what = 'What the sink counts itself';
        set.counter('windrow_sink_events_total', what, count, { ...labels, event });
      }
      this.#delays(sink, labels);
    }
  }

  #delays({ delays }: LiveSinkStatus, labels: { readonly sink: string }): void {
    const help = 'From the delivery that closed the window to the sink that has its prediction';
    const classes = delays.classes.map(({ upToMs, count }) => ({ upTo: upToMs / 1000, count }));
    this.#set.histogram('windrow_publish_delay_seconds', help, { classes, labels });
    const total = delays.sumMs / 1000;
    this.#set.counter('windrow_publish_delay_seconds_sum', 'Of all of them', total, labels);
  }

  #lines({ lines }: LiveJobStatus): void {
    const set = this.#set;
    const seen = lines.filter((line) => line.watermarkLagMs !== null);
    const byLag = seen.toSorted((a, b) => b.watermarkLagMs! - a.watermarkLagMs!);
    set.gauge('windrow_lines', 'Lines with a definition', lines.length);
    set.gauge('windrow_lines_seen', 'Those of them that had a sample', seen.length);
    const most = (byLag[0]?.watermarkLagMs ?? 0) / 1000;
    set.gauge('windrow_watermark_lag_max_seconds', 'Of the line furthest behind', most);
    this.#lateness(lines);
    for (const line of byLag.slice(0, this.#linesMax)) {
      const labels = { line: line.lineId };
      const lag = line.watermarkLagMs! / 1000;
      set.gauge('windrow_line_watermark_lag_seconds', 'Wall clock less watermark', lag, labels);
      const silent = (line.silentMs ?? 0) / 1000;
      set.gauge('windrow_line_silent_seconds', 'Since something arrived', silent, labels);
      const late = line.samples.dropped_late;
      set.counter('windrow_line_dropped_late_total', 'Samples dropped late', late, labels);
    }
  }

  #lateness(lines: LiveJobStatus['lines']): void {
    // Every class, also those that are empty so far: rates need a series from its beginning.
    const byUpTo = new Map<number, number>(LATENESS_S.map((upTo) => [upTo, 0]));
    for (const { upToS, count } of lines.flatMap((line) => line.lateness)) {
      byUpTo.set(upToS, (byUpTo.get(upToS) ?? 0) + count);
    }
    const classes = Array.from(byUpTo, ([upTo, count]) => ({ upTo, count }));
    const help = 'Samples that came after younger ones of their line, by how many seconds';
    this.#set.histogram('windrow_lateness_seconds', help, { classes, labels: {} });
  }

  #checkpoint({ checkpoint }: LiveJobStatus): void {
    if (checkpoint === null) return;
    const set = this.#set;
    if (checkpoint.ageMs !== null) {
      const help = 'Since the last snapshot was complete';
      set.gauge('windrow_checkpoint_age_seconds', help, checkpoint.ageMs / 1000);
    }
    const duration = checkpoint.durationMs / 1000;
    set.gauge('windrow_checkpoint_duration_seconds', 'Of the last snapshot', duration);
    set.gauge('windrow_checkpoint_bytes', 'Of the last snapshot', checkpoint.sizeBytes);
    const pause = 'How long its cut let nothing else run';
    set.gauge('windrow_checkpoint_pause_seconds', pause, checkpoint.pauseMs / 1000);
    const longest = 'The longest such pause of this process';
    set.gauge('windrow_checkpoint_pause_max_seconds', longest, checkpoint.pauseMsMax / 1000);
    set.gauge(
      'windrow_checkpoint_up',
      '0 while the store fails',
      checkpoint.error === null ? 1 : 0,
    );
    set.counter('windrow_checkpoints_total', 'Snapshots', checkpoint.snapshots);
    set.counter('windrow_journal_commits_total', 'Commits of the journal', checkpoint.commits);
    set.counter('windrow_journal_bytes_total', 'Bytes of the journal', checkpoint.journalBytes);
    const commit = checkpoint.commitMs / 1000;
    set.gauge('windrow_journal_commit_seconds', 'How long the last commit took', commit);
    const waiting = 'Bytes that wait for a commit';
    set.gauge('windrow_journal_uncommitted_bytes', waiting, checkpoint.uncommittedBytes);
  }

  #models(): void {
    const set = this.#set;
    const { scorer } = this.#service;
    const statistics = scorer.statistics({ inputs: false });
    for (const { model, scoredRows, nonFiniteRows, failedRows, runMs } of statistics.models) {
      const labels = { model: model.identifier, version: String(model.version) };
      set.gauge('windrow_model_info', 'Always 1', 1, { ...labels, sha256: model.sha256 });
      set.counter('windrow_model_scored_total', 'Windows that got a number', scoredRows, labels);
      const help = 'Of them those whose number is not finite';
      set.counter('windrow_model_non_finite_total', help, nonFiniteRows, labels);
      for (const [reason, count] of Object.entries(failedRows)) {
        const what = 'Windows that got none';
        set.counter('windrow_model_failed_total', what, count, { ...labels, reason });
      }
      for (const [quantile, ms] of [
        ['0.5', runMs.p50],
        ['0.99', runMs.p99],
      ] as const) {
        if (ms === null) continue;
        const what = 'Time of a run';
        set.gauge('windrow_model_run_seconds', what, ms / 1000, { ...labels, quantile });
      }
    }
    set.counter('windrow_model_swaps_total', 'Versions that took over', statistics.swaps);
    set.counter('windrow_model_refusals_total', 'Versions refused', statistics.refusals);
    const failures = 'Times that the model store did not answer';
    set.counter('windrow_model_store_failures_total', failures, statistics.storeFailures);
    set.counter('windrow_workers_lost_total', 'Workers that died', statistics.workersLost);
    const down = 'Workers that do not have the models of one that died yet';
    set.gauge('windrow_workers_down', down, scorer.workersDown);
  }

  #definitions(): void {
    const set = this.#set;
    const { definitions } = this.#service;
    const { ageMs, refreshes, refusals, error } = definitions.status();
    set.gauge('windrow_definitions', 'Definitions in use', definitions.value.length);
    const help = 'Since their URI was last seen to have what is in use';
    set.gauge('windrow_definitions_age_seconds', help, ageMs / 1000);
    const up = '0 while they cannot be read, or are refused';
    set.gauge('windrow_definitions_up', up, error === null ? 1 : 0);
    set.counter('windrow_definitions_refreshes_total', 'Times they were read again', refreshes);
    set.counter('windrow_definitions_refusals_total', 'Times that failed', refusals);
  }
}

function isUp(state: string): number {
  return state === 'failed' || state === 'retrying' ? 0 : 1;
}
