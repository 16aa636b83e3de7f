"""`recommend_effects`: a chain for a recording, with the reason for each of its effects."""

from __future__ import annotations

import html
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.audio.loudness import MAX_CHANNELS
from musicnb.effects.apply import apply_effects
from musicnb.effects.chain import GAIN, EffectChain
from musicnb.effects.hear import Heard, hear
from musicnb.effects.profile import CENTRES, Profile, distance, likelihood, measure, targets
from musicnb.effects.settings import Band, Compressor, Delay, Equalizer, Limiter, Reverb
from musicnb.errors import InputError

if TYPE_CHECKING:
    from musicnb.audio.audio import Audio

#: Kinds that are whole pieces, and not one part of one.
WHOLE = ("acoustic", "electronic", "metal", "mix")
#: Loudness that streaming services bring whole pieces to, LUFS, and the peaks they ask for, dBFS.
STREAMING, PEAKS = -14.0, -1.0
#: The equaliser that is recommended: kind, Hz, and the octaves it answers for.
BANDS = (
    ("low_shelf", 110.0, (63, 125)),
    ("peak", 350.0, (250, 500)),
    ("peak", 1000.0, (1000,)),
    ("peak", 2800.0, (2000, 4000)),
    ("high_shelf", 6500.0, (8000,)),
)
#: A difference is worth a correction from so many dB and so many spreads of the kind. Two thirds
#: of it are corrected, since the recording may be meant to differ, and never more than 6 dB.
LEAST_DB, LEAST_SPREADS, SHARE, MOST_DB = 2.0, 1.5, 2 / 3, 6.0
#: Below this probability an effect counts as not there, above the other as there.
ABSENT, PRESENT = 0.35, 0.65
#: Seconds of the recording on which the chain is tried.
TRIED = 30.0


@dataclass(frozen=True)
class Reason:
    """Why an effect is in a recommended chain, or is not.

    Attributes
    ----------
    effect : str
        'eq', 'compressor', 'delay', 'reverb' or 'gain'.
    words : str
        The reason, with what was measured.
    confidence : float
        0 to 1: for a measured difference, how few recordings of the kind differ as much; for
        what was heard, the calibrated probability. What is a matter of taste has 0.5.
    """

    effect: str
    words: str
    confidence: float


