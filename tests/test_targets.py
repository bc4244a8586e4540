"""Targets: text that names a model is read and never evaluated, whatever is in it."""

import pickle
import sys

import pytest

from tinytorch.adapters.targets import TargetError, load_target
from tinytorch.models import digits_mlp

MODULE = """
import os, subprocess
from subprocess import run
from functools import partial
from collections import OrderedDict

def model(batch):
    return batch

def build(*arguments, **keywords):
    print("built")
    return (arguments, keywords)

def broken():
    raise KeyError("weights")

class Net:
    small = model
    _secret = model

bound = partial(build, 1)
SIZE = 8
_private = model
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A current folder with modules in it, none of which stays imported or in the path."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    for name in ("target_module", "target_broken", "target_lacks"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    (tmp_path / "target_module.py").write_text(MODULE)
    (tmp_path / "target_broken.py").write_text("1 / 0\n")
    (tmp_path / "target_lacks.py").write_text("import nothing_of_this_name\n")
    return tmp_path


def test_a_name_is_the_object_itself():
    target = load_target("target_module:model")
    assert (target.model(3), target.build, target.name) == (3, None, "model")
    assert load_target("target_module:Net.small").model(4) == 4
    assert load_target(" target_module : model ").name == "model"


def test_a_call_is_a_factory_and_is_not_made_yet(capsys):
    target = load_target("target_module:build('a', -1, [2.5, None], {'k': (True, b'x')}, deep={1, 2}, z=1+2j)")
    assert target.model is None
    assert capsys.readouterr().out == ""
    assert target.build() == (("a", -1, [2.5, None], {"k": (True, b"x")}), {"deep": {1, 2}, "z": 1 + 2j})
    assert target.build() is not target.build()
    assert load_target("target_module:bound(2)").build() == ((1, 2), {})


def test_a_factory_goes_to_another_process():
    build = load_target("tinytorch.models:digits_mlp('vectorised')").build
    assert type(pickle.loads(pickle.dumps(build))()) is type(digits_mlp("vectorised"))


def test_a_factory_that_fails_says_which_and_why():
    with pytest.raises(TargetError, match=r"^target_module:broken\(\) failed with KeyError: 'weights'$") as raised:
        load_target("target_module:broken()").build()
    assert isinstance(raised.value.__cause__, KeyError)


@pytest.mark.parametrize(
    "expression",
    [
        "build(__import__('os').system('touch pwned'))",
        "build(open('pwned', 'w'))",
        "build(print)",
        "build([x for x in (1,)])",
        "build(f'{print(1)}')",
        "build(lambda: 1)",
        "build(*[1])",
        "build(**{'a': 1})",
        "build(a=1, **{'b': 1})",
        "build(a=1, a=2)",
        "build(2 ** 99999999)",
        "build('a' * 9999999)",
        "build()()",
        "build().x",
        "build[0]",
        "(lambda: 1)()",
        "[build][0]()",
        "build('a'",
        "build(); import os",
        "build\nimport os",
        "build if True else model",
        "x := model",
        "'model'",
        "3",
        "build(\0)",
        "build(" + "(" * 5_000 + ")" * 5_000 + ")",
        "build(" + "[" * 250 + "]" * 250 + ")",
        "build(" + "-" * 9_000 + "1)",
        "build(" + "9" * 5_000 + ")",
        "model" + ".a" * 4_900,
        "build('" + "x" * 20_000 + "')",
        "build({[]: 1})",
        "build({[]})",
        "model, model",
        "model:model",
    ],
)
def test_anything_but_a_name_or_a_call_with_literals_is_refused(expression, folder, capsys):
    before = {path.name for path in folder.iterdir() if path.suffix == ".py"}
    with pytest.raises(TargetError) as raised:
        load_target(f"target_module:{expression}")
    assert len(str(raised.value)) < 700
    assert capsys.readouterr().out == ""
    assert {path.name for path in folder.iterdir() if path.name != "__pycache__"} == before


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("", "a model is named package.module:name"),
        ("target_module", "a model is named package.module:name"),
        ("target_module:", "a model is named package.module:name"),
        (":model", "a model is named package.module:name"),
        (".target_module:model", "a model is named package.module:name"),
        ("../target_module:model", "a model is named package.module:name"),
        ("target_module.py:model", "there is no module 'target_module.py'"),
        ("target_none:model", "there is no module 'target_none' .*run where it can be imported"),
        ("target_lacks:model", "there is no module 'nothing_of_this_name'"),
        ("target_broken:model", "importing target_broken failed with ZeroDivisionError: division by zero"),
        ("target_module:modle", "target_module has no 'modle'; it has .*model, build"),
        ("target_module:Net.large", "target_module has no 'Net.large'; it has small"),
        ("target_module:SIZE()", "SIZE is a int, not a factory"),
        ("target_module:_private", "something private"),
        ("target_module:Net._secret", "something private"),
        ("target_module:model.__globals__", "something private"),
        ("target_module:Net.__class__.__base__.__subclasses__()", "something private"),
        ("_thread:start_new_thread", "something private"),
        ("os:system('touch pwned')", "os is of the standard library"),
        ("builtins:eval('1')", "builtins is of the standard library"),
        ("os.path:join", "os.path is of the standard library"),
        ("target_module:os.system('touch pwned')", "reaches another module, os"),
        ("target_module:subprocess.run(['touch', 'pwned'])", "reaches another module, subprocess"),
        ("target_module:run(['touch', 'pwned'])", "run comes from subprocess of the standard library"),
        ("target_module:OrderedDict()", "OrderedDict comes from collections of the standard library"),
        ("tinytorch.adapters.targets:importlib.import_module('os')", "reaches another module, importlib"),
    ],
)
def test_the_reason_is_said(text, match, folder):
    with pytest.raises(TargetError, match=match):
        load_target(text)
    assert not (folder / "pwned").exists()


def test_a_module_of_the_same_package_may_be_reached():
    assert load_target("tinytorch:models.digits_mlp('naive')").build is not None


def test_a_target_error_is_a_value_error():
    assert issubclass(TargetError, ValueError)
