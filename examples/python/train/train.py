"""Trains a model on tensors that windrow-train-export wrote, and puts it into a model store.

    python train.py TENSORS LAB.csv MODELS [--kind ridge|lightgbm]

The graph that is exported takes the raw window, [N, C, T], and computes its features itself: mean and standard deviation of
each channel. So there is one definition of a feature, inside the model, and none in the service. Beside the model lies
golden.json: what the estimator says of two windows, checked each time that the model is loaded.
"""

import argparse
import csv
import json
import pathlib

import lightgbm
import numpy as np
import onnx
import onnxmltools
import onnxruntime
import pyarrow as pa
import skl2onnx
from onnxmltools.convert.common.data_types import FloatTensorType
from skl2onnx.common.data_types import DoubleTensorType
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def read_windows(folder):
    """For each line: window ends (ms), windows [N, C, T], and what the file says of itself."""
    lines = {}
    for path in sorted(pathlib.Path(folder).glob("*.arrow")):
        table = pa.ipc.open_file(path).read_all()
        about = {k.decode(): v.decode() for k, v in table.schema.metadata.items()}
        tensors = table["tensor"].combine_chunks().to_numpy_ndarray()
        lines[about["line_id"]] = (table["window_end_ms"].to_numpy(), tensors, about)
    return lines


def read_examples(lines, lab):
    """Each result of the laboratory meets the last window that ended when its piece was made, or before."""
    windows, targets = [], []
    with open(lab, newline="") as file:
        for row in csv.DictReader(file):
            ends, tensors, _ = lines[row["line_id"]]
            at = np.searchsorted(ends, int(row["timestamp_ms"]), side="right") - 1
            if at >= 0:
                windows.append(tensors[at])
                targets.append(float(row["value"]))
    return np.stack(windows), np.array(targets)


def features_graph(channels, cells, dtype):
    """window [N, C, T] -> features [N, 2C], computed in double and cast once."""
    return onnx.parser.parse_model(
        f"""
        <ir_version: 10, opset_import: ["" : 18]>
        features (double[N, {channels}, {cells}] window) => ({dtype}[N, {2 * channels}] features)
        {{
            axis = Constant<value_ints = [2]>()
            mean = ReduceMean<keepdims = 0>(window, axis)
            centre = ReduceMean<keepdims = 1>(window, axis)
            off = Sub(window, centre)
            square = Mul(off, off)
            variance = ReduceMean<keepdims = 0>(square, axis)
            deviation = Sqrt(variance)
            both = Concat<axis = 1>(mean, deviation)
            features = Cast<to = {onnx.TensorProto.DataType.Value(dtype.upper())}>(both)
        }}
        """
    )


def fit(kind, features, targets):
    """A fitted estimator, and the same as ONNX with an input named `features`."""
    width = features.shape[1]
    if kind == "ridge":
        estimator = make_pipeline(StandardScaler(), Ridge(alpha=1.0)).fit(features, targets)
        types = [("features", DoubleTensorType([None, width]))]
        model = skl2onnx.to_onnx(estimator, initial_types=types, target_opset={"": 18, "ai.onnx.ml": 3})
        return estimator, model
    estimator = lightgbm.LGBMRegressor(n_estimators=200, min_child_samples=5, verbose=-1)
    estimator.fit(features, targets)
    types = [("features", FloatTensorType([None, width]))]
    model = onnxmltools.convert_lightgbm(estimator, initial_types=types, target_opset=15)
    return estimator, onnx.version_converter.convert_version(model, 18)


def write_golden(path, model, windows, expected):
    """What the estimator says of some windows, which windrow holds against the model each time that it loads it."""
    output = model.graph.output[0]
    dtype = {1: "float32", 11: "float64"}[output.type.tensor_type.elem_type]
    golden = {
        "inputs": {"window": {"dtype": "float64", "shape": windows.shape, "data": windows.ravel().tolist()}},
        "outputs": {output.name: {"dtype": dtype, "shape": [len(windows), 1], "data": expected.tolist()}},
    }
    path.write_text(json.dumps(golden))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tensors")
    parser.add_argument("lab")
    parser.add_argument("models")
    parser.add_argument("--kind", choices=["ridge", "lightgbm"], default="ridge")
    asked = parser.parse_args()

    lines = read_windows(asked.tensors)
    windows, targets = read_examples(lines, asked.lab)
    head = features_graph(*windows.shape[1:], "double" if asked.kind == "ridge" else "float")
    # The graph itself makes the features to train on: another mean, rounded otherwise, would take other branches of a tree.
    session = onnxruntime.InferenceSession(head.SerializeToString())
    features = session.run(None, {"window": windows})[0]
    estimator, tail = fit(asked.kind, features, targets)
    head.ir_version = tail.ir_version
    model = onnx.compose.merge_models(head, tail, io_map=[("features", "features")])

    # What windrow-backfill holds against the definition before it reads a sample.
    about = next(iter(lines.values()))[2]
    onnx.helper.set_model_props(
        model,
        {
            "input_count": str(windows.shape[1]),
            "window_size_s": about["window_size_s"],
            "resolution_s": about["resolution_s"],
            "layout": about["layout"],
        },
    )
    onnx.checker.check_model(model)
    path = pathlib.Path(asked.models) / "extrusion-quality" / "1" / "model.onnx"
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, path)
    write_golden(path.with_name("golden.json"), model, windows[:2], estimator.predict(features[:2]))
    print(f"{len(targets)} examples of {windows.shape[1]} x {windows.shape[2]}; {asked.kind} in {path}")


if __name__ == "__main__":
    main()
