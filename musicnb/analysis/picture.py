"""An analysis as a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from musicnb.runtime.figure import new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from musicnb.analysis.result import Analysis, Estimate

BLUE, ORANGE, GREY = "#2a78b8", "#c8641e", "#888888"


def picture(analysis: Analysis) -> Figure:
    """Return a figure: chords, beats, local tempo, local key, and the shares of the answers."""
    figure = new_figure(10, 6.6)
    grid = figure.add_gridspec(4, 4, height_ratios=(0.3, 1.2, 1.2, 1.6))
    _chords(figure.add_subplot(grid[0, :]), analysis)
    _tempo(figure.add_subplot(grid[1, :]), analysis)
    _key(figure.add_subplot(grid[2, :]), analysis)
    for column, name in enumerate(("key", "genre", "mood", "meter")):
        _shares(figure.add_subplot(grid[3, column]), name, getattr(analysis, name))
    return figure


def _chords(axes: Axes, analysis: Analysis) -> None:
    """Draw a lane of chords; a name where there is room for it."""
    from matplotlib import colormaps

    room = analysis.duration / 45
    for chord in analysis.chords:
        length = chord.end - chord.start
        # Neighbours on the circle of fifths have like colours.
        fifths = None if chord.pitch_class is None else chord.pitch_class * 7 % 12
        colour = GREY if fifths is None else colormaps["twilight_shifted"](0.15 + 0.7 * fifths / 12)
        axes.barh(0, length, left=chord.start, color=colour, alpha=0.1 + 0.5 * chord.confidence)
        if length >= room:
            axes.text(chord.start + length / 2, 0, chord.name, ha="center", va="center", fontsize=8)
    axes.set(xlim=(0, max(analysis.duration, 1)), xticks=[])
    axes.set_yticks([0], ["chords"])


def _tempo(axes: Axes, analysis: Analysis) -> None:
    times, tempi, sure = (np.array(v) for v in zip(*analysis.local_tempo, strict=True))
    for beat in analysis.beats:
        strong = (
            bool(np.isclose(analysis.downbeats, beat).any()) if len(analysis.downbeats) else False
        )
        axes.axvline(beat, color=ORANGE if strong else GREY, lw=1.0 if strong else 0.4, zorder=0)
    axes.scatter(times, tempi, s=4 + 20 * sure, color=BLUE)
    axes.axhline(float(analysis.tempo.value), color=BLUE, lw=0.8)
    axes.set(xlim=(0, max(analysis.duration, 1)), ylabel="tempo, bpm", title=str(analysis.tempo))


def _key(axes: Axes, analysis: Analysis) -> None:
    keys = list(dict.fromkeys([k for _, k, _ in analysis.local_key]))
    for time, key, sure in analysis.local_key:
        axes.barh(
            keys.index(key), 1, left=time - 0.5, color=BLUE, alpha=float(np.clip(sure, 0.05, 1))
        )
    axes.set(xlim=(0, max(analysis.duration, 1)), xlabel="s", title=f"key: {analysis.key}")
    axes.set_yticks(range(len(keys)), keys)


def _shares(axes: Axes, name: str, estimate: Estimate) -> None:
    top = list(estimate.shares.items())[:6][::-1]
    axes.barh([str(k) for k, _ in top], [v for _, v in top], color=BLUE)
    axes.set(xlim=(0, 1), title=name)
