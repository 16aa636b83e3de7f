"""A hummed tune as a picture: the pitch that was sung, and the notes that are played."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from musicnb.runtime.figure import new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from musicnb.remix.hum import Hum


def picture(made: Hum) -> Figure:
    """Return the figure; the notes are at the times at which they were sung.

    Examples
    --------
    >>> import musicnb
    >>> phase = 2 * np.pi * 220 * np.arange(16000) / 16000
    >>> tone = musicnb.Audio(0.1 * sum(np.sin(n * phase) / n for n in range(1, 9)), 16000)
    >>> [text.get_text() for text in picture(musicnb.hum(tone)).legends[0].get_texts()]
    ['sung', 'played by Flute']
    """
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Patch, Rectangle

    figure = new_figure(9, 3.5)
    axes = figure.subplots()
    played = made.score["tune"].notes
    boxes = [
        Rectangle((sung.onset, note.pitch - 0.4), sung.offset - sung.onset, 0.8)
        for sung, note in zip(made.sung, played, strict=True)
    ]
    axes.add_collection(PatchCollection(boxes, facecolor="C1", edgecolor="none", alpha=0.6))
    (line,) = axes.plot(made.f0.times, made.f0.notes, color="C0", linewidth=1, label="sung")
    axes.autoscale_view()
    axes.set(xlabel="time (s)", ylabel="pitch (MIDI)")
    axes.set_xlim(0, float(np.max(made.f0.times, initial=0.1)))
    patch = Patch(color="C1", alpha=0.6, label=f"played by {made.instrument}")
    figure.legend(handles=[line, patch], loc="outside right upper")
    return figure
