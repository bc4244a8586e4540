"""Both commands as their user meets them: help with an example that holds, one sentence for a mistake, completion, and
a page in the book that leaves nothing out."""

import argparse
import contextlib
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import autograder.cli
import tinytorch.cli
from book.engine.commands import PAGE, page
from tinytorch.commands.commandline import commands_of, refusal

ROOT = Path(__file__).parents[1]
PARSERS = {"tinytorch": tinytorch.cli.build_parser(), "autograder": autograder.cli.build_parser()}
MAINS = {"tinytorch": tinytorch.cli.main, "autograder": autograder.cli.main}
HELP = {
    parser.prog: (name, parser) for name, whole in PARSERS.items() for parser in (whole, *commands_of(whole).values())
}


def lines_of(text: str) -> Iterator[str]:
    """Every use of one of the two commands in a text, continued lines joined, words of explanation left out."""
    for line in re.sub(r"\\\n\s*", " ", text).split("\n"):
        for part in re.split(r"&&|\|\|", line):
            use = re.split(r"\s#|\s{3,}(?=\S)(?!--)|[|>]", part.strip(), maxsplit=1)[0]
            if re.match(r"(\.venv/bin/)?(tinytorch|autograder) \S", use):
                yield use.removeprefix(".venv/bin/")


def check_use(use: str) -> None:
    """Fail unless the command takes these words."""
    command, *words = shlex.split(use)
    try:
        PARSERS[command].parse_args(words)
    except SystemExit as ended:
        if ended.code != 0:
            raise AssertionError(f"`{use}` is not what the command takes") from None


@pytest.mark.parametrize("prog", HELP)
def test_every_command_has_an_example_that_it_takes_and_says_its_exit_status(prog: str) -> None:
    _, parser = HELP[prog]
    uses = [use for use in lines_of(parser.epilog or "") if use.startswith(prog)]
    assert uses, f"{prog} has no example"
    for use in lines_of(parser.epilog or ""):
        check_use(use)
    assert "exit status: 0 " in (parser.epilog or "")
    assert str(ROOT) not in parser.format_help()
    for action in parser._actions:
        assert action.help or isinstance(action, argparse._SubParsersAction), f"{action.dest} says nothing of itself"


@pytest.mark.parametrize("command", PARSERS)
def test_the_first_screen_lists_every_command_with_what_it_does(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        MAINS[command](["--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert shown.count("\n") <= 44
    for name in commands_of(PARSERS[command]):
        assert re.search(rf"^ +{name}( |\n)", shown, re.MULTILINE)


def test_the_page_of_the_commands_is_what_their_help_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make commands`"


def test_the_page_leaves_out_no_command_and_no_option() -> None:
    text = PAGE.read_text(encoding="utf-8")
    sections = dict(re.findall(r"^##+ (\S.*?)\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL))
    for prog, (_, parser) in HELP.items():
        assert prog in sections
        for action in parser._actions:
            if not isinstance(action, argparse._HelpAction | argparse._SubParsersAction):
                name = ", ".join(action.option_strings) or action.metavar or action.dest
                assert f"| `{name}" in sections[prog], f"{prog} {name}"


def documents() -> list[Path]:
    """What is written for people and names the commands."""
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "book").glob("[a-z]*/*.md")), PAGE]


