"""The pictures: the same bytes for the same numbers, nothing fetched, alternative texts that state the numbers."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinytorch import charts
from tinytorch.charts import drawing, svg

MS = 1_000_000
FAST = np.arange(1, 1001) * 4 * MS // 1000
SLOW = FAST * 3
DRAWN: dict[str, Callable[[], charts.Svg]] = {
    "timeline": lambda: charts.timeline(
        {"Server": (np.arange(20) * MS, np.arange(20) * 2 * MS, np.arange(1, 21) * 2 * MS)}
    ),
    "latency_cdf": lambda: charts.latency_cdf({"B": FAST, "A": SLOW}),
    "closed_open": lambda: charts.closed_open(FAST, SLOW),
    "intervals": lambda: charts.intervals([("offline", 0.93, 0.91, 0.95)], 0.01, 1.0, "time of B / time of A"),
    "unclaimed": lambda: charts.intervals(
        [("offline", 0.93, 0.91, 0.95), ("server", 0.5, 0.4, 0.6)], 0.01, 1.0, "time of B / time of A", [True, False]
    ),
    "round_values": lambda: charts.round_values({"B": [4.6, 4.7, 4.5], "A": [5.1, 5.2]}, "median latency (ms)"),
}
NAMESPACE = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def pictures() -> dict[str, charts.Svg]:
    return {name: draw() for name, draw in DRAWN.items()}


@pytest.mark.parametrize("name", DRAWN)
def test_the_same_numbers_give_the_same_bytes(name, pictures):
    """Also after the reader has chosen a style of their own, which the drawing leaves as it was."""
    import matplotlib as mpl

    with mpl.rc_context({"font.size": 30, "axes.facecolor": "black", "svg.fonttype": "path"}):
        before = dict(mpl.rcParams)
        assert DRAWN[name]() == pictures[name]
        assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_is_drawn_once(name, monkeypatch):
    """To draw takes most of a report's time, and matplotlib's savefig draws a figure with a layout twice."""
    from matplotlib.axes import Axes

    drawn: list[Axes] = []
    draw = Axes.draw
    monkeypatch.setattr(Axes, "draw", lambda axes, renderer: (drawn.append(axes), draw(axes, renderer)))
    DRAWN[name]()
    assert len(drawn) == 1


@pytest.mark.parametrize("name", DRAWN)
def test_picture_is_one_fluid_svg_with_its_alternative_text(name, pictures):
    root = ET.fromstring(pictures[name])
    assert root.tag == f"{NAMESPACE}svg"
    assert root.get("role") == "img"
    assert root.get("viewBox", "").startswith("0 0 400 ")
    assert root.get("width") is None
    assert root.get("height") is None
    held = {element.get("id"): element.text for element in root.iter()}
    title, description = (held[reference] for reference in root.get("aria-labelledby", "").split())
    assert title
    assert description


@pytest.mark.parametrize("name", DRAWN)
def test_nothing_is_fetched_run_or_restyled(name, pictures):
    text = pictures[name].replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"https?:|//|<script|<style|<image|@import|javascript:|<!|<\?", text)
    assert all(reference.startswith("#") for reference in re.findall(r'(?:href="|url\()([^")]+)', text))


@pytest.mark.parametrize("name", DRAWN)
def test_every_colour_can_change_with_the_page(name, pictures):
    colours = re.findall(r"(?:fill|stroke): ([^;\"]+)", pictures[name])
    assert colours
    assert {colour.partition(",")[0] for colour in colours} <= {"none", *(f"var({name}" for name in svg.PALETTE)}


@pytest.mark.parametrize("name", DRAWN)
def test_words_stay_words_of_readable_size(name, pictures):
    sizes = [float(size) for size in re.findall(r"font-size: ([\d.]+)px", pictures[name])]
    assert sizes
    assert min(sizes) * 358 / svg.WIDTH >= 11  # a phone of 390 px leaves 358 px


def test_ids_are_unique_on_a_page_of_all_pictures(pictures):
    page = "".join(pictures.values())
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    references = re.findall(r'(?:href="#|url\(#)([\w-]+)', page)
    assert references
    assert set(references) <= set(ids)


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("timeline", ["Server: 20 queries in 40.0 ms", "median wait 9.50 ms", "median service 2.00 ms"]),
        (
            "latency_cdf",
            ["B: p50 2.00 ms, p90 3.60 ms, p99 3.96 ms, largest 4.00 ms of 1000 queries", "A: p50 6.01 ms"],
        ),
        ("closed_open", ["closed loop: p50 2.00 ms", "open loop: p50 6.01 ms"]),
        ("intervals", ["offline: 0.930 [0.910, 0.950].", "±1 % around 1.00"]),
        ("unclaimed", ["offline: 0.930 [0.910, 0.950].", "server: 0.500 [0.400, 0.600], no claim."]),
        ("round_values", ["B: median 4.60 of 3 rounds, 4.50 to 4.70", "A: median 5.15 of 2 rounds"]),
    ],
)
def test_alternative_text_states_the_numbers(name, numbers, pictures):
    description = ET.fromstring(pictures[name]).findtext(f"{NAMESPACE}desc") or ""
    assert [number for number in numbers if number not in description] == []


def test_drawing_leaves_pyplot_alone_and_importing_costs_no_matplotlib():
    code = (
        "import sys, tinytorch.charts as charts; assert 'matplotlib' not in sys.modules;"
        "charts.latency_cdf({'A': [1, 2]}); assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_on_given_axes_it_draws_there_and_returns_nothing():
    from matplotlib.figure import Figure

    axes = Figure().subplots(5)
    assert charts.timeline({"A": ([0], [1], [2])}, ax=axes[0]) is None
    assert charts.latency_cdf({"A": FAST}, ax=axes[1]) is None
    assert charts.closed_open(FAST, SLOW, ax=axes[2]) is None
    assert charts.intervals([("A", 1, 1, 2)], None, None, "ms", ax=axes[3]) is None
    assert charts.round_values({"A": [1.0]}, "ms", ax=axes[4]) is None
    assert all(ax.get_xlabel() for ax in axes)


def test_what_is_not_claimed_is_grey_and_hollow_and_says_so():
    from matplotlib.figure import Figure

    ax = Figure().subplots()
    rows = [("A", 0.5, 0.4, 0.6), ("B", 1.5, 1.4, 1.6)]
    charts.intervals(rows, 0.01, 1.0, "ratio", [False, True], ax=ax)
    dots = {dot.get_xdata()[0]: dot for dot in ax.lines if dot.get_marker() == "o"}
    whiskers = {tuple(line.get_xdata()): line.get_color() for line in ax.lines if line.get_marker() != "o"}
    assert (dots[0.5].get_color(), dots[0.5].get_markerfacecolor()) == (svg.MUTED, svg.BAND)
    assert (dots[1.5].get_color(), dots[1.5].get_markerfacecolor()) == (svg.SERIES[0], svg.SERIES[0])
    assert (whiskers[0.4, 0.6], whiskers[1.4, 1.6]) == (svg.MUTED, svg.SERIES[0])
    assert {text.get_text(): text.get_color() for text in ax.texts}["A"] == svg.MUTED
    assert "no claim, the runs do not count" in ax.get_xlabel()


@pytest.mark.parametrize(
    ("unit", "lines"),
    [
        ("time of B / time of A", ["time of B / time of A"]),
        (f"time of {'B' * 40} / time of {'A' * 30}", [f"time of {'B' * 40} /", f"time of {'A' * 30}"]),
        (f"time of {'B' * 80} / time of A", [f"time of {'B' * 51}…", "time of A"]),
    ],
)
def test_a_long_ratio_stands_in_two_lines_under_the_axis(unit, lines):
    from matplotlib.figure import Figure

    ax = Figure().subplots()
    charts.intervals([("A", 1, 1, 2)], None, None, unit, ax=ax)
    assert ax.get_xlabel().split("\n") == lines


def test_where_all_is_claimed_no_word_of_it_is_drawn(pictures):
    assert "no claim" not in pictures["intervals"]
    assert charts.intervals([("A", 1, 1, 2)], None, None, "ms", [True]) == charts.intervals(
        [("A", 1, 1, 2)], None, None, "ms"
    )


def test_a_notebook_shows_the_picture_on_its_own_ground(pictures):
    shown = pictures["intervals"]._repr_html_()
    assert str(pictures["intervals"]) in shown
    assert "background: #fff" in shown


def test_thinned_curve_keeps_both_extremes_and_the_marked_percentiles():
    from matplotlib.figure import Figure

    values = np.random.default_rng(13).lognormal(15, 1, 200_000)
    ax = Figure().subplots()
    charts.latency_cdf({"A": values}, ax=ax)
    x, y = ax.lines[0].get_data()
    assert len(x) <= drawing.POINTS + 10
    ordered = np.sort(values)
    size = ordered[0] / x[0]
    for wanted in (ordered[0], ordered[100_000], ordered[180_000], ordered[198_000], ordered[-1]):
        assert np.abs(x * size / wanted - 1).min() < 1e-12
    ranks = np.searchsorted(ordered, x[:-1] * size * (1 + 1e-12)) - 1
    assert -np.log10(1 - ranks / len(values)) == pytest.approx(y[:-1])  # every point kept is a point of the whole curve


def test_percentile_that_is_the_largest_value_is_not_claimed():
    assert "p99" not in charts.latency_cdf({"A": FAST[:50]})
    assert "p90" in charts.latency_cdf({"A": FAST[:50]})


def test_names_from_outside_are_text():
    hostile = "<script>alert(1)</script>"
    names = [hostile, "$\\frac{1}$ & \x00\x1b\u202e", "模型", "x" * 60 + "1", "x" * 60 + "2"]
    picture = charts.latency_cdf({name: [1, 2, 3] for name in names})
    assert "<script" not in picture
    words = [element.text for element in ET.fromstring(picture).iter(f"{NAMESPACE}text")]
    assert {hostile, "$\\frac{1}$ &", "模型", "x" * 39 + "…", "x" * 33 + "… (2)"} <= set(words)


def test_timeline_says_how_many_queries_it_leaves_out(pictures):
    assert "Server, first 12 of 20 queries" in pictures["timeline"]


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        (lambda: charts.timeline({}), r"at least one series, runs is empty; draw it once"),
        (
            lambda: charts.timeline({"A": ([0, 1], [0], [1])}),
            r"got 2 scheduled, 1 issued and 1 completed in 'A'; leave",
        ),
        (lambda: charts.timeline({"A": ([0, 5], [0, 4], [1, 6])}), r"query 1 of 'A' has 5, 4, 6 ns; give"),
        (lambda: charts.latency_cdf({}), r"latencies_ns is empty"),
        (
            lambda: charts.latency_cdf({"A": []}),
            r"latencies_ns\['A'\] needs one value or more .* shape \(0,\); measure",
        ),
        (lambda: charts.latency_cdf({"A": [[1, 2]]}), r"in one dimension, got shape \(1, 2\)"),
        (
            lambda: charts.latency_cdf({"A": [1, np.nan]}),
            r"finite and not negative, got nan at index 1 \(1 of 2\); leave",
        ),
        (lambda: charts.latency_cdf({"A": [1, -2, np.inf]}), r"got -2.0 at index 1 \(2 of 3\)"),
        (lambda: charts.latency_cdf({"A": [1]}, [99]), r"between 0 and 1, got 99; write the 99th as 0.99"),
        (lambda: charts.closed_open([1], []), r"latencies_ns\['open loop'\]"),
        (lambda: charts.intervals([], None, None, "ms"), r"rows is empty"),
        (lambda: charts.intervals([("A", 3, 1, 2)], None, None, "ms"), r"got 1 <= 3 <= 2 in row 0 \('A'\); leave"),
        (lambda: charts.intervals([("A", np.nan, 1, 2)], None, None, "ms"), r"got 1 <= nan <= 2"),
        (lambda: charts.intervals([("A", 1, 1, np.inf)], None, None, "ms"), r"finite low"),
        (lambda: charts.intervals([("A", 1, 1, 2)], 0.01, None, "ms"), r"reference None; for ratios give reference=1"),
        (lambda: charts.intervals([("A", 1, 1, 2)], None, None, "ms", []), r"1 rows and 0 words; give one a row"),
        (lambda: charts.round_values({}, "ms"), r"values is empty"),
        (lambda: charts.round_values({"A": [1, np.inf]}, "ms"), r"values\['A'\] must be finite, got inf at index 1"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_the_way_out(draw, said):
    with pytest.raises(ValueError, match=said):
        draw()


@given(st.floats(1e-4, 9.99e6))
def test_number_keeps_three_significant_digits_without_an_exponent(value):
    shown = drawing.number(value)
    assert float(shown) == pytest.approx(value, rel=0.005)
    assert "e" not in shown
    assert len(shown.replace(".", "").strip("0")) <= 3


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ((4.61, 4.55, 4.7), "4.61 [4.55, 4.70]"),
        ((0.99, 0.97, 1.01), "0.990 [0.970, 1.010]"),
        ((1.342, 1.338, 1.347), "1.342 [1.338, 1.347]"),
        ((12345, 12000, 13000), "12345 [12000, 13000]"),
        ((2.0, 2.0, 2.0), "2.00 [2.00, 2.00]"),
        ((0.07, 1.2e-8, 406000), "0.0700 [1.2e-08, 406000]"),
    ],
)
def test_value_and_interval_share_their_decimals(values, shown):
    assert drawing.spread(*values) == shown


@pytest.mark.parametrize(("dark", "ground"), [(False, "#ffffff"), (True, "#15191d")])
def test_words_reach_the_contrast_of_wcag_aa(dark, ground):
    def luminance(colour: str) -> float:
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for name, shades in svg.PALETTE.items():
        if name not in ("--chart-rule", "--chart-band"):  # these colour no words
            light, dim = sorted((luminance(shades[dark]), luminance(ground)), reverse=True)
            assert (light + 0.05) / (dim + 0.05) >= 4.5, name


def test_over_time_says_where_a_run_began_and_ended():
    drawn = charts.over_time({"A": [np.full(100, 2e6), np.full(100, 3e6)]}, warm_up=10)
    assert "first 2.00 ms, last 3.00 ms" in drawn
    with pytest.raises(ValueError, match="round 1 of 'A'"):
        charts.over_time({"A": [[1.0], [float("nan")]]})


def test_queue_depth_counts_what_is_due_and_not_answered():
    drawn = charts.queue_depth({"A": ([0, 1e9, 2e9], [4e9, 5e9, 6e9])})
    assert "at most 3 queries in the system, 2.00 on average" in drawn  # 4 + 4 + 4 seconds over 6
    with pytest.raises(ValueError, match="give both of each query"):
        charts.queue_depth({"A": ([0], [1, 2])})


def test_load_latency_names_every_rate_and_what_was_decided():
    drawn = charts.load_latency([(200, 21e6, "fail"), (100, 9e6, "pass")], 20e6, 0.9)
    assert "100 queries per second: p90 9.00 ms, pass. 200 queries per second: p90 21.0 ms, fail." in drawn
    with pytest.raises(ValueError, match="points is empty"):
        charts.load_latency([], 20e6, 0.9)
