"""`cover`: a song, sung by another voice."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicnb.audio.audio import Audio
from musicnb.audio.limit import CEILING
from musicnb.audio.mix import mix
from musicnb.errors import InputError
from musicnb.remix.cover_settings import CoverSettings, load_preset, written_voice
from musicnb.remix.lead import lead_vocals
from musicnb.remix.plan import Plan
from musicnb.runtime.files import write_json
from musicnb.runtime.job import Job
from musicnb.stems.separate import separate_job
from musicnb.stems.stems import Stems
from musicnb.voices.controls import Suggestion, suggest_transpose
from musicnb.voices.convert import Conversion, convert_job
from musicnb.voices.library import voice as find_voice
from musicnb.voices.voice import Voice

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike

#: How long each stage takes, in seconds of separation: for the progress only.
CONVERTING, STRETCHING = 1.0, 0.3
#: The standard's window: shorter sounds have a level and no loudness.
LOUDNESS_S = 0.4
#: Stems without a pitch, which stay as they are when the backing is transposed.
UNPITCHED = "drums"
WHAT = {
    "vocals": "the voices of the song",
    "lead": "of these, those in the middle of the stereo picture",
    "others": "of these, those beside it, which are not converted",
    "accompaniment": "the song without its voices",
    "backing": "what the new voice sings to, transposed as asked",
    "converted": "the new voice, before it is made as loud as the old one",
    "mix": "the cover",
}


@dataclass(frozen=True, eq=False)
class Cover:
    """A song sung by another voice, and every step on the way to it. Taught in lesson 09.

    Attributes
    ----------
    audio : Audio
        The cover.
    sounds : dict of str to Audio
        Every sound on the way, in order: 'vocals', 'accompaniment', 'converted', 'mix'; with
        ``lead='centre'`` 'lead' and 'others'; and 'backing' if it is not the accompaniment.
    conversion : Conversion
        The f0 curves, the controls, the voices and whose they are.
    settings : CoverSettings
        What was set; `save_preset` keeps it.
    gains : dict of str to float
        In dB: what each sound in the mix was turned up by.
    loudness : dict of str to float
        In LUFS: of the old voice, the new one as it is in the mix, the backing in it, and the mix.
    suggestion : Suggestion
        The transposition that suits the voice, and why. It was not applied.
    """

    audio: Audio
    sounds: dict[str, Audio]
    conversion: Conversion
    settings: CoverSettings
    gains: dict[str, float]
    loudness: dict[str, float]
    suggestion: Suggestion

    @property
    def whose(self) -> str:
        """Whose voice it is, and on what grounds it may be used."""
        return self.conversion.whose

    def save(self, path: str | os.PathLike[str], *, subtype: str | None = None) -> None:
        """Write the cover; see :meth:`Audio.save`."""
        self.audio.save(path, subtype=subtype)

    def save_stems(self, folder: str | os.PathLike[str], *, format: str = "wav") -> dict[str, Path]:  # noqa: A002  (the word of the command line)
        """Write every step: the sounds, both f0 curves, the preset and the report."""
        paths = {name: Path(folder) / f"{name}.{format}" for name in self.sounds}
        for name, path in paths.items():
            self.sounds[name].save(path)
        more = {name: Path(folder) / f"{name}.json" for name in ("source_f0", "f0", "preset")}
        self.conversion.source_f0.save(more["source_f0"])
        self.conversion.f0.save(more["f0"])
        self.save_preset(more["preset"])
        report = Path(folder) / "report.json"
        write_json(report, self.report())
        return paths | more | {"report": report}

    def save_preset(self, path: str | os.PathLike[str]) -> None:
        """Write the settings as a preset, for ``cover(song, preset=path)``."""
        self.settings.save(path)

    def report(self) -> dict[str, Any]:
        """Return what was done, as JSON values."""
        return {
            "voices": self.conversion.voices,
            "whose": self.whose,
            "settings": self.settings.to_dict(),
            "gains_db": {name: round(db, 2) for name, db in self.gains.items()},
            "loudness_lufs": {
                name: round(value, 2) if math.isfinite(value) else None
                for name, value in self.loudness.items()
            },
            "suggested_transpose": self.suggestion.transpose,
            "reason": self.suggestion.reason,
        }

    def picture(self) -> Figure:
        """Return a figure: the cover's spectrogram, with the pitch of the old and the new voice."""
        from musicnb.remix.cover_picture import picture

        return picture(self)

    def __repr__(self) -> str:
        voices = ", ".join(self.conversion.voices)
        return f"Cover(by {voices}; {self.audio.duration:.3f} s, {len(self.sounds)} sounds)"

    def _repr_html_(self) -> str:
        rows = [f"<b>{WHAT[name]}</b>{each._repr_html_()}" for name, each in self.sounds.items()]
        return "".join(f'<div style="margin:6px 0">{row}</div>' for row in rows)


