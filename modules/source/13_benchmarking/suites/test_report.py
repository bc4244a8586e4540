"""The report, put together. The validator, the sentence, the rows and the table are scripted, so nothing else of the
package is needed."""

import pytest

from autograder.examining.checks import expect, shown
from autograder.examining.handles import Handle

FACTS = ("results", "validation", "answer", "rows", "html_table")
LOOK = "Report(results, validation, sentence, rows, self.table)."


class Validator:
    """A scripted validator that keeps the names of the results that it was given."""

    student_sees = ("validate_results",)

    def __init__(self, tell):
        self.tell, self.given = tell, []

    def validate_results(self, results):
        self.given.append(self.tell(results))
        return "the validation"


def _kept(value):
    return shown(value) if isinstance(value, Handle) else value


def _named(student, results):
    """What tells results from others; something else stays as it is."""
    one = isinstance(results, Handle) and student.kind(results) == "Results"
    return f"results of {student.fields(results, 'dataset_name')[0]}" if one else shown(results)


def table(header, rows):
    """A scripted table, which nobody asks before the page is made."""
    return "a table"


def reported(student, model="Net 7", baseline="Net 8", whole=True):
    """The fields of a report of these two, what its parts were given, by name; asked once. Without `whole` only what
    the sentence was given."""

    def ask():
        tell = (lambda results: _named(student, results)) if whole else shown
        validator, given = Validator(tell), {}

        def sentence(*words):
            given["sentence"] = tuple(map(_kept, words))
            return "the sentence"

        def rows(results):
            given["rows"] = tell(results)
            return [{"scripted": "rows"}]

        known = {
            "settings": student.made(student.Settings),
            "dataset_name": "numbers",
            "dataset_fingerprint": "",
            "n_samples": 1,
        }
        results = student.made(student.Results, model_name=model, baseline_name=baseline, **known)
        reporter = student.PerformanceReporter(validator, sentence=sentence, rows=rows, table=table)
        found = reporter.generate_report(results)
        one = isinstance(found, Handle) and student.kind(found) == "Report"
        assert one, expect(found, "a Report", f"Return {LOOK}")
        stated = dict(zip(FACTS, student.fields(found, *FACTS), strict=True)) if whole else {"results": None}
        stated["results"] = tell(stated["results"])
        return {name: _kept(value) for name, value in stated.items()}, validator.given, given

    return student.once(f"report of {model}, {baseline}", ask)


def names_given(student, model, baseline, due, look):
    """Check which names the sentence was asked with."""
    _, _, given = reported(student, model, baseline, whole=(model, baseline) == ("Net 7", "Net 8"))
    words = given.get("sentence", ())
    case = f"model {model}, baseline {baseline}"
    assert words[1:] == due, expect(f"{case}: sentence was given {shown(words[1:])}", f"{case}: {shown(due)}", look)


@pytest.mark.exercise("PerformanceReporter", points=0.5)
def test_the_reporters_own_validator_is_asked(student):
    """Another validator has another confidence and margin than the one that was handed in."""
    stated, validated, _ = reported(student)
    due = ["results of numbers"]
    assert validated == due, expect(f"self.validator was given {shown(validated)}", shown(due), "Ask self.validator.")
    yours = stated["validation"]
    assert yours == "the validation", expect(yours, "what self.validator found", LOOK)


@pytest.mark.exercise("PerformanceReporter", points=0.5)
def test_the_sentence_is_the_reports_answer(student):
    """The first sentence is asked with what was validated, and stands in the report as it came."""
    stated, _, given = reported(student)
    words = given.get("sentence", ("nothing",))
    look = "self.sentence(validation, names['model'], names.get('baseline'))."
    known = stated["validation"], "the validation"
    assert words[0] in known, expect(f"sentence was given {shown(words[0])}", "what was validated", look)
    assert stated["answer"] == "the sentence", expect(stated["answer"], "what self.sentence said", LOOK)
    names_given(student, "Net 7", "Net 8", ("Net 7", "Net 8"), look)


@pytest.mark.exercise("PerformanceReporter", points=0.25)
def test_equal_names_are_told_apart(student):
    """'Net 7 is faster than Net 7' says nothing: names_of tells the two apart."""
    due = ("Net 7", "Net 7 (baseline)")
    names_given(student, "Net 7", "Net 7", due, "Take the names from names_of(results), not from the results.")


@pytest.mark.exercise("PerformanceReporter", points=0.25)
def test_a_model_alone_has_no_baselines_name(student):
    """Without a baseline the names hold none, and the sentence is asked with None."""
    names_given(student, "Net 7", None, ("Net 7", None), "names_of(results).get('baseline') is None without one.")


@pytest.mark.exercise("PerformanceReporter", points=0.25)
def test_the_rows_are_the_reporters_own(student):
    """Rows that were asked of something else do not show what this reporter was made for."""
    stated, _, given = reported(student)
    yours = given.get("rows", "nothing")
    due = "results of numbers"
    assert yours == due, expect(f"self.rows was given {yours}", due, "Ask self.rows with the results.")
    assert stated["rows"] == [{"scripted": "rows"}], expect(stated["rows"], "what self.rows returned", LOOK)
    assert stated["results"] == due, expect(stated["results"], due, LOOK)


@pytest.mark.exercise("PerformanceReporter", points=0.25)
def test_the_table_is_handed_on(student):
    """The report asks for its table when it writes a page: it wants the function, the one that was handed in."""
    stated, _, given = reported(student)
    yours = stated["html_table"]
    assert yours is table, expect(yours, "self.table itself, not called", LOOK)
    assert given, expect("neither sentence nor rows were asked", "both are asked", LOOK)
