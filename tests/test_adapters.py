"""Models of other frameworks as plain callables, against the real scikit-learn and ONNX Runtime."""

import copy
import pickle
import subprocess
import sys

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper
from sklearn.linear_model import LinearRegression, LogisticRegression, Perceptron
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from tinytorch.adapters import onnx_model, sklearn_model, torch_model
from tinytorch.benchmarking import PerformanceReporter, Settings, TinyTorchPerf, accuracy, predict
from tinytorch.datasets import digits

QUICK = Settings(rounds=6, min_queries=60, min_duration_ns=1_000_000, target_qps=500.0, control=False)


@pytest.fixture(scope="module")
def forest():
    train = digits("train")
    pipeline = make_pipeline(StandardScaler(), LogisticRegression(max_iter=300))
    return pipeline.fit(train.inputs.reshape(len(train), -1), train.labels)


def dense_model(batch="n", outputs=("scores",), inputs=("x",), kind=TensorProto.FLOAT):
    """Return the bytes of an ONNX model that sums 4 features twice: (n, 4) -> (n, 2)."""
    weights = helper.make_tensor("w", kind, (4, 2), [1.0, -1.0] * 4)
    nodes = [helper.make_node("MatMul", [inputs[0], "w"], [name]) for name in outputs]
    if len(inputs) > 1:
        nodes[0] = helper.make_node("MatMul", list(inputs), list(outputs))
    shapes = [(batch, 4), (4, 2)]
    graph = helper.make_graph(
        nodes,
        "dense",
        [helper.make_tensor_value_info(name, kind, shapes[i]) for i, name in enumerate(inputs)],
        [helper.make_tensor_value_info(name, kind, (batch, 2)) for name in outputs],
        [weights] if len(inputs) == 1 else [],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return model.SerializeToString()


@pytest.fixture
def dense_file(tmp_path):
    path = tmp_path / "dense.onnx"
    path.write_bytes(dense_model())
    return path


BATCH = np.arange(12, dtype=np.float32).reshape(3, 4)
SUMS = [[6.0, -6.0], [22.0, -22.0], [38.0, -38.0]]


def benchmarked(model, dataset):
    """Return the results of a short benchmark."""
    benchmark = TinyTorchPerf(QUICK, progress=False)
    benchmark.set_model(model)
    benchmark.set_dataset(dataset)
    return benchmark.run_all_scenarios()


def test_sklearn_scores_are_the_estimators_own(forest):
    library, model = digits(), sklearn_model(forest)
    rows = library.inputs.reshape(len(library), -1)
    assert np.array_equal(model(library.inputs), forest.predict_proba(rows))
    assert accuracy(predict(model, library.inputs), library.labels) == pytest.approx(forest.score(rows, library.labels))
    assert model.__name__ == "Pipeline"
    results = benchmarked(model, library)
    assert results.layout_controlled
    assert results.accuracy["model"] > 0.85


def test_sklearn_other_methods():
    x, y = np.arange(8.0).reshape(8, 1), np.array([0, 0, 0, 0, 1, 1, 1, 1])
    ids = sklearn_model(KNeighborsClassifier(1).fit(x, y), method="predict")
    assert ids(x).tolist() == y.tolist()
    scores = sklearn_model(Perceptron().fit(x - 3.5, y), method="decision_function")(x - 3.5)
    assert scores.shape == (8, 2)
    assert scores.argmax(axis=1).tolist() == y.tolist()
    line = sklearn_model(LinearRegression().fit(x, 2 * y), method="predict")
    assert line(x).shape == (8,)


def test_sklearn_classes_that_scores_would_mix_up_are_refused():
    x, y = np.arange(4.0).reshape(4, 1), np.array([3, 3, 7, 7])
    tree = DecisionTreeClassifier().fit(x, y)
    with pytest.raises(ValueError, match=r"this one's are 3, 7; use method='predict'"):
        sklearn_model(tree)
    assert sklearn_model(tree, "predict")(x).tolist() == y.tolist()
    with pytest.raises(ValueError, match="2 outputs a sample have a list of scores each"):
        sklearn_model(DecisionTreeClassifier().fit(x, np.stack([y, y], axis=1)))


@pytest.mark.parametrize(
    ("estimator", "match"),
    [
        (LogisticRegression(), "not fitted yet"),
        (
            Perceptron().fit([[0.0], [1.0]], [0, 1]),
            "Perceptron has no 'predict_proba'; it has decision_function, predict",
        ),
    ],
)
def test_sklearn_estimators_that_cannot_answer_are_refused(estimator, match):
    with pytest.raises(ValueError, match=match):
        sklearn_model(estimator)


def test_sklearn_is_built_anew_by_copying(forest):
    model = sklearn_model(forest)
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert other.estimator[1].coef_ is not forest[1].coef_
        assert np.array_equal(other(digits().inputs[:5]), model(digits().inputs[:5]))


def test_onnx_from_a_file_bytes_or_a_session(dense_file):
    session = onnxruntime.InferenceSession(dense_model(), providers=["CPUExecutionProvider"])
    for source in (dense_file, str(dense_file), dense_model(), session):
        assert onnx_model(source)(BATCH).tolist() == SUMS
    assert onnx_model(dense_file).__name__ == "dense"
    assert onnx_model(dense_file)(BATCH[::2]).tolist() == SUMS[::2]


def test_onnx_is_built_anew_from_its_file_or_says_that_it_is_not(dense_file):
    model = onnx_model(dense_file, threads=1)
    assert model.session.get_session_options().intra_op_num_threads == 1
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert other.session is not model.session
        assert other.session.get_session_options().intra_op_num_threads == 1
        assert other(BATCH).tolist() == SUMS
    given = onnx_model(model.session)
    with pytest.raises(TypeError, match="cannot be copied; pass onnx_model the file"):
        copy.deepcopy(given)
    samples = np.ones((20, 4), np.float32)
    assert benchmarked(model, samples).layout_controlled
    assert not benchmarked(given, samples).layout_controlled


def test_onnx_outputs_are_named_where_there_are_several():
    two = dense_model(outputs=("label", "scores"))
    with pytest.raises(ValueError, match=r"has the outputs label, scores; name one: output='scores'"):
        onnx_model(two)
    assert onnx_model(two, output="scores")(BATCH).tolist() == SUMS
    with pytest.raises(ValueError, match="has no output 'probabilities'; it has label, scores"):
        onnx_model(two, output="probabilities")


def test_onnx_models_that_take_more_than_a_batch_or_are_not_there_are_refused(tmp_path):
    with pytest.raises(ValueError, match="takes one batch, this one has the inputs x, y"):
        onnx_model(dense_model(inputs=("x", "y")))
    with pytest.raises(FileNotFoundError, match=r"there is no ONNX file .*absent\.onnx"):
        onnx_model(tmp_path / "absent.onnx")


def test_onnx_runtime_says_what_a_batch_has_wrong():
    with pytest.raises(Exception, match=r"expected: \(tensor\(float\)\)"):
        onnx_model(dense_model())(BATCH.astype(np.float64))
    with pytest.raises(Exception, match="Got invalid dimensions"):
        onnx_model(dense_model(batch=1))(BATCH)


def sequence_model():
    """Return the bytes of an ONNX model whose output is a sequence, as converters of classifiers make them."""
    sequence = helper.make_tensor_sequence_value_info("maps", TensorProto.FLOAT, None)
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ("n", 4))
    graph = helper.make_graph([helper.make_node("SequenceConstruct", ["x"], ["maps"])], "maps", [x], [sequence])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9).SerializeToString()


