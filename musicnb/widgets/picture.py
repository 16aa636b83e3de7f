"""The picture of a sound that a saved notebook keeps, for where no kernel is."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from musicnb.widgets.colormaps import colors
from musicnb.widgets.tiles import COLUMNS, default_window, tile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from musicnb.widgets.sound import Sound

WIDTH, HEIGHT = 512, 160
#: A column of the overview need not look at all of the sound that it stands for.
LOOKS = 4
#: What a picture may add to a saved notebook (base64 adds a third).
PICTURE_BYTES = 45_000


#: Kept as long as the sound is.
_seen: WeakKeyDictionary[Sound, dict[int, NDArray[np.uint8]]] = WeakKeyDictionary()


def overview(sound: Sound, n_fft: int) -> NDArray[np.uint8]:
    """Return the levels of a whole sound in at most 256 columns, shape (columns, rows)."""
    made = _seen.setdefault(sound, {})
    if n_fft not in made:
        level = 0
        while (16 << level) * COLUMNS < sound.frames:
            level += 1
        whole = tile(sound, "stft", "mix", level, 0, n_fft, looks=LOOKS)
        made[n_fft] = whole.data.reshape(whole.columns, whole.rows)
    return made[n_fft]


def picture(sound: Sound, n_fft: int, colormap: str, low: float, high: float) -> bytes:
    """Return a PNG of a mel-scaled spectrogram, small enough for a saved notebook."""
    return _png(_shown(sound, n_fft, low, high, HEIGHT), colormap)


def stacked(sounds: Sequence[Sound]) -> bytes:
    """Return a PNG of several sounds, one below the other."""
    parts = []
    for sound in sounds:
        parts.append(_shown(sound, low_window(sound.sample_rate), -80, -10, 48))
        parts.append(np.zeros((2, WIDTH), np.float32))
    return _png(np.concatenate(parts[:-1]), "viridis")


def low_window(sample_rate: int) -> int:
    """Return the window for a picture so low that it shows no more than a short one tells."""
    return default_window(sample_rate) // 4


def _shown(sound: Sound, n_fft: int, low: float, high: float, height: int) -> NDArray[np.float32]:
    """Return how light each pixel is, 0 to 1, the highest frequency first."""
    levels = overview(sound, n_fft).astype(np.float32) / 2 - 117.5
    top = 2595 * np.log10(1 + sound.sample_rate / 2 / 700)
    hz = 700 * (10 ** (np.linspace(0, top, height) / 2595) - 1)
    rows = np.rint(hz / (sound.sample_rate / 2) * (levels.shape[1] - 1)).astype(int)
    columns = np.linspace(0, levels.shape[0] - 1, WIDTH).round().astype(int)
    shown: NDArray[np.float32] = (levels[columns][:, rows].T[::-1] - low) / (high - low)
    return np.clip(shown, 0, 1, out=shown)


def _png(shown: NDArray[np.float32], colormap: str) -> bytes:
    from PIL import Image

    for count in (64, 32, 16, 8):
        image = Image.fromarray(np.rint(shown * (count - 1)).astype(np.uint8), mode="L")
        image.putpalette(colors(colormap, count).reshape(-1).tolist())
        buffer = io.BytesIO()
        image.save(buffer, "PNG")
        if buffer.tell() <= PICTURE_BYTES:
            break
    return buffer.getvalue()
