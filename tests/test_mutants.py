"""The changes of a solution: each operator's, by hand; what is left alone; and laws that hold for the lesson's own."""

import ast

import pytest

from autograder.proving.confusions import field_defaults
from autograder.proving.exercises import Exercise, exercises
from autograder.proving.mutants import BEGINS, line_changed, mutants_of
from autograder.reading.places import LESSON
from tinytorch.export import export_modules, read_lesson

CELL = '''#| export m
def f({parameters}):
    """Return 7, or 'seven'. It is 5 < 6."""
    given = 8 + 9
    ### BEGIN SOLUTION
    {line}
    ### END SOLUTION
    return given + 9
'''


def exercise(line: str, parameters: str = "x, y, z", check: str = "") -> Exercise:
    return Exercise("f", 1.0, CELL.format(line=line, parameters=parameters), "", check)


def becomes(line: str, parameters: str = "x, y, z", check: str = "", **fields: list) -> list[str]:
    """What the line of a solution may become, without its removal, which all simple statements have."""
    found = mutants_of(exercise(line, parameters, check), fields)
    return [mutant.becomes for mutant in found if mutant.becomes != "pass"]


@pytest.mark.parametrize(
    ("line", "others"),
    [
        ("x = True", ["x = False"]),
        ("x = 7", ["x = 8", "x = 6"]),
        ("x = -7", ["x = 7", "x = -8", "x = -6"]),
        ("x = 14.8", ["x = 16.3", "x = 13.3"]),
        ("x = 0.0", ["x = 1.0", "x = -1.0"]),
        ("x = None", []),
        ("x = 'faster'", ["x = 'fasterXX'"]),
        ("x = ''", []),
        ("x = 'a text for people, of many words'", ["x = ''"]),
        ("x = f'{y:.2e}'", ["x = ''", "x = f'{y:.3e}'"]),
        ("x = f'{y:.{z}f}'", ["x = ''"]),
        ("x = f'it took {y:.2f} ms and not {3:.3f} ms'",
         ["x = ''", "x = f'it took {y:.2f} ms and not {4:.3f} ms'", "x = f'it took {y:.2f} ms and not {2:.3f} ms'"]),
        ("x = y < z", ["x = y <= z", "x = y >= z"]),
        ("x = y <= z", ["x = y < z", "x = y > z"]),
        ("x = y > z", ["x = y >= z", "x = y <= z"]),
        ("x = y >= z", ["x = y > z", "x = y < z"]),
        ("x = y == z", ["x = y != z"]),
        ("x = y != z", ["x = y == z", "x = y < z", "x = y > z"]),
        ("x = y is z", ["x = y is not z"]),
        ("x = y is not z", ["x = y is z"]),
        ("x = y in z", ["x = y not in z"]),
        ("x = y not in z", ["x = y in z"]),
        ("x = y < z < x", ["x = y <= z < x", "x = y >= z < x", "x = y < z <= x", "x = y < z >= x"]),
        ("x = y + z", ["x = y - z"]),
        ("x = y - z", ["x = y + z"]),
        ("x = y * z", ["x = y / z"]),
        ("x = y / z", ["x = y * z", "x = y // z"]),
        ("x = y // z", ["x = y / z"]),
        ("x = y % z", ["x = y // z"]),
        ("x = y ** z", ["x = y * z"]),
        ("x = y & z", ["x = y | z"]),
        ("x = y and z", ["x = y or z", "x = z", "x = y"]),
        ("x = x or y or z", ["x = x and y and z", "x = y or z", "x = x or z", "x = x or y"]),
        ("x = not y", ["x = y"]),
        ("x = ~y", ["x = y"]),
        ("x += y", ["x -= y", "x = y"]),
        ("x = y if z else x", ["x = y", "x = x"]),
        ("x = [a for a in y if z]", ["x = [a for a in y]"]),
        ("return x", ["return None"]),
        ("return None", []),
        ("return", []),
        ("x = g(y, z)", ["x = g(z)", "x = g(y)", "x = g(z, y)"]),
        ("x = max(y, z)", ["x = max(z)", "x = max(y)"]),
        ("x = g(y, k=z)", ["x = g(k=z)", "x = g(y)"]),
        ("x = y[z:]", ["x = y[:]"]),
        ("x = y[z:x:z]", ["x = y[:x:z]", "x = y[z::z]", "x = y[z:x]"]),
        ("raise ValueError(f'a rule: {x + 1}')", ["raise RuntimeError(f'a rule: {x + 1}')"]),
        ("raise", []),
        ("assert x, 'a rule'", []),
        ("x: int = y", []),
        ("import math", []),
        ("'a text that stands alone as a comment'", []),
        ("if x: y = z", ["if True:", "if False:"]),
        ("while x: break", ["continue"]),
    ],
)  # fmt: skip
def test_each_operator_makes_what_it_says(line: str, others: list[str]) -> None:
    assert becomes(line) == others


@pytest.mark.parametrize("line", ["x = y", "x += y", "g(x)", "del x", "assert x", "for a in x: g(a)", "with x: g(y)"])
def test_a_statement_may_be_gone(line: str) -> None:
    gone = [mutant for mutant in mutants_of(exercise(line), {}) if mutant.becomes == "pass"]
    assert "given = 8 + 9\n    pass\n    return given + 9" in gone[0].source


