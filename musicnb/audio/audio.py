"""`Audio`: sound in memory."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.audio.provenance import Recipe
from musicnb.errors import InputError

if TYPE_CHECKING:
    import os

    from numpy.typing import ArrayLike, NDArray

#: More "channels" than this are frames: the array is the wrong way round.
MAX_CHANNELS = 32
MIN_RATE, MAX_RATE = 1000, 384_000
#: Decibels; beyond this there is only silence or overflow.
MAX_GAIN = 200.0


class Audio:
    """Sound in memory, never changed in place.

    Parameters
    ----------
    samples : array_like
        Shape ``(channels, frames)``, or ``(frames,)`` for mono; full scale is -1 to 1. Integers
        are scaled by their type's range.
    sample_rate : int
        Frames a second, 1000 to 384000 Hz.
    recipe : Recipe, optional
        How the sound was made.

    Raises
    ------
    musicnb.errors.InputError
        If the shape or rate makes no sense, or a sample is not a finite number.

    Examples
    --------
    >>> import numpy as np
    >>> tone = Audio(0.5 * np.sin(2 * np.pi * 440 * np.arange(44100) / 44100), 44100)
    >>> tone
    Audio(1 channel, 1.000 s, 44100 Hz)
    >>> tone[0.25:0.75].duration
    0.5
    >>> float(tone.peak.round(3))
    0.5

    Notes
    -----
    Taught in lesson 00. In a notebook it shows its waveform and a small player.
    """

    __slots__ = ("_recipe", "_sample_rate", "_samples")

    def __init__(
        self, samples: ArrayLike, sample_rate: int, *, recipe: Recipe | None = None
    ) -> None:
        self._samples = _checked(samples)
        self._sample_rate = _checked_rate(sample_rate)
        self._recipe = recipe

    # ---- what it is --------------------------------------------------------------------------

    @property
    def samples(self) -> NDArray[np.float32]:
        """The samples, float32, shape (channels, frames), read-only."""
        return self._samples

    @property
    def sample_rate(self) -> int:
        """Frames a second, in Hz."""
        return self._sample_rate

    @property
    def channels(self) -> int:
        """Number of channels."""
        return int(self._samples.shape[0])

    @property
    def frames(self) -> int:
        """Number of frames: samples in each channel."""
        return int(self._samples.shape[1])

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.frames / self.sample_rate

    @property
    def peak(self) -> np.float32:
        """The largest absolute sample; 1 is full scale."""
        return np.max(np.abs(self._samples), initial=np.float32(0))

    @property
    def level(self) -> float:
        """Root mean square over all channels, in dBFS (-inf for silence)."""
        if not self.frames:
            return -math.inf
        power = float(np.mean(np.square(self._samples, dtype=np.float64)))
        return 10 * math.log10(power) if power else -math.inf

    @property
    def loudness(self) -> float:
        """Integrated loudness in LUFS (ITU-R BS.1770-4), by pyloudnorm; -inf for silence.

        Raises
        ------
        musicnb.errors.InputError
            If the sound is shorter than the 0.4 s that the standard's window takes, or has more
            than five channels.
        """
        from musicnb.audio.loudness import loudness

        return loudness(self._samples, self.sample_rate)

    @property
    def recipe(self) -> Recipe:
        """How the sound was made; for samples of unknown origin, their hash."""
        return self._recipe or Recipe.of_samples(self._samples, self.sample_rate)

    @property
    def has_origin(self) -> bool:
        """Whether it is known how the sound was made, so that it can be made again."""
        return self._recipe is not None

    # ---- other sounds made from it -----------------------------------------------------------

    def __getitem__(self, seconds: slice) -> Audio:
        """Return the part between two times, as in ``audio[1.5:3]``."""
        if not isinstance(seconds, slice) or seconds.step is not None:
            raise InputError(
                f"audio[{seconds!r}] was asked for",
                expected="a start and a stop in seconds, as in audio[1.5:3]",
                todo="Slice with two times.",
            )
        start, stop = (
            None if t is None else round(t * self.sample_rate)
            for t in (seconds.start, seconds.stop)
        )
        arguments = {
            name: None if time is None else float(time)
            for name, time in (("start", seconds.start), ("stop", seconds.stop))
        }
        return self._derived("slice", self._samples[:, start:stop], self.sample_rate, arguments)

    def mono(self) -> Audio:
        """Return the mean of all channels.

        Examples
        --------
        >>> Audio([[1.0, 0.0], [0.0, 0.0]], 8000).mono().samples
        array([[0.5, 0. ]], dtype=float32)
        """
        if self.channels == 1:
            return self
        return self._derived("mono", self._samples.mean(axis=0, keepdims=True), self.sample_rate)

    def resample(self, sample_rate: int) -> Audio:
        """Return the sound at another sample rate, by soxr at its high quality.

        Examples
        --------
        >>> Audio([[0.0] * 441], 44100).resample(48000).frames
        480
        """
        from musicnb.audio.resample import resample

        if _checked_rate(sample_rate) == self.sample_rate:
            return self
        new = _checked_rate(sample_rate)
        samples = resample(self._samples, self.sample_rate, new)
        return self._derived("resample", samples, new, {"sample_rate": new})

    def gain(self, db: float) -> Audio:
        """Return the sound louder (or softer) by `db` decibels.

        Examples
        --------
        >>> round(float(Audio([[0.5]], 8000).gain(-6.02).peak), 3)
        0.25
        """
        db = float(db)
        if not abs(db) <= MAX_GAIN:
            raise InputError(
                f"the gain is {db} dB",
                expected=f"at most {MAX_GAIN} dB up or down",
                todo="Pass another.",
            )
        return self._derived(
            "gain", self._samples * np.float32(10 ** (db / 20)), self.sample_rate, {"db": db}
        )

    def save(
        self, path: str | os.PathLike[str], *, subtype: str | None = None, sidecar: bool = True
    ) -> None:
        """Write the sound to a file; the ending of its name chooses the format.

        Parameters
        ----------
        path : path
            A name that ends in .wav, .flac, .ogg, .opus or .mp3. It is written whole or not at
            all.
        subtype : str, optional
            libsndfile's name of the sample format; by default PCM_24 for .wav and .flac. With
            'FLOAT' a .wav keeps what exceeds full scale.
        sidecar : bool
            Also write the recipe to ``NAME.json`` beside the file. (It is in the file's comment
            tag in either case, as far as it fits.)

        Raises
        ------
        musicnb.errors.AudioFileError
            If the file cannot be written.
        musicnb.errors.InputError
            If the format cannot hold this sound.

        Warns
        -----
        UserWarning
            If samples exceed full scale and were clipped.
        """
        from musicnb.audio.files import save

        save(self, path, subtype=subtype, sidecar=sidecar)

    def _derived(
        self,
        function: str,
        samples: NDArray[np.float32],
        sample_rate: int,
        arguments: dict[str, Any] | None = None,
    ) -> Audio:
        # Without an origin of its own there is nothing to replay from, and hashing costs time.
        recipe = self._recipe and Recipe(function, arguments or {}, (self._recipe,))
        return Audio(samples, sample_rate, recipe=recipe)

    # ---- how it looks ------------------------------------------------------------------------

    def __repr__(self) -> str:
        plural = "" if self.channels == 1 else "s"
        return (
            f"Audio({self.channels} channel{plural}, {self.duration:.3f} s, {self.sample_rate} Hz)"
        )

    def _repr_html_(self) -> str:
        from musicnb.audio.display import player

        return player(self)


def _checked(samples: ArrayLike) -> NDArray[np.float32]:
    array = np.asarray(samples)
    if np.issubdtype(array.dtype, np.integer):
        # A plain list of zeros and ones is integer too; only real PCM types are scaled.
        scale = np.iinfo(array.dtype).max + 1 if array.dtype.itemsize < 8 else 1  # noqa: PLR2004
        array = array / scale
    if array.dtype.kind != "f":
        raise InputError(
            f"the samples are of type {array.dtype}",
            expected="real numbers",
            todo="Pass a float array of shape (channels, frames).",
        )
    if array.ndim == 1:
        array = array[np.newaxis]
    if array.ndim != 2 or not 1 <= array.shape[0] <= MAX_CHANNELS:  # noqa: PLR2004
        raise InputError(
            f"the samples have the shape {array.shape}",
            expected=f"(channels, frames) with 1 to {MAX_CHANNELS} channels",
            todo="If frames come first, pass samples.T.",
        )
    with np.errstate(over="ignore"):
        result: NDArray[np.float32] = np.array(array, dtype=np.float32)
    require_finite(result)
    result.flags.writeable = False
    return result


def require_finite(samples: NDArray[np.float32], first_frame: int = 0) -> None:
    """Raise `InputError` if a sample is NaN or infinite, saying where."""
    # A sum is finite only if all its terms are, and is much cheaper than looking at each.
    if np.isfinite(samples.sum(dtype=np.float64)):
        return
    bad = np.argwhere(~np.isfinite(samples).all(axis=0))
    if len(bad):
        raise InputError(
            f"{len(bad)} frames are NaN or infinite, the first at frame {first_frame + bad[0, 0]}",
            expected="finite samples",
            todo="Replace them, for example with numpy.nan_to_num.",
        )


def _checked_rate(sample_rate: int) -> int:
    if not MIN_RATE <= sample_rate <= MAX_RATE or int(sample_rate) != sample_rate:
        raise InputError(
            f"sample_rate is {sample_rate!r}",
            expected=f"a whole number of Hz from {MIN_RATE} to {MAX_RATE}",
            todo="Most music is at 44100 or 48000 Hz.",
        )
    return int(sample_rate)