@dataclass(frozen=True)
class Recommendation:
    """What :func:`recommend_effects` found.

    Attributes
    ----------
    chain : EffectChain
        The chain, to look at, change (`chain.replace`) and apply.
    kind : str
        What the recording was compared with.
    reasons : tuple of Reason
        One for each effect, whether it is recommended or not.
    profile : Profile
        What was measured.
    heard : Heard
        The effects that the recording seems to have gone through already.
    distance : tuple of float
        From the kind, before and after the chain, in spreads; recordings of the kind are at
        about 1.
    """

    chain: EffectChain
    kind: str
    reasons: tuple[Reason, ...]
    profile: Profile
    heard: Heard
    distance: tuple[float, float]

    def __repr__(self) -> str:
        before, after = self.distance
        return f"Recommendation({self.chain}; {self.kind}: {before:.1f} -> {after:.1f} spreads)"

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as JSON values."""
        return {
            "kind": self.kind,
            "chain": self.chain.to_dict(),
            "reasons": [
                {"effect": r.effect, "words": r.words, "confidence": round(r.confidence, 2)}
                for r in self.reasons
            ],
            "profile": {
                "loudness": round(self.profile.loudness, 2),
                "crest": round(self.profile.crest, 2),
                "dynamics": round(self.profile.dynamics, 2),
                "tilt": round(self.profile.tilt, 2),
                "balance": {
                    str(c): round(b, 1) for c, b in zip(CENTRES, self.profile.balance, strict=True)
                },
            },
            "heard": {
                "presence": {k: round(v, 3) for k, v in self.heard.presence.items()},
                "values": {k: round(v, 3) for k, v in self.heard.values.items()},
            },
            "distance": {
                "before": round(self.distance[0], 2),
                "after": round(self.distance[1], 2),
            },
        }

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<li><b>{html.escape(r.effect)}</b>: {html.escape(r.words)}"
            f" <i>(confidence {r.confidence:.0%})</i></li>"
            for r in self.reasons
        )
        before, after = self.distance
        return (
            f"<p>Compared with: {html.escape(self.kind)}; distance {before:.1f} spreads, after"
            f" the chain {after:.1f} (its own recordings: about 1).</p><ul>{rows}</ul>"
            + self.chain._repr_html_()
        )


def recommend_effects(audio: Audio, kind: str | None = None) -> Recommendation:
    """Recommend a chain of effects for a recording, with reasons in words.

    The recording's loudness, dynamics and balance are measured and compared with finished
    recordings of its kind; a network hears which effects it went through already. What differs
    clearly is corrected by two thirds; what is there already is not added again.

    Parameters
    ----------
    audio : Audio
        At least 2 s of sound: a whole piece, or one part of it.
    kind : {'mix', 'acoustic', 'electronic', 'metal', 'voice', 'guitar', 'drums'}, optional
        What it is. Without it, the kind whose measures are nearest is taken, which is a guess.

    Returns
    -------
    Recommendation
        With `chain`, `reasons`, and the `distance` from the kind before and after.

    Raises
    ------
    musicnb.errors.InputError
        If there is no such kind, or the sound is silent or too short.

    Examples
    --------
    >>> import musicnb
    >>> song = musicnb.load("demo:feelings", duration=12)
    >>> dull = musicnb.apply_effects(song, {"eq": [
    ...     {"kind": "high_shelf", "frequency": 3000, "gain": -15}]})
    >>> advice = recommend_effects(dull, "metal")
    >>> bool(advice.chain.frequency_response([8000])[0] > 2)
    True
    >>> advice.distance[1] < advice.distance[0]
    True

    Notes
    -----
    Taught in lesson 05. The kinds were measured on few recordings
    (``musicnb.effects.profile.targets()`` says on which): the advice is where to begin, not what
    is right.
    """
    if kind is not None and kind not in targets():
        raise InputError(
            f"the kind is {kind!r}",
            expected=", ".join(sorted(targets())),
            todo="Choose one of these, or leave it out.",
        )
    heard, profile = hear(audio), measure(audio)
    reasons: list[Reason] = []
    if kind is None:
        kind, reason = _nearest(profile)
        reasons.append(reason)
    part = _middle(audio)
    eq, why_eq = _equalizer(profile, kind)
    compressor, why_compressor = _compressor(part, profile, kind, heard)
    delay, reverb, why_space = _space(part, kind, heard)
    chain = EffectChain(eq=eq, compressor=compressor, delay=delay, reverb=reverb)
    chain, why_gain = _levelled(chain, part, profile, kind)
    reasons += [why_eq, why_compressor, *why_space, why_gain]
    after = measure(apply_effects(part, chain))
    return Recommendation(
        chain,
        kind,
        tuple(reasons),
        profile,
        heard,
        (distance(measure(part), kind), distance(after, kind)),
    )


def _nearest(profile: Profile) -> tuple[str, Reason]:
    likely = likelihood(profile)
    first, second = sorted(likely, key=lambda kind: -likely[kind])[:2]
    words = (
        f"by its balance and dynamics taken for {first!r} ({likely[first]:.0%}; next is "
        f"{second!r} with {likely[second]:.0%}); pass the kind if you know better"
    )
    return first, Reason("kind", words, likely[first])


def _rarity(difference: float, spread: float, recordings: int) -> float:
    """Return the share of the kind's recordings that differ less; few recordings tell less."""
    from scipy.stats import t

    degrees = max(recordings - 1, 1)
    return float(2 * t.cdf(abs(difference) / max(spread, 0.5), degrees) - 1)


def _equalizer(profile: Profile, kind: str) -> tuple[Equalizer | None, Reason]:
    target = targets()[kind]
    bands, words, sure = [], [], []
    for form, frequency, octaves in BANDS:
        at = [CENTRES.index(octave) for octave in octaves]
        difference = float(np.mean([profile.balance[i] - target["balance"][i] for i in at]))
        spread = float(np.mean([target["balance_spread"][i] for i in at]))
        if abs(difference) < max(LEAST_DB, LEAST_SPREADS * spread):
            continue
        gain = float(np.clip(-SHARE * difference, -MOST_DB, MOST_DB))
        bands.append(Band(form, frequency, round(gain, 1)))
        place = " and ".join(f"{octave:g}" for octave in octaves)
        side = "stronger" if difference > 0 else "weaker"
        words.append(f"around {place} Hz it is {abs(difference):.1f} dB {side}")
        sure.append(_rarity(difference, spread, target["recordings"]))
    if not bands:
        text = f"no band is further from {kind} recordings than they are from one another"
        return None, Reason("eq", f"none: {text} (tilt {profile.tilt:.1f} dB an octave)", 0.5)
    text = f"{'; '.join(words)} than {kind} recordings are on average"
    return Equalizer(tuple(bands)), Reason("eq", text, max(sure))


