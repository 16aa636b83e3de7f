"""How a sound shows in a notebook: its waveform and a small player, within 60 KB."""

from __future__ import annotations

import base64
import html
import io
from typing import TYPE_CHECKING

import numpy as np
import soundfile

if TYPE_CHECKING:
    from musicnb.audio.audio import Audio

#: Bytes that one player may add to a saved notebook.
BUDGET = 60_000
#: Columns of the waveform.
COLUMNS = 320
HEIGHT = 56
#: Mono at this rate, compressed to about 20 kbit/s, is pleasant to hear; much below, it is not.
RATE = 24_000
#: libsndfile's scale from 0 (256 kbit/s a channel) to 1 (6 kbit/s).
COMPRESSION = 0.95


def player(audio: Audio) -> str:
    """Return HTML with the waveform and a player of as much as the budget holds, from the start."""
    if not audio.frames:
        return f"<div>{html.escape(repr(audio))}: nothing to hear</div>"
    picture = _waveform(audio)
    sound, seconds = _preview(audio, BUDGET - len(picture) - 1500)
    whole = seconds >= audio.duration - 0.05
    note = "" if whole else f" · plays the first {int(seconds)} s; slice it to hear another part"
    label = html.escape(
        f"{_clock(audio.duration)} · {audio.sample_rate} Hz · "
        f"{audio.channels} channel{'s' * (audio.channels > 1)}{note}"
    )
    return (
        '<div style="max-width:640px;font:12px system-ui,sans-serif">'
        f"{picture}"
        f'<audio controls preload="metadata" aria-label="Sound: {label}"'
        ' style="width:100%;height:36px;display:block"'
        f' src="data:audio/ogg;base64,{sound}"></audio>'
        f'<div style="opacity:.75">{label}</div></div>'
    )


def _waveform(audio: Audio) -> str:
    """Return an SVG of the lowest and highest sample in each column of time."""
    mono = audio.samples.mean(axis=0)
    edges = np.linspace(0, len(mono), min(COLUMNS, len(mono)) + 1).astype(int)[:-1]
    high = np.maximum.reduceat(mono, edges)
    low = np.minimum.reduceat(mono, edges)
    middle = HEIGHT / 2
    step = COLUMNS / len(edges)
    strokes = "".join(
        f"M{(i + 0.5) * step:.4g} {middle - h * middle:.1f}V{middle - b * middle + 0.4:.1f}"
        for i, (h, b) in enumerate(zip(np.clip(high, -1, 1), np.clip(low, -1, 1), strict=True))
    )
    return (
        f'<svg viewBox="0 0 {COLUMNS} {HEIGHT}" preserveAspectRatio="none" role="img"'
        ' aria-label="Waveform"'
        f' style="width:100%;height:{HEIGHT}px;display:block">'
        f'<path d="{strokes}" fill="none" stroke="#2a78b8" stroke-width="{0.8 * step:.2g}"/></svg>'
    )


def _preview(audio: Audio, budget: int) -> tuple[str, float]:
    """Return as much of the sound as fits, as base64 of mono Opus, and how many seconds it is."""
    seconds = min(audio.duration, 60.0)
    mono = audio[:seconds].mono().resample(RATE)
    peak = float(mono.peak)
    samples = mono.samples[0] / max(peak, 1.0)
    while True:
        encoded = _opus(samples)
        size = len(encoded) * 4 / 3
        if size <= budget or not len(samples):
            return base64.b64encode(encoded).decode("ascii"), len(samples) / RATE
        # Bit rate varies with the music, so aim a little low and look again.
        samples = samples[: int(len(samples) * min(0.97 * budget / size, 0.95))]


def _opus(samples: np.ndarray[tuple[int], np.dtype[np.float32]]) -> bytes:
    buffer = io.BytesIO()
    with soundfile.SoundFile(buffer, "w", RATE, 1, "OPUS", format="OGG", **_quality()) as file:
        file.write(samples)
    return buffer.getvalue()


def _quality() -> dict[str, object]:
    # Before soundfile 0.13 the rate cannot be chosen, and the preview is shorter instead.
    if "compression_level" in soundfile.SoundFile.__init__.__code__.co_varnames:
        return {"compression_level": COMPRESSION}
    return {}


def _clock(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes:.0f}:{rest:04.1f}"
