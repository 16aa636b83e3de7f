"""A score as a picture: a piano roll."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicnb.runtime.figure import new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from musicnb.melody.score import Score


def picture(score: Score) -> Figure:
    """Return a figure with every note of a score, a colour for each part.

    Examples
    --------
    >>> from musicnb.melody import Note, Part, Score
    >>> fig = picture(Score([Part("flute", "Flute", [Note(0, 1, 72)])]))
    >>> [text.get_text() for text in fig.legends[0].get_texts()]
    ['flute']
    """
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Patch, Rectangle

    figure = new_figure(9, 3.5)
    axes = figure.subplots()
    handles = []
    tones = [note.pitch for part in score.parts if not part.is_drums for note in part.notes]
    floor = min(tones, default=60) - 2
    drums = sorted({n.pitch for part in score.parts if part.is_drums for n in part.notes})
    for number, part in enumerate(score.parts):
        colour = f"C{number % 10}"
        starts = score.seconds([note.onset for note in part.notes])
        ends = score.seconds([note.onset + note.duration for note in part.notes])
        boxes = [
            Rectangle(
                (start, (floor - drums.index(n.pitch) if part.is_drums else n.pitch) - 0.45),
                end - start,
                0.9,
            )
            for n, start, end in zip(part.notes, starts.tolist(), ends.tolist(), strict=True)
        ]
        axes.add_collection(PatchCollection(boxes, facecolor=colour, edgecolor="none"))
        handles.append(Patch(color=colour, label=part.name))
    axes.autoscale_view()
    axes.set(xlabel="time (s)", ylabel="pitch (MIDI); drums below")
    figure.legend(handles=handles, loc="outside right upper")
    return figure