def cover(
    song: Audio | Stems,
    voice: str | Voice | Mapping[str, ArrayLike] | None = None,
    *,
    preset: str | os.PathLike[str] | CoverSettings | None = None,
    backing: Audio | None = None,
    vocals_only: bool = False,
    device: str | None = None,
    **settings: Any,
) -> Cover:
    """Have another voice sing a song.

    The song is separated, its vocals are converted and made as loud (in LUFS) as the old ones were,
    and mixed with the accompaniment. Each step is also a public function: :func:`musicnb.separate`,
    :func:`musicnb.convert`, :func:`musicnb.change_key`, :func:`musicnb.mix`. Taught in lesson 09.

    Parameters
    ----------
    song : Audio or Stems
        A song, mono or stereo, which is separated first; or its stems, of which 'vocals' is
        converted; or, with `backing` or `vocals_only`, the vocals alone.
    voice : str, Voice or dict, optional
        The target, as in :func:`musicnb.convert`; it may be left out if the preset has one.
    preset : str, path or CoverSettings, optional
        Settings to begin with: 'same-key', 'octave-up', 'octave-down', 'robot-choir', or a file
        that :meth:`Cover.save_preset` wrote.
    backing : Audio, optional
        What the vocals in `song` are to be mixed with.
    vocals_only : bool
        `song` is a voice alone, and so is the cover.
    device : {'auto', 'cpu', 'cuda', 'cuda:N'}, optional
        Where the networks compute.
    **settings
        Those of :class:`musicnb.remix.cover_settings.CoverSettings` (`backing_transpose`,
        `vocal_gain`, `backing_gain`, `lead`, `f0`, `seed`) and of
        :class:`musicnb.voices.controls.Controls` (`transpose`, `formant_shift` ...). `tempo`
        changes the backing, too.

    Returns
    -------
    Cover

    Raises
    ------
    musicnb.errors.InputError
        If there is no such voice or preset, or a setting is out of its range.
    musicnb.errors.ConsentError
        If nothing says that the owner of the voice agreed to its use.
    musicnb.errors.ResourceError
        If the stems would not fit in memory.
    musicnb.errors.Cancelled
        If it was interrupted.

    Examples
    --------
    >>> import musicnb
    >>> song = musicnb.load("demo:starfall", offset=4, duration=3)
    >>> made = musicnb.cover(song, "robot", transpose=-12)
    >>> made
    Cover(by robot; 3.000 s, 4 sounds)
    >>> abs(made.loudness["converted"] - made.loudness["vocals"]) < 0.5
    True
    """
    return cover_job(
        song,
        voice,
        preset=preset,
        backing=backing,
        vocals_only=vocals_only,
        device=device,
        **settings,
    ).run()


