"""The picture of a sound that a saved notebook keeps, for where no kernel is."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from musicnb.widgets.base import PICTURE_BYTES
from musicnb.widgets.colormaps import colors
from musicnb.widgets.tiles import COLUMNS, tile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicnb.widgets.sound import Sound

WIDTH, HEIGHT = 512, 160


#: Kept as long as the sound is.
_seen: WeakKeyDictionary[Sound, dict[int, NDArray[np.uint8]]] = WeakKeyDictionary()


def overview(sound: Sound, n_fft: int) -> NDArray[np.uint8]:
    """Return the levels of a whole sound in at most 256 columns, shape (columns, rows)."""
    made = _seen.setdefault(sound, {})
    if n_fft not in made:
        level = 0
        while (16 << level) * COLUMNS < sound.frames:
            level += 1
        whole = tile(sound, "stft", "mix", level, 0, n_fft)
        made[n_fft] = whole.data.reshape(whole.columns, whole.rows)
    return made[n_fft]


def picture(sound: Sound, n_fft: int, colormap: str, low: float, high: float) -> bytes:
    """Return a PNG of a mel-scaled spectrogram, small enough for a saved notebook."""
    from PIL import Image

    levels = overview(sound, n_fft).astype(np.float32) / 2 - 117.5
    top = 2595 * np.log10(1 + sound.sample_rate / 2 / 700)
    hz = 700 * (10 ** (np.linspace(0, top, HEIGHT) / 2595) - 1)
    rows = np.rint(hz / (sound.sample_rate / 2) * (levels.shape[1] - 1)).astype(int)
    columns = np.linspace(0, levels.shape[0] - 1, WIDTH).round().astype(int)
    shown = np.clip((levels[columns][:, rows].T[::-1] - low) / (high - low), 0, 1)
    for count in (64, 32, 16, 8):
        image = Image.fromarray(np.rint(shown * (count - 1)).astype(np.uint8), mode="P")
        image.putpalette(colors(colormap, count).reshape(-1).tolist())
        buffer = io.BytesIO()
        image.save(buffer, "PNG", optimize=True)
        if buffer.tell() <= PICTURE_BYTES:
            break
    return buffer.getvalue()
