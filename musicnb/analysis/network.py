"""The network that hears beats, tempo, key, genre and mood.

Two views of the sound (`musicnb.analysis.features`) have a front of convolutions each. The rhythm
view goes through a temporal convolutional network, as in Boeck and Davies, "Deconstruct, analyse,
reconstruct: how to improve tempo, beat, and downbeat estimation", ISMIR 2020. The pitch view is
folded into one octave and seen by convolutions that go around the circle of twelve pitch classes:
whoever transposes a song turns its key by as much, whatever the weights (but for the ends of the
axis).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from musicnb.analysis.features import (
    BINS_PER_SEMITONE,
    OCTAVES,
    PITCH_RATE,
    RHYTHM_RATE,
)
from musicnb.analysis.pattern import FEATURES

#: Genres and moods, in the order of the outputs.
GENRES = ("ballroom", "blues", "country-folk", "electronic", "funk-soul", "jazz", "latin", "pop",
          "reggae-ska", "rock")  # fmt: skip
MOODS = ("happy", "tense", "sad", "calm")
#: Tempo classes, logarithmic: 4 % apart would be too coarse for Acc1's 4 %, so 1.5 %.
TEMPO_LOW, TEMPO_STEP, TEMPO_CLASSES = 40.0, 1.015, 121
#: Spacings in frames of the taps of the eleven layers: from 0.02 to 5 s.
DILATIONS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 64, 16)
#: A pulse is compared with itself after so many beats.
MULTIPLES = (0.5, 1.0, 2.0, 3.0, 4.0)
#: The local tempo and key look at this many seconds around a moment.
LOCAL_S = 12.0


class Layer(nn.Module):
    """A dilated convolution at two spacings, the second twice the first, and a skip around it."""

    def __init__(self, width: int, dilation: int, dropout: float) -> None:
        super().__init__()
        self.near = nn.Conv1d(width, width // 2, 5, padding=2 * dilation, dilation=dilation)
        self.far = nn.Conv1d(width, width // 2, 5, padding=4 * dilation, dilation=2 * dilation)
        self.join = nn.Conv1d(width, width, 1)
        self.dropout = nn.Dropout1d(dropout)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the sum with the input, and the layer's own part."""
        both = torch.cat((self.near(x), self.far(x)), dim=1)
        own = self.join(self.dropout(functional.elu(both)))
        return x + own, own


class RhythmFront(nn.Module):
    """From (batch, frames, bands) to (batch, width, frames): three convolutions that pool bands."""

    def __init__(self, width: int, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, channels, (3, 3), padding=(1, 0))
        self.second = nn.Conv2d(channels, channels, (1, 10))
        self.third = nn.Conv2d(channels, width, (3, 3), padding=(1, 0))

    def forward(self, rhythm: Tensor) -> Tensor:
        """Return one vector a frame."""
        x = functional.elu(functional.max_pool2d(self.first(rhythm[:, None]), (1, 3)))
        x = functional.elu(functional.max_pool2d(self.second(x), (1, 3)))
        x = functional.elu(self.third(x))
        return x.mean(dim=3)


class PitchFront(nn.Module):
    """From (batch, frames, 216 bands) to (batch, width, frames, 12): chords by pitch class."""

    def __init__(self, width: int, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, channels, (3, 7), padding=(1, 3))
        # Three bands become one semitone.
        self.semitones = nn.Conv2d(
            channels, channels, (3, 7), stride=(1, BINS_PER_SEMITONE), padding=(1, 2)
        )
        self.overtones = nn.Conv2d(channels, channels, (1, 25), padding=(0, 12))
        self.chroma = nn.Conv2d(2 * channels, width, (3, 12), padding=(1, 0))

    def forward(self, pitch: Tensor) -> Tensor:
        """Return twelve vectors a frame, one for each pitch class from A on."""
        x = functional.elu(self.first(pitch[:, None]))
        x = functional.elu(self.semitones(x))
        x = x + functional.elu(self.overtones(x))
        folded = x.reshape(*x.shape[:3], OCTAVES, 12)
        x = torch.cat((folded.mean(dim=3), folded.amax(dim=3)), dim=1)
        return functional.elu(self.chroma(around(x)))


