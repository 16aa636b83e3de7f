"""`convert`: what one voice sings, sung by another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from musicnb.audio.audio import Audio
from musicnb.errors import InputError
from musicnb.runtime.device import device as pick_device
from musicnb.runtime.job import Job
from musicnb.voices.controls import Controls
from musicnb.voices.f0 import F0
from musicnb.voices.library import voice as find_voice
from musicnb.voices.listen import SILENCE, Performance, level, listen
from musicnb.voices.perform import at_home, filters, loudness_gain, sound
from musicnb.voices.recipe import conversion_recipe
from musicnb.voices.retrieval import retrieve
from musicnb.voices.synthesis import HOP_LENGTH, SAMPLE_RATE
from musicnb.voices.voice import Voice

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray
    from torch import Tensor

#: Shares of the work.
LISTENING, DECODING, SOUNDING = 0.4, 0.25, 0.35
#: Samples whose level is set at once.
PIECE = 1 << 20


@dataclass(frozen=True)
class Conversion:
    """What `convert` made. Taught in lesson 08.

    Attributes
    ----------
    audio : Audio
        The converted voice: mono, 44.1 kHz.
    source_f0, f0 : F0
        The pitch of the source, and the one that was sung.
    controls : Controls
        What was set.
    voices : dict
        The voices used, with the mean of their weights.
    whose : str
        Whose voices they are and on what grounds they may be used, in words.
    """

    audio: Audio
    source_f0: F0
    f0: F0
    controls: Controls
    voices: dict[str, float]
    whose: str


def convert(
    audio: Audio,
    voice: str | Voice | Mapping[str, ArrayLike],
    *,
    f0: F0 | str | Sequence[str] = "swift",
    controls: Controls | None = None,
    seed: int = 0,
    device: str | None = None,
    **settings: Any,
) -> Conversion:
    """Have another voice sing what is sung in a recording.

    Parameters
    ----------
    audio : Audio
        One voice, without accompaniment: spoken or sung. Channels are averaged.
    voice : str, Voice or dict
        The target, of `voice_names`. Several are mixed: ``{"slt": 0.7, "rms": 0.3}``; weights
        that change are sequences of numbers, spread evenly over the song. They are scaled to add
        up to 1 at every moment.
    f0 : F0, str or sequence of str
        The pitch of the source, for instance edited or snapped; or the methods that find it.
    controls : Controls, optional
        What can be set; single settings can also be passed by name, such as ``transpose=12``.
    seed : int
        Of the noise in the voice. The same seed gives the same samples.
    device : {'auto', 'cpu', 'cuda', 'cuda:N'}, optional
        Where the networks compute.

    Returns
    -------
    Conversion
        The sound, as long as the source divided by the tempo (to within 10 ms).

    Raises
    ------
    musicnb.errors.InputError
        If there is no such voice, or a setting is out of its range.
    musicnb.errors.ConsentError
        If nothing says that the owner of the voice agreed to its use.

    Notes
    -----
    A phone recogniser hears what is sung, a small network gives the target's filters for it, and
    pulses of the wanted pitch go through them. After the conversion chain of so-vits-svc and
    DDSP-SVC, rebuilt small. Taught in lesson 08.

    Examples
    --------
    >>> import musicnb
    >>> phase = 2 * np.pi * 220 * np.arange(44100) / 44100
    >>> tone = musicnb.Audio(0.1 * sum(np.sin(n * phase) / n for n in range(1, 9)), 44100)
    >>> made = musicnb.convert(tone, "slt", transpose=12)
    >>> made.audio, round(float(np.nanmedian(made.f0.hz)), -1)
    (Audio(1 channel, 1.000 s, 44100 Hz), 440.0)
    """
    return convert_job(
        audio, voice, f0=f0, controls=controls, seed=seed, device=device, **settings
    ).run()


def convert_job(
    audio: Audio,
    voice: str | Voice | Mapping[str, ArrayLike],
    *,
    f0: F0 | str | Sequence[str] = "swift",
    controls: Controls | None = None,
    seed: int = 0,
    device: str | None = None,
    **settings: Any,
) -> Job[Conversion]:
    """Return :func:`convert` as a job, to watch or to cancel."""
    chosen = replace(controls or Controls(), **_known(settings))
    mixture = mixture_of(voice)
    for each, _ in mixture:
        each.require_consent()
    if not audio.frames:
        raise InputError("the sound is empty", expected="at least one frame", todo="Pass another.")
    where = pick_device(device)
    recipe = conversion_recipe(audio, mixture, f0, chosen, seed)

    def task(job: Job[Conversion]) -> Conversion:
        def share(part: float, frames: int) -> Callable[[int], None]:
            """Return what counts frames of one part of the work."""
            return lambda done: job.advance(part * audio.duration * done / max(frames, 1))

        heard_frames = round(audio.duration * 100) + 1
        heard = listen(audio, f0=f0, device=device, each=share(LISTENING, heard_frames))
        told = prepared(heard, chosen)
        pulse_bands, noise_bands, weights = mixed_filters(
            at_home(told), mixture, chosen, where, share(DECODING, told.frames * len(mixture))
        )
        made = sound(
            torch.from_numpy(told.hz),
            pulse_bands,
            noise_bands,
            seed=seed,
            noise_scale=chosen.noise_scale,
            formant_shift=chosen.formant_shift,
            each=share(SOUNDING, told.frames),
        )
        frames = round(audio.frames * SAMPLE_RATE / audio.sample_rate)
        if not chosen.durations and chosen.tempo == 1:
            made = torch.nn.functional.pad(made, (0, max(0, frames - len(made))))[:frames]
        shares = [round(float(weight.mean()), 3) for weight in weights]
        return Conversion(
            audio=Audio(_levelled(made, told).numpy(), SAMPLE_RATE, recipe=recipe),
            source_f0=_curve(heard.hz),
            f0=_curve(told.hz),
            controls=chosen,
            voices={each.name: part for (each, _), part in zip(mixture, shares, strict=True)},
            whose=" ".join(_whose(each) for each, _ in mixture),
        )

    return Job(task, total=audio.duration, title="Converting", unit="s")


def _known(settings: dict[str, Any]) -> dict[str, Any]:
    unknown = set(settings) - set(Controls.__dataclass_fields__)
    if unknown:
        raise InputError(
            f"there is no setting {min(unknown)!r}",
            expected=f"one of {', '.join(Controls.__dataclass_fields__)}",
            todo="Check its name.",
        )
    return settings


def mixture_of(
    voice: str | Voice | Mapping[str, ArrayLike],
) -> list[tuple[Voice, NDArray[np.float64]]]:
    """Return the voices with their weights, as they were given."""
    if isinstance(voice, str | Voice):
        return [(find_voice(voice), np.ones(1))]
    pairs = [(find_voice(n), np.atleast_1d(np.asarray(w, np.float64))) for n, w in voice.items()]
    fine = all(w.ndim == 1 and len(w) and np.isfinite(w).all() and (w >= 0).all() for _, w in pairs)
    if not pairs or not fine or not any(w.any() for _, w in pairs):
        raise InputError(
            "the voices' weights cannot be used",
            expected="at least one voice, and weights of 0 or more that are not all 0",
            todo='For example {"slt": 0.7, "rms": 0.3}.',
        )
    return pairs


def prepared(heard: Performance, chosen: Controls) -> Performance:
    """Return the performance in the wanted time, key and dynamics."""
    told = heard.at(_positions(heard.frames, chosen))
    loud = told.loudness
    sung = loud > loud.max(initial=SILENCE) + chosen.slicing_threshold
    middle = float(np.median(loud[sung])) if sung.any() else SILENCE
    followed = middle + chosen.dynamics * (loud - middle)
    wanted = chosen.source_loudness * followed + (1 - chosen.source_loudness) * middle
    return replace(
        told,
        hz=told.hz * np.float32(2 ** (chosen.transpose / 12)),
        loudness=np.where(sung, wanted, SILENCE).astype(np.float32),
    )


def _positions(frames: int, chosen: Controls) -> NDArray[np.float64]:
    """Return where in the source each frame of the result is, in frames."""
    pace = np.full(frames, 1 / chosen.tempo)
    for start, stop, factor in chosen.durations:
        pace[round(start * 100) : round(stop * 100)] *= factor
    when = np.concatenate(([0.0], np.cumsum(pace)))
    return np.interp(np.arange(round(when[-1])), when, np.arange(frames + 1)).clip(0, frames - 1)


def mixed_filters(
    told: Performance,
    mixture: list[tuple[Voice, NDArray[np.float64]]],
    chosen: Controls,
    where: torch.device,
    each_done: Callable[[int], None],
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the filters of the mixed voices, and the weights (voices, frames)."""
    places = np.linspace(0, 1, max(told.frames, 1))
    curves = [np.interp(places, np.linspace(0, 1, len(w)), w) for _, w in mixture]
    weights = torch.from_numpy(np.stack(curves)).float()
    weights = weights / weights.sum(0).clamp(min=1e-9)
    pulse_bands = noise_bands = torch.zeros(())
    for (each, _), weight in zip(mixture, weights, strict=True):
        content = retrieve(
            told.content,
            each.index,
            retrieval_ratio=chosen.retrieval_ratio,
            protect=chosen.protect,
            voiced=told.hz > 0,
        )
        made = filters(
            replace(told, content=content), each.decoder.to(where), each.speaker, where, each_done
        )
        # Logarithms: the resonances of one voice glide to those of the other.
        pulse_bands = pulse_bands + weight * made[0]
        noise_bands = noise_bands + weight * made[1]
    return pulse_bands, noise_bands, weights


@torch.inference_mode()
def _levelled(made: Tensor, told: Performance) -> Tensor:
    """Bring the sound, in place, to the wanted loudness, without a peak over full scale."""
    found = level(made).numpy()[: told.frames]
    gain = loudness_gain(told.loudness[: len(found)], found)
    frames = np.arange(len(gain))
    for start in range(0, len(made), PIECE):
        piece = made[start : start + PIECE]
        line = np.interp((start + np.arange(len(piece))) / HOP_LENGTH, frames, gain)
        piece *= torch.from_numpy(10 ** (line / 20)).float()
    return made.div_(max(1.0, float(made.abs().max()) / 0.99))


def _curve(hz: NDArray[np.float32]) -> F0:
    voiced = hz > 0
    return F0(np.where(voiced, hz, np.nan), voiced.astype(np.float32), "of the conversion")


def _whose(voice: Voice) -> str:
    about, consent = voice.about, voice.about["consent"]
    return f"{voice.name}: {about['what']} ({about['licence']}). {consent['statement']}"