def _compressor(
    part: Audio, profile: Profile, kind: str, heard: Heard
) -> tuple[Compressor | None, Reason]:
    target = targets()[kind]
    wanted, spread = target["dynamics"], target["dynamics_spread"]
    difference = profile.dynamics - wanted
    measured = f"levels range over {profile.dynamics:.1f} dB ({kind}: {wanted:.1f})"
    if difference < max(LEAST_DB, spread):
        there = heard.presence["compressor"]
        already = f"; it sounds compressed already ({there:.0%})" if there > PRESENT else ""
        return None, Reason("compressor", f"none: {measured}{already}", 0.5)
    ratio = float(np.clip(profile.dynamics / wanted, 1.3, 4))
    threshold = float(np.clip(part.level - 3, -55, -3))
    words = f"{measured}: {ratio:.1f} to 1 above the average level brings them together"
    sure = _rarity(difference, spread, target["recordings"])
    return Compressor(round(threshold, 1), round(ratio, 1)), Reason("compressor", words, sure)


def _space(
    part: Audio, kind: str, heard: Heard
) -> tuple[Delay | None, Reverb | None, list[Reason]]:
    room, echo = heard.presence["reverb"], heard.presence["delay"]
    rt60, time = heard.values["reverb.rt60"], heard.values["delay.time"]
    delay = reverb = None
    if kind in WHOLE:
        why = "none: the parts of a whole piece have rooms of their own"
        reasons = [Reason("reverb", f"{why} (probability of one: {room:.0%})", 0.5)]
        echoes = f"none for a whole piece (probability of an echo: {echo:.0%})"
        return None, None, [*reasons, Reason("delay", echoes, 0.5)]
    import librosa
    from scipy.signal import find_peaks

    mono = part.mono().resample(22_050)
    strength = librosa.onset.onset_strength(y=mono.samples[0], sr=mono.sample_rate)
    # An attack stands out from its surroundings, and is 70 ms from the next.
    onsets, _ = find_peaks(strength, prominence=0.1 * float(strength.max(initial=1e-6)), distance=3)
    rate = max(len(onsets) / mono.duration, 0.2)
    if room < ABSENT:
        reverb = Reverb(round(float(np.clip(4 / rate, 0.5, 2.2)), 1), 0.12 if rate > 3 else 0.18)  # noqa: PLR2004
        words = (
            f"it sounds dry (probability of a room {room:.0%}); {rate:.1f} onsets a second leave "
            f"room for {reverb.rt60:g} s"
        )
        reasons = [Reason("reverb", words, 1 - room)]
    else:
        how = "went through" if room > PRESENT else "may have gone through"
        words = f"none: it {how} a room of about {rt60:.1f} s (probability {room:.0%})"
        reasons = [Reason("reverb", words, room if room > PRESENT else 0.5)]
    if echo > PRESENT:
        words = f"none: there is an echo every {time:.3f} s (probability {echo:.0%})"
        reasons.append(Reason("delay", words, echo))
    elif kind != "drums" and rate < 3:  # noqa: PLR2004
        tempo = float(
            np.atleast_1d(librosa.feature.tempo(y=mono.samples[0], sr=mono.sample_rate))[0]
        )
        delay = Delay(round(0.75 * 60 / max(tempo, 40), 3), 0.25, 0.12)
        words = (
            f"no echo is heard, and its {rate:.1f} onsets a second leave gaps: three quarters of "
            f"a beat at {tempo:.0f} BPM (a matter of taste)"
        )
        reasons.append(Reason("delay", words, 0.5))
    else:
        why = "drums are not echoed" if kind == "drums" else "they leave no gaps"
        reasons.append(Reason("delay", f"none: {rate:.1f} onsets a second, {why}", 0.5))
    return delay, reverb, reasons


def _levelled(
    chain: EffectChain, part: Audio, profile: Profile, kind: str
) -> tuple[EffectChain, Reason]:
    """Set the output gain: whole pieces go to the loudness of streaming, parts keep theirs."""
    whole = kind in WHOLE
    wanted = STREAMING if whole else profile.loudness
    chain = replace(chain, limiter=Limiter(PEAKS))
    made = apply_effects(part, chain).loudness
    gain = wanted - made if math.isfinite(made) and math.isfinite(wanted) else 0.0
    gain = round(float(np.clip(gain, GAIN.low, GAIN.high)), 1)
    chain = replace(chain, gain=gain)
    aim = f"streaming services play at {STREAMING:g}" if whole else "it stays as loud as it was"
    words = f"it measures {profile.loudness:.1f} LUFS; {aim}, with peaks below {PEAKS:g} dBFS"
    return chain, Reason("gain", words, 0.9 if whole else 0.5)


def _middle(audio: Audio) -> Audio:
    start = max(0.0, (audio.duration - TRIED) / 2)
    part = audio[start : start + TRIED]
    return part if part.channels <= MAX_CHANNELS else part.mono()  # loudness knows no more
