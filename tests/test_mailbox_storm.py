"""A class hands in at once to the real command on SQLite while its processes are killed: nothing lost or doubled.

`make test-mailbox` does the same with more deaths and real notebooks, on PostgreSQL as well.
"""

from pathlib import Path

from tests import mini
from tests.mailbox_storm import must_be_whole, served, weather
from tests.mailboxes import notebook

STUDENTS, KILLS = 200, 4


def test_a_class_at_once_and_deaths_at_random_moments(tmp_path: Path) -> None:
    gradebook = mini.gradebook(tmp_path).removeprefix("sqlite:///")
    made = mini.made()
    words = ["--release", str(made / mini.NOTEBOOK), "--suites", str(made / "suites")]
    texts = [notebook(**dict(list(mini.ANSWERS.items())[:n])) for n in range(len(mini.ANSWERS) + 1)]
    with served(tmp_path, None, STUDENTS, *words) as storm:
        contents = {who: texts[k % len(texts)] + b" " * k for k, who in enumerate(storm.tokens)}
        found = weather(storm, contents, KILLS)
        must_be_whole(storm.mailbox, found, Path(gradebook))
    log = (tmp_path / "log").read_text()
    assert log.count("is started again") >= KILLS
    assert not any(token in log for token in storm.tokens.values())
