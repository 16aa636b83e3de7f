"""Run the network over a stream: overlapping windows, any sample rate, memory that hardly grows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import torch

from musicnb.analysis.features import (
    PITCH_RATE,
    RHYTHM_BANDS,
    RHYTHM_RATE,
    SAMPLE_RATE,
    level_gain,
    views,
)
from musicnb.analysis.network import AnalysisNet
from musicnb.analysis.pattern import rises, style_features
from musicnb.audio.resample import resample_blocks
from musicnb.runtime.weights import card, load_weights

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    Block = NDArray[np.float32]

WEIGHTS = "analysis"
#: Seconds that the network sees at once, and of them, at either end, those that it sees only as
#: context for the rest.
WINDOW_S, MARGIN_S = 40, 4
STEP_S = WINDOW_S - 2 * MARGIN_S
#: Softer than this (dBFS, root mean square of a second) is silence.
SILENCE = -60.0
#: Heads that answer for the whole sound, before the beats are known.
HEADS = ("tempo", "key")
#: Seconds of sound it takes to be as sure as the network is.
ENOUGH_S = 8.0


@dataclass(frozen=True)
class Heard:
    """What the network heard.

    Attributes
    ----------
    beat, downbeat : ndarray
        Probabilities, 50 frames a second.
    shares : dict of str to ndarray
        For each of `HEADS` the calibrated probability of each class.
    rises : ndarray
        How each group of bands rises, frame by frame (`musicnb.analysis.pattern.rises`).
    mean, spread : ndarray
        Mean and standard deviation over time of each band of the rhythm view.
    local_tempo, local_key : ndarray
        The same for each second, shape (seconds, classes).
    duration : float
        Seconds.
    sounding : float
        Seconds that are not silent.
    pitch : ndarray
        The pitch view, 5 frames a second, 0 where it is silent; in half precision, because it is
        kept for the whole sound.
    """

    beat: Block
    downbeat: Block
    shares: dict[str, Block]
    rises: Block
    mean: Block
    spread: Block
    local_tempo: Block
    local_key: Block
    duration: float
    sounding: float
    pitch: NDArray[np.float16]


@lru_cache(maxsize=2)
def network(device: torch.device) -> AnalysisNet:
    """Return the network with its weights, on `device`."""
    net = AnalysisNet()
    net.load_state_dict(load_weights(WEIGHTS))
    return net.eval().to(device)


def temperatures() -> dict[str, float]:
    """Return what the logits of each head are divided by, fitted after training."""
    return {name: float(value) for name, value in card(WEIGHTS)["temperatures"].items()}


def slips() -> dict[str, float]:
    """Return how often each head is no better than a guess, however sure; fitted with those."""
    return {name: float(value) for name, value in card(WEIGHTS)["slips"].items()}


def calibrated(head: str, logits: torch.Tensor) -> Block:
    """Return probabilities that are as high as the answers are right, along the last dimension.

    The logits are divided by a temperature. Some answers are wrong for sure, whatever the logits
    say (a mode mistaken is a mood mistaken, say): a fixed share goes to all classes alike.
    """
    slip = slips()[head]
    share = torch.softmax(logits / temperatures()[head], dim=-1)
    made: Block = ((1 - slip) * share + slip / share.shape[-1]).numpy()
    return made


def listen(
    blocks: Iterable[Block],
    sample_rate: int,
    device: torch.device,
    advance: Callable[[float], object] = lambda _: None,
) -> Heard:
    """Run the network over a stream.

    Parameters
    ----------
    blocks : iterable of ndarray
        Float32 blocks of shape (channels, frames), of any lengths.
    sample_rate : int
        Of the blocks, in Hz.
    device : torch.device
        Where the network runs.
    advance : callable
        Called with the seconds done, after each window.
    """
    net = network(device)
    collected = _Collected()
    frames = 0

    def mixed() -> Iterator[Block]:
        nonlocal frames
        for block in blocks:
            frames += block.shape[1]
            yield block.mean(axis=0, keepdims=True)

    stream = resample_blocks(mixed(), sample_rate, SAMPLE_RATE, 1)
    window, step = WINDOW_S * SAMPLE_RATE, STEP_S * SAMPLE_RATE
    waiting = np.zeros(0, np.float32)
    more = True
    while more:
        parts = [waiting]
        while more and sum(map(len, parts)) <= window:
            block = next(stream, None)
            more = block is not None
            if block is not None:
                parts.append(block[0])
        waiting = np.concatenate(parts)
        if not more and collected.empty:  # even a click gets a second to be heard in
            waiting = np.pad(waiting, (0, max(SAMPLE_RATE - len(waiting), 0)))
        while len(waiting) > window or (not more and len(waiting)):
            last = len(waiting) <= window
            collected.add(net, waiting[:window], device, last=last)
            advance(STEP_S if not last else len(waiting) / SAMPLE_RATE)
            waiting = waiting[:0] if last else waiting[step:]
    return collected.heard(frames / sample_rate)


class _Collected:
    """What the windows gave, put together."""

    def __init__(self) -> None:
        self._curves: list[tuple[Block, Block]] = []
        self._local: list[tuple[Block, Block]] = []
        self._sums: dict[str, Block] = {}
        self._rises: list[Block] = []
        self._pitch: list[NDArray[np.float16]] = []
        self._bands = np.zeros((2, RHYTHM_BANDS))
        self._weight = self._sounding = 0.0

    def add(self, net: AnalysisNet, samples: Block, device: torch.device, *, last: bool) -> None:
        """Hear one window, and keep what is not context for its neighbours."""
        start = MARGIN_S if self._curves else 0
        length = len(samples) / SAMPLE_RATE
        stop = length if last else float(WINDOW_S - MARGIN_S)
        loud = _loud_seconds(samples)
        tensor = torch.from_numpy(samples).to(device)
        with torch.inference_mode():
            rhythm, pitch = views(tensor * level_gain(tensor))
            made = {k: v[0].float().cpu() for k, v in net(rhythm[None], pitch[None]).items()}
        frames = slice(start * RHYTHM_RATE, round(stop * RHYTHM_RATE))
        audible = np.repeat(loud, RHYTHM_RATE)
        beat, downbeat = (
            np.asarray(torch.sigmoid(made[name]).numpy()) for name in ("beat", "downbeat")
        )
        audible = np.pad(audible, (0, max(len(beat) - len(audible), 0)), mode="edge")[: len(beat)]
        self._curves.append(((beat * audible)[frames], (downbeat * audible)[frames]))
        seconds = slice(start, max(round(stop), start + 1))
        self._local.append(
            (
                calibrated("tempo", made["local_tempo"])[seconds],
                calibrated("key", made["local_key"])[seconds],
            )
        )
        weight = float(loud[seconds].sum())
        self._sounding += min(weight, stop - start)
        # Half precision, because it is kept for the whole sound.
        self._rises.append(rises(rhythm)[frames].half().cpu().numpy())
        heard = np.repeat(loud, PITCH_RATE)
        heard = np.pad(heard, (0, max(len(pitch) - len(heard), 0)), mode="edge")[: len(pitch), None]
        slow = slice(start * PITCH_RATE, round(stop * PITCH_RATE))
        self._pitch.append((pitch.cpu().numpy() * heard)[slow].astype(np.float16))
        kept = rhythm[frames].double().cpu().numpy()
        self._bands += kept.sum(axis=0), np.square(kept).sum(axis=0)
        for name in HEADS:
            logits = made[name].numpy() * weight
            self._sums[name] = self._sums.get(name, np.zeros_like(logits)) + logits
        self._weight += weight

    @property
    def empty(self) -> bool:
        """Whether no window was heard yet."""
        return not self._curves

    def heard(self, duration: float) -> Heard:
        """Return what was heard in all."""
        sure = certainty(self._sounding)
        shares = {}
        for name, sums in self._sums.items():
            share = calibrated(name, torch.from_numpy(sums / max(self._weight, 1.0)))
            shares[name] = (sure * share + (1 - sure) / len(share)).astype(np.float32)
        beat, downbeat = (np.concatenate(parts) for parts in zip(*self._curves, strict=True))
        tempo, key = (np.concatenate(parts) for parts in zip(*self._local, strict=True))
        rise = np.concatenate(self._rises).astype(np.float32)
        mean, square = self._bands / len(rise)
        spread = np.sqrt(np.maximum(square - mean**2, 0))
        return Heard(
            beat,
            downbeat,
            shares,
            rise,
            mean.astype(np.float32),
            spread.astype(np.float32),
            tempo,
            key,
            duration,
            self._sounding,
            np.concatenate(self._pitch),
        )


def certainty(sounding: float) -> float:
    """Return the share of the network's answer in ours: of a very short sound nothing is sure."""
    return min(sounding / ENOUGH_S, 1.0)


def style_shares(
    net: AnalysisNet, heard: Heard, beats: NDArray[np.float64], downbeats: NDArray[np.float64]
) -> dict[str, Block]:
    """Return the calibrated probability of each genre and of each mood."""
    key = heard.shares["key"]
    features = style_features(
        torch.from_numpy(heard.rises),
        torch.from_numpy(heard.mean),
        torch.from_numpy(heard.spread),
        beats,
        downbeats,
        float(key[:12].sum() - key[12:].sum()),
    )
    where, sure = next(net.parameters()).device, certainty(heard.sounding)
    with torch.inference_mode():
        logits = net.style(features[None].to(where))
    made = {}
    for name, values in zip(("genre", "mood"), logits, strict=True):
        share = calibrated(name, values[0].cpu())
        made[name] = (sure * share + (1 - sure) / len(share)).astype(np.float32)
    return made


def _loud_seconds(samples: Block) -> Block:
    """Return 1 for each second that is not silent, 0 for the others."""
    pieces = [samples[i : i + SAMPLE_RATE] for i in range(0, len(samples), SAMPLE_RATE)]
    floor = 10 ** (SILENCE / 10)
    return np.array([float(np.mean(np.square(p)) > floor) for p in pieces], np.float32)
