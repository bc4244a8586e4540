"""IPython's own syntax in a cell, taken out so that Python is left, line by line where it stood.

What runs in a notebook is more than Python: magics, shell lines, help, prompts that were pasted along, a cell that is
indented as a whole. They are found where IPython finds them, at the start of a logical line and nowhere else: a line
that goes on with the operator `%` is code. Knows nothing of exercises; the standard library is enough.
"""

import re
from dataclasses import dataclass

MAGICS = "notebook commands (lines with % or !) were left out"
PROMPTS = "prompts (>>> or In [1]:) were taken off"
INDENT = "the cell was indented as a whole"

_ESCAPE = tuple("%!?,;/")  # what no Python statement begins with
_ASSIGNED = re.compile(r"(\s*)([A-Za-z_]\w*)\s*=\s*[%!](?=[\w\s./~$%{(\"'])")
_SEVERAL = re.compile(r"(\s*)[A-Za-z_][\w.]*(?:\[[^\]]*\]|\s*,\s*\w+)+\s*,?\s*=\s*[%!](?=\S)")
_PROMPTS = (
    (re.compile(r"\s*>>>(?: |$)"), re.compile(r"\s*(?:>>>|\.\.\.)(?: |$)")),
    (re.compile(r"\s*In \[\d+\]:(?: |$)"), re.compile(r"\s*(?:In \[\d+\]:|\.{3,}:)(?: |$)")),
)


def plain_python(source: str) -> tuple[str, list[str]]:
    """Return the text without IPython's syntax, as many lines as before, and what was done, in plain words."""
    done: list[str] = []
    lines = source.split("\n")
    for change, said in ((_without_indent, INDENT), (_without_prompts, PROMPTS), (_without_commands, MAGICS)):
        changed = change(lines)
        if changed != lines:
            done.append(said)
            lines = changed
    return "\n".join(lines), done


def _without_indent(lines: list[str]) -> list[str]:
    first = next((line for line in lines if line.strip()), "")
    space = first[: len(first) - len(first.lstrip())]
    return [line.removeprefix(space) for line in lines] if space else lines


def _without_prompts(lines: list[str]) -> list[str]:
    head = [line for line in lines if line.strip() and not line.lstrip().startswith("#")][:2]
    for initial, each in _PROMPTS:
        if any(map(initial.match, head)):
            return [each.sub("", line, count=1) for line in lines]
    return lines


def _without_commands(lines: list[str]) -> list[str]:
    kept: list[str] = []
    state = _State()
    command = False
    for line in lines:
        starts = not state.inside and not command
        before, state = state, (state if command else state.after(line))
        if command or (starts and _is_command(line, state)):
            state = before
            kept.append(_instead(line) if starts else "")
            command = line.endswith("\\")
        else:
            kept.append(line)
    return kept


def _is_command(line: str, after: "_State") -> bool:
    """Say whether a line at the start of a logical one is IPython's; `after` is the state behind it."""
    text = line.lstrip()
    return text.startswith(_ESCAPE) or after.last == "?" or bool(_ASSIGNED.match(line) or _SEVERAL.match(line))


def _instead(line: str) -> str:
    """What stands for a command: the name that it gave a value stays a name, and a block keeps a statement."""
    if match := _ASSIGNED.match(line):
        return f"{match[1]}{match[2]} = None"
    space = line[: len(line) - len(line.lstrip())]
    return f"{space}pass" if space else ""


@dataclass(frozen=True)
class _State:
    """Where a scan of code stands behind a line: open string, open brackets, a backslash, the last sign of code."""

    quote: str = ""
    depth: int = 0
    goes_on: bool = False
    last: str = ""

    @property
    def inside(self) -> bool:
        """Whether the next line goes on with the statement of this one."""
        return bool(self.quote) or self.depth > 0 or self.goes_on

    def after(self, line: str) -> "_State":
        """Return the state behind one more line."""
        quote, depth, last, at = self.quote, self.depth, "", 0
        while at < len(line):
            sign = line[at]
            if quote:
                if sign == "\\":
                    at += 1
                elif line.startswith(quote, at):
                    at += len(quote) - 1
                    quote, last = "", sign
            elif sign == "#":
                break
            elif sign in "\"'":
                quote = sign * 3 if line.startswith(sign * 3, at) else sign
                at += len(quote) - 1
            elif not sign.isspace():
                depth += (sign in "([{") - (sign in ")]}")
                last = sign
            at += 1
        escaped = last == "\\" or (bool(quote) and at > len(line))
        if len(quote) == 1 and not escaped:
            quote = ""  # it did not end on its line, so it was none
        return _State(quote, max(depth, 0), escaped and not quote, last)
