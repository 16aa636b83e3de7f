"""One singer in another key, with the formants moved along or kept: for listening."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from musicnb.course.checks import one_of

if TYPE_CHECKING:
    from musicnb.audio.audio import Audio

#: Seconds of the demo song in which the singer is heard best.
START, STOP = 11, 16
#: Both are as loud as this (LUFS).
LOUDNESS = -24.0
#: Which of the two keeps the formants, by the transposition in semitones.
KEPT = {5: "B", -5: "A"}


@cache
def singer() -> Audio:
    """Return the voice of the demo song.

    Examples
    --------
    >>> singer()
    Audio(1 channel, 5.000 s, 44100 Hz)
    """
    import musicnb

    song = musicnb.load("demo:starfall")[START - 1 : STOP + 1]
    return musicnb.separate(song)["vocals"][1 : 1 + STOP - START].mono()


def two_singers(semitones: int) -> dict[str, Any]:
    """Return what to ask, and the voice in another key, twice."""
    import musicnb

    both = {
        kept: musicnb.change_key(
            singer(), transpose=semitones, preserve_formants=kept, verify=False
        ).audio
        for kept in (True, False)
    }
    levelled = {kept: sound.gain(LOUDNESS - sound.loudness) for kept, sound in both.items()}
    first = KEPT[semitones] == "A"
    where = "higher" if semitones > 0 else "lower"
    return {
        "prompt": f"Both are {abs(semitones)} semitones {where} than she sang. In which is it "
        "still she who sings?",
        "kind": "which",
        "sounds": {"first": levelled[first], "second": levelled[not first]},
    }


def same_singer(answer: Any, semitones: int) -> str:
    """Check in which sound the formants were kept."""
    right = KEPT[semitones]
    size = "a child's or a cartoon's" if semitones > 0 else "a giant's"
    other = {"A": "B", "B": "A"}[right]
    return one_of(
        answer,
        right,
        why={other: f"listen to the vowels, not to the pitch: which sounds like {size}?"},
        praise="its formants are where she had them; in the other the whole head has changed size",
    )
