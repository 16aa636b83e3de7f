"""How good a voice that was trained here is: measured on what it was not trained on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from musicnb.audio.audio import Audio
from musicnb.audio.files import load
from musicnb.voices.controls import suggest_transpose
from musicnb.voices.convert import convert
from musicnb.voices.estimate_f0 import estimate_f0
from musicnb.voices.library import PACKAGED, voice, voice_names
from musicnb.voices.perform import filters, sound
from musicnb.voices.similarity import embed_voice
from musicnb.voices.synthesis import SAMPLE_RATE
from musicnb.voices.voice import PREVIEW

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from torch import Tensor

    from musicnb.voices.listen import Performance
    from musicnb.voices.voice import Voice

#: How many voices of the library are converted, and how many seconds of each.
SOURCES, SECONDS = 3, 5.0


def held_out_scores(
    made: Voice,
    held_out: list[tuple[Performance, Tensor]],
    target: Sequence[Audio],
    learned: Sequence[Audio],
) -> dict[str, float]:
    """Return what is known of a voice after its training.

    Parameters
    ----------
    made : Voice
        The voice.
    held_out : list of (Performance, Tensor)
        Takes it was not learned from.
    target : list of Audio
        The sound of them.
    learned : list of Audio
        What it was learned from.
    """
    wanted = embed_voice(list(target))
    before, after = [], []
    for path in _previews():
        source = load(path, duration=SECONDS)
        advice = suggest_transpose(estimate_f0(source), made)
        sung = convert(source, made, transpose=advice.transpose).audio
        before.append(float(embed_voice(source) @ wanted))
        after.append(float(embed_voice(sung) @ wanted))
    cents = []
    for performance, _ in held_out:
        again = estimate_f0(sing_again(made, performance)).hz[: performance.frames]
        wanted_hz = performance.hz[: len(again)]
        both = (wanted_hz > 0) & ~np.isnan(again)
        cents.append(np.abs(1200 * np.log2(again[both] / wanted_hz[both])))
    return {
        "similarity": round(float(np.mean(after)), 3),
        "similarity_before": round(float(np.mean(before)), 3),
        "similarity_of_takes": round(float(embed_voice(list(learned)) @ wanted), 3),
        "f0_cents": round(float(np.median(np.concatenate(cents))), 1),
    }


def sing_again(made: Voice, performance: Performance) -> Audio:
    """Return a performance sung by a voice, without retrieval: what its decoder makes of it."""
    where = next(made.decoder.parameters()).device
    pulse_bands, noise_bands = filters(performance, made.decoder, made.speaker, where)
    samples = sound(torch.from_numpy(performance.hz), pulse_bands, noise_bands, seed=0)
    samples = samples * min(1.0, 0.99 / max(float(samples.abs().max()), 1e-3))
    return Audio(samples.numpy(), SAMPLE_RATE)


def _previews() -> list[Path]:
    """Return recordings of voices of the library: a low one, a middle one, a high one."""
    names = [name for name in voice_names() if (PACKAGED / name / PREVIEW).is_file()]
    names.sort(key=lambda name: voice(name).median_hz)
    chosen = np.linspace(0, len(names) - 1, min(SOURCES, len(names))).round()
    return [PACKAGED / names[int(i)] / PREVIEW for i in chosen]
