"""Files that are there whole or not at all."""

import resource
import stat
from pathlib import Path

import pytest

from tinytorch.commands.commandline import refusal
from tinytorch.machine.files import write_whole


def test_the_text_is_there_and_nothing_beside_it(tmp_path):
    path = tmp_path / "a.json"
    assert write_whole(path, "eins") == path
    assert write_whole(str(path), "zwö") == path
    assert path.read_text(encoding="utf-8") == "zwö"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_the_file_of_before_and_is_named(tmp_path):
    path = tmp_path / "a.json"
    write_whole(path, "before")
    least = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, least[1]))  # no file may become larger
    try:
        with pytest.raises(OSError, match="File too large") as raised:
            write_whole(path, "x" * 20_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, least)
    assert refusal(raised.value) == f"{path}: File too large"
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_device_is_written_to_and_stays_one():
    write_whole("/dev/null", "text")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_full_device_is_named():
    with pytest.raises(OSError, match="No space left") as raised:
        write_whole("/dev/full", "text")
    assert refusal(raised.value) == "/dev/full: No space left on device"


def test_a_link_stays_a_link_and_permissions_stay(tmp_path):
    kept, link = tmp_path / "kept", tmp_path / "link"
    kept.write_text("before")
    kept.chmod(0o640)
    link.symlink_to(kept)
    write_whole(link, "after")
    assert link.is_symlink()
    assert kept.read_text() == "after"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o640


def test_a_new_file_is_as_open_as_any_other(tmp_path):
    (tmp_path / "plain").write_text("")
    write_whole(tmp_path / "whole", "")
    assert stat.S_IMODE((tmp_path / "whole").stat().st_mode) == stat.S_IMODE((tmp_path / "plain").stat().st_mode)
