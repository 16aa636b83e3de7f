"""Polish a decoder of voices by what listeners say of what it makes.

A decoder that sings back what it has heard is never told how another's pitch and words come out.
So it sings what the other voices of the library have said, and a critic listens that learns with it
what is real (`musicnb.recipes.critic`). Then two more do: a network that tells speakers apart,
which is to hear the voice (`musicnb.recipes.campplus`; as in Casanova et al., "YourTTS", ICML
2022), and our own content encoder, which is to hear the words.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from musicnb.recipes.campplus import embedding, heard_of
from musicnb.recipes.critic import Critic, losses
from musicnb.recipes.takes import LIBRARY
from musicnb.recipes.training import train_for
from musicnb.voices import features, synthesis
from musicnb.voices.fit import distance, sung
from musicnb.voices.listen import PEAK, content_network
from musicnb.voices.whisper import whisper_encoder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from musicnb.recipes.pools import Pool
    from musicnb.voices.fit import Pieces
    from musicnb.voices.listen import Performance
    from musicnb.voices.network import DecoderNet

SEED = 31
#: Of the decoder and its critic; stretches of a step that are sung back, and as many that others
#: have said.
RATES = {"decoder": 3e-4, "critic": 3e-4}
POLISHED = 6
#: The weights of what is said of it: by the critic, of the voice, of the words.
CRITICISM, LIKENESS, WORDS = 0.1, 2.0, 2.0
#: So many stretches at once tell whose voice it is; from as many times `KNOWN` it is known.
AT_ONCE, KNOWN = 2, 64
#: The share of singing in what the others have said, and by how many semitones what they have
#: spoken may miss the middle of the voice's range.
SINGING, ASIDE = 0.5, 2.0
#: Voices that were less like themselves than the rest, and are drawn so many times as often.
OFTEN = {"ru": 5, "robot": 2}


def polish(
    pools: list[Pool],
    net: DecoderNet,
    listener: nn.Module | None,
    out: Path,
    *,
    minutes: float,
    device: torch.device,
) -> int:
    """Train on, in place, for so many minutes; count the steps. The critic always listens."""
    voices = len(pools)
    shares = np.array([OFTEN.get(name, 1) for name in LIBRARY], np.float64)
    shares /= shares.sum()
    critic = Critic(voices).to(device)
    heard = heard_by(listener.to(device), pools, device) if listener else None

    def loss_of(rng: np.random.Generator) -> Tensor:
        own = rng.choice(voices, size=POLISHED, p=shares)
        drawn = [pools[int(voice)].draw(rng) for voice in own]
        mine = rng.choice(voices, POLISHED // AT_ONCE, replace=False, p=shares)
        singing = rng.random(len(mine)) < SINGING
        told = [
            lent(pools, int(voice), rng, singing=bool(sings))
            for voice, sings in zip(mine, singing, strict=True)
            for _ in range(AT_ONCE)
        ]
        torch.manual_seed(int(rng.integers(2**32)))  # of the noise in what the critic sees
        numbers = torch.from_numpy(np.concatenate((own, mine.repeat(AT_ONCE)))).to(device)
        made = sung(net.train(), [each for each, _ in drawn] + told, numbers, rng, device)
        truth = torch.stack([sound for _, sound in drawn]).to(device)
        learned, passes = losses(critic, truth, made, numbers[:POLISHED], numbers)
        loss = distance(made[:POLISHED], truth) + learned + CRITICISM * passes
        return loss + heard(made[POLISHED:], told, 2 * mine + singing) if heard else loss

    both = nn.ModuleDict({"decoder": net, "critic": critic})
    return train_for(minutes, both, loss_of, out, rate=RATES, seed=SEED)


def heard_by(
    listener: nn.Module, pools: list[Pool], device: torch.device
) -> Callable[[Tensor, list[Performance], NDArray[np.intp]], Tensor]:
    """Return what tells how unlike the voices, and how unlike the words, what is made is heard."""
    words = word_listener(device)
    # Of speech and of singing apart: a voice that sings is not heard as the one that speaks.
    wanted = torch.stack(
        [likeness_of(each, listener, device) for pool in pools for each in (pool.spoken, pool.sung)]
    )

    def heard(made: Tensor, told: list[Performance], whom: NDArray[np.intp]) -> Tensor:
        low = lowered(made)
        alike = (whose(listener, low) * wanted[whom]).sum(1)
        return LIKENESS * (1 - alike).mean() + WORDS * misheard(words, low, told)

    return heard


def lent(pools: list[Pool], voice: int, rng: np.random.Generator, *, singing: bool) -> Performance:
    """Return what another voice has said at a pitch that is this voice's, or sung at its own."""
    other = pools[(voice + int(rng.integers(1, len(pools)))) % len(pools)]
    if singing:
        return other.sung.draw(rng)[0]
    return in_range(other.spoken.draw(rng)[0], pools[voice].median_hz, rng)


def in_range(performance: Performance, median_hz: float, rng: np.random.Generator) -> Performance:
    """Return what somebody else has said at a pitch at which a voice of this median would."""
    voiced = performance.hz[performance.hz > 0]
    if not len(voiced):
        return performance
    ratio = median_hz / np.median(voiced) * 2 ** (rng.normal(0, ASIDE) / 12)
    return replace(performance, hz=(performance.hz * ratio).astype(np.float32))


def lowered(samples: Tensor) -> Tensor:
    """Return stretches (batch, samples) at 16 kHz: what the listeners hear."""
    wanted = samples.shape[1] * features.SAMPLE_RATE // synthesis.SAMPLE_RATE
    spectrum = torch.fft.rfft(samples)[:, : wanted // 2 + 1]
    made: Tensor = torch.fft.irfft(spectrum, n=wanted) * (wanted / samples.shape[1])
    return made


def whose(listener: nn.Module, low: Tensor) -> Tensor:
    """Return whose voices are heard, (stretches / AT_ONCE, 192), each in so many in a row."""
    heard = heard_of(low)
    return embedding(listener, heard.reshape(len(low) // AT_ONCE, -1, heard.shape[2]))


@torch.no_grad()
def likeness_of(pool: Pieces, listener: nn.Module, device: torch.device) -> Tensor:
    """Return whose voice is heard in a voice's own takes: (192,)."""
    rng = np.random.default_rng(SEED)
    own = [torch.stack([pool.draw(rng)[1] for _ in range(AT_ONCE)]) for _ in range(KNOWN)]
    found = torch.cat([whose(listener, lowered(each.to(device))) for each in own])
    return nn.functional.normalize(found.mean(0), dim=0)


def word_listener(device: torch.device) -> nn.Module:
    """Return our content encoder: features (batch, 64, frames) of what is `features.seen`."""
    return nn.Sequential(whisper_encoder(device), content_network(device)).requires_grad_(False)


def misheard(words: nn.Module, low: Tensor, told: list[Performance]) -> Tensor:
    """Return how far from what was to be said is what is heard."""
    loud = low * (PEAK / low.detach().abs().amax(1, keepdim=True).clamp(min=1e-4))
    found = words(features.seen(features.power(loud)))
    wanted = torch.stack([torch.from_numpy(each.content) for each in told]).to(low.device)
    frames = min(found.shape[2], wanted.shape[2])
    off: Tensor = (found[..., :frames] - wanted[..., :frames]).abs().mean()
    return off