def test_onnx_outputs_that_are_no_tensor_are_refused():
    with pytest.raises(TypeError, match="output 'maps' is a list, not a tensor"):
        onnx_model(sequence_model())(BATCH)


def test_the_report_names_the_model_after_its_file(dense_file):
    report = PerformanceReporter().generate_report(benchmarked(onnx_model(dense_file), np.ones((20, 4), np.float32)))
    assert report.to_markdown().startswith("# How fast is dense on ")


@pytest.mark.parametrize(
    ("module", "adapter", "package"),
    [
        ("torch", torch_model, "torch"),
        ("sklearn.utils.validation", sklearn_model, "scikit-learn"),
        ("onnxruntime", onnx_model, "onnxruntime"),
    ],
)
def test_a_framework_that_is_not_installed_is_named(monkeypatch, module, adapter, package):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ModuleNotFoundError, match=f"this adapter needs the package {package}; install it"):
        adapter(object())


def test_what_a_framework_itself_lacks_is_not_taken_for_the_framework(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "onnxruntime.py").write_text("import nothing_of_this_name")
    monkeypatch.delitem(sys.modules, "onnxruntime")
    with pytest.raises(ModuleNotFoundError, match="No module named 'nothing_of_this_name'"):
        onnx_model(b"")


def test_importing_the_adapters_imports_no_framework():
    code = "import sys, tinytorch.adapters; print({'torch', 'sklearn', 'onnxruntime', 'scipy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "set()\n"


def test_a_model_may_be_named_by_text(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "trained_here.py").write_text(
        "from sklearn.tree import DecisionTreeClassifier\n"
        "def train(depth):\n    return DecisionTreeClassifier(max_depth=depth).fit([[0.0], [1.0]], [0, 1])\n"
        "tree = train(1)\n"
    )
    assert sklearn_model("trained_here:train(2)").estimator.max_depth == 2
    assert sklearn_model("trained_here:tree")(np.array([[1.0]])).tolist() == [[0.0, 1.0]]