def test_every_use_of_a_command_in_the_documents_is_one_that_it_takes() -> None:
    uses = []
    for path in documents():
        for block in re.findall(r"^```.*?\n(.*?)^```", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
            for use in lines_of(block):
                if "[" not in use and not use.endswith("COMMAND"):
                    uses.append((path.name, use))
    assert len(uses) > 40
    for _, use in uses:
        check_use(use)


MISTAKES = [
    ("tinytorch", [], 2, "the following arguments are required: COMMAND"),
    ("tinytorch", ["frob"], 2, "invalid choice: 'frob'"),
    ("tinytorch", ["check", "absent.ipynb"], 2, "there is no absent.ipynb; name your notebook"),
    ("tinytorch", ["check", "."], 2, ". is a folder; name a file"),
    ("tinytorch", ["export", "."], 2, ". is a folder; name a file"),
    ("tinytorch", ["export", "notes.ipynb"], 2, "notes.ipynb is not a notebook"),
    ("tinytorch", ["export", "one.py", "--to", "notes.ipynb/x"], 2, "name a folder"),
    ("tinytorch", ["compare", "absent.json", "new.json"], 2, "there is no absent.json; name a file"),
    ("tinytorch", ["compare", "notes.ipynb", "new.json"], 2, "notes.ipynb"),
    ("tinytorch", ["compare", "a", "b", "--margin", "much"], 2, "such as 0.05, got much"),
    ("tinytorch", ["perf", "mine"], 2, "a model is named package.module:name"),
    ("tinytorch", ["perf", "mine:model", "--rounds", "two"], 2, "a whole number from 1 up is needed, got two"),
    ("tinytorch", ["--print-completion", "ksh"], 2, "invalid choice: 'ksh'"),
    ("autograder", [], 2, "the following arguments are required: COMMAND"),
    ("autograder", ["frob"], 2, "invalid choice: 'frob'"),
    ("autograder", ["grade"], 2, "the following arguments are required: FOLDER"),
    ("autograder", ["grade", "absent"], 1, "absent"),
    ("autograder", ["grade", ".", "--seed", "-1"], 2, "a whole number from 0 to 2**63 - 1 is needed, got -1"),
    ("autograder", ["grade", ".", "--jobs", "many"], 2, "a whole number from 1 up is needed, got many"),
    ("autograder", ["mutants", "--jobs", "0"], 2, "a whole number from 1 up is needed, got 0"),
    ("autograder", ["matrix", "--jobs", "0"], 2, "a whole number from 1 up is needed, got 0"),
    ("autograder", ["matrix", "--seed", "x"], 2, "a whole number from 0 to 2**63 - 1 is needed, got x"),
    ("autograder", ["release", "--lesson", "absent.py"], 1, "there is no absent.py; name one that is there"),
    ("autograder", ["release", "--lesson", "one.py"], 1, "a check comes right after its solution"),
    ("autograder", ["feedback", "--course", "absent"], 1, "no results in absent/results; run `autograder grade` first"),
    ("autograder", ["class", "--course", "absent"], 1, "no results in absent/results; run `autograder grade` first"),
    ("autograder", ["export", "--to", "excel"], 2, "invalid choice: 'excel'"),
    ("autograder", ["export", "--to", "csv", "--course", "absent"], 1, "run `autograder grade` first"),
    ("autograder", ["gradescope", "--to", "x.zip", "--release", "absent.ipynb"], 1, "absent.ipynb"),
    ("autograder", ["publish", "--to", "out", "--repo", "nobody"], 1, "ORG/NAME"),
    ("autograder", ["demo-class", "notes.ipynb"], 1, "notes.ipynb"),
]  # fmt: skip


@pytest.mark.parametrize(("command", "words", "status", "said"), MISTAKES)
def test_a_mistake_is_told_in_one_sentence(
    command: str,
    words: list[str],
    status: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("notes.ipynb").write_text("no notebook")
    Path("one.py").write_text("# %% [markdown]\n# ## 1. One\n# > One.\n\n# %%\n#| export one\nx = 1\n")
    try:
        ended: object = MAINS[command](words)
    except SystemExit as left:
        ended = left.code
    out, err = capsys.readouterr()
    assert (ended, out) == (status, "")
    assert err.startswith(command)
    assert said in err
    assert err.count("\n") == 1
    assert "Traceback" not in err
    assert "Errno" not in err


def test_a_refusal_of_the_system_is_a_sentence_with_the_way_out() -> None:
    for error, words in (
        (FileNotFoundError(2, "No such file", "a"), "there is no a; name a file that is there"),
        (IsADirectoryError(21, "Is a directory", "a"), "a is a folder; name a file"),
        (NotADirectoryError(20, "Not a directory", "a"), "a is not a folder; name a folder"),
        (PermissionError(13, "Permission denied", "a"), "a is closed to you; change its permissions or name another"),
        (OSError(28, "No space left on device", "a"), "a: No space left on device"),
        (OSError("no\nweights"), "no weights"),
        (ValueError("rule"), "rule"),
    ):
        assert refusal(error) == words


@pytest.mark.parametrize("command", PARSERS)
def test_bash_completes_commands_options_and_choices(command: str, tmp_path: Path) -> None:
    with (tmp_path / "script").open("w") as file, contextlib.redirect_stdout(file), pytest.raises(SystemExit) as ended:
        MAINS[command](["--print-completion", "bash"])
    assert ended.value.code == 0

    def completed(*words: str) -> set[str]:
        asked = " ".join(map(shlex.quote, (command, *words)))
        lines = ["source ./script", f"COMP_WORDS=({asked})", f"COMP_CWORD={len(words)}"]
        lines += [f"_shtab_{command} {command} {shlex.quote(words[-1])}", 'printf "%s\\n" "${COMPREPLY[@]}"']
        done = subprocess.run(
            ["bash", "-c", "\n".join(lines)], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        return set(done.stdout.split())

    assert completed("") >= set(commands_of(PARSERS[command]))
    assert completed("exp") == {"export"}
    assert completed("export", "--j") == {"--json"}


@pytest.mark.parametrize("module", ["tinytorch.cli", "autograder"])
def test_whoever_reads_the_output_may_stop_reading(module: str) -> None:
    script = f"{shlex.quote(sys.executable)} -m {module} --print-completion zsh | head -1"
    done = subprocess.run(["bash", "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("#compdef")
    assert done.stderr == ""


def test_the_student_command_starts_without_numpy_and_without_the_package() -> None:
    code = "import sys, tinytorch.cli as c; c.build_parser(); print(sorted({m.partition('.')[0] for m in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    for name in ("numpy", "scipy", "jinja2", "shtab", "IPython"):
        assert f"'{name}'" not in done.stdout


def test_each_command_of_the_grader_has_a_file_that_runs_it() -> None:
    added = {each.__module__ for each in autograder.cli.COMMANDS}
    ran = {}
    for name, parser in commands_of(PARSERS["autograder"]).items():
        for one in (parser, *commands_of(parser).values()):
            if one.get_default("run") is not None:
                ran.setdefault(name, set()).add(one.get_default("run").__module__)
    assert set(ran) == set(commands_of(PARSERS["autograder"]))
    assert all(len(where) == 1 for where in ran.values()), ran
    assert len(set().union(*ran.values())) == len(ran), "two commands run in one file"
    assert added == set().union(*ran.values()), "a command is declared in one file and run in another"
    assert {module.rpartition(".")[0] for module in added} == {"autograder.commands"}
