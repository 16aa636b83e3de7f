"""Rooms of lesson 05: sounds to compare by ear, decays to measure, and checks of both."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.course.checks import array, explained, number, one_of
from musicnb.course.question import NotAttempted, Wrong, call

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicnb.audio.audio import Audio

#: Rooms whose decay is measured, and their RT60 in seconds.
ROOMS = {"a kitchen": 0.55, "a stairwell": 1.7, "a rehearsal room": 0.8, "a church": 3.2}
#: Of the recorded decays: Hz, seconds before the noise, and how far below the clap it is (dB).
RATE, NOISE = 22_050, -50.0
#: A measured RT60 may be off by this share.
CLOSE = 0.1
#: How loud what is compared by ear is, LUFS.
LOUDNESS = -26.0
#: The rooms to compare: the one lasts longer, the other is louder.
LONG, MUCH = {"rt60": 2.6, "mix": 0.3, "seed": 2}, {"rt60": 0.7, "mix": 0.6, "seed": 2}

#: What C80 calls early (s), and the rate at which it is measured (Hz).
EARLY, CLARITY_RATE = 0.08, 16_000
#: The hall to set: seconds at least, and between which C80 (dB) it is clear and yet a hall.
HALL, CLEAR = 1.5, (3.0, 8.0)


def recorded(room: str) -> Audio:
    """Return a clap in a room as a microphone would hear it, with the noise of the room.

    Parameters
    ----------
    room : str
        One of `ROOMS`.

    Examples
    --------
    >>> recorded("a kitchen")
    Audio(1 channel, 1.100 s, 22050 Hz)
    """
    from musicnb.audio.audio import Audio
    from musicnb.effects.reverb import room as answer_of
    from musicnb.effects.settings import Reverb

    rt60 = ROOMS[room]
    samples = answer_of(Reverb(rt60, 1, damping=1, seed=7), 1, RATE)[0]
    samples = np.pad(samples, (0, round(2 * rt60 * RATE) - len(samples)))
    samples = 0.25 * samples / np.abs(samples).max()
    start = float(np.sqrt(np.mean(samples[: RATE // 100] ** 2)))
    noise = np.random.default_rng(1).standard_normal(len(samples))
    return Audio(samples + start * 10 ** (NOISE / 20) * noise, RATE)


@cache
def hits() -> Audio:
    """Return three hits of a snare, and three seconds in which they may die away."""
    from musicnb.audio.audio import Audio
    from musicnb.audio.files import load

    hit = load("demo:glasswork/drums")[12.74:12.97].mono()
    fade = np.minimum(1, np.arange(hit.frames)[::-1] / (0.05 * hit.sample_rate))
    samples = np.zeros(round(4.5 * hit.sample_rate))
    for start in (0.1, 0.6, 1.1):
        at = round(start * hit.sample_rate)
        samples[at : at + hit.frames] += hit.samples[0] * fade
    return Audio(samples, hit.sample_rate)


def in_rooms(*rooms: dict[str, Any]) -> list[Audio]:
    """Return the hits in several rooms, equally loud."""
    from musicnb.effects.apply import apply_effects

    made = [apply_effects(hits(), {"reverb": room}) for room in rooms]
    return [sound.gain(LOUDNESS - sound.loudness) for sound in made]


def by_ear(longer: str) -> dict[str, Any]:
    """Return the comparison of two rooms, the longer behind the given letter."""
    long, much = in_rooms(LONG, MUCH)
    sounds = {"long": long, "much": much} if longer == "A" else {"much": much, "long": long}
    return {
        "prompt": "Which room has the longer reverberation time? (Both are equally loud.)",
        "kind": "which",
        "sounds": sounds,
    }


def longer_room(answer: Any, longer: str) -> str:
    """Check which room was taken for the longer one."""
    other = "B" if longer == "A" else "A"
    why = "there is more of that room, but it is over sooner: listen to the end, after the last hit"
    return one_of(
        answer,
        longer,
        why={other: why},
        praise="time and amount are two things: one is how long a room lasts, one how much of it "
        "reaches you",
    )


# ---- a room from noise ------------------------------------------------------------------------


def envelope(frames: int, rt60: float, sample_rate: int) -> NDArray[np.float64]:
    """Return the factors by which noise dies away: a thousandth after `rt60` seconds.

    Examples
    --------
    >>> envelope(3, 2, 1).round(4)
    array([1.    , 0.0316, 0.001 ])
    """
    return np.asarray(10 ** (-3 * np.arange(frames) / (rt60 * sample_rate)))


def judge_room(answer: Any) -> str:
    """Check a function ``in_room(samples, noise, rt60, sample_rate)``."""
    for frames, length, rt60, sample_rate in ((40, 300, 0.2, 1000), (100, 50, 0.1, 500)):
        random = np.random.default_rng(frames)
        samples, noise = random.normal(0, 0.1, frames), random.normal(0, 0.1, length)
        given = call(answer, samples.copy(), noise.copy(), rt60, sample_rate)
        _judge_convolved(given, samples, noise, rt60, sample_rate)
    return "a decay and a convolution: so every reverb works that has a room recorded in it"


def _judge_convolved(
    given: Any, samples: Any, noise: Any, rt60: float, sample_rate: int, tolerance: float = 1e-6
) -> None:
    """Compare a sound in a room with the right one."""
    whole = len(samples) + len(noise) - 1
    right_answer = noise * envelope(len(noise), rt60, sample_rate)
    right = np.convolve(samples, right_answer)
    found = np.asarray(given)
    if found.shape in {(len(samples),), (len(noise),), (max(len(samples), len(noise)),)}:
        part = 0.5 if np.allclose(found, right[: len(found)], atol=tolerance) else 0.25
        raise Wrong(
            f"your result has {len(found)} samples and its tail is cut off: the last sample rings "
            f"as long as the others, so expected {len(samples)} + {len(noise)} - 1 = {whole}",
            part=part,
        )
    found = array(given, (whole,), "(samples + noise - 1,)").astype(float)
    t = np.arange(len(noise)) / sample_rate

    def convolved(factors: Any) -> NDArray[np.float64]:
        return np.convolve(samples, noise * factors)

    explained(
        found,
        right,
        (
            (convolved(1.0), "your room never dies away: multiply the noise by an envelope", 0.5),
            (
                convolved(np.exp(-t / rt60)),
                "np.exp(-t / rt60) is down to 37 % after rt60, which is 9 dB; 60 dB are 10 ** -3",
                0.5,
            ),
            (
                convolved(10 ** (-6 * t / rt60)),
                "your room falls by 120 dB in rt60: of amplitudes, 60 dB are a factor of 1000",
                0.5,
            ),
            (convolved(10 ** (-t / rt60)), "after rt60 your room is down by 20 dB, not by 60", 0.5),
            (
                convolved(10 ** (-60 * t / rt60)),
                "60 dB as an exponent: a level in dB is divided by 20 before 10 ** it",
                0.5,
            ),
            (
                convolved(10 ** (-3 * t * sample_rate / rt60)),
                "your time is in samples: divide np.arange(len(noise)) by the sample rate",
                0.5,
            ),
            (convolved(10 ** (3 * t / rt60)), "your room gets louder and louder: mind the sign", 0),
        ),
        otherwise="the length is right, the values are not: noise times envelope, then np.convolve "
        "of the samples with that",
        tolerance=tolerance,
    )


# ---- a room measured --------------------------------------------------------------------------


def decay_curve(answer: Any) -> NDArray[np.float64]:
    """Return Schroeder's decay curve of an impulse response, in dB below its beginning.

    Examples
    --------
    >>> decay_curve([3.0, 1.0]).round(1)
    array([  0., -10.])
    """
    energy = np.cumsum(np.square(np.asarray(answer, float))[::-1])[::-1]
    return np.asarray(10 * np.log10(energy / energy[0]))


def judge_schroeder(answer: Any) -> str:
    """Check a function that returns the decay curve of an impulse response."""
    for seed, frames in ((1, 400), (2, 150)):
        response = np.random.default_rng(seed).normal(size=frames) * envelope(frames, 0.5, 500)
        _judge_curve(call(answer, response.copy()), response)
    return "the energy that is still to come: smooth, where the response itself jumps about"


def _judge_curve(given: Any, response: NDArray[np.float64]) -> None:
    right = decay_curve(response)
    found = array(given, right.shape, "one value for each sample").astype(float)
    energy = response**2
    left = np.cumsum(energy[::-1])[::-1]
    forward = np.cumsum(energy)
    absolute = np.cumsum(np.abs(response)[::-1])[::-1]

    def db(values: Any, factor: float = 10) -> Any:
        return factor * np.log10(values)

    explained(
        found,
        right,
        (
            (db(left / left[0], 20), "these are energies: 10 log10, not 20", 0.5),
            (left / left[0], "the curve is right, and not yet in decibels", 0.75),
            (left, "the energy that is left, and not yet in decibels below its beginning", 0.5),
            (
                db(left),
                "your curve does not begin at 0 dB: divide by the whole energy, the first value",
                0.75,
            ),
            (
                db(forward / forward[-1]),
                "that is the energy so far, which rises; sum from the end, with [::-1]",
                0.5,
            ),
            (right[::-1], "your curve runs backwards: turn it round again after the sum", 0.75),
            (
                db(absolute / absolute[0], 20),
                "you have summed absolute values; energy is the sum of squares",
                0.5,
            ),
            (db(absolute / absolute[0]), "square the samples before you sum them", 0.5),
            (
                db(energy / energy.max()),
                "these are the squares themselves; sum them, from the end",
                0.25,
            ),
        ),
        otherwise="expected, for each sample, 10 log10 of the energy from there to the end over "
        "the whole energy",
    )


def measured_rt60(answer: Any, room: str) -> str:
    """Check a measured reverberation time."""
    found, right = number(answer), ROOMS[room]

    def near(value: float) -> bool:
        return abs(found - value) <= CLOSE * value

    if near(right):
        return f"{room}, {right:g} s: within a tenth, which is about what one hears"
    if near(right / 3):
        raise Wrong(
            "that is the time of 20 dB; a straight line takes three times as long for 60", part=0.5
        )
    if near(right / 6):
        raise Wrong("that is the time of 10 dB; how long does it take for 60?", part=0.5)
    if near(right / 2):
        raise Wrong("that is half of it: is your curve 20 log10 of energies? Or is it 30 dB?")
    if near(1000 * right):
        raise Wrong("in seconds, please, not in milliseconds", part=0.75)
    if near(right / 13.8) or near(right / 6.9):
        raise Wrong("that is a time constant, in which it falls to 37 %; asked are 60 dB")
    side = "long" if found > right else "short"
    raise Wrong(
        f"{found:g} s is too {side}: read when the curve is at -5 and when at -25 dB, where it is "
        "straight and the noise does not count yet"
    )


# ---- a hall set by hand -----------------------------------------------------------------------


def clarity(chain: Any) -> float:
    """Return the clarity C80 of a chain of effects: its first 80 ms over all that follows, in dB.

    Parameters
    ----------
    chain : EffectChain or dict
        Its compressor and limiter do not count.

    Examples
    --------
    >>> round(clarity({"reverb": {"rt60": 2, "mix": 0.5}}))
    5
    """
    answer = _chain(chain).impulse_response(CLARITY_RATE).samples[0].astype(float) ** 2
    early = round(EARLY * CLARITY_RATE)
    late = float(answer[early:].sum())
    return float(10 * np.log10(answer[:early].sum() / max(late, 1e-12)))


def _chain(given: Any) -> Any:
    from musicnb.effects.chain import EffectChain

    return given if isinstance(given, EffectChain) else EffectChain.from_dict(given)


def clear_hall(answer: Any) -> str:
    """Check a chain: a hall that lasts, in which each stroke stays clear."""
    from musicnb.errors import InputError

    try:
        chain = _chain(answer)
    except InputError as error:
        raise Wrong(f"the settings of the panel are asked for: panel.chain ({error})") from None
    if chain.reverb is None or not chain.reverb.mix:
        raise NotAttempted("there is no hall yet: switch the reverb on, in the panel")
    low, high = CLEAR
    found = clarity(chain)
    if chain.reverb.rt60 < HALL:
        part = 0.5 if low <= found <= high else 0.0
        raise Wrong(
            f"your room lasts {chain.reverb.rt60:.2g} s; a hall lasts {HALL:g} s or more", part=part
        )
    if found > high:
        raise Wrong(f"hardly any hall is heard: C80 is {found:.1f} dB; give it more mix", part=0.5)
    if found < low:
        echoes = " and fewer echoes" if chain.delay is not None and chain.delay.mix else ""
        raise Wrong(
            f"the strokes drown: C80 is {found:.1f} dB; give it less mix{echoes}, or a shorter "
            "room",
            part=0.5,
        )
    return (
        f"{chain.reverb.rt60:.2g} s of hall, and a C80 of {found:.1f} dB: far away, and every "
        "stroke is there"
    )