def around(x: Tensor) -> Tensor:
    """Continue the circle of twelve, for a convolution over all of it."""
    return torch.cat((x, x[..., :11]), dim=-1)


class TempoHead(nn.Module):
    """From curves over time to tempo classes, by the curves' self-similarity.

    A pulse resembles itself after one beat, and after two, three and four. The same weights look
    at every tempo class, so that what is learned of 100 beats a minute is known of 150 too.
    """

    def __init__(self, width: int, curves: int = 12) -> None:
        super().__init__()
        self.curves = nn.Conv1d(width, curves, 1)
        taps = len(MULTIPLES) * curves
        self.compare = nn.Sequential(
            nn.Conv1d(taps, width, 5, padding=2), nn.ELU(), nn.Dropout1d(0.1),
            nn.Conv1d(width, width, 5, padding=2), nn.ELU(),
        )  # fmt: skip
        self.out = nn.Conv1d(width, 1, 1)
        #: Which tempos are usual.
        self.usual = nn.Parameter(torch.zeros(TEMPO_CLASSES))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits (batch, 121) for the whole, and (batch, seconds, 121)."""
        # In training every fourth second will do.
        step = 4 if self.training else 1
        alike = self.self_similarity(self.curves(x).float(), step)
        seconds = alike.shape[1]
        both = torch.cat((alike.mean(dim=1, keepdim=True), alike), dim=1)
        logits = self.out(self.compare(both.flatten(0, 1)))[:, 0] + self.usual
        logits = logits.reshape(-1, seconds + 1, TEMPO_CLASSES)
        return logits[:, 0], logits[:, 1:]

    @staticmethod
    def self_similarity(curves: Tensor, step: int = 1) -> Tensor:
        """Return autocorrelations of (batch, curves, frames) around each `step` seconds.

        The result is of shape (batch, seconds, multiples * curves, 121), between -1 and 1.
        """
        length = round(LOCAL_S * RHYTHM_RATE)
        seconds = max(curves.shape[2] // RHYTHM_RATE, 1)
        padded = functional.pad(curves, (length // 2, length // 2 + RHYTHM_RATE))
        windows = padded.unfold(2, length, RHYTHM_RATE)[:, :, :seconds:step]
        windows = windows - windows.mean(dim=3, keepdim=True)
        power = torch.fft.rfft(windows, 2 * length).abs().square()
        alike = torch.fft.irfft(power)[..., : length // 2 + 1]
        alike = alike / (alike[..., :1] + 1e-4)
        period = 60 * RHYTHM_RATE / tempo_of_class(torch.arange(TEMPO_CLASSES))
        lags = torch.stack([period * m for m in MULTIPLES]).to(alike.device)
        below = lags.floor().long().clamp(max=alike.shape[3] - 2)
        share = (lags - below).to(alike.dtype)
        picked: Tensor = alike[..., below] * (1 - share) + alike[..., below + 1] * share
        return picked.permute(0, 2, 1, 3, 4).flatten(2, 3)


class StyleNet(nn.Module):
    """Genre and mood from the pattern of the beats and the balance of the bands.

    Input is what `musicnb.analysis.pattern.style_features` returns; output are the logits of the
    genres and of the moods.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, width: int = 64, dropout: tuple[float, float] = (0.3, 0.5)) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(FEATURES))
        self.register_buffer("scale", torch.ones(FEATURES))
        self.layers = nn.Sequential(
            nn.Dropout(dropout[0]), nn.Linear(FEATURES, width), nn.ELU(), nn.Dropout(dropout[1])
        )
        self.genre = nn.Linear(width, len(GENRES))
        self.mood = nn.Linear(width, len(MOODS))

    def normalised(self, features: Tensor) -> Tensor:
        """Return the features with mean 0 and deviation 1 over the training pieces, clamped."""
        made: Tensor = ((features - self.mean) / self.scale).clamp(-5, 5)
        return made

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits (batch, 10) and (batch, 4)."""
        return self.heads(self.normalised(features))

    def heads(self, normalised: Tensor) -> tuple[Tensor, Tensor]:
        """Return the logits from features that are normalised already."""
        x = self.layers(normalised)
        return self.genre(x), self.mood(x)


class AnalysisNet(nn.Module):
    """Beats, tempo and key from the two views of a sound; genre and mood follow from them.

    Parameters
    ----------
    width : int
        Channels of the temporal convolutions.
    channels : int
        Channels of the fronts.
    dropout : float
        In training.

    Notes
    -----
    `rhythm` is of shape ``(batch, frames, 84)`` and `pitch` of shape ``(batch, frames / 10, 216)``.
    The output is a dictionary of logits: ``beat`` and ``downbeat`` (batch, frames); ``tempo``
    (batch, 121) and ``key`` (batch, 24) for the whole; ``local_tempo`` (batch, seconds, 121) and
    ``local_key`` (batch, seconds, 24). The beats found, `style` hears genre and mood.

    Examples
    --------
    >>> import torch
    >>> net = AnalysisNet(width=8, channels=4).eval()
    >>> with torch.inference_mode():
    ...     made = net(torch.rand(1, 500, 84), torch.rand(1, 50, 216))
    >>> {name: tuple(value.shape) for name, value in made.items()}
    {'beat': (1, 500), 'downbeat': (1, 500), 'tempo': (1, 121), 'key': (1, 24),
     'local_tempo': (1, 10, 121), 'local_key': (1, 10, 24)}
    """

    def __init__(self, width: int = 64, channels: int = 16, dropout: float = 0.1) -> None:
        super().__init__()
        self.rhythm_front = RhythmFront(width, channels)
        self.layers = nn.ModuleList(Layer(width, d, dropout) for d in DILATIONS)
        self.beats = nn.Conv1d(width, 2, 1)
        self.tempo = TempoHead(width)
        key_width = 2 * channels
        self.pitch_front = PitchFront(key_width, channels)
        self.key = nn.Sequential(
            nn.Conv2d(key_width, key_width, (1, 12)), nn.ELU(), nn.Dropout2d(dropout)
        )
        self.key_out = nn.Conv2d(key_width, 2, (1, 12))
        self.style = StyleNet()

    def forward(self, rhythm: Tensor, pitch: Tensor) -> dict[str, Tensor]:
        """Return the logits of every head."""
        front = self.rhythm_front(rhythm)
        x, skips = front, torch.zeros_like(front)
        for layer in self.layers:
            x, own = layer(x)
            skips = skips + own
        beats = self.beats(functional.elu(x))
        tempo, local_tempo = self.tempo(skips)
        chroma = self.pitch_front(pitch)
        key = self.keys(chroma.mean(dim=2, keepdim=True))[:, 0]
        return {
            "beat": beats[:, 0],
            "downbeat": beats[:, 1],
            "tempo": tempo,
            "key": key,
            "local_tempo": local_tempo,
            "local_key": self.keys(_moving(chroma, PITCH_RATE)),
        }

    def keys(self, chroma: Tensor) -> Tensor:
        """Return logits (batch, frames, 24) from chroma (batch, width, frames, 12)."""
        x: Tensor = self.key_out(around(self.key(around(chroma))))
        return x.permute(0, 2, 1, 3).flatten(2)


def _moving(x: Tensor, rate: int) -> Tensor:
    """Return the mean over `LOCAL_S` seconds around each second, along dimension 2."""
    seconds = max(x.shape[2] // rate, 1)
    reach = round(LOCAL_S * rate / 2)
    sums = functional.pad(x.cumsum(dim=2).movedim(2, -1), (1, 0))
    centres = torch.arange(seconds, device=x.device) * rate + rate // 2
    low, high = (centres - reach).clamp(min=0), (centres + reach).clamp(max=x.shape[2])
    means = (sums[..., high] - sums[..., low]) / (high - low)
    return means.movedim(-1, 2)


def tempo_of_class(index: Tensor | float) -> Tensor:
    """Return beats a minute of a tempo class (fractions are fine)."""
    return TEMPO_LOW * TEMPO_STEP ** torch.as_tensor(index)
