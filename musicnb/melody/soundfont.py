"""Reading SoundFont 3 files: which sample sounds for a key, how it is tuned, and how it dies away.

A soundfont is a chain of tables: presets own zones (bags) of generators, one of which names an
instrument, which owns zones, one of whose generators names a sample. Here the chain is followed
once, and what comes out is a list of regions for each preset.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from musicnb.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

#: Sizes of the records.
PRESET, INSTRUMENT, SAMPLE, BAG, GENERATOR, MODULATOR = 38, 22, 46, 4, 4, 10
DRUM_BANK = 128
#: Generators, by their numbers in the specification (SoundFont 2.04, section 8.1.2).
NAMES_INSTRUMENT, NAMES_SAMPLE = 41, 53
KEYS, VELOCITIES = 43, 44
CUTOFF, MOD_ENVELOPE_TO_CUTOFF, RESONANCE = 8, 11, 9
PAN, ATTENUATION, COARSE_TUNE, FINE_TUNE = 17, 48, 51, 52
DELAY, ATTACK, HOLD, DECAY, SUSTAIN, RELEASE = 33, 34, 35, 36, 37, 38
LOOPS, SCALE_TUNING, EXCLUSIVE, ROOT = 54, 56, 57, 58
LOOP_START, LOOP_END = 2, 3
DEFAULTS = {
    CUTOFF: 13_500, DELAY: -12_000, ATTACK: -12_000, HOLD: -12_000, DECAY: -12_000,
    RELEASE: -12_000, SCALE_TUNING: 100, ROOT: -1,
}  # fmt: skip
ALL_KEYS = 0x7F00
#: Generators of a preset are not added to its instrument's where they say something else.
NOT_ADDED = {
    KEYS, VELOCITIES, NAMES_INSTRUMENT, NAMES_SAMPLE, LOOPS, SCALE_TUNING, EXCLUSIVE, ROOT,
    LOOP_START, LOOP_END,
}  # fmt: skip
#: The authors of soundfonts set attenuations by ear on cards that took 0.4 of them.
CENTIBELS = 0.4
#: An amplitude envelope falls by this much in its decay or release time.
FALL_DB = 100.0


@dataclass(frozen=True)
class Region:
    """A sample, for which keys and velocities it sounds, and how.

    Attributes
    ----------
    keys, velocities : tuple of int
        The lowest and the highest.
    sample : int
        Its number.
    root : float
        The key at which it sounds as recorded, cents included.
    scale : float
        Semitones a key.
    gain : float
        Linear.
    pan : float
        -1 to 1.
    envelope : tuple of float
        Seconds of delay, attack, hold and decay, decibels below full at which it stays, and
        seconds of release.
    loop : tuple of int, optional
        First and last frame of what is repeated.
    cutoff, resonance : float
        Of the low-pass filter, in Hz and dB.
    exclusive : int
        Regions of one class cut each other short, as a closed hi-hat does an open one.
    """

    keys: tuple[int, int]
    velocities: tuple[int, int]
    sample: int
    root: float
    scale: float
    gain: float
    pan: float
    envelope: tuple[float, float, float, float, float, float]
    loop: tuple[int, int] | None
    cutoff: float
    resonance: float
    exclusive: int


def chunks(data: bytes, start: int, stop: int) -> Iterator[tuple[str, int, int]]:
    """Yield the name, start and stop of each RIFF chunk."""
    while start < stop:
        size = struct.unpack_from("<I", data, start + 4)[0]
        yield data[start : start + 4].decode("ascii"), start + 8, start + 8 + size
        start += 8 + size + size % 2


def tables(data: bytes) -> dict[str, bytes]:
    """Return every table of a soundfont by its name."""
    return {
        name: data[first:last]
        for _, start, stop in chunks(data, 12, len(data))
        for name, first, last in chunks(data, start + 4, stop)
    }


def records(table: bytes, size: int) -> list[bytes]:
    """Cut a table into its records."""
    return [table[at : at + size] for at in range(0, len(table), size)]


class SoundFont:
    """The presets and samples of a SoundFont 3 file.

    Parameters
    ----------
    path : Path
        Of the file.
    """

    def __init__(self, path: Path) -> None:
        self._table = tables(path.read_bytes())
        self._heads = records(self._table["shdr"], SAMPLE)
        self._presets = {
            struct.unpack_from("<HH", head, 20)[::-1]: number
            for number, head in enumerate(records(self._table["phdr"], PRESET)[:-1])
        }
        self.regions = lru_cache(maxsize=64)(self._regions)
        self.sample = lru_cache(maxsize=256)(self._sample)

    def _regions(self, bank: int, program: int) -> list[Region]:
        """Return the regions of a preset."""
        if (bank, program) not in self._presets:
            raise InputError(
                f"the soundfont has no program {program} in bank {bank}",
                expected="one that it has",
                todo="Choose another.",
            )
        made = []
        for outer in self._zones("p", "phdr", PRESET, 24, self._presets[bank, program]):
            if NAMES_INSTRUMENT not in outer:
                continue
            number = outer[NAMES_INSTRUMENT] & 0xFFFF
            for inner in self._zones("i", "inst", INSTRUMENT, 20, number):
                region = self._region(outer, inner) if NAMES_SAMPLE in inner else None
                if region:
                    made.append(region)
        return made

    def _zones(
        self, prefix: str, heads: str, size: int, at: int, number: int
    ) -> Iterator[dict[int, int]]:
        """Yield the generators of each zone, with those of the global zone, the first, below."""
        table = self._table
        first, last = (
            struct.unpack_from("<H", table[heads], size * n + at)[0] for n in (number, number + 1)
        )
        common: dict[int, int] = {}
        end = NAMES_INSTRUMENT if prefix == "p" else NAMES_SAMPLE
        for bag in range(first, last):
            start, stop = (
                struct.unpack_from("<H", table[f"{prefix}bag"], BAG * n)[0] for n in (bag, bag + 1)
            )
            own = dict(
                struct.iter_unpack(
                    "<Hh", table[f"{prefix}gen"][GENERATOR * start : GENERATOR * stop]
                )
            )
            if bag == first and end not in own:
                common = own
            else:
                yield common | own

    def _region(self, outer: dict[int, int], inner: dict[int, int]) -> Region | None:
        value = DEFAULTS | inner
        for generator, more in outer.items():
            if generator not in NOT_ADDED:
                value[generator] = value.get(generator, 0) + more
        ranges = []
        for generator in (KEYS, VELOCITIES):
            low, high = _range(inner.get(generator, ALL_KEYS))
            other = _range(outer.get(generator, ALL_KEYS))
            ranges.append((max(low, other[0]), min(high, other[1])))
        if any(low > high for low, high in ranges):
            return None
        number = value[NAMES_SAMPLE] & 0xFFFF
        head = self._heads[number]
        loop_start, loop_end, _, root, correction = struct.unpack_from("<IIIBb", head, 28)
        cents = value.get(COARSE_TUNE, 0) * 100 + value.get(FINE_TUNE, 0) + correction
        loop = (loop_start + value.get(LOOP_START, 0), loop_end + value.get(LOOP_END, 0))
        # Of the path of the filter only its middle is kept.
        cutoff = value[CUTOFF] + value.get(MOD_ENVELOPE_TO_CUTOFF, 0) / 2
        return Region(
            ranges[0],
            ranges[1],
            number,
            (value[ROOT] if value[ROOT] >= 0 else root) - cents / 100,
            value[SCALE_TUNING] / 100,
            10 ** (-CENTIBELS * max(value.get(ATTENUATION, 0), 0) / 200),
            float(np.clip(value.get(PAN, 0) / 500, -1, 1)),
            (
                _seconds(value[DELAY]),
                _seconds(value[ATTACK]),
                _seconds(value[HOLD]),
                _seconds(value[DECAY]),
                min(max(value.get(SUSTAIN, 0) / 10, 0.0), FALL_DB),
                _seconds(value[RELEASE]),
            ),
            loop if value.get(LOOPS, 0) & 1 and loop[1] > loop[0] else None,
            8.176 * 2 ** (cutoff / 1200),
            value.get(RESONANCE, 0) / 10,
            value.get(EXCLUSIVE, 0),
        )

    def _sample(self, number: int) -> tuple[NDArray[np.float32], int]:
        """Return a sample and its rate."""
        import soundfile

        start, stop = struct.unpack_from("<II", self._heads[number], 20)
        rate = int(struct.unpack_from("<I", self._heads[number], 36)[0])
        sound, _ = soundfile.read(io.BytesIO(self._table["smpl"][start:stop]), dtype="float32")
        samples: NDArray[np.float32] = sound if sound.ndim == 1 else sound.mean(axis=1)
        return samples, rate


def _range(value: int) -> tuple[int, int]:
    return value & 0x7F, value >> 8 & 0x7F


def _seconds(timecents: int) -> float:
    return float(2 ** (timecents / 1200)) if timecents > DEFAULTS[DELAY] else 0.0
