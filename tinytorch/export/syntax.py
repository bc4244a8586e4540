"""The syntax of a cell's code, read once for all who look at it: the grader takes an answer, and the exporter makes a
module of it, from the same text. Runs nothing, and a doubtful escape in a student's string is not its business."""

import ast
import functools
import warnings

_KEPT = 256  # cells: most of a class's are the released ones


@functools.lru_cache(_KEPT)
def tree_of(text: str) -> ast.Module:
    """Return the tree of a text, the same one for the same text: nobody changes it.

    Raises what `ast.parse` raises: SyntaxError, ValueError, RecursionError or MemoryError.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


@functools.lru_cache(_KEPT)
def check_compiles(text: str) -> None:
    """Raise what the compiler raises where a text is no module's body behind a first statement, as `tree_of` does.

    The line in front makes a `from __future__` a syntax error, as it would be in the module. Lines count from it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compile(f"0\n{text}", "<cell>", "exec", dont_inherit=True)
