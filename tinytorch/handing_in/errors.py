"""Why nothing was handed in, in one sentence with the way out; a notebook shows the sentence and no traceback."""

from __future__ import annotations

import textwrap

_WIDTH = 100


class _Told:
    """An error whose words are enough: IPython asks for this in place of a traceback."""

    def _render_traceback_(self) -> list[str]:
        return textwrap.wrap(str(self), _WIDTH)


class HandInError(_Told, Exception):
    """Nothing was handed in or fetched; the message says the rule, the value and the way out."""


class NoAnswerError(HandInError):
    """The mailbox did not answer, or what answered is no mailbox: it may do so later."""


class RefusedError(HandInError):
    """The mailbox answered and said no; `status` is HTTP's number for why."""

    def __init__(self, said: str, status: int) -> None:
        super().__init__(said)
        self.status = status


class StoppedError(_Told, KeyboardInterrupt):
    """Somebody pressed Ctrl-C or Interrupt while it was being sent."""
