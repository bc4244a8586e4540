"""Models that take and return Tensors, as TinyTorch's own layers do. The package on the index by that name is another
project's, which has to be compiled, so a faithful miniature of the course's modules stands here."""

import pickle
import sys

import numpy as np
import pytest

from tinytorch.adapters import tinytorch_model
from tinytorch.benchmarking import Settings, TinyTorchPerf, load_results
from tinytorch.cli import main

TENSOR = """
import numpy as np

class Tensor:
    def __init__(self, data, requires_grad=False):
        self.data = np.array(data, dtype=np.float32)
        self.requires_grad = requires_grad

    @property
    def shape(self):
        return self.data.shape

    def numpy(self):
        return self.data

    def matmul(self, other):
        return Tensor(self.data @ other.data)
"""
LAYERS = """
import numpy as np
from course_tensor import Tensor

class Linear:
    def __init__(self, n_in, n_out):
        rng = np.random.default_rng(1)
        self.weight, self.training = Tensor(rng.normal(size=(n_in, n_out))), True

    def forward(self, x):
        assert isinstance(x, Tensor)
        return x.matmul(self.weight)

    __call__ = forward

class Flatten:
    def forward(self, x):
        return Tensor(x.data.reshape(len(x.data), -1))

class Sequential:
    def __init__(self, *layers):
        self.layers, self.training = list(layers), True

    def eval(self):
        self.training = False

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x
"""
MODEL = """
from course_layers import Flatten, Linear, Sequential

class Network:
    def __init__(self):
        self.body = Sequential(Flatten(), Linear(64, 10))

    def forward(self, x):
        return self.body.forward(x)

class Odd:
    def forward(self, x):
        return {"logits": x}

def build():
    return Network()
"""


@pytest.fixture(autouse=True)
def course(tmp_path, monkeypatch):
    """Modules as a student of TinyTorch has them."""
    for name, text in {"course_tensor": TENSOR, "course_layers": LAYERS, "course_model": MODEL}.items():
        (tmp_path / f"{name}.py").write_text(text)
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


BATCH = np.arange(128, dtype=np.float32).reshape(2, 1, 8, 8)


def test_a_tensor_goes_in_and_its_numbers_come_out():
    import course_model

    model = course_model.build()
    expected = BATCH.reshape(2, 64) @ model.body.layers[1].weight.data
    for made in (tinytorch_model(model), tinytorch_model("course_model:build()")):
        outputs = made(BATCH)
        assert type(outputs) is np.ndarray
        assert np.allclose(outputs, expected)
    assert made.__name__ == "Network"
    assert np.array_equal(pickle.loads(pickle.dumps(made))(BATCH), outputs)


def test_the_model_is_put_into_evaluation_and_the_samples_stay_as_they_are():
    from course_layers import Flatten, Sequential

    network = Sequential(Flatten())
    frozen = BATCH.copy()
    frozen.flags.writeable = False
    assert tinytorch_model(network)(frozen).shape == (2, 64)
    assert network.training is False


def test_a_tensor_may_be_named():
    from course_tensor import Tensor

    class Twice:
        def forward(self, x):
            return Tensor(x.data * 2)

    assert tinytorch_model(Twice(), tensor="course_tensor:Tensor")(BATCH)[1, 0, 0, 0] == 128
    assert tinytorch_model(lambda x: x, tensor=Tensor)(BATCH).shape == BATCH.shape


def test_what_is_no_such_model_is_refused_in_a_sentence():
    from course_model import Odd
    from course_tensor import Tensor

    class Bare:
        def forward(self, x):
            return x

    with pytest.raises(ValueError, match="the module of Bare knows no Tensor; name the class"):
        tinytorch_model(Bare())
    with pytest.raises(TypeError, match=r"takes a model with forward\(x\), got int"):
        tinytorch_model(3, tensor=Tensor)
    with pytest.raises(TypeError, match="tensor makes a Tensor of an array, got int"):
        tinytorch_model(Bare(), tensor=3)
    with pytest.raises(TypeError, match="a model returns a Tensor with numpy"):
        tinytorch_model(Odd(), tensor=Tensor)(BATCH)


def test_it_is_measured_like_any_other_model(course):
    bench = TinyTorchPerf(Settings(rounds=2, min_queries=20, min_duration_ns=0, control=False), progress=False)
    bench.set_model(tinytorch_model("course_model:build()"))
    bench.set_dataset("digits")
    assert bench.run(["offline"]).accuracy["model"] is not None
    words = ["--rounds", "2", "--min-queries", "20", "--min-duration", "0.001", "--scenario", "offline", "--quiet"]
    named = "tinytorch.adapters:tinytorch_model('course_model:build()')"
    main(["perf", named, *words, "--json", "a.json"])
    assert load_results(course / "a.json").rounds_measured == 2
