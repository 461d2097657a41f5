"""Charts as pictures, for mails and for those who want a PNG: the same as static/js/charts draws, on a white ground."""

import math
import warnings
from io import BytesIO
from typing import Any

from reports.grouping import By
from reports.report import Result

INK, INK_2, LINE = "#1d1d21", "#55555e", "#d0d0d6"
PATHS = {"self_qualified": "#0b7a5e", "nurtured": "#a84a00", "researched": "#0b66ad", "unqualified": "#62626c"}
SERIES = ["#5546cf", "#0b7a5e", "#a84a00", "#0b66ad", "#bb2530", "#55555e"]
MARKS = {"self_qualified": "o", "nurtured": "D", "researched": "^", "unqualified": "s"}
NAMES = {
    "self_qualified": "Self-qualified", "nurtured": "Nurtured", "researched": "Researched",
    "unqualified": "Unqualified",
}  # fmt: skip
HATCHES = {"self_qualified": "", "nurtured": "///", "researched": "...", "unqualified": "---"}
FEW = 30


def picture(result: Result, *, width: float = 9.0, most: int | None = None) -> bytes:
    """A PNG, ``width`` inches wide at 150 dots an inch: the narrower, the larger its letters beside the rest. Of dots
    the first ``most`` rows. The result must have a chart with rows."""
    from matplotlib.figure import Figure

    chart = result.found.chart or {}
    if chart["kind"] == "dots":
        chart = chart | {"rows": chart["rows"][:most]}
    figure = Figure(figsize=(width, _height(chart)), layout="constrained")
    DRAWN[chart["kind"]](figure, chart)
    figure.suptitle(_title(result, chart), x=0.01, ha="left", color=INK, size=13)
    out = BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(out, format="png", dpi=150)
    return out.getvalue()


def _title(result: Result, chart: dict[str, Any]) -> str:
    """Bars are of all leads together, and what could be repeated is no grouping."""
    alone = chart["kind"] == "bars" or result.by == By.SUBJECT
    return result.report.title if alone else f"{result.report.title} by {result.by.replace('_', ' ')}"


def _height(chart: dict[str, Any]) -> float:
    if chart["kind"] in ("curves", "mix"):
        return 5.2
    return 1.4 + 0.42 * len(chart["rows"])


def _dots(figure: Any, chart: dict[str, Any]) -> None:
    axes = _plain(figure.add_subplot())
    scale = 100 if chart["unit"] in ("share", "points") else 1
    for place, row in enumerate(chart["rows"]):
        color = PATHS.get(row["key"], SERIES[0] if row["enough"] else INK_2)
        sure = row["enough"] and row.get("ripe", True)
        if row["low"] is not None:
            ends = [row["low"] * scale, row["high"] * scale]
            axes.plot(ends, [place, place], color=color, lw=1.6, ls="-" if sure else (0, (3, 2)), marker="|", ms=8)
        axes.plot(
            row["value"] * scale, place, marker=MARKS.get(row["key"], "o"), color=color, ms=7,
            mfc=color if row["enough"] else "white", ls="none",
        )  # fmt: skip
    if chart["reference"] is not None:
        axes.axvline(chart["reference"] * scale, color=INK_2, ls="--", lw=1)
    names = [_named(row) for row in chart["rows"]]
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.set_xlabel({"share": "%", "points": "percentage points", "days": "days"}.get(chart["unit"], ""))
    axes.grid(axis="x", color=LINE, lw=0.6)


def _mix(figure: Any, chart: dict[str, Any]) -> None:
    upper, lower = (_plain(axes) for axes in figure.subplots(2, sharex=True, height_ratios=[2, 1]))
    rows, places = chart["rows"], range(len(chart["rows"]))
    bottom = [0] * len(rows)
    for path, color in PATHS.items():
        counts = [row[path] for row in rows]
        upper.bar(
            places, counts, bottom=bottom, color=color, hatch=HATCHES[path], edgecolor="white", lw=0, label=NAMES[path]
        )
        bottom = [low + count for low, count in zip(bottom, counts, strict=True)]
    ratios = [float("nan") if (r := row["unqualified_per_qualified"]) is None else r for row in rows]
    lower.plot(places, ratios, color=SERIES[0], marker="o", ms=3)
    upper.set_ylabel("Reached sales")
    lower.set_ylabel("Unqualified\nper qualified")
    upper.legend(
        ncols=4,
        frameon=False,
        fontsize=8,
        loc="upper left",
        bbox_to_anchor=(0, 1.12),
        columnspacing=1,
        handlelength=1.4,
    )
    step = math.ceil(len(rows) / figure.get_figwidth())  # a name an inch
    lower.set_xticks(list(places)[::step], [_text(row["label"]) for row in rows][::step], rotation=30, ha="right")


def _curves(figure: Any, chart: dict[str, Any]) -> None:
    axes = _plain(figure.add_subplot())
    for index, row in enumerate(chart["rows"]):
        color = PATHS.get(row["key"], SERIES[index % len(SERIES)])
        points = [[min(0, row["points"][0][0]), 0, 0, 0, row["n"]], *row["points"]]
        cut = next((place for place, point in enumerate(points) if point[4] < FEW), len(points))
        for part, style in ((points[:cut], "-" if row["ripe"] else "--"), (points[max(cut - 1, 0) :], "--")):
            if len(part) > 1:
                axes.step([p[0] for p in part], [100 * p[1] for p in part], where="post", color=color, ls=style)
        known = [point for point in points if point[2] is not None]
        low, high = ([100 * point[place] for point in known] for place in (2, 3))
        axes.fill_between([p[0] for p in known], low, high, step="post", color=color, alpha=0.12, lw=0)
        axes.plot(
            points[-1][0], 100 * points[-1][1], marker=MARKS.get(row["key"], "o"), color=color, ls="none",
            label=f"{_text(row['label'])} (n = {row['n']:,})",
        )  # fmt: skip
    axes.set_xlabel("Days since the first inquiry")
    axes.set_ylabel("Won, %")
    axes.grid(axis="y", color=LINE, lw=0.6)
    axes.legend(frameon=False, fontsize=8)


def _bars(figure: Any, chart: dict[str, Any]) -> None:
    axes = _plain(figure.add_subplot())
    rows = chart["rows"]
    drawn = axes.barh(range(len(rows)), [row["value"] for row in rows], color=SERIES[0], height=0.55)
    axes.bar_label(drawn, [f"{row['value']:,}   {row.get('note', '')}".strip() for row in rows], padding=5, size=8)
    axes.set_yticks(range(len(rows)), [_text(row["label"]) for row in rows])
    axes.invert_yaxis()
    axes.set_xlim(0, 1.35 * max([row["value"] for row in rows] or [1]) or 1)
    axes.set_xticks([])


def _plain(axes: Any) -> Any:
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(LINE)
    axes.tick_params(colors=INK_2, labelsize=8, length=0)
    return axes


def _named(row: dict[str, Any]) -> str:
    return _text(row["label"]) if row["n"] is None else f"{_text(row['label'])}\nn = {row['n']:,}"


def _text(label: str) -> str:
    """Short, and no formula: a dollar sign would begin one. Letters that the font lacks become boxes, never
    an error."""
    return (label if len(label) <= 40 else f"{label[:39]}…").replace("$", r"\$")


DRAWN = {"dots": _dots, "mix": _mix, "curves": _curves, "bars": _bars}
