"""`VoiceStream`: conversion block by block, while somebody sings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import soxr
import torch

from musicnb.audio.audio import Audio
from musicnb.errors import InputError
from musicnb.runtime.device import device as pick_device
from musicnb.voices import synthesis
from musicnb.voices.controls import Controls
from musicnb.voices.convert import mixed_filters, mixture_of, prepared
from musicnb.voices.listen import Performance, level, listen
from musicnb.voices.network import BANDS
from musicnb.voices.perform import EDGE, PHRASE, at_home, loudness_gain, noise_of
from musicnb.voices.synthesis import HOP_LENGTH, SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from musicnb.voices.voice import Voice

    Samples = NDArray[np.float32]

#: Frames (10 ms each) that must have been heard behind one before it is settled, frames that are
#: heard again before the first new one, and those over which loudness and dynamics are judged.
AHEAD, AGAIN, REMEMBERED = 12, 150, 3000
#: Frames before the first new one that the decoder sees.
SEEN = 64
#: Seconds that resampling and whole frames may hold back.
SLACK = 0.05


class VoiceStream:
    """Has another voice sing what comes in block by block.

    The sound goes on without seams: each frame is settled once, the phase of the pulses and the
    noise go on, and what comes out lags by `delay` whatever the size of the blocks. What a
    conversion of the whole knows beforehand, such as its loudest moment, is judged here by the
    last 30 seconds; tempo and durations are left as they are.

    Parameters
    ----------
    voice : str, Voice or dict
        The target, as `convert` takes it. Of weights that change, the first count.
    sample_rate : int
        Of what comes and of what is returned, in Hz.
    controls : Controls, optional
        What is set; `controls` can be changed between two blocks.
    f0 : str or sequence of str
        The methods that find the pitch.
    seed : int
        Of the noise in the voice.
    device : {'auto', 'cpu', 'cuda', 'cuda:N'}, optional
        Where the networks compute.

    Attributes
    ----------
    controls : Controls
        What is set.
    delay : float
        By how many seconds the result lags behind the source, besides the time that computing
        takes.

    Raises
    ------
    musicnb.errors.InputError
        If there is no such voice.
    musicnb.errors.ConsentError
        If nothing says that the owner of the voice agreed to its use.

    Notes
    -----
    Source code: `musicnb.convert` does the same to a whole recording.
    """

    def __init__(
        self,
        voice: str | Voice | Mapping[str, ArrayLike],
        *,
        sample_rate: int = SAMPLE_RATE,
        controls: Controls | None = None,
        f0: str | Sequence[str] = "swift",
        seed: int = 0,
        device: str | None = None,
    ) -> None:
        self._mixture = [(each, weights[:1]) for each, weights in mixture_of(voice)]
        for each, _ in self._mixture:
            each.require_consent()
        self.controls = controls or Controls()
        self.sample_rate = sample_rate
        self.delay = (AHEAD + 1 + EDGE) * HOP_LENGTH / SAMPLE_RATE + SLACK
        self._f0, self._seed, self._device = f0, seed, device
        self._where = pick_device(device)
        self._in = _Resampler(sample_rate, SAMPLE_RATE)
        self._out = _Resampler(SAMPLE_RATE, sample_rate)
        #: What was heard and may be heard again, from frame `_from` on.
        self._heard: Samples = np.zeros(0, np.float32)
        self._from = 0
        #: What is settled of the source, up to frame `_settled`.
        self._past: Performance | None = None
        self._settled = 0
        self._voice = _Synthesis(seed)
        #: What can be given away; silence at first, so that there is always enough.
        self._ready: Samples = np.zeros(round(self.delay * sample_rate), np.float32)

    def process(self, samples: NDArray[np.floating[Any]]) -> Samples:
        """Return as many samples as came: those of `delay` seconds ago, converted.

        Parameters
        ----------
        samples : ndarray
            Mono, (frames,); blocks of a quarter to half a second cost the least.
        """
        block = np.asarray(samples, np.float32)
        if block.ndim != 1 or not np.isfinite(block).all():
            raise InputError(
                f"a block has the shape {block.shape}, or holds what is no number",
                expected="mono samples (frames,), all finite",
                todo="Average the channels.",
            )
        self._heard = np.concatenate((self._heard, self._in(block)))
        made = self._convert()
        self._ready = np.concatenate((self._ready, self._out(made)))
        wanted, self._ready = self._ready[: len(block)], self._ready[len(block) :]
        return wanted

    def _convert(self) -> Samples:
        """Settle the frames of which enough was heard, and return their sound."""
        known = self._from + len(self._heard) // HOP_LENGTH
        behind = known - AHEAD
        if behind <= self._settled:
            return np.zeros(0, np.float32)
        fresh = listen(Audio(self._heard, SAMPLE_RATE), f0=self._f0, device=self._device)
        told = self._told(fresh, known)
        first = max(0, told.frames - (known - self._settled) - SEEN)
        pulses, noise, _ = mixed_filters(
            at_home(_part(told, first, told.frames), told),
            self._mixture,
            self.controls,
            self._where,
            lambda _: None,
        )
        new = slice(told.frames - (known - self._settled), told.frames - AHEAD)
        at = slice(new.start - first, new.stop - first)
        made = self._voice.sing(
            told.hz[new], told.loudness[new], pulses[:, at], noise[:, at], self.controls
        )
        self._settled = behind
        self._forget()
        return made

    def _told(self, fresh: Performance, known: int) -> Performance:
        """Return all that is remembered and what is new, with the controls applied."""
        at = self._settled - self._from
        new = _part(fresh, at, known - self._from)
        whole = new if self._past is None else _joined(self._past, new)
        kept = whole.frames - AHEAD
        self._past = _part(whole, max(0, kept - REMEMBERED), kept)
        return prepared(whole, replace(self.controls, tempo=1, durations=()))

    def _forget(self) -> None:
        drop = max(0, self._settled - AGAIN - self._from)
        self._heard = self._heard[drop * HOP_LENGTH :]
        self._from += drop


class _Synthesis:
    """Pulses and noise through filters, going on where they ended."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        #: Curves and filters from frame `_from` on.
        self._hz = self._curve = self._loudness = torch.zeros(0)
        self._pulses = self._noise = torch.zeros(BANDS, 0)
        #: How loud each frame came out, up to where there was sound.
        self._found = np.zeros(0, np.float32)
        self._from = 0
        self._train = torch.zeros(1, 0)
        self._phase = torch.zeros(1, 1, dtype=torch.float64)
        #: Frames of which there are pulses, and of which there is sound.
        self._drawn = self._sung = 0
        self._scale = 1.0

    @torch.inference_mode()
    def sing(
        self,
        hz: Samples,
        loudness: Samples,
        pulses: torch.Tensor,
        noise: torch.Tensor,
        controls: Controls,
    ) -> Samples:
        """Take in frames, and return the sound of those whose window is full."""
        new = torch.from_numpy(hz.copy())
        self._hz = torch.cat((self._hz, new))
        # The last pitch is held over what is unvoiced, also from block to block.
        held = synthesis.held(torch.cat((self._curve[-1:], new))[None])[0]
        self._curve = torch.cat((self._curve, held[len(held) - len(new) :]))
        self._loudness = torch.cat((self._loudness, torch.from_numpy(loudness.copy())))
        self._pulses = torch.cat((self._pulses, pulses), 1)
        self._noise = torch.cat((self._noise, noise), 1)
        # One frame more is needed to draw the way to it.
        drawn = self._from + len(self._hz) - 1
        stop = drawn - EDGE
        if stop <= self._sung:
            return np.zeros(0, np.float32)
        made = self._sound(drawn, controls)
        start = max(0, self._sung - EDGE)
        kept = made[(self._sung - start) * HOP_LENGTH : (stop - start) * HOP_LENGTH]
        self._sung = stop
        self._forget()
        return self._within(kept.numpy())

    def _sound(self, drawn: int, controls: Controls) -> torch.Tensor:
        """Return the sound from `EDGE` frames before the first that is new, up to `drawn`."""
        block = slice(self._drawn - self._from, drawn - self._from)
        more, self._phase = synthesis.pulses_of_block(
            self._curve[None], self._hz[None], block, self._phase
        )
        self._drawn = drawn
        first = max(0, self._sung - EDGE)
        self._train = torch.cat((self._train, more), 1)[:, -(drawn - first) * HOP_LENGTH :]
        at = slice(first - self._from, drawn - self._from)
        made = synthesis.shape(
            self._train,
            noise_of(first, drawn, self._seed),
            self._pulses[None, :, at],
            self._noise[None, :, at],
            noise_scale=controls.noise_scale,
            formant_shift=controls.formant_shift,
        )[0]
        found = level(made).numpy()[self._sung - first : drawn - first]
        self._found = np.concatenate((self._found[: self._sung - self._from], found))
        gain = loudness_gain(self._loudness[: at.stop].numpy(), self._found)[at]
        line = np.interp(np.arange(len(made)) / HOP_LENGTH, np.arange(len(gain)), gain)
        return made * torch.from_numpy(10 ** (line / 20)).float()

    def _within(self, made: Samples) -> Samples:
        """Turn down, from here on, what would exceed full scale."""
        before = self._scale
        self._scale = min(before, 0.99 / max(float(np.abs(made).max()), 1e-6))
        line = np.linspace(before, self._scale, len(made), dtype=np.float32)
        return np.asarray(np.clip(made * line, -0.99, 0.99), np.float32)

    def _forget(self) -> None:
        drop = max(0, self._sung - EDGE - PHRASE - self._from)
        self._hz, self._curve = self._hz[drop:], self._curve[drop:]
        self._loudness, self._found = self._loudness[drop:], self._found[drop:]
        self._pulses, self._noise = self._pulses[:, drop:], self._noise[:, drop:]
        self._from += drop


class _Resampler:
    """One stream from one rate to another."""

    def __init__(self, old: int, new: int) -> None:
        self._stream = (
            None if old == new else soxr.ResampleStream(old, new, 1, dtype="float32", quality="HQ")
        )

    def __call__(self, samples: Samples) -> Samples:
        if self._stream is None:
            return samples
        return np.asarray(self._stream.resample_chunk(samples), np.float32)


def _part(whole: Performance, first: int, stop: int) -> Performance:
    return Performance(
        whole.content[:, first:stop], whole.hz[first:stop], whole.loudness[first:stop]
    )


def _joined(one: Performance, other: Performance) -> Performance:
    return Performance(
        np.concatenate((one.content, other.content), 1),
        np.concatenate((one.hz, other.hz)),
        np.concatenate((one.loudness, other.loudness)),
    )
