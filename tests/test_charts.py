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
    "components": charts.components,
    "arrivals": lambda: charts.arrivals({"Poisson": np.array([0, 1, 2, 60, 61]) * MS, "even": np.arange(5) * 16 * MS}),
    "coverage": lambda: charts.coverage([(4, 6), (5.5, 6), (3, 5), (1, 2)], 5, "latency (ms)"),
    "clocks": lambda: charts.clocks([10, 1_100_010, 2_160_010], np.arange(4) * MS),
    "traces": lambda: charts.traces({"warm": [5 * MS] * 9, "stalls": [5 * MS] * 8 + [30 * MS]}),
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
        ("components", ["load generator asks the dataset", "query sample library", "model, which stands inside"]),
        (
            "arrivals",
            ["Poisson: 5 queries, at most 3 due within 5.00 ms.", "even: 5 queries, at most 1 due within 5.00 ms."],
        ),
        ("coverage", ["2 of 4 intervals hold the truth, 5.00; 2 miss it: 2, 4."]),
        (
            "clocks",
            [
                "real clock: 3 readings, steps from 1.06 ms to 1.10 ms.",
                "virtual clock: 4 readings, every step 1.00 ms.",
            ],
        ),
        (
            "traces",
            [
                "warm: 9 queries, median 5.00 ms, first 5.00 ms, last 5.00 ms, highest 5.00 ms.",
                "stalls: 9 queries, median 5.00 ms, first 5.00 ms, last 30.0 ms, highest 30.0 ms.",
            ],
        ),
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
        (lambda: charts.arrivals({}), r"schedules is empty"),
        (lambda: charts.arrivals({"A": [0, -1]}), r"schedules\['A'\] must be finite and not negative, got -1.0"),
        (lambda: charts.arrivals({"A": [0]}, window_ns=0), r"a time above 0, got 0 ns; leave it out"),
        (lambda: charts.arrivals({"A": [0]}, window_ns=np.nan), r"a time above 0, got nan ns"),
        (lambda: charts.coverage([], 5, "ms"), r"intervals is empty"),
        (lambda: charts.coverage([(1, 2)], np.nan, "ms"), r"truth must be finite, got nan; give the value"),
        (lambda: charts.coverage([(1, 2), (2, 1)], 1, "ms"), r"low <= high, got 2 and 1 at index 1; leave out"),
        (lambda: charts.coverage([(-np.inf, 1)], 1, "ms"), r"finite low <= high, got -inf"),
        (lambda: charts.clocks([1], [1, 2]), r"real_ns needs two readings or more, got 1; read"),
        (lambda: charts.clocks([1, 2], [1, 5, 3]), r"virtual_ns does by 2 ns at index 2; read in order"),
        (lambda: charts.clocks([1, 2], []), r"virtual_ns needs one value or more"),
        (lambda: charts.traces({}), r"traces is empty"),
        (
            lambda: charts.traces({"A": [1, np.inf]}),
            r"traces\['A'\] must be finite and not negative, got inf at index 1",
        ),
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


@given(st.lists(st.integers(0, 500), min_size=1, max_size=50), st.integers(1, 200))
def test_the_fullest_window_is_the_one_that_counting_every_window_finds(times, window):
    from tinytorch.charts.times import _fullest

    counted = {begin: sum(begin <= time < begin + window for time in times) for begin in times}
    begin, count = _fullest(np.sort(np.array(times, dtype=float)), window)
    assert count == max(counted.values())
    assert counted[int(begin)] == count


def test_of_long_schedules_the_beginning_is_drawn_and_counted():
    """A pile-up after it is not, so the words are those of the picture."""
    late = np.concatenate([np.arange(100) * MS, np.full(50, 200 * MS)])
    drawn = charts.arrivals({"A": late, "B": [0, 500 * MS]}, window_ns=10 * MS)
    assert "A: 60 queries, at most 10 due within 10.0 ms." in drawn
    assert "B: 1 queries" not in drawn
    assert "B: 1 query, at most 1 due" in drawn
    assert "Drawn and counted: the first 59.0 ms of 500 ms." in drawn
    assert "the first 59.0 ms of 500 ms" in re.sub("<desc.*?</desc>", "", drawn)


@pytest.mark.parametrize("draw", [charts.arrivals, charts.traces])
def test_long_names_leave_room_for_the_words_beside_them(draw):
    drawn = draw({"x" * 60 + "1": [1, 2], "x" * 60 + "2": [1, 2]})
    words = "\n".join(element.text or "" for element in ET.fromstring(drawn).iter(f"{NAMESPACE}text"))
    assert f"{'x' * 23}…" in words
    assert f"{'x' * 17}… (2)" in words
    assert "x" * 24 not in words


def test_a_schedule_that_begins_after_what_is_drawn_has_no_query_there():
    drawn = charts.arrivals({"A": np.arange(100) * MS, "late": [500 * MS]})
    assert "late: 0 queries, at most 0 due" in drawn


def test_all_may_be_due_at_once():
    assert "A: 3 queries, at most 3 due" in charts.arrivals({"A": [0, 0, 0]})


def test_the_steps_of_a_clock_with_more_digits_than_a_float_are_exact():
    since_1970 = 1_790_000_000_000_000_001
    drawn = charts.clocks([since_1970, since_1970 + 1, since_1970 + 3], [0, 1])
    assert "steps from 1.00 ns to 2.00 ns" in drawn


def test_an_interval_that_misses_is_thicker_and_in_the_colour_of_a_warning():
    from matplotlib.figure import Figure

    from tinytorch.charts.compared import _draw_coverage

    ax = Figure().subplots()
    _draw_coverage(ax, [(4, 6), (5.5, 6), (3, 5)], 5, "ms", 1)
    looks = {tuple(line.get_ydata()): (line.get_color(), line.get_linewidth()) for line in ax.lines}
    assert looks[4, 6] == looks[3, 5]  # an end at the truth holds it
    assert looks[5.5, 6][0] == svg.SERIES[1] != looks[4, 6][0]
    assert looks[5.5, 6][1] > looks[4, 6][1]


def test_of_many_intervals_all_are_counted_and_the_first_hundred_drawn():
    drawn = charts.coverage([(4, 6)] * 900 + [(6, 7)] * 100, 5, "ms")
    assert "900 of 1000 intervals hold the truth, 5.00; 100 miss it: 901, 902" in drawn
    assert "912, …. The first 100 are drawn." in drawn
    assert "miss it: 100" in re.sub("<desc.*?</desc>", "", drawn)


def test_a_trace_is_drawn_from_zero_and_keeps_its_highest_query():
    from matplotlib.figure import Figure

    from tinytorch.charts.course import PANEL, _draw_traces

    long = np.full(100_000, 5.0 * MS)
    long[77_777] = 50 * MS
    ax = Figure().subplots()
    _draw_traces(ax, {"good": np.full(9, 5.0 * MS), "bad": long})
    good, bad = (line for line in ax.lines if line.get_linestyle() == "-" and len(line.get_xdata()) > 2)
    height = [floor - line.get_ydata() for floor, line in zip((82, 164), (good, bad), strict=True)]
    assert height[0] == pytest.approx(PANEL / 1.5)
    assert height[1].max() == pytest.approx(PANEL)
    assert bad.get_xdata()[height[1].argmax()] == 77_778
    assert len(height[1]) <= 601
