/** Durations for people. */

const SECOND_MS = 1000;
const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86_400;

/** Two units at most: `0.4 ms`, `850 ms`, `12.3 s`, `4 min 05 s`, `3 h 20 min`, `2 d 4 h`. */
export function formatDuration(durationMs: number): string {
  if (!Number.isFinite(durationMs)) return String(durationMs);
  if (durationMs < 0) return `-${formatDuration(-durationMs)}`;
  if (durationMs < 9.95) return `${trim(durationMs.toFixed(1))} ms`;
  if (durationMs < 999.5) return `${Math.round(durationMs)} ms`;
  if (durationMs < 59_950) return `${trim((durationMs / SECOND_MS).toFixed(1))} s`;
  const seconds = Math.round(durationMs / SECOND_MS);
  if (seconds < HOUR_S) return `${Math.floor(seconds / MINUTE_S)} min ${pad(seconds % MINUTE_S)} s`;
  const minutes = Math.round(seconds / MINUTE_S);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
  const hours = Math.round(seconds / HOUR_S);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** As on a clock, for time that is left: `0:07`, `12:30`, `3:20:00`, `2 d 4 h`. */
export function formatClock(durationMs: number): string {
  const seconds = Math.max(0, Math.round(durationMs / SECOND_MS));
  if (seconds >= DAY_S) return formatDuration(durationMs);
  const hours = Math.floor(seconds / HOUR_S);
  const minutes = Math.floor((seconds % HOUR_S) / MINUTE_S);
  const rest = pad(seconds % MINUTE_S);
  return hours > 0 ? `${hours}:${pad(minutes)}:${rest}` : `${minutes}:${rest}`;
}

function trim(text: string): string {
  return text.replace(/\.0$/, '');
}

function pad(n: number): string {
  return String(n).padStart(2, '0');
}