def cover_job(
    song: Audio | Stems,
    voice: str | Voice | Mapping[str, ArrayLike] | None = None,
    *,
    preset: str | os.PathLike[str] | CoverSettings | None = None,
    backing: Audio | None = None,
    vocals_only: bool = False,
    device: str | None = None,
    **settings: Any,
) -> Job[Cover]:
    """Return :func:`cover` as a job, to watch or to cancel."""
    chosen = preset if isinstance(preset, CoverSettings) else CoverSettings()
    if preset is not None and not isinstance(preset, CoverSettings):
        chosen = load_preset(preset)
    chosen = chosen.changed(**settings)
    target = chosen.voice if voice is None else voice
    alone = vocals_only or backing is not None
    _require(song, backing, target, vocals_only=vocals_only, chosen=chosen)
    assert target is not None  # noqa: S101  (for the type checker)
    named = [target] if isinstance(target, str | Voice) else list(target)
    for each in named:
        find_voice(each).require_consent()
    duration = song.residual.duration if isinstance(song, Stems) else song.duration
    separated = 0.0 if alone or isinstance(song, Stems) else duration

    def task(job: Job[Cover]) -> Cover:
        work = _Work(job, chosen, duration)
        if alone:
            assert isinstance(song, Audio)  # noqa: S101  (for the type checker)
            work.sounds["vocals"] = song
            if backing is not None:
                work.sounds["accompaniment"] = backing
        else:
            work.take_apart(song, device)
        return work.sung(target, device)

    moved = chosen.controls.tempo != 1 or chosen.backing_transpose
    total = separated + duration * (CONVERTING + (STRETCHING if moved else 0))
    return Job(task, total=total, title="Covering", unit="s")


def _require(
    song: Audio | Stems,
    backing: Audio | None,
    target: object,
    *,
    vocals_only: bool,
    chosen: CoverSettings,
) -> None:
    """Raise `InputError` if the inputs do not go together."""
    if target is None:
        raise InputError(
            "no voice is named",
            expected="a voice, or a preset that has one",
            todo="`musicnb voices list` shows them all.",
        )
    if isinstance(song, Stems) and "vocals" not in song:
        raise InputError(
            f"the stems are {', '.join(song)}",
            expected="'vocals' among them",
            todo="Pass the song itself, or its stems with 'vocals'.",
        )
    if isinstance(song, Stems) and (vocals_only or backing is not None):
        raise InputError(
            "stems are given, and backing or vocals_only",
            expected="stems alone: all but the vocals are the backing",
            todo="Leave the other out, or pass stems['vocals'] with it.",
        )
    if vocals_only and backing is not None:
        raise InputError(
            "a backing is given, and vocals_only",
            expected="one of the two",
            todo="Leave out vocals_only.",
        )
    if backing is not None and isinstance(song, Audio) and backing.sample_rate != song.sample_rate:
        raise InputError(
            f"the vocals have {song.sample_rate} Hz and the backing {backing.sample_rate} Hz",
            expected="one sample rate",
            todo="Call resample() on one of them.",
        )
    if chosen.controls.durations and not vocals_only:
        raise InputError(
            "durations would put the voice out of step with the backing",
            expected="vocals_only=True with them",
            todo="Convert the vocals first, and mix by hand; or change the tempo of all.",
        )


