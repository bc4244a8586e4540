"""Find the answers that keep a student's package from being imported, so that they cost their own exercises only.

A default value that raises, a decorator, an import that is not there: one such line ends the import of everything. The
culprit is found by halving the answers in the lesson's order: an answer may need an earlier one, never a later one.
Knows nothing of how a package is made or imported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from autograder.reading.submission import Submission

MOST = 5  # answers that are set aside before the rest is given up; each costs about six imports


def without_culprits(
    submission: Submission, order: Sequence[str], failure: Callable[[Submission], str]
) -> Submission | None:
    """Return the submission with the answers moved to `refused` that end the import, or None if that does not help.

    `order` names the exercises in the lesson's order; `failure` tries to import a submission's package and returns what
    went wrong, "" for nothing.
    """
    if failure(replace(submission, answers={})):
        remarks = (*submission.remarks, "Added cells and imports left out, because they cannot be imported.")
        submission = replace(submission, extras=(), imports=(), remarks=remarks)
    for _ in range(MOST + 1):
        why = failure(submission)
        if not why:
            return submission
        names = [name for name in order if name in submission.answers]
        good, bad = 0, len(names)  # the package imports with the first `good` answers, and does not with `bad`
        while bad - good > 1:
            middle = (good + bad) // 2
            said = failure(replace(submission, answers={name: submission.answers[name] for name in names[:middle]}))
            good, bad, why = (good, middle, said) if said else (middle, bad, why)
        if not names:
            return None
        culprit = names[bad - 1]
        submission = replace(
            submission,
            answers={name: source for name, source in submission.answers.items() if name != culprit},
            refused={**submission.refused, culprit: f"The answer cannot be imported ({why[:120]})."},
        )
    return None
