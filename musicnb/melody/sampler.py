"""Notes to sound by the samples of a soundfont.

A sample is repeated where it loops, resampled to the pitch of the key, filtered, and shaped by the
envelope of its region. That is done once for each key of a part, and cut to each of its notes.
Left out of what the specification has: vibrato, and filters that move.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from musicnb.melody.soundfont import DRUM_BANK, FALL_DB

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from musicnb.melody.soundfont import Region, SoundFont

    Samples = NDArray[np.float32]

#: Seconds that a note may sound on after it has ended.
LONGEST_RELEASE = 4.0
#: Seconds in which a note ends that is cut short, so that it does not click.
CUT = 0.01
#: Below this there is nothing to hear, in dB.
SILENT_DB = 80.0
#: A filter above this part of the sample rate changes nothing.
OPEN = 0.4
#: How loud a note of full velocity is, in dB: room for others.
HEADROOM_DB = -9.0


def play(
    font: SoundFont,
    program: int,
    notes: Sequence[tuple[float, float, int, int]],
    sample_rate: int,
    frames: int,
    *,
    drums: bool,
) -> Samples:
    """Return what a program plays, stereo.

    Parameters
    ----------
    font : SoundFont
        Has the program.
    program : int
        Its number.
    notes : sequence of tuple
        Start and end in seconds, key, velocity; in the order of the starts.
    sample_rate, frames : int
        Of the result.
    drums : bool
        Whether it is a drum kit.
    """
    made = np.zeros((2, frames), np.float32)
    regions = font.regions(DRUM_BANK if drums else 0, program)
    voices = [
        (start, end, key, velocity, region)
        for start, end, key, velocity in notes
        for region in regions
        if region.keys[0] <= key <= region.keys[1]
        and region.velocities[0] <= velocity <= region.velocities[1]
    ]
    longest: dict[tuple[Region, int], float] = {}
    for start, end, key, _, region in voices:
        seconds = end - start + min(region.envelope[5], LONGEST_RELEASE)
        longest[region, key] = max(longest.get((region, key), 0.0), seconds)
    pitched = {
        (region, key): _pitched(font, region, key, sample_rate, seconds)
        for (region, key), seconds in longest.items()
    }
    cut = _cut_short(voices)
    for (start, end, key, velocity, region), stop in zip(voices, cut, strict=True):
        first = round(start * sample_rate)
        sound = pitched[region, key][: max(0, frames - first)]
        level = _envelope(region, end - start, stop - start, sample_rate, sound.size)
        # Twice the dB of a linear law, as General MIDI recommends.
        gain = region.gain * (velocity / 127) ** 2 * 10 ** (HEADROOM_DB / 20)
        mono = sound[: level.size] * (level * np.float32(gain))
        for side, part in enumerate(sides(region.pan)):
            made[side, first : first + mono.size] += mono * part
    return made


def _cut_short(voices: Sequence[tuple[float, float, int, int, Region]]) -> list[float]:
    """Return when each voice is cut short by a later one of its exclusive class."""
    stops = [np.inf] * len(voices)
    later: dict[int, tuple[float, float]] = {}  # class: the next start, and the one after it
    for number in range(len(voices) - 1, -1, -1):
        start, region = voices[number][0], voices[number][4]
        if not region.exclusive:
            continue
        one, two = later.get(region.exclusive, (np.inf, np.inf))
        # Voices of one moment do not cut each other: they are the layers of one note.
        if start < one:
            one, two = start, one
        stops[number] = two
        later[region.exclusive] = (one, two)
    return stops


def _pitched(
    font: SoundFont, region: Region, key: int, sample_rate: int, seconds: float
) -> Samples:
    """Return the sample of a region at the pitch of a key, as long as it lasts or is needed."""
    import soxr

    sample, rate = font.sample(region.sample)
    faster = 2 ** ((key - region.root) * region.scale / 12) * rate / sample_rate
    needed = int(np.ceil((seconds + 0.05) * sample_rate * faster)) + 64
    if region.loop and region.loop[1] <= sample.size:
        start, stop = region.loop
        again = max(0, -(-(needed - stop) // (stop - start)))
        sample = np.concatenate([sample[:stop], *[sample[start:stop]] * again])
    made: Samples = soxr.resample(sample[:needed], faster, 1.0, quality="HQ").astype(np.float32)
    if region.cutoff < OPEN * sample_rate:
        from scipy.signal import lfilter

        b, a = _low_pass(region.cutoff, region.resonance, sample_rate)
        made = lfilter(b, a, made).astype(np.float32)
    return made


def _low_pass(
    cutoff: float, resonance: float, sample_rate: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a low-pass filter of second order (R. Bristow-Johnson's cookbook)."""
    angle = 2 * np.pi * cutoff / sample_rate
    alpha = np.sin(angle) / (2 * np.sqrt(0.5) * 10 ** (resonance / 20))
    cos = np.cos(angle)
    b = np.array([(1 - cos) / 2, 1 - cos, (1 - cos) / 2])
    a = np.array([1 + alpha, -2 * cos, 1 - alpha])
    return b / a[0], a / a[0]


def _envelope(region: Region, held: float, stop: float, sample_rate: int, most: int) -> Samples:
    """Return the level of a note that is held for some seconds, or cut at `stop`."""
    delay, attack, hold, decay, sustain, release = region.envelope
    seconds = min(held + min(release, LONGEST_RELEASE), stop + CUT, most / sample_rate)
    times = np.arange(round(seconds * sample_rate), dtype=np.float32) / np.float32(sample_rate)
    times = times[:most]
    began = np.clip((times - delay) / max(attack, 1e-3), 0, 1)
    since = times - (delay + attack + hold)
    fallen = np.clip(since * (FALL_DB / decay) if decay else (since > 0) * FALL_DB, 0, sustain)
    # What takes no time at all still takes a few milliseconds, so that it does not click.
    fallen = fallen + np.maximum(times - held, 0) * (FALL_DB / max(release, 3 * CUT))
    level = began * np.where(fallen < SILENT_DB, 10 ** (-fallen / 20), 0)
    level = level * np.clip((stop + CUT - times) / CUT, 0, 1)
    ends = np.minimum(1, np.arange(times.size, 0, -1) / max(1, round(0.005 * sample_rate)))
    made: Samples = (level * ends).astype(np.float32)
    return made


def sides(pan: float) -> tuple[np.float32, np.float32]:
    """Return the gains left and right: of equal power, and 1 in the middle."""
    angle = (pan + 1) * np.pi / 4
    return np.float32(np.sqrt(2) * np.cos(angle)), np.float32(np.sqrt(2) * np.sin(angle))
