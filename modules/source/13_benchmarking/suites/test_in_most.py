"""`in_most`: what most rounds must show before it is believed."""

import pytest

from autograder.examining.checks import expect, shown
from autograder.examining.errors import StudentError
from autograder.examining.handles import Handle

ROUNDS = {"1 of 2 rounds": "a.", "2 of 4 rounds": ".ab.", "3 of 5 rounds": "a.b.c", "2 of 3 rounds": "ab."}
ROUNDS |= {"3 of 3 rounds": "abc", "no round": "", "0 of 3 rounds": "...", "the last 2 of 3 rounds": ".ab"}


def believed(student):
    """How many pitfalls in_most reports of each set of rounds, None one of them, by case; asked once."""

    def made(letter):
        return None if letter == "." else student.made(student.Pitfall, letter, "", "", "")

    def ask():
        calls = [{"found": [made(letter) for letter in letters]} for letters in ROUNDS.values()]
        return dict(zip(ROUNDS, map(_listed, student.tried(student.in_most, calls)), strict=True))

    return student.once("in_most", ask)


def _listed(value):
    if isinstance(value, StudentError):
        return value
    if type(value) is not list:
        return shown(value)
    return ["a pitfall" if isinstance(item, Handle) else item for item in value]


def reports(student, case, due, look):
    """Check how many pitfalls one case brings. Who reports the same of every case has counted nothing."""
    found = believed(student)
    if isinstance(found[case], StudentError):
        raise found[case]
    yours, expected = f"{case}: {shown(found[case])}", f"{case}: {shown(['a pitfall'] * due)}"
    assert isinstance(found[case], list), expect(yours, expected, "Return a list.")
    assert bool(found[case]) == bool(due), expect(yours, expected, look)
    both = found["3 of 3 rounds"] and found["0 of 3 rounds"] == []
    assert both, expect(f"0 of 3 rounds: {shown(found['0 of 3 rounds'])}", "0 of 3 rounds: []", "Count the pitfalls.")


@pytest.mark.exercise("in_most", points=0.25)
def test_half_of_the_rounds_is_not_most(student):
    """Half is what a coin shows."""
    for case in ("1 of 2 rounds", "2 of 4 rounds"):
        reports(student, case, 0, "More than half of the rounds must show it.")


@pytest.mark.exercise("in_most", points=0.25)
def test_more_than_half_is_enough(student):
    """A detector that must fire in every round misses what one quiet round hides."""
    for case in ("3 of 5 rounds", "2 of 3 rounds"):
        reports(student, case, 1, "More than half of the rounds is enough.")


@pytest.mark.exercise("in_most", points=0.25)
def test_the_first_that_was_found_stands_for_all(student):
    """The same pitfall from each round fills a report with repetitions."""
    reports(student, "0 of 3 rounds", 0, "Leave out the rounds in which nothing was found.")
    found = student.in_most([student.made(student.Pitfall, letter, "", "", "") for letter in "abc"])
    one = type(found) is list and len(found) == 1 and isinstance(found[0], Handle)
    assert one, expect(f"3 of 3 rounds: {shown(found)}", "3 of 3 rounds: [a pitfall]", "Return one, in a list.")
    name = student.fields(found[0], "name")[0]
    assert name == "a", expect(f"pitfall {name}", "pitfall a, the first", "Return the first pitfall that was found.")


@pytest.mark.exercise("in_most", points=0.125)
def test_a_round_without_it_is_not_reported(student):
    """The first round may be one that shows nothing."""
    case, look = "the last 2 of 3 rounds", "Leave out the rounds in which nothing was found."
    reports(student, "0 of 3 rounds", 0, look)
    yours = believed(student)[case]
    # Whether so many rounds are enough has a test of its own.
    none = isinstance(yours, list) and None not in yours
    assert none, expect(f"{case}: {shown(yours)}", f"{case}: ['a pitfall']", look)


@pytest.mark.exercise("in_most", points=0.125)
def test_of_no_rounds_there_is_no_share(student):
    """Where nothing ran there is nothing to divide by, and nothing to report."""
    reports(student, "no round", 0, "Of no rounds return [].")
