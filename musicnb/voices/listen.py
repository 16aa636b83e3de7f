"""`listen`: everything a conversion takes from the source: what is sung, how high, how loud."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn import functional

from musicnb.audio.resample import resample
from musicnb.errors import InputError
from musicnb.runtime.device import device as pick_device
from musicnb.runtime.weights import card, load_weights
from musicnb.voices import features
from musicnb.voices.estimate_f0 import estimate_f0
from musicnb.voices.f0 import F0
from musicnb.voices.network import FEATURES, ContentNet
from musicnb.voices.synthesis import HOP_LENGTH, N_FFT, SAMPLE_RATE
from musicnb.voices.whisper import whisper_encoder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from musicnb.audio.audio import Audio

CONTENT = "content"
#: Frames the decoder takes at once, and those it sees beyond either end of them.
BLOCK, CONTEXT = 1500, 64
#: Frames that are heard at once, and those that the next ones share with them.
WINDOW, OVERLAP = 1200, 200
#: The peak of what the networks learned from: softer sounds would sink in their noise floor.
PEAK = 0.35
#: Silence, in dBFS.
SILENCE = -100.0


@dataclass(frozen=True)
class Performance:
    """What is sung: three curves with a value every 10 ms, of one length.

    Attributes
    ----------
    content : ndarray of float32
        Features of what is sung, (64, frames), -1 to 1.
    hz : ndarray of float32
        f0 in Hz, 0 where unvoiced: (frames,).
    loudness : ndarray of float32
        Level in dBFS, (frames,).
    """

    content: NDArray[np.float32]
    hz: NDArray[np.float32]
    loudness: NDArray[np.float32]

    @property
    def frames(self) -> int:
        """How many values the curves have."""
        return len(self.hz)

    def at(self, positions: NDArray[np.float64]) -> Performance:
        """Return the performance as it is at `positions`, in frames: another tempo, another length.

        Between two frames everything goes in a straight line; a pitch does not glide to or from
        where there is none.
        """
        low = np.floor(positions).astype(np.intp).clip(0, self.frames - 1)
        high = (low + 1).clip(max=self.frames - 1)
        weight = (positions - low).clip(0, 1).astype(np.float32)
        nearest = np.rint(positions).astype(np.intp).clip(0, self.frames - 1)
        both = (self.hz[low] > 0) & (self.hz[high] > 0)
        glided = (1 - weight) * self.hz[low] + weight * self.hz[high]
        return replace(
            self,
            content=(1 - weight) * self.content[:, low] + weight * self.content[:, high],
            hz=np.where(both, glided, self.hz[nearest]).astype(np.float32),
            loudness=(1 - weight) * self.loudness[low] + weight * self.loudness[high],
        )


def listen(
    audio: Audio,
    *,
    f0: F0 | str | Sequence[str] = "swift",
    device: str | None = None,
    each: Callable[[int], None] = lambda _: None,
) -> Performance:
    """Return what is sung in a recording of one voice.

    Parameters
    ----------
    audio : Audio
        One voice without accompaniment. Channels are averaged.
    f0 : F0, str or sequence of str
        The pitch, or the methods by which `estimate_f0` finds it.
    device : {'auto', 'cpu', 'cuda', 'cuda:N'}, optional
        Where to compute.
    each : callable, optional
        Is told the frames that are done, as they are.
    """
    where = pick_device(device)
    mono = np.ascontiguousarray(audio.samples.mean(axis=0, keepdims=True))
    if not mono.size:
        raise InputError("the sound is empty", expected="at least one frame", todo="Pass another.")
    loudness = level(torch.from_numpy(resample(mono, audio.sample_rate, SAMPLE_RATE)[0]))
    frames = len(loudness)
    curve = f0 if isinstance(f0, F0) else estimate_f0(audio, f0, device=device)
    samples = torch.from_numpy(resample(mono, audio.sample_rate, features.SAMPLE_RATE))
    said = hear(levelled(samples), where, each)
    return Performance(
        content=fitted(said.numpy(), frames),
        hz=fitted(np.nan_to_num(curve.hz)[None], frames)[0],
        loudness=loudness.numpy(),
    )


def level(samples: Tensor) -> Tensor:
    """Return the level in dBFS around every frame: (frames,) for mono sound at 44.1 kHz.

    Examples
    --------
    >>> import torch
    >>> level(torch.full((44100,), 0.1))[50].round().item()
    -20.0
    """
    padded = functional.pad(samples, (N_FFT // 2, N_FFT // 2))
    frames = len(samples) // HOP_LENGTH + 1
    parts = []
    for start in range(0, frames, BLOCK):
        stop = min(frames, start + BLOCK)
        some = padded[start * HOP_LENGTH : (stop - 1) * HOP_LENGTH + N_FFT]
        parts.append(functional.avg_pool1d(some[None, None].square(), N_FFT, HOP_LENGTH)[0, 0])
    return 10 * torch.cat(parts).clamp(min=10 ** (SILENCE / 10)).log10()


def levelled(samples: Tensor) -> Tensor:
    """Return a recording as loud as those that the content network learned from.

    Examples
    --------
    >>> import torch
    >>> round(float(levelled(torch.rand(1, 8000) / 100).max()), 2)
    0.35
    """
    return samples * (PEAK / samples.abs().max().clamp(min=1e-4))


def hear(
    samples: Tensor, device: torch.device, each: Callable[[int], None] = lambda _: None
) -> Tensor:
    """Return the features (64, frames) of mono sound at 16 kHz, (1, samples)."""
    return content(features.seen_of(samples), device, each)


@torch.inference_mode()
def content(
    sight: Tensor, device: torch.device, each: Callable[[int], None] = lambda _: None
) -> Tensor:
    """Return the features (64, frames) of what is `seen`, (1, 80, frames), however long it is.

    Whisper hears 30 s at most, so this takes a window at a time; one fades into the next over the
    two seconds that both hear. `each` is told the frames that are done, as they are.
    """
    encoder, net = whisper_encoder(device), content_network(device)
    frames = sight.shape[2]
    total, weights = torch.zeros(FEATURES, frames), torch.zeros(frames)
    for start in range(0, max(1, frames - OVERLAP), WINDOW - OVERLAP):
        part = slice(start, min(frames, start + WINDOW))
        length = part.stop - start
        made = net(encoder(sight[:, :, part].to(device)))[0, :, :length].cpu()
        away = torch.arange(1, length + 1, dtype=torch.float32)
        weight = torch.minimum(away, away.flip(0)).clamp(max=OVERLAP)
        total[:, part] += weight * made
        weights[part] += weight
        each(length if part.stop == frames else WINDOW - OVERLAP)
    return total / weights


@lru_cache(maxsize=2)
@torch.inference_mode(mode=False)  # whoever asks first, a training may use it after
def content_network(device: torch.device) -> ContentNet:
    """Return the content network with its weights, on `device`."""
    net = ContentNet(card(CONTENT)["phones"])
    net.load_state_dict(load_weights(CONTENT))
    return net.eval().to(device)


def fitted(values: NDArray[np.float32], frames: int) -> NDArray[np.float32]:
    """Return `frames` values a row; rounding of rates may leave one too many or too few.

    Examples
    --------
    >>> import numpy as np
    >>> fitted(np.ones((1, 2), np.float32), 3).tolist()
    [[1.0, 1.0, 1.0]]
    """
    missing = max(0, frames - values.shape[1])
    return np.pad(values, ((0, 0), (0, missing)), mode="edge")[:, :frames]
