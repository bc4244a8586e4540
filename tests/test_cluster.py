"""A class on a real Dask cluster: the same points as here, also when a worker is killed in the middle of it."""

import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder import cli
from autograder.collecting.collect import find_submissions
from autograder.grading import batch
from autograder.grading.cluster import on_cluster
from autograder.grading.grade import Grader
from autograder.grading.judge_lines import packed
from autograder.grading.whole_class import on_this_machine
from autograder.judging.basis import answers_bytes
from autograder.judging.judge import CannotGradeError
from tests import mini
from tests.clusters import cluster
from tests.courses import grade_course, here, left_behind, mini_class, points

pytest.importorskip("distributed")


def test_a_killed_worker_loses_nothing(tmp_path: Path) -> None:
    """Two workers, one killed with SIGKILL after the first batch: every result once, the same as without a cluster."""
    local = mini_class(tmp_path / "local", 14)
    grade_course(local, mini.setup(), engine=here)
    course = mini_class(tmp_path / "course", 14)
    with cluster(tmp_path, workers=2) as dask:
        inner, killed = on_cluster(dask.address, jobs=1, batch=2), []

        def engine(found: Any, grader: Grader) -> Any:
            fresh = 0
            for end in inner(found, grader):
                fresh += end.result is not None and end.result.fresh
                if fresh > 1 and not killed:
                    dask.workers[0].kill()
                    killed.append(dask.workers[0].wait())
                yield end

        grade_course(course, mini.setup(), engine=engine)
        assert killed == [-9]
        assert left_behind(course) == left_behind(local)
        assert len(points(course)) == 14

        options = ["--release", str(mini.setup().release), "--suites", str(mini.setup().suites), "--seed", "13"]
        again = mini_class(tmp_path / "again", 4)
        assert cli.main(["grade", str(again), "--scheduler", dask.address, *options]) == 0
        assert points(again) == {student: points(local)[student] for student in points(again)}

        grader = Grader(replace(mini.setup(), judged=tmp_path / "judged"))
        grader.basis = "another checkout"
        with pytest.raises(CannotGradeError, match=r"a worker of the cluster cannot grade: .*same commit"):
            list(on_cluster(dask.address, jobs=1)(find_submissions(course)[:1], grader))


def test_a_cluster_behind_tls(tmp_path: Path) -> None:
    """Dask's own settings name the certificates, on both sides."""
    import dask

    if shutil.which("openssl") is None:
        pytest.skip("openssl is needed to make a certificate")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1"]
    subprocess.run([*words, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    options = ["--tls-ca-file", str(certificate), "--tls-cert", str(certificate), "--tls-key", str(key)]
    ours = {"ca-file": certificate, "client.key": key, "client.cert": certificate}
    tls = {f"distributed.comm.tls.{name}": str(path) for name, path in ours.items()}
    course = mini_class(tmp_path / "course", 3)
    with cluster(tmp_path, 1, options, scheme="tls") as running, dask.config.set(tls):
        assert running.address.startswith("tls://")
        grade_course(course, mini.setup(), engine=on_cluster(running.address, jobs=1))
    assert len(points(course)) == 3


def test_no_cluster_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    monkeypatch.setattr("autograder.grading.cluster.CONNECT_S", 1)
    for address in (f"tcp://127.0.0.1:{port}", "nonsense://x", "::::"):
        with pytest.raises(CannotGradeError, match="there is no Dask scheduler at") as caught:
            list(on_cluster(address, jobs=1)([], Grader(mini.setup())))
        assert len(str(caught.value).splitlines()) == 1


@pytest.fixture
def judge_batch() -> Iterator[Callable[[bytes, list[bytes]], list[bytes]]]:
    """What a worker runs, without a process that stays."""
    yield batch.judge_batch
    if batch._own.process is not None:
        batch._own.process.close()
        batch._own.process = None


def test_a_batch_survives_its_grading_process(tmp_path: Path, judge_batch: Any) -> None:
    """Bytes in, bytes out; a process that was killed is started again, a setup that is another gets another one."""
    grader = Grader(replace(mini.setup(), judged=tmp_path / "judged"))
    answers = answers_bytes(mini.read(mini.solved(), tmp_path))
    setup = packed(grader.setup, grader.basis)
    (line,) = judge_batch(setup, [answers])
    assert b'"judgement"' in line
    process = batch._own.process
    process._process.kill()
    two = judge_batch(setup, [answers, b"no JSON"])
    assert b'"judgement"' in two[0]
    assert b"The grader failed on this submission (JSONDecodeError" in two[1]
    (refused,) = judge_batch(packed(grader.setup, "another"), [answers])
    assert b'"refused": "its checkout' in refused


def test_points_do_not_depend_on_how_a_class_is_spread(tmp_path: Path) -> None:
    """One process and four, with every core busy: identical to the last decimal."""
    found = []
    for jobs in (1, 4):
        course = mini_class(tmp_path / str(jobs), 6)
        busy = [subprocess.Popen(["sh", "-c", "while :; do :; done"]) for _ in range(3 * (jobs > 1))]
        try:
            grade_course(
                course, mini.setup(), engine=lambda found, grader, jobs=jobs: on_this_machine(found, grader, jobs)
            )
        finally:
            for process in busy:
                process.kill()
                process.wait()
        found.append(left_behind(course))
    assert found[0] == found[1]
    assert any(map(sum, points(course).values()))