def test_an_error_behind_a_condition_is_not_removed_as_well() -> None:
    """A condition that never holds is the same."""
    assert becomes("if x: raise ValueError('a')") == ["if True:", "if False:", "raise RuntimeError('a')"]
    assert "pass" not in [mutant.becomes for mutant in mutants_of(exercise("if x: raise ValueError('a')"), {})]


def test_what_the_lesson_gives_is_left_alone() -> None:
    for mutant in mutants_of(exercise("return x + 1", "x: 'a < 1' = 3"), {}):
        assert "given = 8 + 9" in mutant.source
        assert "return given + 9" in mutant.source
        assert "(x: 'a < 1'=3)" in mutant.source
        assert "Return 7, or 'seven'. It is 5 < 6." in mutant.source
        assert mutant.source.startswith("#| export m\ndef f(")


def test_a_parameter_that_is_never_varied_may_be_a_number() -> None:
    """Its default, what the visible check gives it by place or by name; everywhere, or in one place."""
    check = "assert f(5) == f(5, margin=0.01) == other(6, margin=7), f'{f(8)}'"
    found = mutants_of(exercise("return a * margin + margin", "a, margin=0.1", check), {})
    fixed = {(mutant.was, mutant.becomes) for mutant in found}
    line = "return a * margin + margin"
    assert {(BEGINS, "margin = 0.1"), (BEGINS, "margin = 0.01")} <= fixed
    assert {(line, "return a * 0.01 + margin"), (line, "return a * margin + 0.01")} <= fixed
    assert {(line, "return 5 * margin + margin"), (line, "return 8 * margin + margin")} <= fixed
    assert not [one for one in fixed if one[1] in ("margin = 7", "return 6 * margin + margin")]
    assert (BEGINS, "a = 5") not in fixed, "it is used once: that is the same"


def test_of_a_function_inside_a_solution_the_defaults_are_changed_and_the_types_are_not() -> None:
    found = becomes("def g(n: 'a < 1' = 5, *, m: 6 = 8) -> 7: return n")
    assert "def g(n: 'a < 1'=6, *, m: 6=8) -> 7:" in found
    assert "def g(n: 'a < 1'=5, *, m: 6=9) -> 7:" in found
    assert len(found) == 5


def test_names_that_were_bound_together_may_be_confused() -> None:
    assert "return g(b, b)" in becomes("return g(a, b)", "a: int, b: int, c: str")
    assert "return g(c, b)" not in becomes("return g(a, b)", "a: int, b: int, c: str")
    ranks = becomes("for rank, i in enumerate(x): y[i] = rank")
    assert {"y[rank] = rank", "y[i] = i"} <= set(ranks)


def test_a_field_that_is_never_read_may_be_another_or_its_default() -> None:
    found = becomes("return run.n - run.late", "run", "f(Run(n=4))", late=[0.99])
    assert {"return run.late - run.late", "return run.n - run.n"} <= set(found)
    assert {"return 4 - run.late", "return run.n - 0.99"} <= set(found)
    assert field_defaults([ast.parse("class A:\n    n: int = 3\n    m: float\n    k: str = g()")]) == {
        "n": [3],
        "m": [],
        "k": [],
    }


@pytest.mark.parametrize(
    ("after", "line"),
    [
        ("a\n b\nc", (BEGINS, "b")),
        ("a", ("c", "pass")),
        ("a\nd", ("c", "d")),
        ("c", ("a", "pass")),
        ("a\nc\nc", (BEGINS, "c")),
    ],
)
def test_the_line_that_changed_is_named(after: str, line: tuple[str, str]) -> None:
    assert line_changed("a\nc", after) == line


def test_methods_nested_functions_and_whole_functions_are_solutions() -> None:
    source = '''#| export m
class A:
    def given(self):
        return 1

    def half(self, n):
        ### BEGIN SOLUTION
        def inner(k):
            return k + 2
        return inner(n)
        ### END SOLUTION

    ### BEGIN SOLUTION
    def whole(self, n):
        """Return 4."""
        return n - 3
    ### END SOLUTION
'''
    found = {(mutant.was, mutant.becomes) for mutant in mutants_of(Exercise("A", 1.0, source, "", ""), {})}
    assert ("return k + 2", "return k + 3") in found
    assert ("return n - 3", "return n + 3") in found
    assert ("return 1", "return 2") not in found
    assert all("Return 4." in mutant.source for mutant in mutants_of(Exercise("A", 1.0, source, "", ""), {}))


def test_laws_that_hold_for_every_mutant_of_the_lesson() -> None:
    """Each is Python, another text than the solution and than any other, differs from it by its line, and they come in
    the same order each time."""
    cells = read_lesson(LESSON)
    fields = field_defaults(map(ast.parse, export_modules(cells, source="x").values()))
    found = exercises(cells)
    assert found
    for each in found:
        mutants = mutants_of(each, fields)
        assert mutants == mutants_of(each, fields)
        assert len({mutant.source for mutant in mutants}) == len(mutants) >= 5, each.name
        before = ast.unparse(each.tree())
        for mutant in mutants:
            assert mutant.exercise == each.name
            after = ast.unparse(ast.parse(mutant.source))
            assert ast.dump(ast.parse(after)) != ast.dump(ast.parse(before))
            assert (mutant.was, mutant.becomes) == line_changed(before, after)
            assert mutant.becomes != "pass" or mutant.was != "pass"
