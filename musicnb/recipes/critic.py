"""A critic for the decoder of voices: it tells what voices have really said from what is made.

A decoder that only learns to sing back what it has heard gives the mean of all that may be right,
and what another's pitch and words make of it is never looked at. So a second network learns to
tell the voice's own sound from what the decoder makes, both of the voice's own takes and of those
of others, and the decoder learns to pass for real (Mao et al., "Least squares generative
adversarial networks", ICCV 2017; the voice is told to the critic by projection, Miyato and Koyama,
"cGANs with projection discriminator", ICLR 2018). It is needed for the training only.
"""

from __future__ import annotations

from functools import lru_cache

import librosa
import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional

from musicnb.voices import synthesis
from musicnb.voices.network import Block

#: Window of the spectrogram that it sees, in samples; its mel bands, and the top in Hz.
WINDOW, MELS, TOP = 1024, 60, 8000
#: Magnitudes below this are silence to it.
FLOOR = 1e-4
#: It sees the mean of so many frames, in noise: pulses and noise through filters can have a voice's
#: resonances, but not its every ripple, and a critic that saw those could not be convinced.
BLUR, NOISE = 3, 0.1


class Critic(nn.Module):
    """Says of each frame whether a voice really made it: 1 if so, 0 if not.

    It judges the frame with what is around it, and the stretch as a whole, as those do who tell
    speakers apart: by the mean and the spread of what is in it.

    Parameters
    ----------
    voices : int
        How many voices it knows.
    width : int
        Channels inside.
    """

    def __init__(self, voices: int, width: int = 192) -> None:
        super().__init__()
        self.first = nn.Conv1d(MELS, width, 3, padding=1)
        self.blocks = nn.ModuleList(Block(width, d) for d in (1, 2, 4, 1))
        self.norm = nn.LayerNorm(width)
        self.real = nn.Linear(width, 1)
        self.voice = nn.Embedding(voices, width)
        self.whole = nn.Linear(2 * width, width)
        self.voice_of_whole = nn.Embedding(voices, width)

    def forward(self, seen: Tensor, voice: Tensor) -> Tensor:
        """Return (batch, frames) of what is `seen`, and the numbers (batch,) of the voices."""
        x = self.first(seen)
        for block in self.blocks:
            x = block(x)
        frames = self.norm(x.transpose(1, 2))
        own = (frames * self.voice(voice)[:, None]).mean(2)
        pooled = torch.cat((frames.mean(1), frames.std(1)), 1)
        whole = (functional.gelu(self.whole(pooled)) * self.voice_of_whole(voice)).mean(1)
        made: Tensor = self.real(frames)[..., 0] + own + whole[:, None]
        return made


@lru_cache(maxsize=1)
def _mel() -> Tensor:
    bands = librosa.filters.mel(
        sr=synthesis.SAMPLE_RATE, n_fft=WINDOW, n_mels=MELS, fmin=40, fmax=TOP
    )
    return torch.from_numpy(bands)


def seen(samples: Tensor) -> Tensor:
    """Return the spectrograms (batch, bands, frames) of sounds (batch, samples) at 44.1 kHz.

    However loud the whole is: that is the singer's, and not the voice's.
    """
    window = torch.hann_window(WINDOW, device=samples.device)
    spectrum = torch.stft(samples, WINDOW, synthesis.HOP_LENGTH, window=window, return_complex=True)
    logs = (_mel().to(samples.device) @ spectrum.abs()).clamp(min=FLOOR).log()
    blurred = functional.avg_pool1d(logs - logs.mean((1, 2), keepdim=True), BLUR, 1, BLUR // 2)
    return blurred / 2 + NOISE * torch.randn_like(blurred)


def losses(
    critic: Critic, truth: Tensor, made: Tensor, true_voices: Tensor, made_voices: Tensor
) -> tuple[Tensor, Tensor]:
    """Return what the critic is to learn from, and what the decoder is.

    The first moves the critic alone, the second the decoder alone.
    """
    real = critic(seen(truth), true_voices)
    sight = seen(made)
    fake = critic(sight.detach(), made_voices)
    still = {name: value.detach() for name, value in critic.named_parameters()}
    passes = functional_call(critic, still, (sight, made_voices))
    own = (real - 1).square().mean() + fake.square().mean()
    return own, (passes - 1).square().mean()
