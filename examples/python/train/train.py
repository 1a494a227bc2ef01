"""Trains a model on a dataset that windrow-train-export wrote, and puts it into a model store.

    python train.py DATASET MODELS [--kind ridge|lightgbm]

Everything about the windows - order of the inputs, resolution, layout, which split is which - comes from the dataset's
dataset.json; nothing is typed here a second time. The graph that is exported takes the raw window, [N, C, T], and computes
its features itself: mean and standard deviation of each input. So there is one definition of a feature, inside the model, and
none in the service. Beside the model lies golden.json: what the estimator says of two windows, checked each time that the
model is loaded.
"""

import argparse
import json
import pathlib

import numpy as np
import onnx
import onnxruntime
import pyarrow.dataset
import skl2onnx
from skl2onnx.common.data_types import DoubleTensorType
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error, r2_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def read_dataset(folder):
    """What the dataset says of itself, and its examples as one table with a column `split`."""
    folder = pathlib.Path(folder)
    about = json.loads((folder / "dataset.json").read_text())
    suffix = next(part for split in about["data"] for part in split["parts"]).rsplit(".", 1)[1]
    form = "parquet" if suffix == "parquet" else "ipc"
    table = pyarrow.dataset.dataset(folder / "data", format=form, partitioning="hive").to_table()
    return about, table


def examples(about, table, split, target):
    """Windows [N, C, T] and targets [N] of a split; examples without this target are left out."""
    column = next(t["column"] for t in about["columns"]["targets"] if t["name"] == target)
    own = table.filter((pyarrow.dataset.field("split") == split) & ~pyarrow.dataset.field(column).is_null())
    if own.num_rows == 0:
        return np.empty((0, *about["tensor"]["shape"])), np.empty(0)
    windows = own["tensor"].combine_chunks()
    windows = windows.chunk(0) if isinstance(windows, pyarrow.ChunkedArray) else windows
    return windows.to_numpy_ndarray(), own[column].to_numpy()


def features_graph(tensor, output):
    """window -> features [N, 2C], computed in double and cast once. Its input is what production will give."""
    channels = tensor["shape"][0 if tensor["layout"] == "NCT" else 1]
    axis = 2 if tensor["layout"] == "NCT" else 1
    shape = ", ".join(str(n) for n in tensor["shape"])
    given = "double" if tensor["dtype"] == "float64" else "float"
    return onnx.parser.parse_model(
        f"""
        <ir_version: 10, opset_import: ["" : 18]>
        features ({given}[N, {shape}] window) => ({output}[N, {2 * channels}] features)
        {{
            axis = Constant<value_ints = [{axis}]>()
            wide = Cast<to = {onnx.TensorProto.DOUBLE}>(window)
            mean = ReduceMean<keepdims = 0>(wide, axis)
            centre = ReduceMean<keepdims = 1>(wide, axis)
            off = Sub(wide, centre)
            square = Mul(off, off)
            variance = ReduceMean<keepdims = 0>(square, axis)
            deviation = Sqrt(variance)
            both = Concat<axis = 1>(mean, deviation)
            features = Cast<to = {onnx.TensorProto.DataType.Value(output.upper())}>(both)
        }}
        """
    )


def fit(kind, features, targets):
    """A fitted estimator, and the same as ONNX with an input named `features`."""
    width = features.shape[1]
    if kind == "ridge":
        estimator = make_pipeline(StandardScaler(), Ridge(alpha=1.0)).fit(features, targets)
        types = [("features", DoubleTensorType([None, width]))]
        return estimator, skl2onnx.to_onnx(estimator, initial_types=types, target_opset={"": 18, "ai.onnx.ml": 3})
    # Only here, so that the ridge needs neither.
    import lightgbm
    import onnxmltools
    from onnxmltools.convert.common.data_types import FloatTensorType

    estimator = lightgbm.LGBMRegressor(n_estimators=200, min_child_samples=5, verbose=-1)
    estimator.fit(features, targets)
    types = [("features", FloatTensorType([None, width]))]
    model = onnxmltools.convert_lightgbm(estimator, initial_types=types, target_opset=15)
    return estimator, onnx.version_converter.convert_version(model, 18)


