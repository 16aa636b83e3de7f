"""What an answer rests on: integrated gradients on the spectrogram.

Sundararajan, Taly and Yan, "Axiomatic attribution for deep networks", ICML 2017: the gradient of
the answer's logit, averaged on the way from silence to the sound, times the sound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from musicnb.analysis.features import (
    PITCH_RATE,
    RHYTHM_RATE,
    SAMPLE_RATE,
    level_gain,
    pitch_frequencies,
    rhythm_frequencies,
    views,
)
from musicnb.analysis.listen import WINDOW_S, network
from musicnb.analysis.pattern import rises, style_features
from musicnb.audio.audio import Audio
from musicnb.audio.files import load
from musicnb.errors import InputError
from musicnb.runtime.device import device as pick_device

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from musicnb.analysis.network import AnalysisNet

#: Steps on the way from silence to the sound.
STEPS = 8
#: Head: the network's output, and the view that its saliency is shown on.
HEADS = {
    "tempo": ("tempo", "rhythm"),
    "beats": ("beat", "rhythm"),
    "downbeats": ("downbeat", "rhythm"),
    "key": ("key", "pitch"),
    "genre": ("genre", "rhythm"),
    "mood": ("mood", "rhythm"),
}
#: Rows of the mask: it lies on a linear axis of frequency.
ROWS = 512


@dataclass(frozen=True)
class Saliency:
    """How much each part of the spectrogram spoke for an answer (positive) or against it.

    Attributes
    ----------
    head : str
        Which answer.
    values : ndarray
        Shape (bands, frames).
    frequencies : ndarray
        The centres of the bands, in Hz.
    times : ndarray
        The frames, in seconds from the start of the whole sound.
    region : dict
        Where `mask` lies, for ``SpectrogramExplorer.add_mask``.
    """

    head: str
    values: NDArray[np.float32]
    frequencies: NDArray[np.float64]
    times: NDArray[np.float64]
    region: dict[str, float]

    @property
    def mask(self) -> NDArray[np.float32]:
        """What spoke for the answer, 0 to 1, frequency rising evenly: an overlay."""
        positive = np.clip(self.values, 0, None)
        top = float(np.quantile(positive, 0.995)) or 1.0
        rows = np.linspace(self.region["low"], self.region["high"], ROWS)
        nearest = np.abs(np.log(rows[:, None] / self.frequencies)).argmin(axis=1)
        spread = positive[nearest]
        # Low bands are narrower than a row: none of them must be lost between two rows.
        np.maximum.at(spread, np.abs(rows[:, None] - self.frequencies).argmin(axis=0), positive)
        return np.asarray(np.clip(spread / top, 0, 1), np.float32)


def saliency(
    source: Audio | str,
    head: str,
    beats: tuple[NDArray[np.float64], NDArray[np.float64]],
    *,
    start: float,
    duration: float,
) -> Saliency:
    """Return what an answer rests on; see :meth:`musicnb.analysis.result.Analysis.saliency`."""
    if head not in HEADS:
        raise InputError(
            f"head is {head!r}", expected=" or ".join(HEADS), todo="Choose one of these."
        )
    if not 0 < duration <= WINDOW_S or start < 0:
        raise InputError(
            f"start is {start} s and duration {duration} s",
            expected=f"a start in the sound and at most {WINDOW_S} s",
            todo="Choose a shorter part.",
        )
    if isinstance(source, Audio):
        part = source[start : start + duration]
    else:
        part = load(source, offset=start, duration=duration)
    if not part.frames:
        raise InputError(
            f"the sound has nothing after {start} s",
            expected="a start in the sound",
            todo="Choose an earlier one.",
        )
    output, view = HEADS[head]
    where = pick_device(None)
    samples = torch.from_numpy(part.mono().resample(SAMPLE_RATE).samples[0].copy()).to(where)
    rhythm, pitch = views(samples * level_gain(samples))
    within = [b[(b >= start) & (b < start + duration)] - start for b in beats]
    answer = _answering(network(where), output, within)
    made = _integrated(rhythm, pitch, answer, view)
    rate, frequencies = (
        (RHYTHM_RATE, rhythm_frequencies())
        if view == "rhythm"
        else (PITCH_RATE, pitch_frequencies())
    )
    times = start + np.arange(made.shape[1]) / rate
    region = {
        "start": start,
        "stop": start + part.duration,
        "low": float(frequencies[0]),
        "high": float(min(frequencies[-1], part.sample_rate / 2)),
    }
    return Saliency(head, made, frequencies, times, region)


def _answering(
    net: AnalysisNet, output: str, beats: list[NDArray[np.float64]]
) -> Callable[[torch.Tensor, torch.Tensor], torch.Tensor]:
    """Return a function from the two views to the logits of an answer."""

    def answer(rhythm: torch.Tensor, pitch: torch.Tensor) -> torch.Tensor:
        if output not in {"genre", "mood"}:
            logits: torch.Tensor = net(rhythm[None], pitch[None])[output][0]
            return logits
        spread = (rhythm.var(dim=0, correction=0) + 1e-6).sqrt()
        features = style_features(
            rises(rhythm), rhythm.mean(dim=0), spread, beats[0], beats[1], 0.0
        )
        made: torch.Tensor = net.style(features[None])[0 if output == "genre" else 1][0]
        return made

    return answer


def _integrated(
    rhythm: torch.Tensor,
    pitch: torch.Tensor,
    answer: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    view: str,
) -> NDArray[np.float32]:
    with torch.no_grad():
        said = answer(rhythm, pitch)
    # Beats have a curve, not a class: what speaks for the frames that are beats.
    curve = len(said) == len(rhythm) and view == "rhythm"
    weights = torch.sigmoid(said) if curve else (said == said.max()).float()
    total = torch.zeros_like(rhythm if view == "rhythm" else pitch)
    for step in range(STEPS):
        share = (step + 0.5) / STEPS
        inputs = {"rhythm": rhythm * share, "pitch": pitch * share}
        inputs[view].requires_grad_()
        logits = answer(inputs["rhythm"], inputs["pitch"])
        (gradient,) = torch.autograd.grad((logits * weights).sum(), inputs[view])
        total += gradient / STEPS
    made: NDArray[np.float32] = (total * (rhythm if view == "rhythm" else pitch)).T.cpu().numpy()
    return made
