"""Pieces of a spectrogram, at any zoom, each computed when it is looked at.

A tile is 256 columns. On level k a column stands for ``16 << k`` frames of sound. The file viewer
of the JupyterLab extension computes the same tiles in ``widgets/core/stft.ts``; a test compares.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.fft
import scipy.sparse

from musicnb.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from musicnb.widgets.sound import Sound

COLUMNS = 256
MAX_LEVEL = 20
#: Windows of the STFT, in samples.
WINDOWS = (256, 512, 1024, 2048, 4096, 8192)
#: A column looks at no more frames of the STFT than this, however long it is.
MAX_FRAMES = 16
#: Samples that are transformed at a time.
BATCH = 1 << 18
#: Half a decibel a step; byte 0 is this or less.
FLOOR_DB = -117.5

#: Constant-Q: bins from C1 (Hz), so many an octave, at most so many octaves.
CQT_LOWEST = 32.703
CQT_PER_OCTAVE = 36
CQT_OCTAVES = 9
#: Half the bins' spacing would allow: shorter windows, so that onsets stay sharp.
CQT_FILTER_SCALE = 0.5
#: A column of constant-Q looks at this many frames at most, so far apart at least.
CQT_MAX_FRAMES, CQT_SPACING = 2, 4096


@dataclass(frozen=True)
class Tile:
    """What the front end draws: `data` holds `rows` bytes a column, column after column."""

    columns: int
    rows: int
    data: NDArray[np.uint8]


def tile(
    sound: Sound,
    kind: str,
    lane: str,
    level: int,
    index: int,
    n_fft: int,
    *,
    looks: int = MAX_FRAMES,
) -> Tile:
    """Compute one tile.

    Parameters
    ----------
    sound : Sound
        Of what.
    kind : {'stft', 'cqt', 'wave'}
        Levels of the short-time Fourier transform, of the constant-Q transform (Brown and
        Puckette, JASA 1992), or the lowest and highest sample.
    lane : {'mix', 'left', 'right', 'mid', 'side'}
        Of which signal.
    level, index : int
        Columns ``256 * index`` to ``256 * (index + 1)`` of ``16 << level`` frames each.
    n_fft : int
        Window of the STFT in samples.
    looks : int
        At how many places a column of the STFT looks at most; fewer are sooner done.

    Returns
    -------
    Tile

    Raises
    ------
    musicnb.errors.InputError
        If there is no such tile.

    Examples
    --------
    >>> import numpy as np
    >>> from musicnb import Audio
    >>> from musicnb.widgets.sound import sound_of
    >>> tone = np.sin(2 * np.pi * 1000 * np.arange(32000) / 16000)
    >>> made = tile(sound_of(Audio(tone, 16000)), "stft", "mix", 5, 0, 1024)
    >>> made.columns, made.rows
    (63, 513)
    >>> levels = made.data.reshape(63, 513)[30]  # half a dB a step from -117.5 dB
    >>> int(levels.argmax()), float(levels.max() / 2 - 117.5)
    (64, 0.0)
    """
    hop = 16 << level if 0 <= level <= MAX_LEVEL else 0
    total = -(-sound.frames // hop) if hop else 0
    columns = min(COLUMNS, total - index * COLUMNS)
    if columns <= 0 or index < 0 or kind not in _MAKERS:
        raise InputError(
            f"tile {index} of {kind} on level {level} was asked for",
            expected=f"stft, cqt or wave, level 0 to {MAX_LEVEL}, within the sound",
            todo="Ask for another.",
        )
    first = index * COLUMNS * hop
    rows = _MAKERS[kind](sound, lane, first, columns, hop, n_fft, looks)
    return Tile(columns, rows.shape[1], np.ascontiguousarray(rows).reshape(-1))


def decibels(power: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return power as bytes of half a decibel; 1 is 0 dB, a sine at full scale."""
    db = 10 * np.log10(np.maximum(power, np.float32(1e-13)))
    return np.clip(np.rint((db - FLOOR_DB) * 2), 0, 255).astype(np.uint8)


