"""A stretch of a sound before and after a chain: computed in the background, measured, compared."""

from __future__ import annotations

import importlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from musicnb.audio.audio import Audio
from musicnb.effects.chain import EffectChain
from musicnb.errors import InputError
from musicnb.widgets.sound import Sound

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicnb.runtime.job import Job

#: Seconds that are previewed: long enough to judge a room, short enough to be computed at once.
LONGEST = 20.0
#: Points of a spectrum from `LOW` to `HIGH` Hz, and of an envelope.
POINTS, COLUMNS = 96, 400
LOW, HIGH = 20.0, 20_000.0
#: Octaves over which a spectrum is smoothed.
SMOOTH = 1 / 3
#: FFT size, at which spectra of music are steady enough to compare.
WINDOW = 8192
#: Versions that can still be fetched: a view may just be asking for the one before.
KEPT = 3
#: Where the effects are that import much: torch takes seconds.
MODULES = {"eq": "equalizer", "compressor": "compressor", "delay": "delay", "reverb": "reverb"}
#: What is softer (LUFS) is not made equal to anything.
SILENT = -70.0


@dataclass(frozen=True, eq=False)
class Part:
    """A sound of the preview, and what is measured of it.

    Attributes
    ----------
    audio : Audio
        The stretch.
    sound : Sound
        The same, to be sent.
    loudness : float or None
        LUFS; None if it is silent, or too short to have one.
    spectrum : array
        dB in bands of a third of an octave around `POINTS` frequencies.
    envelope : array
        The greatest sample in each of `COLUMNS` columns.
    """

    audio: Audio
    sound: Sound
    loudness: float | None
    spectrum: NDArray[np.float32]
    envelope: NDArray[np.float32]

    @staticmethod
    def of(name: str, audio: Audio) -> Part:
        """Measure a stretch."""
        sound = Sound(name, audio.samples, audio.sample_rate, audio)
        return Part(audio, sound, loudness_of(audio), spectrum(audio), envelope(audio))


@dataclass(frozen=True, eq=False)
class Take:
    """What a chain makes of a stretch.

    Attributes
    ----------
    version : int
        Counts the takes.
    chain : EffectChain
        The chain.
    start : float
        Where the stretch begins, in seconds.
    parts : tuple of Part
        Before, after, and the reference if there is one.
    """

    version: int
    chain: EffectChain
    start: float
    parts: tuple[Part, ...]

    @property
    def gains(self) -> list[float]:
        """The dB that bring all parts to one loudness: that of the softest."""
        known = [part.loudness for part in self.parts if part.loudness is not None]
        return [0.0 if part.loudness is None else min(known) - part.loudness for part in self.parts]


