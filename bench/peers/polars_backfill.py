"""The job with Polars, NumPy and onnxruntime, as a data scientist would write it: a piece of time at a time, dense.

usage: polars_backfill.py TASK (JSON: samples, definitions, model, sink); usage of resources goes to descriptor 3.
"""

import json
import os
import resource
import sys

os.environ["POLARS_MAX_THREADS"] = "1"
os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import onnxruntime as ort
import polars as pl

PIECE_S = 1800
BATCH = 32
FILL_S = 60


def fill(cells: np.ndarray, longest: int) -> np.ndarray:
    """Each observation stands for `longest` more cells; NaN: no observation."""
    seconds = np.arange(cells.shape[1], dtype=np.int32)
    observed = ~np.isnan(cells)
    if observed.all():
        return cells
    last = np.maximum.accumulate(np.where(observed, seconds, -1), axis=1)
    filled = np.take_along_axis(cells, np.maximum(last, 0), axis=1)
    filled[(last < 0) | (seconds - last > longest)] = np.nan
    return filled


def main(task: dict) -> None:
    definitions = json.load(open(task["definitions"]))
    size = definitions[0]["window_size_s"]
    step = definitions[0]["step_size_s"]
    lines = len(definitions)
    inputs = len(definitions[0]["input_metric_ids"])
    ids = [metric for d in definitions for metric in d["input_metric_ids"]]
    series_of = pl.LazyFrame({"metric_id": ids, "series": np.arange(len(ids), dtype=np.int32)})

    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    session = ort.InferenceSession(task["model"], options, providers=["CPUExecutionProvider"])
    input_name = session.get_inputs()[0].name

    samples = pl.scan_parquet(task["samples"])
    span = samples.select(pl.min("timestamp_ms").alias("a"), pl.max("timestamp_ms").alias("b")).collect()
    from_s, until_s = span["a"][0] // 1000, span["b"][0] // 1000 + 1
    history = size + FILL_S
    cells = np.full((len(ids), history + PIECE_S), np.nan)
    found_lines, found_ends, found_scores = [], [], []
    piece_s = from_s // step * step
    while piece_s < until_s + FILL_S:
        rows = (
            samples.filter(pl.col("timestamp_ms").is_between(piece_s * 1000, (piece_s + PIECE_S) * 1000, closed="left"))
            .filter(pl.col("value").is_finite())
            .join(series_of, on="metric_id", maintain_order="left")
            .select("series", (pl.col("timestamp_ms") - piece_s * 1000).cast(pl.Int32).alias("ms"), "value")
            .collect()
        )
        if not rows["ms"].is_sorted():
            rows = rows.sort("ms", "value")
        # Of several samples in a cell the last one written stays, and they come in order of time.
        at = rows["series"].to_numpy() * np.int64(cells.shape[1]) + rows["ms"].to_numpy() // 1000 + history
        cells.reshape(-1)[at] = rows["value"].to_numpy()
        del rows, at
        filled = fill(cells, FILL_S).reshape(lines, inputs, -1)
        for end in range(step, PIECE_S + 1, step):
            windows = filled[:, :, history + end - size : history + end]
            for first in range(0, lines, BATCH):
                batch = np.ascontiguousarray(windows[first : first + BATCH])
                whole = ~np.isnan(batch).any(axis=(1, 2))
                if not whole.any():
                    continue
                scores = session.run(None, {input_name: batch if whole.all() else batch[whole]})[0]
                found = np.flatnonzero(whole) + first
                found_lines.append(found)
                found_ends.append(np.full(len(found), (piece_s + end) * 1000, dtype=np.int64))
                found_scores.append(scores.reshape(-1))
        cells[:, :history] = cells[:, PIECE_S:].copy()
        cells[:, history:] = np.nan
        piece_s += PIECE_S
    outputs = np.array([d["output_metric_id"] for d in definitions])
    pl.DataFrame(
        {
            "metric_id": outputs[np.concatenate(found_lines)],
            "timestamp_ms": np.concatenate(found_ends),
            "value": np.concatenate(found_scores),
        }
    ).write_parquet(task["sink"])


def report() -> None:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    peak_kib = usage.ru_maxrss
    if os.path.exists("/proc/self/status"):
        lines = open("/proc/self/status").read().splitlines()
        peak_kib = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    cpu_ms = (usage.ru_utime + usage.ru_stime) * 1000
    os.write(3, json.dumps({"cpuMs": cpu_ms, "peakBytes": peak_kib * 1024}).encode())


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
    report()
