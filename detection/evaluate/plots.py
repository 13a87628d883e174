"""The pictures of the model card."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from matplotlib.figure import Figure

from detection.evaluate import calibrate, confusion
from detection.evaluate.claims import DRAWN, REAL
from detection.evaluate.measure import Figures, Sample, part
from detection.evaluate.precision import curve
from detection.labelled import CLASSES

INK: Final = "#1f2933"
COLOURS: Final = {REAL: "#d9480f", DRAWN: "#1971c2"}
DPI: Final = 110


def draw_all(folder: Path, of: Sample, figures: Figures) -> list[str]:
    """Write every plot that has data as PNG; the names of the files."""
    folder.mkdir(parents=True, exist_ok=True)
    plots: dict[str, Callable[[], Figure | None]] = {
        "precision-recall.png": lambda: _precision_recall(of, figures),
        "reliability.png": lambda: _reliability(figures),
        "recall-by-height.png": lambda: _by_height(figures),
        "confusion.png": lambda: _confusion(figures),
    }
    written = []
    for name, plot in plots.items():
        figure = plot()
        if figure is not None:
            figure.savefig(folder / name, dpi=DPI, metadata={"Software": None})
            written.append(name)
    return written


def _panels(names: Sequence[str], x: str, y: str) -> tuple[Figure, list[Any]]:
    """One small square per name, all from 0 to 1."""
    columns = min(4, len(names))
    rows = -(-len(names) // columns)
    figure = Figure(figsize=(2.3 * columns, 2.3 * rows + 0.3), layout="constrained")
    axes = list(np.ravel(figure.subplots(rows, columns, squeeze=False)))
    for axis, name in zip(axes, names, strict=False):
        axis.set_title(name.replace("_", " "), fontsize=9, color=INK)
        axis.set(xlim=(0, 1), ylim=(0, 1.02))
        axis.tick_params(labelsize=7, colors=INK)
        axis.spines[["top", "right"]].set_visible(False)
        axis.grid(alpha=0.2)
    for axis in axes[len(names) :]:
        axis.remove()
    figure.supxlabel(x, fontsize=9)
    figure.supylabel(y, fontsize=9)
    return figure, axes


def _legend(figure: Figure, axes: Sequence[Any], count: int) -> None:
    lines = {line.get_label(): line for axis in axes[:count] for line in axis.get_lines()}
    named = {label: line for label, line in lines.items() if not str(label).startswith("_")}
    figure.legend(named.values(), named.keys(), loc="outside upper right", ncols=4, fontsize=8)


def _precision_recall(of: Sample, figures: Figures) -> Figure | None:
    kinds = list(dict.fromkeys(row.kind for row in figures.kinds))
    if not kinds:
        return None
    plot, axes = _panels(kinds, "recall", "precision")
    for axis, kind in zip(axes, kinds, strict=False):
        number = CLASSES.index(kind)
        for source, colour in COLOURS.items():
            chosen = figures.matched[number].within(part(of, source))
            if len(chosen.truth_score):
                line = curve(chosen)
                axis.plot(line.recall, line.precision, color=colour, lw=1.4, label=source)
    _legend(plot, axes, len(kinds))
    return plot


def _reliability(figures: Figures) -> Figure | None:
    fitted = figures.calibration.fitted
    if not fitted:
        return None
    names = [name or "all kinds" for name in fitted]
    plot, axes = _panels(names, "score, or what it is said to be worth", "share that is right")
    for axis, (kind, each) in zip(axes, fitted.items(), strict=False):
        reports = figures.calibration.reports[kind]
        axis.plot([0, 1], [0, 1], color=INK, lw=0.6, alpha=0.5)
        for label, worth, colour in (
            ("score", reports.scores, "#868e96"),
            ("calibrated", each.unseen, "#d9480f"),
        ):
            rows = calibrate.reliability(worth, reports.right)
            axis.plot(rows[:, 0], rows[:, 1], "o-", color=colour, ms=3, lw=1, label=label)
    _legend(plot, axes, len(names))
    return plot


def _by_height(figures: Figures) -> Figure | None:
    kinds = list(dict.fromkeys(row.kind for row in figures.by_height))
    if not kinds:
        return None
    plot, axes = _panels(kinds, "box height, pixels at 640", "recall")
    for axis, kind in zip(axes, kinds, strict=False):
        axis.set(xlim=(-0.5, 4.5))
        axis.set_xticks(range(5), ["<12", "–20", "–40", "–80", ">80"])
        for shift, (source, colour) in zip((-0.08, 0.08), COLOURS.items(), strict=True):
            rows = [r for r in figures.by_height if (r.kind, r.source) == (kind, source)]
            if rows:
                at = np.array([np.searchsorted((12, 20, 40, 80), r.from_px, "right") for r in rows])
                value = np.array([row.recall.value for row in rows])
                ends = np.array([(r.recall.low, r.recall.high) for r in rows])
                error = np.abs(ends.T - value)
                axis.errorbar(
                    at + shift, value, yerr=error, fmt="o", color=colour, ms=4, lw=1, label=source
                )
    handles = {
        label: handle
        for axis in axes[: len(kinds)]
        for handle, label in zip(*axis.get_legend_handles_labels(), strict=True)
    }
    plot.legend(handles.values(), handles.keys(), loc="outside upper right", ncols=4, fontsize=8)
    return plot


def _confusion(figures: Figures) -> Figure | None:
    table = figures.confusion
    if table.sum() == 0:
        return None
    names = [name.replace("_", " ") for name in confusion.names()]
    plot = Figure(figsize=(6.4, 5.6), layout="constrained")
    axis = plot.subplots()
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    axis.imshow(shares, cmap="Oranges", vmin=0, vmax=1)
    axis.set_xticks(range(len(names)), names, rotation=45, ha="right", fontsize=8)
    axis.set_yticks(range(len(names)), names, fontsize=8)
    axis.set_xlabel("reported", fontsize=9)
    axis.set_ylabel("there", fontsize=9)
    for (row, column), count in np.ndenumerate(table):
        if count:
            dark = shares[row, column] > 0.6
            colour = "white" if dark else INK
            axis.text(column, row, str(count), ha="center", va="center", fontsize=8, color=colour)
    return plot
