"""PyTorch modules as plain callables, against the real PyTorch. `make test-torch` runs this; the other tests do not."""

import copy
import pickle
import sys

import numpy as np
import pytest
import torch
from torch import nn

from tinytorch.adapters import torch_model
from tinytorch.benchmarking import Settings, TinyTorchPerf, predict
from tinytorch.datasets import digits

BATCH = digits().inputs[:32]


@pytest.fixture
def net():
    torch.manual_seed(13)
    return nn.Sequential(nn.Flatten(), nn.ReLU(inplace=True), nn.Dropout(0.5), nn.Linear(64, 10))


class Several(nn.Module):
    """Returns its input in several ways."""

    def __init__(self, kind):
        super().__init__()
        self.kind = kind

    def forward(self, x):
        named = {"logits": x, "loss": x.sum()}
        return {"tuple": (x.sum(), x), "dict": named, "object": type("Output", (), named)()}[self.kind]


def test_outputs_are_the_modules_own_in_eval_mode_without_gradients(net):
    with torch.no_grad():
        expected = net.eval()(torch.tensor(BATCH)).numpy()
    net.train()
    model = torch_model(net)
    outputs = model(BATCH)
    assert type(outputs) is np.ndarray
    assert np.array_equal(outputs, expected)
    assert not net.training
    assert torch.is_grad_enabled()
    assert all(parameter.grad is None for parameter in net.parameters())
    assert model.__name__ == "Sequential"


def test_samples_stay_as_they_are(net):
    """The module's first layer works in place; the batch may be read-only or backwards."""
    shifted = BATCH - 0.5
    before = shifted.copy()
    model = torch_model(net)
    outputs = model(shifted)
    assert np.array_equal(shifted, before)
    shifted.setflags(write=False)
    np.testing.assert_allclose(model(shifted[::-1]), outputs[::-1], rtol=1e-5)


@pytest.mark.parametrize(("kind", "output"), [("tuple", 1), ("dict", "logits"), ("object", "logits")])
def test_one_part_of_several_is_named(kind, output):
    assert np.array_equal(torch_model(Several(kind), output=output)(BATCH), BATCH)
    with pytest.raises(TypeError, match=r"a module returns a tensor, this one a .*name its part"):
        torch_model(Several(kind))(BATCH)


def test_types_that_numpy_lacks_become_float():
    class Half(nn.Module):
        def forward(self, x):
            return x.bfloat16()

    assert torch_model(Half())(BATCH).dtype == np.float32


def test_it_is_built_anew_by_copying(net):
    model = torch_model(net)
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert other.module[3].weight.data_ptr() != net[3].weight.data_ptr()
        assert np.array_equal(other(BATCH), model(BATCH))


def test_a_device_is_where_the_work_is_done(net):
    """The meta device computes nothing: what comes from it cannot be read."""
    model = torch_model(net, device="meta")
    assert net[3].weight.device.type == "meta"
    with pytest.raises((NotImplementedError, RuntimeError), match="meta"):
        model(BATCH)


def test_an_exported_program_runs(net):
    program = torch.export.export(net.eval(), (torch.tensor(BATCH),))
    assert np.array_equal(torch_model(program.module())(BATCH), torch_model(net)(BATCH))


def test_something_else_is_refused():
    with pytest.raises(TypeError, match=r"takes a torch\.nn\.Module, got function"):
        torch_model(lambda x: x)


def test_a_module_may_be_named_by_text(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "nets_here.py").write_text("from torch import nn\ndef make(n):\n    return nn.Linear(64, n)\n")
    assert torch_model("nets_here:make(3)")(BATCH.reshape(32, 64)).shape == (32, 3)


def test_a_benchmark_of_a_module_against_itself(net):
    torch.set_num_threads(1)
    settings = Settings(rounds=6, min_queries=600, min_duration_ns=1_000_000, target_qps=500.0, latency_target_ns=10**9)
    benchmark = TinyTorchPerf(settings, progress=False)
    benchmark.set_model(torch_model(net))
    benchmark.set_baseline(torch_model(copy.deepcopy(net)))
    benchmark.set_dataset("digits")
    results = benchmark.run_all_scenarios()
    assert results.layout_controlled
    assert results.accuracy["model"] == results.accuracy["baseline"]
    assert predict(torch_model(net), digits().inputs).shape == (510, 10)
