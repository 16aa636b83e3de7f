"""Checks about levels: peak and RMS, bits, gains, and two copies of one loudness."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.course.checks import array, explained, number, one_of
from musicnb.course.question import Wrong, call

if TYPE_CHECKING:
    from musicnb.audio.audio import Audio

#: Decibels by which a level may be off.
CLOSE = 0.02


def levels(answer: Any) -> str:
    """Check a function that returns peak and RMS in dBFS."""
    random = np.random.default_rng(1)
    sounds = (
        0.5 * np.sin(2 * np.pi * np.arange(1000) / 100).astype(np.float32),
        np.concatenate([np.full(10, -0.8), random.normal(0, 0.05, 2000)]).astype(np.float32),
    )
    for samples in sounds:
        given = call(answer, samples.copy())
        found = array(given, (2,), "(peak, RMS)").astype(float)
        peak, mean_square = float(np.abs(samples).max()), float(np.mean(samples**2.0))
        right = np.array([20 * np.log10(peak), 10 * np.log10(mean_square)])
        fits = np.isclose(found, right, rtol=0, atol=CLOSE)
        for place, name, value in ((1, "RMS", mean_square), (0, "peak", peak)):
            try:
                _level(name, found[place], right[place], value, samples)
            except Wrong as wrong:
                # Each of the two is worth one half.
                raise Wrong(str(wrong), part=(wrong.part + fits[1 - place]) / 2) from None
    return "the two numbers that every meter shows; RMS comes close to what is heard, peak does not"


def _level(name: str, found: float, right: float, value: float, samples: Any) -> None:
    """Check one of the two levels."""
    half = right / 2 if name == "peak" else right * 2
    mistakes: list[tuple[Any, str, float]] = [
        (value, f"your {name} is a plain number, not decibels", 0.25),
        (
            half,
            "the peak is an amplitude: 20 log10, not 10"
            if name == "peak"
            else "20 log10 is for amplitudes: take the square root of the mean first (or 10 log10)",
            0.5,
        ),
        (right * np.log(10), f"your {name} uses the natural logarithm: np.log10", 0.5),
        (-right, f"your {name} is upside down: full scale is 0 dBFS, and softer is below", 0.5),
    ]
    if name == "peak":
        top = 20 * np.log10(samples.max())
        mistakes += [(top, "the largest swing may be to the negative side: np.abs first", 0.75)]
    else:
        mean = 20 * np.log10(np.abs(samples).mean())
        mistakes += [
            (np.sqrt(value), "your RMS is a plain number, not decibels", 0.25),
            (mean, "that is the mean of the absolute samples; RMS squares them first", 0.5),
            (
                20 * np.log10(np.sqrt(np.sum(samples**2.0))),
                "you have added the squares up, but not divided by how many there are",
                0.5,
            ),
        ]
    explained(
        np.array([found]),
        np.array([right]),
        mistakes,
        otherwise=f"the {name} of our test sound is {right:.2f} dBFS, and yours says {found:.2f}",
        tolerance=CLOSE,
    )


def bits(answer: Any, snr: float) -> str:
    """Check from how many bits a ratio of signal to noise comes."""
    found, right = number(answer), round((snr - 1.76) / 6.02)
    if abs(found - right) <= 0.5:  # noqa: PLR2004  (bits)
        return f"6 dB a bit: {right} bits, {2**right} steps from bottom to top"
    if abs(found - snr / 3) <= 1:
        raise Wrong("one more bit halves the steps: half the amplitude. How many dB is that?")
    side = "many" if found > right else "few"
    raise Wrong(
        f"too {side}: by the line in the picture, {found:g} bits give {6.02 * found + 1.76:.0f} dB"
    )


def match(answer: Any) -> str:
    """Check a function that brings sound to a given RMS level."""
    random = np.random.default_rng(2)
    for shape, target in (((1, 2000), -20.0), ((2, 1500), -35.0)):
        samples = random.normal(0, 0.02, shape).astype(np.float32)
        found = array(call(answer, samples.copy(), target), shape, "that of the samples")
        level = 10 * np.log10(np.mean(samples**2.0))
        gain = target - level
        peak_gain = target - 20 * np.log10(np.abs(samples).max())
        explained(
            found,
            samples * 10 ** (gain / 20),
            (
                (samples, "nothing has changed", 0.0),
                (samples * 10 ** (gain / 10), "samples are amplitudes: 10 ** (gain / 20)", 0.5),
                (samples * 10 ** (-gain / 20), "the wrong way: gain = target - level", 0.5),
                (
                    samples * 10 ** (target / 20),
                    "the gain is not the target, but what is missing up to it: target - level",
                    0.25,
                ),
                (
                    samples * 10 ** (peak_gain / 20),
                    "its peak is at the target now, and its RMS level should be",
                    0.5,
                ),
                (samples + gain, "decibels are not added to samples; a gain multiplies them", 0.0),
            ),
            otherwise=_off(found, target),
            tolerance=0.01 * 10 ** (target / 20),
        )
    return "level, difference, factor: every volume control that is labelled in dB does this"


def _off(found: Any, target: float) -> str:
    level = 10 * np.log10(max(np.mean(np.square(found, dtype=float)), 1e-30))
    return (
        f"asked for {target:g} dBFS, yours comes out at {level:.1f} dBFS; or the factor is not "
        "one and the same for all samples"
    )


#: How far a copy is driven into clipping, in dB, and how loud both are in the end.
DRIVE = 12
LOUDNESS = -23.0


@cache
def copies() -> dict[str, Audio]:
    """Return an excerpt, and a copy of it that was clipped, both equally loud."""
    from musicnb.audio.audio import Audio
    from musicnb.audio.files import load

    excerpt = load("demo:glasswork")[9:15]
    ceiling = float(excerpt.peak)
    driven = np.clip(excerpt.gain(DRIVE).samples, -ceiling, ceiling)
    made = {"original": excerpt, "clipped": Audio(driven, excerpt.sample_rate)}
    return {name: sound.gain(LOUDNESS - sound.loudness) for name, sound in made.items()}


def by_taste() -> dict[str, Audio]:
    """Return the two copies, 4.5 dB apart, under names that tell nothing."""
    made = copies()
    return {"one": made["clipped"].gain(1.5), "other": made["original"].gain(-3)}


def which_is_clipped(clipped: str) -> dict[str, Any]:
    """Return the blind comparison, the clipped copy behind the given letter."""
    made = copies()
    order = ("clipped", "original") if clipped == "A" else ("original", "clipped")
    return {
        "prompt": "Both are equally loud now. Which copy was clipped?",
        "kind": "which",
        "sounds": {name: made[name] for name in order},
    }


def clipped_copy(answer: Any, clipped: str) -> str:
    """Check which copy was taken for the clipped one."""
    other = "B" if clipped == "A" else "A"
    return one_of(
        answer,
        clipped,
        why={other: "that is the original; in which of the two are the drums dull, and crackle?"},
        praise="at the same loudness, its drums are flattened, and crackle",
    )
