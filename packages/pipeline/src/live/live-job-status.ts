/** How a live job stands, as plain data: for `/metrics`, `/readyz` and `/v1`. Taken together, at one moment. */
import type {
  DeadLetter,
  Definition,
  LiveStatus,
  ModelIdentity,
  SampleCounts,
} from '@windrow/core';
import type { WindowInspection } from '@windrow/windowing';
import type { DefinitionCounts, JobReport } from '../job.ts';

export interface LiveLineStatus {
  readonly lineId: string;
  /** null before the first sample; ms. */
  readonly watermarkMs: number | null;
  /** How far the watermark is behind the wall clock; null before the first sample. */
  readonly watermarkLagMs: number | null;
  /** Timestamp of the latest sample. */
  readonly latestMs: number | null;
  /** For how long nothing has arrived, while the job was able to listen; null before the first sample. */
  readonly silentMs: number | null;
  readonly samples: SampleCounts;
  /** Samples that came after younger ones, by how much: up to so many seconds (inclusive), in classes that double. */
  readonly lateness: readonly { readonly upToS: number; readonly count: number }[];
  /** Bytes of window state, as allocated. */
  readonly stateBytes: number;
}

/** A prediction that was made. */
export interface LivePrediction {
  readonly windowEndMs: number;
  readonly revision: number;
  readonly value: number;
  readonly model: ModelIdentity;
  /** Wall clock. */
  readonly scoredMs: number;
}

export interface LiveDefinitionStatus {
  readonly definition: Definition;
  /** What windows reserved from now on are scored by. */
  readonly model: ModelIdentity;
  readonly counts: DefinitionCounts;
  /** The last few, latest first. */
  readonly predictions: readonly LivePrediction[];
  readonly line: LiveLineStatus;
}

export interface LiveSourceStatus extends LiveStatus {
  /** Deliveries and samples taken since the start of this process, and the last delivery that was acknowledged. */
  readonly deliveries: number;
  readonly samples: number;
  readonly acknowledged: number;
  /** Deliveries taken and not yet acknowledged. */
  readonly unacknowledged: number;
}

export interface LiveSinkStatus extends LiveStatus {
  /** Predictions that the sink holds, since the checkpoint began. */
  readonly published: number;
  /** Predictions that wait for it. */
  readonly backlog: number;
  /** Predictions that it refused for good, in this process. */
  readonly refused: number;
  /** For how long the batch in hand has been tried; null where none is. */
  readonly publishingMs: number | null;
  /**
   * Of the predictions published by this process: from when the delivery was there that took the watermark to their window's end, to when
   * the sink had them. Those that a restart publishes for the process before are not in it.
   */
  readonly delays: LiveDelays;
}

export interface LiveDelays {
  /** Every class, also such as are empty, in ascending order of the upper bound (inclusive); the last one is infinite. */
  readonly classes: readonly { readonly upToMs: number; readonly count: number }[];
  /** Of all delays. */
  readonly sumMs: number;
}

export interface LiveCheckpointStatus {
  readonly uri: string;
  /** Since the last snapshot was complete; null before the first. */
  readonly ageMs: number | null;
  /** From cut to complete, and bytes written, of the last snapshot. */
  readonly durationMs: number;
  readonly sizeBytes: number;
  /** The longest time that a cut let nothing else run, in this process; and the last one. */
  readonly pauseMsMax: number;
  readonly pauseMs: number;
  readonly snapshots: number;
  /** Commits of the journal, their bytes, and how long the last one took. */
  readonly commits: number;
  readonly journalBytes: number;
  readonly commitMs: number;
  /** Bytes that wait for a commit. */
  readonly uncommittedBytes: number;
  /** What the store said last; null while it works. */
  readonly error: string | null;
}

export interface LiveJobStatus {
  readonly state: 'starting' | 'restoring' | 'running' | 'draining' | 'ended' | 'failed';
  /** Why reading is stopped for the moment; null while it goes on. */
  readonly paused: string | null;
  /**
   * For how long it has been at one step: a delivery, silent lines, a cut, other definitions. All wait for the models where these do not
   * keep up; one that does not answer holds the job up for good. null: nothing is to do.
   */
  readonly stepMs: number | null;
  readonly samples: SampleCounts;
  readonly lines: readonly LiveLineStatus[];
  readonly sources: readonly LiveSourceStatus[];
  readonly sinks: readonly LiveSinkStatus[];
  readonly deadLetters: {
    /** null where there is no sink for them. */
    readonly sink: LiveStatus | null;
    /** All, since the checkpoint began. */
    readonly count: number;
    readonly backlog: number;
    /** The last few. */
    readonly shown: readonly DeadLetter[];
  };
  readonly checkpoint: LiveCheckpointStatus | null;
  readonly predictions: {
    /** Made since the checkpoint began, revisions included. */
    readonly made: number;
    /** Held because some sink has not taken them. */
    readonly outbox: number;
    /** Windows whose model failed on them, in this process. */
    readonly failedRuns: number;
  };
  /** Bytes of window state, as allocated. */
  readonly stateBytes: number;
}

/** A window as it is now. */
export interface LiveWindow {
  readonly definition: Definition;
  /** null where its cells are not, or no longer, all held. */
  readonly window: WindowInspection | null;
  /** Share of the cells that were observed, by input, 0 to 1; null where the window is. */
  readonly coverage: readonly number[] | null;
}

/** What a job that came to its end reports. */
export interface LiveReport extends JobReport {
  /** `finished`: all sources ended and every window was judged; `stopped`: it goes on from its checkpoint. */
  readonly outcome: 'finished' | 'stopped';
  /** Whether every sink took everything, and everything was acknowledged, before the end of the time for it. */
  readonly drained: boolean;
}
