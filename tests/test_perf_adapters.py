"""`tinytorch perf` on adapters named as targets, as it is typed, against the real frameworks."""

import subprocess
import sys

import numpy as np
from onnx import TensorProto, helper

from tinytorch.benchmarking import load_results

SHORT = ["--rounds", "2", "--min-queries", "20", "--min-duration", "0.001", "--qps", "2000", "--quiet"]


def test_adapters_as_targets_end_to_end(tmp_path):
    """As it is typed: the installed command, an ONNX file, a fitted estimator as its baseline."""
    shape = helper.make_tensor("shape", TensorProto.INT64, (2,), [-1, 64])
    weights = helper.make_tensor("w", TensorProto.FLOAT, (64, 10), np.zeros(640, np.float32))
    graph = helper.make_graph(
        [helper.make_node("Reshape", ["x", "shape"], ["rows"]), helper.make_node("MatMul", ["rows", "w"], ["scores"])],
        "dense",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ("n", 1, 8, 8))],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ("n", 10))],
        [shape, weights],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    (tmp_path / "zeros.onnx").write_bytes(model.SerializeToString())
    (tmp_path / "mine.py").write_text(
        "from sklearn.tree import DecisionTreeClassifier\n"
        "from tinytorch.datasets import digits\n"
        "def train(depth):\n"
        "    data = digits('train')\n"
        "    tree = DecisionTreeClassifier(max_depth=depth, random_state=0)\n"
        "    return tree.fit(data.inputs.reshape(len(data), -1), data.labels)\n"
    )
    onnx, tree = (
        "tinytorch.adapters:onnx_model('zeros.onnx', threads=1)",
        "tinytorch.adapters:sklearn_model('mine:train(9)')",
    )
    command = [sys.executable, "-m", "tinytorch.cli", "perf", onnx, "--baseline", tree, *SHORT, "--json", "a.json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path)
    assert done.returncode == 1, done.stderr  # too few queries to count
    results = load_results(tmp_path / "a.json")
    assert results.baseline_name == "sklearn_model('mine:train(9)')"
    assert results.layout_controlled
    assert results.accuracy["model"] < 0.15 < 0.7 < results.accuracy["baseline"]
