"""Arrange ``glasswork``, the demo song made of CC0 samples.

Ten bars in E minor at 80 beats a minute, on a grid of triplets, because that is how its guitar
sample was played: a two-beat arpeggio that lands on its low E. Two bars of intro, a groove of
four, three with a lead, one to end. ``python -m musicnb.recipes.songs`` reads the samples and
writes what :func:`arrange` returns.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyloudnorm
import soxr

Sound: TypeAlias = npt.NDArray[np.float64]  # (frames, 2)

RATE = 44_100
BPM = 80.0
BARS = 10
TAIL = 1.5  # seconds after the last bar
STEP = 60 / BPM / 3  # a triplet; twelve of them make a bar
FRAMES = round((BARS * 12 * STEP + TAIL) * RATE)

# Every sample is CC0, as the package's PROVENANCE.md lists one by one.
SAMPLES = (
    "drum_bass_hard",
    "drum_bass_soft",
    "drum_snare_hard",
    "drum_snare_soft",
    "drum_cymbal_closed",
    "drum_cymbal_pedal",
    "drum_cymbal_open",
    "drum_splash_soft",
    "drum_tom_hi_soft",
    "drum_tom_mid_soft",
    "drum_tom_lo_soft",
    "ride_via",
    "bass_woodsy_c",
    "guit_em9",
    "guit_harmonics",
    "ambi_glass_hum",
    "ambi_glass_rub",
    "vinyl_hiss",
)

# Pitches as measured in the samples, in MIDI numbers.
WOODSY = 35.94
HARMONIC = 70.95
GLASS_HUM = 69.0  # the root of its major triad
GLASS_RUB = 77.99

HARMONIC_START = 1.231  # seconds: the last note of guit_harmonics rings alone
EM9_LANDING = 1.46  # seconds: the low E of guit_em9

# Drum patterns: instrument -> {step: velocity}. A capital H is the hard hit, s the soft one.
INTRO = {"pedal": {3: 0.6, 9: 0.6}, "ride": {0: 0.5, 5: 0.25, 6: 0.4, 11: 0.25}}
GROOVE = {
    "kick": {0: 1.0, 8: 0.85},
    "tap": {5: 0.7},
    "snare": {3: 1.0, 9: 0.95},
    "ghost": {2: 0.35, 7: 0.3, 11: 0.5},
    "hat": {0: 0.8, 2: 0.4, 3: 0.65, 5: 0.5, 6: 0.8, 8: 0.45, 9: 0.65, 11: 0.5},
}
LIFT = {
    "kick": {0: 1.0, 5: 0.7, 8: 0.9},
    "tap": {2: 0.7},
    "snare": {3: 1.0, 9: 1.0},
    "ghost": {7: 0.4, 10: 0.35, 11: 0.55},
    "ride": {0: 0.9, 2: 0.4, 3: 0.7, 5: 0.5, 6: 0.9, 8: 0.45, 9: 0.7, 11: 0.5},
    "hat": {3: 0.5, 9: 0.5},
    "open": {5: 0.35},
}
FILL = {
    "kick": {0: 1.0},
    "tap": {5: 0.7},
    "snare": {3: 1.0},
    "hat": {0: 0.8, 2: 0.4, 3: 0.6, 5: 0.5},
    "ghost": {6: 0.6, 7: 0.7},
    "tom_hi": {8: 0.8},
    "tom_mid": {9: 0.85},
    "tom_lo": {10: 0.8, 11: 0.95},
}
OPENING = {**GROOVE, "splash": {0: 1.0}}
SPLASH_LIFT = {**LIFT, "splash": {0: 1.0}}
PICK_UP = {**INTRO, "ghost": {9: 0.5, 10: 0.6, 11: 0.8}}
END = {"kick": {0: 0.9}, "ride": {0: 0.6}, "splash": {0: 1.0}}
DRUMS = [{}, PICK_UP, OPENING, GROOVE, GROOVE, FILL, SPLASH_LIFT, LIFT, FILL, END]
# instrument -> (sample, gain, place from -1 left to 1 right, semitones, decay in seconds).
# The snare is tuned to G, the toms to D, B and F sharp; the kick is damped: it rings on C and D.
KIT = {
    "kick": ("drum_bass_hard", 0.8, 0.0, 0.0, 0.14),
    "tap": ("drum_bass_soft", 0.9, 0.0, 0.0, 0.14),
    "snare": ("drum_snare_hard", 0.72, -0.05, -0.6, 1.0),
    "ghost": ("drum_snare_soft", 0.8, -0.05, -0.6, 1.0),
    "hat": ("drum_cymbal_closed", 0.75, 0.4, 0.0, 1.0),
    "pedal": ("drum_cymbal_pedal", 0.9, 0.4, 0.0, 1.0),
    "open": ("drum_cymbal_open", 0.3, 0.4, 0.0, 0.25),
    "ride": ("ride_via", 0.8, -0.45, 0.0, 1.0),
    "splash": ("drum_splash_soft", 0.9, -0.3, 0.0, 2.0),
    "tom_hi": ("drum_tom_hi_soft", 0.9, 0.35, -0.8, 1.0),
    "tom_mid": ("drum_tom_mid_soft", 0.75, 0.0, 0.2, 1.0),
    "tom_lo": ("drum_tom_lo_soft", 0.9, -0.35, 0.0, 1.0),
}

# Bass: (step, MIDI note, length in steps) for each bar; E minor, C, A minor, B minor.
ON_E = ((0, 28, 4), (5, 28, 1), (6, 31, 2), (8, 35, 3), (11, 38, 1))
ON_C = ((0, 36, 4), (5, 36, 1), (6, 40, 2), (8, 31, 3), (11, 35, 1))
ON_A = ((0, 33, 4), (5, 33, 1), (6, 36, 2), (8, 40, 3), (11, 33, 1))
ON_B = ((0, 35, 4), (5, 35, 1), (6, 38, 2), (8, 30, 3), (11, 30, 1))
A_TO_B = ((0, 33, 4), (5, 33, 1), (6, 35, 2), (8, 30, 3), (11, 30, 1))
LAST = ((0, 28, 12),)
BASS = [(), (), ON_E, ON_C, ON_A, ON_B, ON_E, ON_C, A_TO_B, LAST]

# Guitar chords: (bar whose first beat the low E lands on, whether the low E stays, gain).
CHORDS = (
    (1, True, 1.0),
    (2, True, 0.85),
    (4, False, 0.8),
    (6, True, 0.9),
    (8, False, 0.8),
    (9, True, 1.0),
)
# Harmonics: (bar, step, MIDI note, gain): one falling figure, answered.
BELLS = (
    (0, 0, 71, 0.8), (0, 2, 76, 0.6), (0, 3, 78, 0.8), (0, 5, 74, 0.6),
    (1, 6, 79, 0.5), (1, 8, 78, 0.5), (1, 9, 74, 0.6), (1, 11, 71, 0.5),
    (3, 5, 79, 0.6), (3, 6, 78, 0.7), (3, 8, 76, 0.6), (3, 9, 71, 0.7),
    (5, 5, 78, 0.6), (5, 6, 76, 0.7), (5, 8, 74, 0.6), (5, 9, 71, 0.7),
    (9, 3, 78, 0.5), (9, 5, 76, 0.5), (9, 6, 71, 0.5), (9, 9, 76, 0.4),
)  # fmt: skip
# Glass pad: (bar, step, length in steps, MIDI root of a major triad).
PAD = (
    (0, 0, 24, 67), (2, 0, 12, 67), (3, 0, 12, 60), (4, 0, 12, 60), (5, 0, 12, 62),
    (6, 0, 12, 67), (7, 0, 12, 60), (8, 0, 6, 60), (8, 6, 6, 62), (9, 0, 18, 67),
)  # fmt: skip
# Rubbed glass, the lead: (step from bar 7, MIDI note); each slides into the next.
LEAD_BAR = 6
LEAD = (
    (0, 71),
    (5, 74),
    (6, 76),
    (12, 79),
    (17, 78),
    (18, 76),
    (21, 74),
    (24, 72),
    (29, 74),
    (30, 78),
    (35, 74),
    (36, 76),
)
LEAD_STEPS = 50


def fade(samples: Sound, seconds_in: float, seconds_out: float) -> Sound:
    """Fade in and out with half a cosine.

    Examples
    --------
    >>> fade(np.ones((RATE, 2)), 0.05, 0.05)[[0, RATE // 2, -1], 0].round(3).tolist()
    [0.0, 1.0, 0.0]
    """
    faded = samples.copy()
    for seconds, part in ((seconds_in, faded), (seconds_out, faded[::-1])):
        frames = min(len(faded), round(seconds * RATE))
        part[:frames] *= (0.5 - 0.5 * np.cos(np.linspace(0, np.pi, frames)))[:, None]
    return faded


@dataclass
class Track:
    """A stereo strip to which sounds are added at a time, in a place, with a gain."""

    sound: Sound = field(default_factory=lambda: np.zeros((FRAMES, 2)))

    def add(self, samples: Sound, seconds: float, gain: float, place: float = 0.0) -> None:
        """Add ``samples`` from ``seconds`` on, panned with constant power."""
        start = round(seconds * RATE)
        samples = samples[max(0, -start) : max(0, FRAMES - start)]
        start = max(0, start)
        angle = (place + 1) * np.pi / 4
        sides = np.sqrt(2) * np.array([np.cos(angle), np.sin(angle)])
        self.sound[start : start + len(samples)] += gain * samples * sides


def at(bar: int, step: float) -> float:
    """Return the time of a step in seconds.

    Examples
    --------
    >>> at(1, 3)
    3.75
    """
    return (bar * 12 + step) * STEP


def repitch(samples: Sound, semitones: float) -> Sound:
    """Change pitch and duration together, as a turntable does.

    Examples
    --------
    >>> len(repitch(np.zeros((1000, 2)), 12))
    500
    """
    return np.asarray(soxr.resample(samples, RATE * 2 ** (semitones / 12), RATE, quality="VHQ"))


def filtered(samples: Sound, low: float = 0.0, high: float = 1e9) -> Sound:
    """Keep what lies between two frequencies, with 24 dB an octave beyond, and no phase shift."""
    size = len(samples) + RATE
    frequency = np.fft.rfftfreq(size, 1 / RATE)[:, None] + 1e-9
    gain = 1 / np.sqrt((1 + (low / frequency) ** 8) * (1 + (frequency / high) ** 8))
    return np.fft.irfft(np.fft.rfft(samples, size, axis=0) * gain, size, axis=0)[: len(samples)]


def reverb(samples: Sound, seconds: float, seed: int) -> Sound:
    """Convolve with decaying noise, which is what a room answers; -60 dB after ``seconds``."""
    time = np.arange(round(seconds * RATE)) / RATE
    noise = np.random.default_rng(seed).standard_normal((len(time), 2))
    room = filtered(noise * 10 ** (-3 * time / seconds)[:, None], 200, 5000)
    room = fade(room, 0.01, 0.05) / np.sqrt((room**2).sum(axis=0))
    size = len(samples) + len(room)
    spectrum = np.fft.rfft(samples, size, axis=0) * np.fft.rfft(room, size, axis=0)
    return np.fft.irfft(spectrum, size, axis=0)[: len(samples)]


def drums(sounds: dict[str, Sound]) -> Sound:
    """Play the patterns with hands that are a few milliseconds and a few per cent loose."""
    hands = np.random.default_rng(80)
    track = Track()
    for bar, pattern in enumerate(DRUMS):
        for instrument, hits in pattern.items():
            name, gain, place, semitones, decay = KIT[instrument]
            for step, velocity in hits.items():
                late = hands.uniform(0, 0.006) if step else 0.0
                hit = repitch(sounds[name], semitones + hands.uniform(-0.1, 0.1))
                hit = hit * np.exp(-np.arange(len(hit)) / RATE / decay)[:, None]
                loud = gain * velocity * hands.uniform(0.93, 1.07)
                track.add(fade(hit, 0.0003, 0.03), at(bar, step) + late, loud, place)
    wet = track.sound + 0.16 * reverb(track.sound, 0.6, seed=1)
    return np.tanh(2 * wet) / 2  # a tape that rounds the loudest hits


def bass(sounds: dict[str, Sound]) -> Sound:
    """Pluck the one bass note at every pitch of the line."""
    track = Track()
    for bar, line in enumerate(BASS):
        for step, note, length in line:
            seconds = length * STEP
            pluck = repitch(sounds["bass_woodsy_c"], note - WOODSY)
            pluck = fade(pluck[: round(seconds * RATE)], 0.004, 0.06)
            decay = np.exp(-np.arange(len(pluck)) / RATE / 1.6)[:, None]
            track.add(pluck * decay, at(bar, step), 0.5 if step in (0, 6, 8) else 0.4)
    return filtered(np.tanh(1.8 * track.sound) / 1.8, 32, 3000)


def guitar(sounds: dict[str, Sound]) -> Sound:
    """Let every arpeggio start two beats early, so that its low E lands on the bar line."""
    chord = filtered(sounds["guit_em9"], 70)  # the recording hums at 60 Hz
    bell = fade(sounds["guit_harmonics"][round(HARMONIC_START * RATE) :], 0.003, 0.1)
    chords, bells = Track(), Track()
    body = filtered(chord, 150)
    low = chord - body
    ring = round((EM9_LANDING + 24 * STEP) * RATE)
    for bar, keep_low, gain in CHORDS:
        start = at(bar, 0) - EM9_LANDING
        chords.add(fade(body[:ring], 0.002, 1.0), start, gain, 0.1)
        if keep_low:  # until the harmony leaves E, a bar later
            chords.add(fade(low[: ring - round(11 * STEP * RATE)], 0.002, 0.5), start, gain, 0.1)
    for bar, step, note, gain in BELLS:
        for echo in range(4):  # a dotted delay that wanders from side to side
            place = 0.45 if echo % 2 == 0 else -0.45
            bells.add(
                repitch(bell, note - HARMONIC), at(bar, step + 4 * echo), gain * 0.4**echo, place
            )
    dry = 0.8 * chords.sound + 1.7 * filtered(bells.sound, 150)
    return dry + 0.22 * reverb(dry, 1.8, seed=2)


def lead(rubbed: Sound) -> Sound:
    """Slide a rubbed glass along the melody, by reading the recording faster or slower."""
    rubbed = rubbed[:, :1].repeat(2, axis=1)  # its two sides cancel in mono; the reverb widens it
    level = np.sqrt(filtered(rubbed**2, 0, 4).clip(1e-3).mean(axis=1, keepdims=True))
    rubbed = rubbed / level**0.8  # the finger presses unevenly
    overlap = round(0.3 * RATE)
    middle = rubbed[round(0.3 * RATE) : -round(0.1 * RATE)]
    ramp = np.sqrt(np.linspace(0, 1, overlap))[:, None]
    joint = middle[-overlap:] * ramp[::-1] + middle[:overlap] * ramp
    loop = np.concatenate([joint, middle[overlap:-overlap]])
    time = np.arange(round(LEAD_STEPS * STEP * RATE)) / RATE
    starts = np.array([step for step, _ in LEAD]) * STEP
    notes = np.array([note for _, note in LEAD], dtype=float)
    slide = 0.09
    pitch = notes[0] + sum(
        (after - before) * (0.5 + 0.5 * np.tanh((time - start) / slide * 3))
        for start, before, after in zip(starts[1:], notes[:-1], notes[1:], strict=True)
    )
    since = time - starts[np.searchsorted(starts, time, side="right") - 1]
    vibrato = 0.22 * np.clip((since - 0.25) / 0.5, 0, 1) * np.sin(2 * np.pi * 5.3 * time)
    rate = 2 ** ((pitch + vibrato - GLASS_RUB) / 12)
    position = np.cumsum(rate)
    index = np.arange(len(loop))
    sides = [np.interp(position, index, side, period=len(loop)) for side in loop.T]
    breath = 1 - 0.45 * np.exp(-since / 0.07)
    return fade(np.stack(sides, axis=1) * breath[:, None], 0.25, 2.2)


def other(sounds: dict[str, Sound]) -> Sound:
    """Lay the glass pad, the lead and a little vinyl."""
    track = Track()
    for bar, step, length, root in PAD:
        pad = repitch(sounds["ambi_glass_hum"], root - GLASS_HUM)[round(0.8 * RATE) :]
        pad = fade(pad[: round((length + 1) * STEP * RATE)], 0.35, 0.45)
        track.add(pad / np.sqrt((pad**2).mean()), at(bar, step), 0.065, -0.1)
    track.add(lead(sounds["ambi_glass_rub"]), at(LEAD_BAR, 0), 0.11, -0.15)
    wet = track.sound + 0.5 * reverb(track.sound, 2.4, seed=3)
    vinyl = Track()
    for start in range(0, FRAMES, len(sounds["vinyl_hiss"])):
        vinyl.add(fade(sounds["vinyl_hiss"], 0.02, 0.02), start / RATE, 0.25)
    return wet + filtered(vinyl.sound, 400)


def arrange(sounds: dict[str, Sound]) -> dict[str, Sound]:
    """Play the four parts, bring them to level, and give all of them one common gain.

    Parameters
    ----------
    sounds : dict
        The stereo samples of ``SAMPLES``, by name.

    Returns
    -------
    dict
        ``drums``, ``bass``, ``guitar`` and ``other``; their sum peaks at -1.3 dBFS.
    """
    stems = {
        "drums": drums(sounds),
        "bass": bass(sounds),
        "guitar": guitar(sounds),
        "other": other(sounds),
    }
    levels = {"drums": -19.0, "bass": -20.5, "guitar": -21.0, "other": -23.5}
    meter = pyloudnorm.Meter(RATE)
    for name, samples in stems.items():
        gain = 10 ** ((levels[name] - meter.integrated_loudness(samples)) / 20)
        stems[name] = fade(samples * gain, 0.005, 1.2)
    gain = 10 ** (-1.3 / 20) / np.abs(sum(stems.values())).max()
    return {name: samples * gain for name, samples in stems.items()}