class Preview:
    """Makes takes, one at a time; a new one calls off what is under way.

    Parameters
    ----------
    audio : Audio
        The whole sound.
    reference : Audio, optional
        What it is compared with; heard from the same time on, or from its start if it is shorter.
    """

    def __init__(self, audio: Audio, reference: Audio | None = None) -> None:
        self.audio = audio
        self.reference = None if reference is None else reference.resample(audio.sample_rate)
        self.frames = min(audio.frames, round(LONGEST * audio.sample_rate))
        self._takes: list[Take] = []
        self._wanted = (EffectChain(), 0.0)
        self._job: Job[Audio] | None = None
        self._count = 0
        self._sides: tuple[float, Part, Part | None] | None = None

    def stretch(self, start: float) -> Audio:
        """Return the sound that is previewed."""
        return self._cut(self.audio, start)

    def sounds(self, start: float) -> list[Sound]:
        """Return the sounds of a take that was not made yet: after stands for before."""
        made = [("Before", self.stretch(start)), ("After", self.stretch(start))]
        if self.reference is not None:
            made.append(("Reference", self._beside(self.reference, start)))
        return [Sound(name, audio.samples, audio.sample_rate, audio) for name, audio in made]

    def make(self, chain: EffectChain, start: float) -> Take:
        """Make a take here and now."""
        self.want(chain, start)
        while True:
            # Not without end, so that an interrupt is heard.
            made = self.wait(1)
            if made is not None:
                return made

    def want(self, chain: EffectChain, start: float) -> None:
        """Begin to make a take, unless it is there or under way."""
        from musicnb.effects.apply import apply_job

        if self._wanted == (chain, start) and (self._job is not None or self._fresh):
            return
        _prepare(chain)
        earlier, self._wanted = self._job, (chain, start)
        if earlier is not None:
            earlier.cancel()
        self._job = None
        if not self._fresh:
            self._job = apply_job(self.stretch(start), chain).start()

    def wait(self, timeout: float | None = None) -> Take | None:
        """Return the take that is wanted; None if it is not there by then.

        Raises
        ------
        musicnb.errors.MusicnbError
            If it cannot be made.
        """
        if self._job is not None:
            try:
                made = self._job.wait(timeout)
            except BaseException:
                self._job = None
                raise
            if made is None:
                return None
            self._job = None
            self._keep(made)
        return self._fresh

    @property
    def progress(self) -> float:
        """How much of the take that is wanted has been made, 0 to 1."""
        return 1.0 if self._job is None else self._job.progress

    def part(self, version: int, index: int) -> Part:
        """Return a sound of a take.

        Raises
        ------
        musicnb.errors.InputError
            If the take was forgotten.
        """
        found = next((take for take in self._takes if take.version == version), None)
        if found is None:
            raise InputError(
                "the sound of earlier settings was asked for",
                expected="that of the latest settings",
                todo="Press play again.",
            )
        return found.parts[index]

    @property
    def _fresh(self) -> Take | None:
        return next((t for t in self._takes if (t.chain, t.start) == self._wanted), None)

    def _keep(self, made: Audio) -> None:
        chain, start = self._wanted
        if self._sides is None or self._sides[0] != start:
            other = None
            if self.reference is not None:
                other = Part.of("Reference", self._beside(self.reference, start))
            self._sides = (start, Part.of("Before", self.stretch(start)), other)
        _, before, reference = self._sides
        parts = (before, Part.of("After", made), *([reference] if reference else []))
        self._count += 1
        self._takes = [*self._takes, Take(self._count, chain, start, parts)][-KEPT:]

    def _cut(self, audio: Audio, start: float) -> Audio:
        if audio.frames == self.frames:
            return audio
        first = round(start * audio.sample_rate)
        return audio[first / audio.sample_rate : (first + self.frames) / audio.sample_rate]

    def _beside(self, reference: Audio, start: float) -> Audio:
        """Return the reference as long as the stretch."""
        first = round(start * reference.sample_rate)
        if first + self.frames > reference.frames:
            first = 0
        samples = reference.samples[:, first : first + self.frames]
        rest = self.frames - samples.shape[1]
        return Audio(np.pad(samples, ((0, 0), (0, rest))), reference.sample_rate)


def _prepare(chain: EffectChain) -> None:
    """Import here what the work needs: of a module that two threads import each may see a half."""
    needed = ["pyloudnorm", "scipy.signal"]
    needed += [f"musicnb.effects.{MODULES[name]}" for name in MODULES if getattr(chain, name)]
    for name in needed:
        importlib.import_module(name)


def loudness_of(audio: Audio) -> float | None:
    """Return LUFS; None if the sound is silent, or too short to have a loudness.

    Examples
    --------
    >>> loudness_of(Audio(np.zeros((1, 8000)), 8000)) is None
    True
    """
    try:
        made = audio.loudness
    except InputError:
        return None
    return made if math.isfinite(made) and made > SILENT else None


def spectrum(audio: Audio) -> NDArray[np.float32]:
    """Return the level in dB around each of `POINTS` frequencies, over all of the sound.

    Examples
    --------
    >>> time = np.arange(44_100) / 44_100
    >>> made = spectrum(Audio(np.sin(2 * np.pi * 1000 * time), 44_100))
    >>> float(made[np.abs(frequencies() - 1000).argmin()].round())
    -3.0
    """
    from scipy.signal import welch

    size = min(WINDOW, audio.frames)
    hz, power = welch(audio.samples, audio.sample_rate, nperseg=size, detrend=False)
    total = np.concatenate([[0.0], np.cumsum(power.mean(axis=0) * (hz[1] if len(hz) > 1 else 1))])
    edges = np.append(hz - hz[min(1, len(hz) - 1)] / 2, audio.sample_rate / 2)
    half = 2 ** (SMOOTH / 2)
    band = np.interp(frequencies() * half, edges, total) - np.interp(
        frequencies() / half, edges, total
    )
    made: NDArray[np.float32] = (10 * np.log10(np.maximum(band, 1e-12))).astype(np.float32)
    return made


def frequencies() -> NDArray[np.float64]:
    """Return where spectra and frequency responses are drawn, in Hz."""
    return np.geomspace(LOW, HIGH, POINTS)


def envelope(audio: Audio) -> NDArray[np.float32]:
    """Return the greatest sample of each column."""
    peaks = np.abs(audio.samples).max(axis=0)
    edges = np.linspace(0, len(peaks), min(COLUMNS, len(peaks)), endpoint=False).astype(int)
    made: NDArray[np.float32] = np.maximum.reduceat(peaks, edges)
    return made