def metadata(about, train, target):
    """What windrow holds against the definition before it reads a sample, and where the model comes from."""
    tensor = about["tensor"]
    first = next(split for split in about["data"] if split["split"] == train)
    own = {
        "input_count": len(about["inputs"]),
        "window_size_s": tensor["window_size_s"],
        "resolution_s": tensor["resolution_s"],
        "layout": tensor["layout"],
        "target": target,
        "trained_from_ms": first["first_window_end_ms"],
        "trained_to_ms": first["last_window_end_ms"],
        "dataset_semantics_sha256": about["semantics"]["sha256"],
    }
    # A model for several lines has no one list of inputs; its order is that of every definition.
    if len(about["definitions"]) == 1:
        own["input_metric_ids"] = json.dumps(about["definitions"][0]["input_metric_ids"])
    return {key: str(value) for key, value in own.items()}


def write_golden(path, model, windows, expected):
    """What the estimator says of some windows, which windrow holds against the model each time that it loads it."""
    types = {1: "float32", 11: "float64"}
    graph_in, graph_out = model.graph.input[0], model.graph.output[0]
    golden = {
        "inputs": {
            graph_in.name: {
                "dtype": types[graph_in.type.tensor_type.elem_type],
                "shape": windows.shape,
                "data": windows.ravel().tolist(),
            }
        },
        "outputs": {
            graph_out.name: {
                "dtype": types[graph_out.type.tensor_type.elem_type],
                "shape": [len(windows), 1],
                "data": expected.ravel().tolist(),
            }
        },
    }
    path.write_text(json.dumps(golden))


def next_version(folder):
    """One more than the newest in the store."""
    versions = [int(path.name) for path in folder.glob("*") if path.name.isdigit()] if folder.exists() else []
    return max(versions, default=0) + 1


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dataset")
    parser.add_argument("models")
    parser.add_argument("--kind", choices=["ridge", "lightgbm"], default="ridge")
    parser.add_argument("--target", help="default: the first one")
    asked = parser.parse_args()

    about, table = read_dataset(asked.dataset)
    target = asked.target or about["columns"]["targets"][0]["name"]
    names = [split["split"] for split in about["data"]]
    train = names[0]
    windows, targets = examples(about, table, train, target)
    head = features_graph(about["tensor"], "double" if asked.kind == "ridge" else "float")
    # The graph itself makes the features to train on: another mean, rounded otherwise, would take other branches of a tree.
    session = onnxruntime.InferenceSession(head.SerializeToString())
    features = lambda windows: session.run(None, {"window": windows})[0]
    estimator, tail = fit(asked.kind, features(windows), targets)
    head.ir_version = tail.ir_version
    model = onnx.compose.merge_models(head, tail, io_map=[("features", "features")])
    onnx.helper.set_model_props(model, metadata(about, train, target))
    onnx.checker.check_model(model)

    folder = pathlib.Path(asked.models) / about["definitions"][0]["model_identifier"]
    path = folder / str(next_version(folder)) / "model.onnx"
    path.parent.mkdir(parents=True)
    write_golden(path.with_name("golden.json"), model, windows[:2], estimator.predict(features(windows[:2])))
    onnx.save(model, path)
    for split in names:
        own, truth = examples(about, table, split, target)
        if len(truth) > 1:
            guess = estimator.predict(features(own)).ravel()
            print(f"{split}: {len(truth)} examples, R2 {r2_score(truth, guess):.3f}, MAE {mean_absolute_error(truth, guess):.3f}")
    print(f"{asked.kind} in {path}")


if __name__ == "__main__":
    main()
