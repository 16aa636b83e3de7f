"""`convert`: what one voice sings, sung by another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from musicnb.audio.audio import Audio
from musicnb.audio.provenance import Recipe
from musicnb.errors import InputError
from musicnb.runtime.device import device as pick_device
from musicnb.voices.controls import Controls
from musicnb.voices.f0 import F0
from musicnb.voices.library import voice as find_voice
from musicnb.voices.listen import SILENCE, Performance, level, listen
from musicnb.voices.perform import filters, loudness_gain, sound
from musicnb.voices.retrieval import retrieve
from musicnb.voices.synthesis import HOP_LENGTH, SAMPLE_RATE
from musicnb.voices.voice import Voice

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray
    from torch import Tensor


@dataclass(frozen=True)
class Conversion:
    """What `convert` made.

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
    DDSP-SVC, rebuilt small.
    """
    chosen = replace(controls or Controls(), **_known(settings))
    mixture = _mixture(voice)
    for each, _ in mixture:
        each.require_consent()
    where = pick_device(device)
    heard = listen(audio, f0=f0, device=device)
    told = _prepared(heard, chosen)
    pulse_bands, noise_bands, weights = _filters(told, mixture, chosen, where)
    made = sound(
        torch.from_numpy(told.hz),
        pulse_bands,
        noise_bands,
        seed=seed,
        noise_scale=chosen.noise_scale,
        formant_shift=chosen.formant_shift,
    )
    frames = round(audio.frames * SAMPLE_RATE / audio.sample_rate)
    if not chosen.durations and chosen.tempo == 1:
        made = torch.nn.functional.pad(made, (0, max(0, frames - len(made))))[:frames]
    names = {
        each.name: round(float(w.mean()), 3) for (each, _), w in zip(mixture, weights, strict=True)
    }
    arguments = {"voice": names, "seed": seed} | chosen.to_dict()
    recipe = Recipe("convert", arguments, (audio.recipe,) if audio.recipe else ())
    return Conversion(
        audio=Audio(_levelled(made, told).numpy(), SAMPLE_RATE, recipe=recipe),
        source_f0=_curve(heard.hz),
        f0=_curve(told.hz),
        controls=chosen,
        voices=names,
        whose=" ".join(_whose(each) for each, _ in mixture),
    )


def _known(settings: dict[str, Any]) -> dict[str, Any]:
    unknown = set(settings) - set(Controls.__dataclass_fields__)
    if unknown:
        raise InputError(
            f"there is no setting {min(unknown)!r}",
            expected=f"one of {', '.join(Controls.__dataclass_fields__)}",
            todo="Check its name.",
        )
    return settings


def _mixture(
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


def _prepared(heard: Performance, chosen: Controls) -> Performance:
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


def _filters(
    told: Performance,
    mixture: list[tuple[Voice, NDArray[np.float64]]],
    chosen: Controls,
    where: torch.device,
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
        made = filters(replace(told, content=content), each.decoder.to(where), each.speaker, where)
        # Logarithms: the resonances of one voice glide to those of the other.
        pulse_bands = pulse_bands + weight * made[0]
        noise_bands = noise_bands + weight * made[1]
    return pulse_bands, noise_bands, weights


def _levelled(made: Tensor, told: Performance) -> Tensor:
    """Return the sound at the wanted loudness, and without a peak over full scale."""
    found = level(made).numpy()[: told.frames]
    gain = loudness_gain(told.loudness[: len(found)], found)
    line = np.interp(np.arange(len(made)) / HOP_LENGTH, np.arange(len(gain)), gain)
    loud = made * torch.from_numpy(10 ** (line / 20)).float()
    return loud / max(1.0, float(loud.abs().max()) / 0.99)


def _curve(hz: NDArray[np.float32]) -> F0:
    voiced = hz > 0
    return F0(np.where(voiced, hz, np.nan), voiced.astype(np.float32), "of the conversion")


def _whose(voice: Voice) -> str:
    about, consent = voice.about, voice.about["consent"]
    return f"{voice.name}: {about['what']} ({about['licence']}). {consent['statement']}"
