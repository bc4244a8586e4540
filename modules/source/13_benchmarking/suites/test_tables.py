"""`html_table`, read as a browser reads it: what stands where, and whether a name from outside stays a name."""

from html.parser import HTMLParser

import pytest

from autograder.examining.checks import expect, shown
from autograder.examining.errors import StudentError

NASTY = {"&": "R & D, &amp; more", "<": "<b>x</b>", ">": "a > b", '"': '5 "ms"', "'": "the model's"}
PLAIN = ["Scenario", "Net 7", "Net 8"]
ROWS = [["Offline", "412", "398"], ["Server", "93", "91"]]
CASES = {
    "2 rows": {"header": PLAIN, "rows": ROWS},
    "no row": {"header": PLAIN, "rows": []},
    "nasty heads": {"header": [*NASTY.values()], "rows": [[*"12345"]]},
    "nasty labels": {"header": [*NASTY.values()], "rows": [[*NASTY.values()]]},
} | {f"a cell with {mark}": {"header": PLAIN, "rows": [["Offline", text, "7"]]} for mark, text in NASTY.items()}


class Page(HTMLParser):
    """What a browser makes of a text: its tags in order with the tags around them, texts and labels of the cells."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.text = text
        self.around, self.tags, self.cells, self.labels, self.outside = [], [], [], [], ""
        self.feed(text)
        self.close()
        self.open = list(self.around)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, tuple(self.around)))
        self.around.append(tag)
        if tag in ("th", "td"):
            self.cells.append((tag, ""))
        if tag == "td":
            self.labels.append(dict(attrs).get("data-label"))

    def handle_endtag(self, tag):
        if tag in self.around:
            while self.around.pop() != tag:
                pass

    def handle_data(self, data):
        if "th" in self.around or "td" in self.around:
            tag, text = self.cells[-1]
            self.cells[-1] = tag, text + data
        else:
            self.outside += data.strip()

    def texts(self, kind):
        """The texts of all cells of one kind, in order."""
        return [text.strip() for tag, text in self.cells if tag == kind]

    def counts(self):
        """How many of each tag, and of rows in the head and in the body."""
        tags = [tag for tag, _ in self.tags]
        found = {tag: tags.count(tag) for tag in ("table", "thead", "tbody", "th", "td")}
        found["tr in thead"] = sum(tag == "tr" and "thead" in around for tag, around in self.tags)
        found["tr in tbody"] = sum(tag == "tr" and "tbody" in around for tag, around in self.tags)
        return found


def pages(student):
    """The page of each case; where there is no text for one, what there is instead; asked once."""

    def ask():
        texts = student.tried(student.html_table, list(CASES.values()))
        return {case: Page(text) if _short(text) else text for case, text in zip(CASES, texts, strict=True)}

    return student.once("html_table", ask)


def _short(text):
    return type(text) is str and len(text) < 20_000


def page(student, case):
    """The page of one case; a message where there is no text, or no table in it."""
    found = pages(student)[case]
    if isinstance(found, StudentError):
        raise found
    table = isinstance(found, Page) and any(tag == "table" for tag, _ in found.tags)
    yours = found.text if isinstance(found, Page) else found
    assert table, expect(f"{case}: {shown(yours)}", "a str with a <table>", "Return the text of the table.")
    return found


@pytest.mark.exercise("html_table", points=0.5)
def test_a_table_has_a_head_a_body_and_its_rows(student):
    """A browser draws rows of <tr>, heads of <th>, and a phone's layout needs <thead> and <tbody>."""
    found, due = page(student, "2 rows"), {"table": 1, "thead": 1, "tbody": 1, "th": 3, "td": 6}
    due |= {"tr in thead": 1, "tr in tbody": 2}
    for tag, n in found.counts().items():
        look = "<table><thead><tr><th>...</thead><tbody><tr><td>...</tbody></table>"
        assert n == due[tag], expect(f"2 rows of 3 cells: {n} times {tag}", f"{due[tag]} times {tag}", look)
    assert not found.open, expect(f"<{'><'.join(found.open)}> not closed", "every tag closed", "Close what you open.")


@pytest.mark.exercise("html_table", points=0.25)
def test_every_text_stands_in_its_cell(student):
    """A number in another row or column belongs to another model."""
    found = page(student, "2 rows")
    yours, due = found.texts("td"), [text for row in ROWS for text in row]
    # Where a first cell is a head of its row, or rows are missing, another test has said so.
    right = yours == due or (len(yours) != len(due) and [text for text in due if text in yours] == yours != [])
    assert right, expect(yours, due, "Row by row, from left to right.")
    assert found.texts("th")[:1] == PLAIN[:1], expect(found.texts("th"), PLAIN, "The header's names are the heads.")


@pytest.mark.exercise("html_table", points=0.25)
def test_a_cell_stands_there_literally(student):
    """A model called <b>x</b> would become markup, and R & D something else; escaped twice it shows &amp;lt;."""
    for mark, text in NASTY.items():
        found = page(student, f"a cell with {mark}")
        yours = found.texts("td")[-2:-1]
        assert yours == [text], expect(f"{text} is shown as {shown(yours)}", [text], "escape(cell), once.")
        tags = [tag for tag, _ in found.tags if tag == "b"]
        assert not tags, expect(f"{text} became a tag <b>", "no tag but the table's own", "escape(cell), once.")


@pytest.mark.exercise("html_table", points=0.25)
def test_a_head_stands_there_literally(student):
    """The names of model and baseline are the heads, and they come from outside."""
    found = page(student, "nasty heads")
    yours, due = found.texts("th")[: len(NASTY)], list(NASTY.values())
    assert yours == due, expect(yours, due, "escape(name), once, in every <th>.")


@pytest.mark.exercise("html_table", points=0.25)
def test_a_cell_has_the_head_of_its_column(student):
    """On a phone each cell stands alone: without its head nobody knows whose number it is."""
    yours, due = page(student, "2 rows").labels, [*PLAIN, *PLAIN]
    right = yours == due or (len(yours) != len(due) and yours and all(label in PLAIN for label in yours))
    assert right, expect(f"data-label: {shown(yours)}", f"data-label: {shown(due)}", "The head of the cell's column.")


@pytest.mark.exercise("html_table", points=0.25)
def test_a_label_stays_within_its_quotes(student):
    """A name with a quote ends the attribute, and what follows it is markup."""
    labels = page(student, "nasty labels").labels
    plain = page(student, "2 rows").labels
    if plain and all(label is None for label in plain):  # no label at all: the test before has said so
        return
    yours, due = labels, list(NASTY.values())
    # Whether every cell has a label, and the right one, other tests have said.
    same = yours and yours == due[-len(yours) :]
    assert same, expect(f"data-label: {shown(yours)}", f"data-label: {shown(due)}", "escape(name), quotes too.")


@pytest.mark.exercise("html_table", points=0.25)
def test_a_table_without_rows_has_its_heads(student):
    """Nothing was measured: the table says of what."""
    found, look = page(student, "no row"), "Without rows: the head, and an empty <tbody>."
    yours, due = found.texts("th"), PLAIN
    assert yours == due, expect(f"no row, heads: {shown(yours)}", f"no row, heads: {shown(due)}", look)
    cells = found.texts("td")
    assert not cells, expect(f"no row, cells: {shown(cells)}", "no row, cells: []", look)
