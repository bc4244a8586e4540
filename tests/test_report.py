"""The report: it says what the runs hold and no more, in one file, and what comes from outside stays text."""

import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from tinytorch.benchmarking import (
    PerformanceReporter,
    Report,
    RunFailed,
    ScriptedModel,
    Settings,
    TinyTorchPerf,
    VirtualClock,
    html_table,
    load_results,
)
from tinytorch.templates import pages
from tinytorch.templates.tables import readable

MS = 1_000_000
HOSTILE = "<script>alert(1)</script> | $x$ `rm`\n# [a](javascript:alert(1)) \u202e"
VOID = {"meta", "link", "br", "hr", "img", "input"}


class Page(HTMLParser):
    """Keeps the tags in order, checks that they nest, and collects the text that a reader sees."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.text += " "
        self.open += [tag] if tag not in VOID else []

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data if not {"style", "title", "desc"} & set(self.open) else ""


def measured(ratio=0.9, baseline=True, labels=True, rounds=8, name="B", base_name="A", fails_at=None, **settings):
    """Return a report of scripted models on virtual time: A takes 4 ms, B `ratio` of it, 0.5 % else a round."""
    clock, rng = VirtualClock(), np.random.default_rng(13)
    calls = 0

    def built(share):
        model = ScriptedModel(clock, per_batch_ns=int(4 * MS * share * rng.normal(1, 0.005)), per_sample_ns=1000)

        def answer(batch):
            nonlocal calls
            calls += 1
            if fails_at is not None and calls > fails_at:
                raise ValueError(f"no answer to {HOSTILE}")
            return model(batch)[:, 0].astype(np.int64)

        return answer

    asked = {"min_queries": 30 * rounds, "min_duration_ns": 100 * MS, "latency_target_ns": 100 * MS, "percentile": 0.9}
    perf = TinyTorchPerf(Settings(rounds=rounds, **(asked | settings)), clock=clock, progress=False)
    perf.set_model(build=lambda: built(ratio), name=name)
    if baseline:
        perf.set_baseline(build=lambda: built(1.0), name=base_name)
    inputs = np.zeros((50, 4), np.float32)
    perf.set_dataset((inputs, np.zeros(50, np.int64)) if labels else inputs)
    if fails_at is None:
        perf.run_all_scenarios()
    else:
        with pytest.raises(RunFailed):
            perf.run_all_scenarios()
    return PerformanceReporter().generate_report(perf.results)


@pytest.fixture(scope="module")
def faster() -> Report:
    return measured()


@pytest.fixture(scope="module")
def faster_html(faster) -> str:
    return faster.to_html()


@pytest.fixture(scope="module")
def alone() -> Report:
    return measured(baseline=False, labels=False)


@pytest.fixture(scope="module")
def hostile() -> Report:
    return measured(name=HOSTILE, base_name=HOSTILE + "2", fails_at=800)


def test_question_and_answer_come_first(faster, faster_html):
    page = Page(faster_html)
    assert page.text.startswith("Is B faster than A on ")
    assert "B is faster than A" in page.text[:120]
    assert faster.to_markdown().startswith("# Is B faster than A on ")
    assert list(faster.to_dict())[:4] == ["schema_version", "question", "answer", "significant"]
    assert faster.to_dict()["significant"] is True


def test_every_part_is_there(faster, faster_html):
    text = Page(faster_html).text
    parts = ["Measured", "Validity", "Comparison", "Pitfalls", "Latency", "Round by round", "Settings", "Machine"]
    assert [part for part in parts if part not in text] == []
    assert "seed 13" in text
    assert "latency target 100 ms" in text
    assert faster.results.dataset_fingerprint in text
    assert all(value in text for value in faster.results.environment.values())


def test_numbers_are_those_of_the_runs(faster, faster_html):
    values = sorted(faster.results["single_stream"].metric("model"))
    row = next(row for row in faster.to_dict()["summary"] if row["scenario"] == "single_stream")
    assert row["arms"]["model"]["median"] == pytest.approx(np.median(values))
    assert tuple(row["arms"]["model"]["interval"])[:2] == pytest.approx((values[0], values[-1]))  # exact at 8 rounds
    assert f"{np.median(values):.2f} ms [{values[0]:.2f}, {values[-1]:.2f}]" in Page(faster_html).text


def test_goodput_is_never_above_the_load_beside_it(faster, faster_html):
    """Both are over the time from the first arrival to the last, and here nothing is late."""
    rows = {row["quantity"]: row["arms"] for row in faster.to_dict()["summary"] if row["scenario"] == "server"}
    for arm in ("model", "baseline"):
        assert rows["goodput"][arm] == rows["scheduled load"][arm]
    words = "Goodput is the part of the scheduled load that was answered within the latency target."
    assert words in Page(faster_html).text
    assert words in faster.to_markdown()


def test_without_a_baseline_no_comparison_is_claimed(alone):
    text = Page(alone.to_html()).text
    assert text.startswith("How fast is B on ")
    assert "no comparison was made" in text
    assert "faster" not in text
    assert "faster" not in alone.to_markdown()
    assert alone.to_dict()["significant"] is False
    assert alone.to_dict()["comparisons"] == []


def test_accuracy_without_labels_is_not_measured(alone):
    assert "not measured (no labels)" in Page(alone.to_html()).text
    assert alone.to_dict()["accuracy"] == {"model": None}


def test_interval_that_cannot_be_computed_says_what_it_needs():
    report = measured(rounds=3)
    text = Page(report.to_html()).text
    assert "needs 6 rounds, has 3" in text
    assert "B is faster" not in text
    assert "needs 6 rounds, has 3" in report.to_markdown()
    assert all(row["arms"]["model"]["interval"] is None for row in report.to_dict()["summary"])


def test_invalid_run_shows_claim_evidence_and_remedy_and_claims_nothing_for_its_scenario():
    report = measured(latency_target_ns=MS)
    text = Page(report.to_html()).text
    assert "INVALID: Server" in text[:300]
    assert "in Server" not in report.to_dict()["answer"]
    assert [c.scenario for c in report.validation.comparisons if c.verdict == "no claim"] == ["server"]
    assert report.validation.significant, "the scenarios that count show an improvement"
    reason = report.results["server"].reasons["model"][0]
    for part in (reason.claim, reason.evidence, reason.remedy):
        assert part in text
        assert part in report.to_markdown().replace("\\", "")


def test_the_picture_of_ratios_marks_what_makes_no_claim(faster_html):
    """Drawn like the others, the ratio of an INVALID scenario would be believed like them."""
    html = measured(latency_target_ns=MS).to_html()
    [drawn] = [words for words in re.findall(r"<desc[^>]*>([^<]*)", html) if "The shaded band" in words]
    rows = re.findall(r"[^.:]+: [^:]+: [\d.]+ \[[^]]+\](?:, no claim)?\.", drawn)
    assert len(rows) == 4
    for row in rows:
        assert row.endswith(", no claim.") == row.strip().startswith("Server"), row
    assert "grey, hollow: no claim, the runs do not count" in Page(html).text
    assert "no claim" not in faster_html


def test_failed_run_keeps_what_was_measured_and_says_so(hostile):
    text = Page(hostile.to_html()).text
    assert "INCOMPLETE" in text
    assert "The run ended early" in text
    assert "is faster" not in text
    assert hostile.to_dict()["complete"] is False


def test_what_comes_from_outside_is_text_in_html(hostile):
    page = Page(hostile.to_html())
    assert "script" not in {tag for tag, _ in page.tags}
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert "<script>alert(1)</script> | $x$ `rm` # [a](javascript:alert(1))" in page.text
    assert "\u202e" not in hostile.to_html()


def test_what_comes_from_outside_is_text_in_markdown(hostile):
    text = hostile.to_markdown()
    assert "<script" not in text
    assert "](" not in text
    assert "\u202e" not in text
    tables = re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE)
    assert len(tables) >= 3
    for table in tables:
        assert (
            len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1
        )  # no cell more, no cell less
    assert [line for line in text.splitlines() if line.startswith("# ")] == [text.splitlines()[0]]


def test_page_is_one_file_that_needs_no_script_and_no_network(faster_html):
    html = faster_html
    page = Page(html)
    assert page.open == []
    assert not {"script", "img", "iframe", "object"} & {tag for tag, _ in page.tags}
    links = [attributes for tag, attributes in page.tags if tag == "link"]
    assert links == [{"rel": "icon", "href": "data:,"}]  # an empty icon, or the browser asks the site for one
    assert not re.search(r"url\((?!#)|@import|https?://(?!www\.w3\.org/2000/svg)", html)
    assert len(html) < 200_000


def test_page_can_be_read_by_everyone(faster_html):
    page = Page(faster_html)
    tags = [tag for tag, _ in page.tags]
    assert dict(page.tags)["html"] == {"lang": "en"}
    assert tags.count("h1") == 1
    assert tags.count("caption") == tags.count("table")
    assert all(attributes.get("scope") for tag, attributes in page.tags if tag == "th")
    assert any(attributes.get("name") == "viewport" for tag, attributes in page.tags if tag == "meta")
    pictures = [attributes for tag, attributes in page.tags if tag == "svg"]
    assert len(pictures) >= 5
    assert all(attributes["role"] == "img" and attributes["aria-labelledby"] for attributes in pictures)
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert "prefers-color-scheme: dark" in faster_html
    assert "@media print" in faster_html


def test_a_table_as_a_student_writes_it_gets_its_caption_and_roles():
    """The least that the lesson asks for, and one that has a caption and roles of its own."""
    bare = '<table><thead><tr><th>A</th></tr></thead>\n<tbody><tr><td data-label="A">1</td></tr>\n</tbody></table>'
    page = Page(readable(bare, "Hours & days"))
    assert [(tag, attributes.get("role")) for tag, attributes in page.tags if tag not in ("thead", "tbody")] == [
        ("table", "table"), ("caption", None), ("tr", "row"), ("th", "columnheader"), ("tr", "row"), ("td", "cell"),
    ]  # fmt: skip
    assert page.text == "Hours & days A 1"
    own = readable('<table role="grid"><caption>mine</caption></table>', "Hours")
    assert own == '<table role="grid"><caption>mine</caption></table>'


def test_notebook_shows_the_article_whose_style_touches_nothing_else(faster):
    article = faster._repr_html_()
    page = Page(article)
    assert page.open == []
    assert not {"html", "head", "body"} & {tag for tag, _ in page.tags}
    style = re.search(r"<style>(.*?)</style>", article, flags=re.DOTALL)
    assert style is not None
    selectors = re.findall(r"([^{};]+)\{", style[1])
    assert all(part.strip().startswith((".tt-report", "@media")) for rule in selectors for part in rule.split(","))


def test_same_results_give_the_same_page(faster, faster_html):
    again = Report(faster.results, faster.validation, faster.answer, faster.rows, html_table)
    assert again.to_html() == faster_html
    assert again.to_markdown() == faster.to_markdown()


def test_saved_results_are_read_again_and_give_the_same_page(faster, faster_html, tmp_path):
    path = faster.save_as_json(tmp_path / "results.json")
    held = json.loads(path.read_text(encoding="utf-8"))
    assert held["schema_version"] == 1
    again = PerformanceReporter().generate_report(load_results(path))
    assert again.to_html() == faster_html


def test_saving_returns_the_path_that_was_written(faster, tmp_path):
    for save, name in ((faster.save_as_html, "a.html"), (faster.save_as_markdown, "a.md")):
        assert save(str(tmp_path / name)) == tmp_path / name
        assert (tmp_path / name).read_text(encoding="utf-8").endswith("\n")


@pytest.mark.parametrize("held", ['{"schema_version": 2, "results": {}}', "[]", '{"schema_version": 1}'])
def test_other_data_is_refused(held, tmp_path):
    path = tmp_path / "other.json"
    path.write_text(held, encoding="utf-8")
    with pytest.raises(ValueError, match=r"other\.json"):
        load_results(path)


def test_model_against_itself_keeps_both_names_apart():
    report = measured(ratio=1.0, name="same", base_name="same")
    assert "same (baseline)" in Page(report.to_html()).text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a|b", r"a\|b"),
        ("a\n# b", "a # b"),
        ("<b>&", "&lt;b&gt;&amp;"),
        ("[a](b)", "[a]&#40;b)"),
        ("__init__ *x* `y` ~z~ $w$", r"\_\_init\_\_ \*x\* \`y\` \~z\~ \$w\$"),
        (4.5, "4.5"),
    ],
)
def test_markdown_value_is_literal_text(value, shown):
    assert pages.markdown(value) == shown
