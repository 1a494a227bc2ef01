"""Windows as they are made today: a ClickHouse client, pandas pivots, NumPy cuts the windows; one line after the other.

    python pandas_clickhouse.py FOLDER DEFINITIONS.json OUT

FOLDER is one of chdb with the table plant.samples. OUT/windows.json says how many windows there are, and the sum of all their
numbers; usage of resources goes to descriptor 3.
"""

import json
import os
import pathlib
import resource
import sys

os.environ["OMP_NUM_THREADS"] = "1"
import numpy as np
from chdb import session

folder, definitions, out = sys.argv[1:]
out = pathlib.Path(out)
out.mkdir(parents=True, exist_ok=True)
count, total = 0, 0.0
client = session.Session(folder)
for d in json.loads(pathlib.Path(definitions).read_text()):
    size, step, ids = d["window_size_s"], d["step_size_s"], d["input_metric_ids"]
    listed = ", ".join(f"'{metric}'" for metric in ids)
    rows = client.query(
        "SELECT toString(metric_id) AS metric_id, intDiv(toUnixTimestamp64Milli(timestamp_ms), 1000) AS second, value"
        f" FROM plant.samples WHERE metric_id IN ({listed})",
        "DataFrame",
    )
    wide = rows.pivot_table(index="second", columns="metric_id", values="value", aggfunc="last")
    first, last = wide.index[0], wide.index[-1]
    # The default fill: the last value, for at most a minute.
    wide = wide.reindex(range(first, last + size + 1))[ids].ffill(limit=60)
    cells = wide.to_numpy()
    ends = np.arange(-(-first // step) * step, last + size + 1, step)
    starts = ends - size - first
    starts = starts[(starts >= 0) & (starts + size <= len(cells))]
    windows = np.stack([cells[s : s + size].T for s in starts])
    windows = windows[~np.isnan(windows).any(axis=(1, 2))]
    np.save(out / f"{d['output_metric_id']}.npy", windows)
    count += len(windows)
    total += float(windows.sum())
client.close()
(out / "windows.json").write_text(json.dumps({"windows": count, "sum": total}))
usage = resource.getrusage(resource.RUSAGE_SELF)
report = {"cpuMs": (usage.ru_utime + usage.ru_stime) * 1000, "peakBytes": usage.ru_maxrss * 1024}
try:
    os.write(3, json.dumps(report).encode())
except OSError:
    # Run by hand: nobody listens there.
    pass
