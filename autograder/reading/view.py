"""A submitted notebook beside the layout of the release, and what is to be said about it. Decides nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

from autograder.reading.layout import Layout
from autograder.reading.notebook import RawCell, RawNotebook
from autograder.reading.source import Code, DoesNotCompileError, essence, tidy
from autograder.reading.splits import join_halves

DOUBLED = "Cell found more than once, the last edited one counts"


@dataclass
class Remarks:
    """Sentences about one submission; `note` collects the names to which the same sentence applies."""

    sentences: list[str]
    attention: bool = False
    _noted: dict[str, list[str]] = field(default_factory=dict)

    def note(self, text: str, name: str) -> None:
        """Add `name` to the remark `text`."""
        names = self._noted.setdefault(text, [])
        if name not in names:
            names.append(name)

    def all(self) -> tuple[str, ...]:
        """Return every remark, those of the whole file first."""
        return (*self.sentences, *(f"{text}: {', '.join(names)}." for text, names in self._noted.items()))


class View:
    """A submitted notebook beside the layout of the release: its cells, and the code of those the student wrote."""

    def __init__(self, notebook: RawNotebook, layout: Layout) -> None:
        self.cells, joined = join_halves(notebook.cells, layout)
        self.layout = layout
        self.remarks = Remarks(list(notebook.remarks))
        for name in joined:
            self.remarks.note("The answer had been split over several cells, which were joined", name)
        self.taken: set[int] = set()
        self.tidied = [self._parse(cell) for cell in self.cells]
        self.code = [found and found[0] for found in self.tidied]

    def _parse(self, cell: RawCell) -> tuple[Code, list[str]] | None:
        """Parse a code cell that the student wrote or changed; None for the release's own cells and broken ones."""
        if cell.kind != "code" or essence(cell.source) in self.layout.texts:
            return None
        try:
            return tidy(cell.source)
        except DoesNotCompileError:
            return None

    def is_known(self, cell: RawCell) -> bool:
        """Say whether the release has a cell of this grade id."""
        return cell.grade_id in self.layout.known

    def holds_the_lesson(self) -> bool:
        """Say whether any cell or defined name of the lesson is in the notebook."""
        defined = any(code and not code.defined.isdisjoint(self.layout.exercises) for code in self.code)
        return defined or any(map(self.is_known, self.cells))