@dataclass
class _Work:
    """A cover in the making."""

    job: Job[Cover]
    chosen: CoverSettings
    duration: float
    sounds: dict[str, Audio] = field(default_factory=dict)
    drums: Audio | None = None

    def take_apart(self, song: Audio | Stems, device: str | None) -> None:
        """Fill in the vocals and the accompaniment."""
        if isinstance(song, Audio):
            stems = self.job.include(separate_job(song, device=device), self.duration)
            self.sounds["vocals"] = stems["vocals"]
            self.sounds["accompaniment"] = stems["accompaniment"]
            return
        self.sounds["vocals"] = song["vocals"]
        rest = {name: song[name] for name in song if name != "vocals"}
        self.sounds["accompaniment"] = mix([*rest.values(), song.residual])
        if UNPITCHED in rest and len(rest) > 1:
            self.drums = rest.pop(UNPITCHED)
            self.sounds["pitched"] = mix([*rest.values(), song.residual])

    def sung(self, target: Any, device: str | None) -> Cover:
        """Convert the voice, and mix it with the backing."""
        sounds, chosen = self.sounds, self.chosen
        pitched = sounds.pop("pitched", None)
        old = sounds["vocals"]
        if chosen.lead == "centre":
            sounds["lead"], sounds["others"] = lead_vocals(old)
            old = sounds["lead"]
        job = convert_job(
            old, target, f0=chosen.f0, controls=chosen.controls, seed=chosen.seed, device=device
        )
        conversion = self.job.include(job, self.duration * CONVERTING)
        accompaniment = sounds.get("accompaniment")
        backing = None if accompaniment is None else self._moved(accompaniment, pitched)
        if backing is not None and backing is not accompaniment:
            sounds["backing"] = backing
        sounds["converted"] = conversion.audio.resample(old.sample_rate)
        channels = max(old.channels, 1 if backing is None else backing.channels)
        louder = _difference(old, _spread(sounds["converted"], channels))
        parts = {"converted": (sounds["converted"], louder + chosen.vocal_gain)}
        if "others" in sounds:
            parts["others"] = (self._moved(sounds["others"], None), chosen.vocal_gain)
        if backing is not None:
            parts["backing"] = (backing, chosen.backing_gain)
        made = mix([sound for sound, _ in parts.values()], [db for _, db in parts.values()])
        if float(made.peak) > CEILING:
            made = Plan(limited=True).apply(made)
        sounds["mix"] = made
        main = max(conversion.voices, key=lambda name: conversion.voices[name])
        new = _spread(sounds["converted"], channels).gain(parts["converted"][1])
        heard = {"vocals": old, "converted": new}
        heard |= {} if backing is None else {"backing": backing.gain(chosen.backing_gain)}
        kept = chosen if chosen.voice is not None else replace(chosen, voice=written_voice(target))
        return Cover(
            audio=made,
            sounds=dict(sounds),
            conversion=conversion,
            settings=kept,
            gains={name: db for name, (_, db) in parts.items()},
            loudness={name: _loudness(each) for name, each in {**heard, "mix": made}.items()},
            suggestion=suggest_transpose(conversion.source_f0, find_voice(main)),
        )

    def _moved(self, sound: Audio, pitched: Audio | None) -> Audio:
        """Return the backing at its tempo and in its key; the very same sound if neither changes.

        Where the drums are known they are not transposed, and `pitched` is all but them.
        """
        tempo, semitones = self.chosen.controls.tempo, self.chosen.backing_transpose
        if tempo == 1 and not semitones:
            return sound
        whole = Plan(tempo=tempo, transpose=semitones)
        share = STRETCHING * self.duration / sound.duration

        def progress(seconds: float) -> None:
            self.job.advance(seconds * share)

        if pitched is None or self.drums is None:
            return whole.apply(sound, function="edit", progress=progress)
        moved = whole.apply(pitched, function="edit", progress=progress)
        drums = self.drums if tempo == 1 else Plan(tempo=tempo).apply(self.drums, function="edit")
        return mix([moved, drums])


def _spread(sound: Audio, channels: int) -> Audio:
    """Return a mono sound in as many channels as the mix has, where it is louder."""
    if sound.channels == channels:
        return sound
    import numpy as np

    return Audio(np.repeat(sound.samples, channels, axis=0), sound.sample_rate)


def _difference(old: Audio, new: Audio) -> float:
    """Return by how many dB the new voice must be turned up to be as loud as the old one."""
    before, after = _loudness(old), _loudness(new)
    return before - after if math.isfinite(before) and math.isfinite(after) else 0.0


def _loudness(sound: Audio) -> float:
    return sound.loudness if sound.duration >= LOUDNESS_S else sound.level
