"""Checks about sampling: a tone from numbers, and where tones above half the rate are heard."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.course.checks import array, box, explained, number
from musicnb.course.question import Wrong, call

if TYPE_CHECKING:
    from musicnb.audio.audio import Audio

#: Amplitude of the tones: -14 dBFS.
AMPLITUDE = 0.2


def tone(answer: Any) -> str:
    """Check a function that makes a sine tone."""
    single = True
    for frequency, seconds, sample_rate in ((440, 0.5, 8000), (1000, 0.25, 44_100)):
        n = np.arange(round(seconds * sample_rate))
        given = call(answer, frequency, seconds, sample_rate)
        size = np.size(given)
        if np.ndim(given) == 0:
            raise Wrong("your function returns one number; expected a whole array of samples")
        if size != len(n):
            raise Wrong(
                f"{seconds} s at {sample_rate} Hz are {len(n)} samples, and yours has {size}"
            )
        found = array(given, (len(n),), "(frames,)").astype(float)
        angle = 2 * np.pi * frequency * n / sample_rate
        stretched = 2 * np.pi * frequency * np.linspace(0, seconds, len(n))
        explained(
            found,
            AMPLITUDE * np.sin(angle),
            (
                (
                    AMPLITUDE * np.sin(angle / 2 / np.pi),
                    "your tone is 6.28 times too low: the sine wants an angle, so times 2 pi",
                    0.5,
                ),
                (np.sin(angle), f"it is too loud: times {AMPLITUDE}, the amplitude", 0.75),
                (
                    AMPLITUDE * np.cos(angle),
                    "that is a cosine: the right pitch, but the first sample should be 0",
                    0.5,
                ),
                (
                    AMPLITUDE * np.sin(2 * np.pi * frequency * n),
                    "n counts samples, not seconds: divide it by the sample rate",
                    0.25,
                ),
                (
                    AMPLITUDE * np.sin(stretched),
                    (
                        "the last sample is at the very end, so all lie a little too far apart "
                        "(linspace does that); sample n belongs at n / sample_rate"
                    ),
                    0.5,
                ),
            ),
            otherwise="look at the first samples: expected "
            + ", ".join(f"{value:.4f}" for value in AMPLITUDE * np.sin(angle[:4]))
            + " ...",
        )
        single &= np.asarray(given).dtype == np.float32
    if not single:
        raise Wrong(
            "every sample is right, but they are not float32: .astype(np.float32)", part=0.75
        )
    return "one line of arithmetic for each sample, and it is a sound"


#: Frequency and sample rate (Hz), below and above half the rate, up to several turns of it.
FOLDS = np.array(
    [
        *((1000, 8000), (3999, 8000), (5000, 8000), (7000, 8000), (8000, 8000)),
        *((9000, 8000), (13_000, 8000), (30_000, 44_100), (20_000, 11_025), (23_000, 4000)),
    ],
    float,
)


def folded(frequency: Any, rate: Any) -> Any:
    """Return at which frequency a tone is heard once it is sampled."""
    return np.abs(frequency - rate * np.round(frequency / rate))


def heard(answer: Any) -> str:
    """Check a function that folds a frequency."""
    frequency, rate = FOLDS.T
    right = folded(frequency, rate)
    found = np.array([number(call(answer, *pair)) for pair in FOLDS.tolist()])
    above = frequency > rate / 2
    explained(
        found,
        right,
        (
            (frequency, "above half the sample rate, the tone is not heard where it was", 0.0),
            (
                np.minimum(frequency, rate / 2),
                "what is above half the rate does not stay at half the rate: it turns round there",
                0.0,
            ),
            (
                np.abs(frequency - rate * np.round(frequency / rate)) * np.where(above, 1, -1),
                "a tone below half the rate has to stay as it is",
                0.5,
            ),
            (
                frequency - rate * np.round(frequency / rate),
                "some of yours are negative: a tone that turns backwards sounds the same, so abs()",
                0.75,
            ),
            (
                np.where(above, np.abs(rate - frequency), frequency),
                (
                    "right up to the sample rate; higher tones turn round again and again. "
                    "At 8000 Hz, 13000 Hz is heard at 3000 Hz, and yours gives 5000"
                ),
                0.5,
            ),
            (
                frequency % rate,
                (
                    "that starts again from 0 at the sample rate; but already at half of it, the "
                    "tone turns round, and comes down"
                ),
                0.5,
            ),
            (
                frequency % (rate / 2),
                (
                    "yours jumps back to 0 at half the rate; in the picture it turns round, and "
                    "comes down"
                ),
                0.25,
            ),
            (
                np.where(above, rate / 2 - (frequency - rate / 2) % (rate / 2), frequency),
                "the way down is right; but at the sample rate it has to rise again, not jump",
                0.5,
            ),
        ),
        otherwise=_first_wrong(found, right),
        tolerance=0.01,
    )
    return "up to half the rate and down again, over and over: that is why it is called folding"


def _first_wrong(found: Any, right: Any) -> str:
    first = int(np.argmax(np.abs(found - right) > 0.01))  # noqa: PLR2004  (Hz; as above)
    frequency, rate = FOLDS[first]
    return (
        f"a tone of {frequency:g} Hz, sampled at {rate:g} Hz, is heard at {right[first]:g} Hz; "
        f"yours says {found[first]:g}"
    )


def whistle(answer: Any, frequency: float, rate: float) -> str:
    """Check where an ultrasonic tone is found in a recording without a filter."""
    found = number(answer)
    right = float(folded(frequency, rate))
    explained(
        np.array([found]),
        np.array([right]),
        (
            (frequency, "a recording holds nothing above half its sample rate", 0.0),
            (rate / 2, "it lands at half the rate only if it is exactly there", 0.0),
            (
                abs(frequency - rate / 2),
                "that is how far above half the rate it is; it comes as far down from there",
                0.5,
            ),
            (frequency / 2, "sampling does not halve a frequency; it folds it", 0.0),
        ),
        otherwise=f"{frequency:g} Hz is {abs(frequency - rate):g} Hz away from the sample rate, "
        "and the sample rate itself is heard at 0 Hz",
        # Whoever reads it off a picture may be a little off.
        tolerance=rate / 400,
    )
    return "nobody heard the whistle, and everybody will hear the recording"


#: The riddle: four partials of a gliding tone, sampled at 8000 Hz without a filter.
RIDDLE_RATE = 8000
RIDDLE_SECONDS = 4.0
GLIDE = (300.0, 900.0)
PARTIALS = (1, 2, 3, 6)
#: Seconds of the mirrored line that a box must hold, and of true lines that it may.
ENOUGH = 0.3


@cache
def riddle() -> Audio:
    """Return a gliding tone, one partial of which folds; at 32 kHz, for pictures and players."""
    from musicnb.audio.audio import Audio

    frequency = np.linspace(*GLIDE, round(RIDDLE_SECONDS * RIDDLE_RATE))
    phase = 2 * np.pi * np.cumsum(frequency) / RIDDLE_RATE
    samples = sum(np.sin(partial * phase) for partial in PARTIALS) * 0.05
    # A sound that begins or ends at once would show as a line from top to bottom.
    samples *= np.clip(
        np.minimum(np.arange(len(phase)), len(phase) - np.arange(len(phase))) / 400, 0, 1
    )
    return Audio(samples, RIDDLE_RATE).resample(32_000)


def the_mirror(answer: Any) -> str:
    """Check a box around the one line that is a mirror image."""
    start, stop, low, high = box(answer)
    times = np.linspace(0, RIDDLE_SECONDS, 401)
    inside_time = (times >= start) & (times <= stop)
    inside = {}
    for partial_number in PARTIALS:
        true = partial_number * np.interp(times, (0, RIDDLE_SECONDS), GLIDE)
        line = folded(true, RIDDLE_RATE)
        within = inside_time & (line >= low) & (line <= high)
        inside[f"true {partial_number}"] = (within & (true <= RIDDLE_RATE / 2)).mean()
        inside[f"mirror {partial_number}"] = (within & (true > RIDDLE_RATE / 2)).mean()
    seconds = {name: share * RIDDLE_SECONDS for name, share in inside.items()}
    mirrored = seconds.pop("mirror 6")
    true = sum(seconds.values())
    if mirrored < ENOUGH and true < ENOUGH:
        raise Wrong("there is hardly any line in your box; make it larger, or move it")
    if mirrored < ENOUGH:
        raise Wrong(
            "the line in your box rises, as the tone did; which one does what no partial of a "
            "rising tone can do?"
        )
    if low <= 0 and high >= RIDDLE_RATE / 2 and true > 0:
        raise Wrong(
            "your box goes from bottom to top: begin the drag in the picture, not in the strip "
            "with the waveform above it",
            part=0.5,
        )
    if true > mirrored / 2:
        raise Wrong("the mirror is in your box, but true lines too; make it smaller", part=0.5)
    return "the sixth partial went past 4000 Hz, and came back down: it is in tune with nothing"
