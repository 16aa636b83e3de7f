"""What is asked, in a musician's words, and the plan that follows once the song was heard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.errors import InputError
from musicnb.remix.judge import beats_of, key_of, tempo_of
from musicnb.remix.key import judged_key, key_interval
from musicnb.remix.plan import Plan
from musicnb.remix.swing import beat_grid, judged_swing
from musicnb.remix.tempo import judged_tempo, tempo_ratio

if TYPE_CHECKING:
    from collections.abc import Callable

    from musicnb.audio.audio import Audio


@dataclass(frozen=True)
class Asked:
    """Several edits at once; see :func:`musicnb.edit_file` for what each field means."""

    tempo: float | None = None
    bpm: float | None = None
    source_bpm: float | None = None
    transpose: float | None = None
    key: str | None = None
    source_key: str | None = None
    preserve_formants: bool | str = False
    swing: float | None = None
    source_swing: float = 1.0
    beats: tuple[float, ...] | None = None
    remove_part: str | None = None

    def __post_init__(self) -> None:
        if not self.edits:
            raise InputError(
                "nothing is to be changed",
                expected="one of tempo, bpm, transpose, key, swing, remove_part, genre",
                todo="Pass one.",
            )

    @property
    def edits(self) -> dict[str, Any]:
        """What is to be changed, without how."""
        names = ("remove_part", "swing", "tempo", "bpm", "transpose", "key")
        made = {name: getattr(self, name) for name in names}
        return {name: value for name, value in made.items() if value is not None}

    @property
    def changes_tempo(self) -> bool:
        """Whether it becomes faster or slower."""
        return self.tempo is not None or self.bpm is not None

    @property
    def changes_key(self) -> bool:
        """Whether it becomes higher or lower."""
        return self.transpose is not None or self.key is not None

    def plan(
        self, part: Audio, whole: Callable[[], Audio], *, verify: bool
    ) -> tuple[Plan, Heard, list[str]]:
        """Return what is to be done, what was heard for it, and what there is to say.

        Parameters
        ----------
        part : Audio
            The middle of the song, for its tempo and key.
        whole : callable
            Returns the whole of it; called for swing only.
        verify : bool
            Whether tempo and key will be compared afterwards.
        """
        changes: dict[str, Any] = {"remove_part": self.remove_part, "limited": True}
        notes: list[str] = []
        tempo, key = self.source_bpm, self.source_key
        if self.changes_tempo:
            if tempo is None and (verify or self.bpm is not None):
                tempo = tempo_of(part)
            changes["tempo"], notes = tempo_ratio(self.tempo, self.bpm, self.source_bpm, tempo)
        if self.changes_key:
            if key is None and (verify or self.key is not None):
                key = key_of(part)
            changes["transpose"] = key_interval(self.transpose, self.key, self.source_key, key)
            changes["preserve_formants"] = self.preserve_formants
        if self.swing is not None:
            song = whole()
            beats = beats_of(song) if self.beats is None else self.beats
            changes |= {
                "swing": self.swing,
                "source_swing": self.source_swing,
                "beats": beat_grid(beats, song.duration),
            }
        return Plan(**changes), Heard(tempo, key), notes

    def judged(
        self, plan: Plan, heard: Heard, before: Audio, after: Audio, start: float
    ) -> tuple[dict[str, Any], list[str]]:
        """Return what is heard before and after, and where it is not what was asked.

        `start` is where in the source `before` begins; `after` is the same part of the result.
        """
        measured: dict[str, Any] = {}
        notes: list[str] = []
        judgements = []
        if self.changes_tempo:
            # Off-beats that have moved fit at another speed: then only the tempo is judged.
            source = None if plan.swings else before
            judgements.append(judged_tempo(source, after, plan.tempo, self.bpm, heard.tempo))
        if self.changes_key:
            judgements.append(judged_key(before, after, plan.transpose, heard.key))
        if plan.swings:
            beats = np.array(plan.beats) - start
            judgements.append(judged_swing(before, after, beats, plan))
        for found, more in judgements:
            measured |= found
            notes += more
        return measured, notes


@dataclass(frozen=True)
class Heard:
    """The tempo and the key of a song, if they were listened for."""

    tempo: float | None
    key: str | None