def _frames(sound: Sound, lane: str, centres: NDArray[np.int64], size: int) -> NDArray[np.float32]:
    """Return the stretches of `size` samples around equally spaced centres, one a row."""
    spacing = int(centres[1] - centres[0]) if len(centres) > 1 else size
    first, last = int(centres[0]) - size // 2, int(centres[-1]) + size - size // 2
    windows = np.lib.stride_tricks.sliding_window_view
    if spacing < size:
        return windows(sound.lane(lane, first, last), size)[::spacing]
    # Apart, much of the sound is not looked at: read only what is.
    if first >= 0 and last <= sound.frames:
        each = windows(sound.samples[:, first:last], size, axis=1)[:, ::spacing]
        return sound.combined(lane, each)
    return np.stack(
        [sound.lane(lane, c - size // 2, c - size // 2 + size) for c in map(int, centres)]
    )


def _stft(
    sound: Sound, lane: str, first: int, columns: int, hop: int, n_fft: int, looks: int
) -> NDArray[np.uint8]:
    if n_fft not in WINDOWS:
        raise InputError(
            f"n_fft is {n_fft}", expected=f"one of {WINDOWS}", todo="Choose another window."
        )
    each = max(1, min(hop * 4 // n_fft, looks))
    spacing = hop // each
    window = np.hanning(n_fft + 1)[:-1].astype(np.float32)
    window *= 2 / window.sum()
    made = np.empty((columns, n_fft // 2 + 1), np.float32)
    # So many samples at a time that they stay in the processor's cache.
    batch = max(1, BATCH // (each * n_fft))
    for start in range(0, columns, batch):
        count = min(batch, columns - start)
        centres = first + start * hop + spacing // 2 + spacing * np.arange(count * each)
        spectra = scipy.fft.rfft(_frames(sound, lane, centres, n_fft) * window, axis=1)
        power = spectra.real**2 + spectra.imag**2
        made[start : start + count] = power.reshape(count, each, -1).max(axis=1)
    return decibels(made)


def cqt_rows(sample_rate: int) -> int:
    """Return how many constant-Q bins fit below 0.45 times the sample rate."""
    octaves = np.log2(0.45 * sample_rate / CQT_LOWEST)
    return max(1, min(int(octaves * CQT_PER_OCTAVE), CQT_OCTAVES * CQT_PER_OCTAVE))


@lru_cache(maxsize=4)
def _kernel(sample_rate: int) -> tuple[int, Any]:
    """Return the frame's length, and the matrix that makes its spectrum constant-Q.

    The spectrum of a Hann window is known in closed form, and nearly zero outside its main lobe
    and first side lobes, so that the matrix is sparse and costs nothing to make.
    """
    q = CQT_FILTER_SCALE / (2 ** (1 / CQT_PER_OCTAVE) - 1)
    size = 2 ** int(np.ceil(np.log2(q * sample_rate / CQT_LOWEST)))
    bins = CQT_LOWEST * 2 ** (np.arange(cqt_rows(sample_rate)) / CQT_PER_OCTAVE)
    rows, columns, values = [], [], []
    for row, frequency in enumerate(bins):
        width = frequency / q  # Hz between the zeros of the window's spectrum
        low = max(0, int(np.ceil((frequency - 3 * width) * size / sample_rate)))
        high = min(size // 2, int(np.floor((frequency + 3 * width) * size / sample_rate)))
        k = np.arange(low, high + 1)
        x = (k * sample_rate / size - frequency) / width
        near = np.abs(np.abs(x) - 1) < 1e-6  # noqa: PLR2004  (there the quotient is 0/0)
        lobe = np.where(near, 0.5, np.sinc(x) / np.where(near, 1, 1 - x**2))
        rows.append(np.full(len(k), row))
        columns.append(k)
        # The window stands in the middle of the frame, not at its start.
        values.append(lobe * (1 - 2 * (k % 2)) * 2 / size)
    parts = np.concatenate(values).astype(np.float32)
    where = (np.concatenate(rows), np.concatenate(columns))
    return size, scipy.sparse.csr_array((parts, where), shape=(len(bins), size // 2 + 1))


def _cqt(sound: Sound, lane: str, first: int, columns: int, hop: int, *_: int) -> NDArray[np.uint8]:
    size, kernel = _kernel(sound.sample_rate)
    each = max(1, min(hop // CQT_SPACING, CQT_MAX_FRAMES))
    spacing = hop // each
    made = np.empty((columns, kernel.shape[0]), np.float32)
    batch = max(1, 64 // each)
    for start in range(0, columns, batch):
        count = min(batch, columns - start)
        centres = first + start * hop + spacing // 2 + spacing * np.arange(count * each)
        spectra = scipy.fft.rfft(_frames(sound, lane, centres, size), axis=1, workers=2)
        parts = kernel @ np.hstack([spectra.real.T, spectra.imag.T])
        real, imaginary = np.split(parts, 2, axis=1)
        power = (real**2 + imaginary**2).T
        made[start : start + count] = power.reshape(count, each, -1).max(axis=1)
    return decibels(made)


def _wave(
    sound: Sound, lane: str, first: int, columns: int, hop: int, *_: int
) -> NDArray[np.uint8]:
    made = np.empty((columns, 2), np.int8)
    batch = max(1, (1 << 22) // hop)
    for start in range(0, columns, batch):
        count = min(batch, columns - start)
        at = first + start * hop
        signal = sound.lane(lane, at, min(at + count * hop, sound.frames))
        edges = np.arange(0, len(signal), hop)
        for column, extreme in enumerate((np.minimum, np.maximum)):
            values = np.clip(extreme.reduceat(signal, edges), -1, 1) * 127
            made[start : start + count, column] = np.rint(values)
    return made.view(np.uint8)


_MAKERS: dict[str, Callable[..., NDArray[np.uint8]]] = {"stft": _stft, "cqt": _cqt, "wave": _wave}


def default_window(sample_rate: int) -> int:
    """Return a window of about 46 ms: 2048 samples at 44.1 kHz."""
    exponent = round(np.log2(0.0464 * sample_rate))
    return int(min(max(2**exponent, WINDOWS[0]), WINDOWS[-1]))
