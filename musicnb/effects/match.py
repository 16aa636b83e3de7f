"""`match_effects`: the chain that makes one sound like another, by gradient descent."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from scipy.ndimage import uniform_filter1d
from torch import Tensor

from musicnb.effects import spectra
from musicnb.effects.apply import apply_effects
from musicnb.effects.chain import EffectChain
from musicnb.effects.echoes import CLEAR, LONGEST, SHORTEST, find_echo
from musicnb.effects.modules import ChainModule
from musicnb.effects.settings import Band, Compressor, Delay, Equalizer, Limiter, Reverb
from musicnb.errors import InputError
from musicnb.runtime.job import Job

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from musicnb.audio.audio import Audio

#: Hz at which sounds are compared: enough for all that EQ is used for.
RATE = 24_000
#: Seconds of each that are compared.
EXCERPT = 4.0
#: Shortest sounds that can be compared.
SHORTEST_SOUND = 0.5
MATCHED = ("eq", "compressor", "delay", "reverb")
STEPS, MOST_STEPS, LEARNING_RATE = 120, 5000, 0.08
#: Weight of the wish for few and gentle effects, beside the difference of the sounds.
SIMPLE = 0.001
#: Correlation of spectrograms above which two sounds hold the same music.
SAME_MUSIC = 0.6
#: An impulse response's line that is an echo: over the direct sound, and over what is near it.
ECHO, ECHO_CLEAR = 0.02, 25.0
#: A decay is measured over at least so many steps of 20 ms.
LEAST_SLOPE = 4
#: How clear an echo must be in the reference alone.
SURE = 2 * CLEAR
#: What is gentler than this has no effect worth keeping: dB, ratio, mix.
LEAST_DB, LEAST_RATIO, LEAST_MIX = 0.3, 1.05, 0.01


@dataclass(frozen=True)
class Match:
    """What :func:`match_effects` found.

    Attributes
    ----------
    chain : EffectChain
        The chain, to look at, change and apply.
    audio : Audio
        The sound after the chain.
    losses : tuple of float
        The difference from the reference at every step; the first is that of the starting chain.
    paired : bool
        Whether both were taken as the same music, and compared moment by moment.
    """

    chain: EffectChain
    audio: Audio
    losses: tuple[float, ...]
    paired: bool

    def figure(self) -> Figure:
        """Return the loss curve as a matplotlib figure."""
        from musicnb.effects.picture import loss_figure

        return loss_figure(self.losses)

    def __repr__(self) -> str:
        return f"Match({self.chain}; loss {self.losses[0]:.3f} -> {min(self.losses):.3f})"

    def _repr_html_(self) -> str:
        from musicnb.effects.picture import inline

        curve = inline(self.figure(), f"Loss, from {self.losses[0]:.3f} to {min(self.losses):.3f}")
        return curve + self.chain._repr_html_() + self.audio._repr_html_()


def match_effects(
    audio: Audio,
    reference: Audio,
    *,
    effects: Sequence[str] = MATCHED,
    steps: int = STEPS,
    paired: bool | None = None,
    start: EffectChain | None = None,
) -> Match:
    """Find the chain of effects that makes a sound like a reference.

    The chain is a torch module; Adam changes its settings so that the log-mel spectra of both,
    at three resolutions, their levels and their crest factors become alike. If both hold the same
    music (a dry and a finished version), they are compared moment by moment; otherwise in how
    their bands are on average, how widely they vary, and how fast they rise and fall. Taught in
    lesson 05.

    Parameters
    ----------
    audio : Audio
        The sound to be changed, at least 0.5 s.
    reference : Audio
        How it should sound, at least 0.5 s.
    effects : sequence of {'eq', 'compressor', 'delay', 'reverb'}
        What may be used. A delay is used only if an echo is found in the reference.
    steps : int
        Of the optimiser, 1 to 5000.
    paired : bool, optional
        Whether both hold the same music; by default this is found out.
    start : EffectChain, optional
        The chain to begin from; by default a flat one.

    Returns
    -------
    Match
        Its `chain` has only the effects that turned out to do something.

    Raises
    ------
    musicnb.errors.InputError
        If a sound is silent or too short, or an argument makes no sense.
    musicnb.errors.Cancelled
        If it was interrupted.

    Examples
    --------
    >>> import musicnb
    >>> song = musicnb.load("demo:feelings/guitar", duration=4)
    >>> bright = musicnb.apply_effects(song, {"eq": [
    ...     {"kind": "high_shelf", "frequency": 4000, "gain": 8}]})
    >>> match = match_effects(song, bright, effects=["eq"], steps=40)
    >>> low, high = match.chain.frequency_response([200, 9000])
    >>> bool(abs(low) < 1.5), bool(abs(high - 8) < 2)
    (True, True)
    """
    return match_job(
        audio, reference, effects=effects, steps=steps, paired=paired, start=start
    ).run()


def match_job(
    audio: Audio,
    reference: Audio,
    *,
    effects: Sequence[str] = MATCHED,
    steps: int = STEPS,
    paired: bool | None = None,
    start: EffectChain | None = None,
    bar: bool = True,
) -> Job[Match]:
    """Return :func:`match_effects` as a job, to watch or to cancel."""
    _require(effects, steps)
    for name, sound in (("sound", audio), ("reference", reference)):
        _require_sound(name, sound)
    same = _same_music(audio, reference) if paired is None else paired
    x, y = _excerpts(audio, reference, same)

    def task(job: Job[Match]) -> Match:
        chain = start or _start(x, y, effects, paired=same)
        difference = Difference(y, paired=same)
        module = ChainModule(chain)
        chain, losses = descend(module, x, difference, steps, job)
        chain, made = held(audio, tidied(chain))
        return Match(chain, made, tuple(losses), same)

    return Job(task, total=steps, title="Matching effects", unit="step", bar=bar)


class Difference:
    """How far a sound is from the reference.

    Parameters
    ----------
    reference : Tensor
        Mono, shape (1, frames), at `RATE`.
    paired : bool
        Whether to compare moment by moment too.
    """

    def __init__(self, reference: Tensor, *, paired: bool) -> None:
        self.paired = paired
        self._mels = [spectra.log_mel(reference[0], RATE, *r) for r in spectra.RESOLUTIONS]
        self._statistics = [spectra.statistics(mel) for mel in self._mels]
        self._levels = spectra.levels(reference, RATE)

    def __call__(self, x: Tensor) -> Tensor:
        """Return the difference of `x` (1, frames), in units of 10 dB."""
        total = (spectra.levels(x, RATE) - self._levels).abs().mean()
        for resolution, mel, wanted in zip(
            spectra.RESOLUTIONS, self._mels, self._statistics, strict=True
        ):
            made = spectra.log_mel(x[0], RATE, *resolution)
            total = total + (spectra.statistics(made) - wanted).abs().mean()
            if self.paired:
                total = total + (made - mel).abs().mean()
        return total / (2 * len(spectra.RESOLUTIONS) + 1 if self.paired else 1 + len(self._mels))


def descend(
    module: ChainModule, x: Tensor, difference: Difference, steps: int, job: Job[Any] | None = None
) -> tuple[EffectChain, list[float]]:
    """Return the best chain on the way down, and the loss at every step."""
    if module.delay is not None:
        # Its time is known to the frame; a gradient, which sees only the slopes nearby, is lost.
        module.delay.numbers["time"].requires_grad_(requires_grad=False)
    if module.compressor is not None:  # the output gain does the same
        module.compressor.numbers["makeup"].requires_grad_(requires_grad=False)
    optimizer = torch.optim.Adam(module.parameters(), lr=LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps, LEARNING_RATE / 20)
    best = module.settings()
    losses: list[float] = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = difference(module(x, RATE))
        if not losses or float(loss.detach()) < min(losses):
            best = module.settings()
        losses.append(float(loss.detach()))
        (loss + SIMPLE * _effort(module)).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
        if job is not None:
            job.advance()
    return best, losses


def _effort(module: ChainModule) -> Tensor:
    """Return how much the chain does: what does nothing to the sound should go to zero."""
    total = torch.zeros(())
    for band in module.eq.each if module.eq is not None else ():
        total = total + band.values()["gain"].abs() / 10
    if module.compressor is not None:
        total = total + torch.log2(module.compressor.values()["ratio"])
    for effect in (module.delay, module.reverb):
        if effect is not None:
            total = total + effect.values()["mix"]
    return total


def _start(x: Tensor, y: Tensor, effects: Sequence[str], *, paired: bool) -> EffectChain:
    """Return a chain that does nearly nothing, with everything in it that may be wanted."""
    level = float(10 * torch.log10(x.square().mean()))
    echo = _echo(x, y, paired=paired) if "delay" in effects else None
    bands = (
        Band("low_shelf", 100, 0),
        Band("peak", 300, 0),
        Band("peak", 1000, 0),
        Band("peak", 3500, 0),
        Band("high_shelf", 8000, 0),
    )
    louder = float(10 * torch.log10(y.square().mean())) - level
    return EffectChain(
        eq=Equalizer(bands) if "eq" in effects else None,
        compressor=Compressor(min(max(level, -55), -5), 1.5) if "compressor" in effects else None,
        delay=echo,
        reverb=_room(x, y, paired=paired) if "reverb" in effects else None,
        gain=min(max(louder, -20), 20),
    )


def _room(x: Tensor, y: Tensor, *, paired: bool) -> Reverb:
    """Return the room to begin from: what the impulse response shows, or a common one."""
    if not paired:
        return Reverb(1.0, 0.1)
    answer = _answer(x[0].numpy(), y[0].numpy()) ** 2
    near, step = round(0.003 * RATE), round(0.02 * RATE)
    late = answer[near : len(answer) * 3 // 4]
    late = late[: len(late) // step * step].reshape(-1, step).mean(1)
    # The end of the answer is noise of the division.
    floor = float(np.median(late[-len(late) // 6 :]))
    level = 10 * np.log10(np.maximum(late - floor, 1e-4 * late.max()) / late.max())
    last = int(np.argmax(late < 2 * floor)) if (late < 2 * floor).any() else len(late)
    fall = np.polyfit(np.arange(last) * 0.02, level[:last], 1)[0] if last > LEAST_SLOPE else -60.0
    wet = math.sqrt(max(float(answer[near:].sum()) - floor * len(answer), 0) / answer[:near].sum())
    return Reverb(float(np.clip(-60 / min(fall, -1), 0.2, 4)), min(max(wet / (1 + wet), 0.03), 0.7))


def _echo(x: Tensor, y: Tensor, *, paired: bool) -> Delay | None:
    """Return the reference's echo, or None."""
    if not paired:
        found = find_echo(y[0].numpy(), RATE)
        return Delay(found.time, 0.3, 0.15) if found and found.clearness > SURE else None
    # With both versions at hand, the impulse response between them shows it.
    answer = _answer(x[0].numpy(), y[0].numpy())
    first, last = round(SHORTEST * RATE), min(round(LONGEST * RATE), len(answer) // 2)
    at = first + int(np.argmax(answer[first:last]))
    near = round(0.01 * RATE)
    share = answer[at] / answer[:near].max()
    if share < ECHO or answer[at] < ECHO_CLEAR * np.median(answer[at - near : at + near]):
        return None
    again = answer[2 * at - 2 : 2 * at + 3].max() / answer[at]
    return Delay(at / RATE, float(min(again, 0.9)), float(share / (1 + share)))


def _answer(x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the magnitude of the impulse response that leads from `x` to `y`."""
    size = 2 * len(x)
    a, b = np.fft.rfft(x, size), np.fft.rfft(y, size)
    power = np.abs(a) ** 2
    # Each frequency counts by what is around it, or the bass alone would decide.
    rest = 0.1 * uniform_filter1d(power, 401) + 1e-9 * power.mean()
    made: NDArray[np.float64] = np.abs(np.fft.irfft(b * a.conj() / (power + rest), size))
    return made[: len(x)]


def tidied(chain: EffectChain) -> EffectChain:
    """Return the chain without what does nothing worth hearing.

    Examples
    --------
    >>> tidied(EffectChain(reverb=Reverb(mix=0.002), delay=Delay()))
    EffectChain(delay)
    """
    bands = tuple(b for b in (chain.eq.bands if chain.eq else ()) if abs(b.gain) >= LEAST_DB)
    squeezed = chain.compressor is not None and chain.compressor.ratio >= LEAST_RATIO
    return replace(
        chain,
        eq=Equalizer(bands) if bands else None,
        compressor=chain.compressor if squeezed else None,
        delay=chain.delay if chain.delay and chain.delay.mix >= LEAST_MIX else None,
        reverb=chain.reverb if chain.reverb and chain.reverb.mix >= LEAST_MIX else None,
    )


def held(audio: Audio, chain: EffectChain) -> tuple[EffectChain, Audio]:
    """Return the chain and the sound after it, with a limiter if it would clip without."""
    made = apply_effects(audio, chain)
    if made.peak <= 1 or chain.limiter is not None:
        return chain, made
    chain = replace(chain, limiter=Limiter())
    return chain, apply_effects(audio, chain)


def _excerpts(audio: Audio, reference: Audio, paired: bool) -> tuple[Tensor, Tensor]:
    """Return what is compared: the loudest part of each, or the same part if they are paired."""
    sounds = [each.mono().resample(RATE).samples for each in (audio, reference)]
    sizes = [min(round(EXCERPT * RATE), sound.shape[1]) for sound in sounds]
    if paired:
        size = min(sizes)
        # Where the sound to be changed is loudest; the reference follows it in time.
        starts = [_loudest(sounds[0][:, : sounds[1].shape[1]], size)] * 2
        sizes = [size, size]
    else:
        starts = [_loudest(sound, size) for sound, size in zip(sounds, sizes, strict=True)]
    x, y = (
        torch.from_numpy(sound[:, at : at + size].copy())
        for sound, at, size in zip(sounds, starts, sizes, strict=True)
    )
    return x, y


def _loudest(sound: np.ndarray[Any, np.dtype[np.float32]], size: int) -> int:
    total = np.concatenate([[0.0], np.cumsum(np.square(sound[0], dtype=np.float64))])
    return int(np.argmax(total[size:] - total[:-size]))


def _same_music(audio: Audio, reference: Audio) -> bool:
    if abs(audio.duration - reference.duration) > 0.1 * audio.duration:
        return False
    parts = []
    frames = round(min(audio.duration, reference.duration, 30.0) * RATE)
    for each in (audio, reference):
        sound = torch.from_numpy(each.mono().resample(RATE).samples[0, :frames].copy())
        mel = spectra.log_mel(sound, RATE, *spectra.RESOLUTIONS[1])
        mel = mel - mel.mean(-1, keepdim=True)
        parts.append((mel / mel.norm().clamp(min=1e-6)).flatten())
    size = min(len(part) for part in parts)
    return len(parts[0]) == len(parts[1]) and float(parts[0][:size] @ parts[1][:size]) > SAME_MUSIC


def _require(effects: Sequence[str], steps: int) -> None:
    wrong = [name for name in effects if name not in MATCHED]
    if wrong or isinstance(effects, str) or not effects:
        raise InputError(
            f"the effects are {effects!r}",
            expected=f"some of {', '.join(MATCHED)}",
            todo='For example effects=["eq", "reverb"].',
        )
    if not 1 <= steps <= MOST_STEPS:
        raise InputError(
            f"steps is {steps}", expected=f"1 to {MOST_STEPS}", todo=f"{STEPS} mostly do."
        )


def _require_sound(name: str, sound: Audio) -> None:
    if sound.duration < SHORTEST_SOUND or not sound.peak:
        what = f"lasts {sound.duration:.2f} s" if sound.peak else "is silent"
        raise InputError(
            f"the {name} {what}",
            expected=f"at least {SHORTEST_SOUND} s of sound",
            todo="Pass another.",
        )
