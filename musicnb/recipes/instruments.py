"""Make the instruments that a `Score` sounds with: a part of the soundfont FluidR3Mono (MIT).

``python -m musicnb.recipes.instruments [--cache DIR]`` fetches the soundfont with npm, keeps the
programs and drum kits that are named below with all that they refer to, and writes them with their
card to ``musicnb/sounds``. The samples are copied as they are (Ogg Vorbis), so that a kept program
sounds the same through the part as through the whole. Two runs write the same bytes.
"""

from __future__ import annotations

import argparse
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from musicnb.melody.instruments import DRUM_KITS, PROGRAMS
from musicnb.melody.soundfont import (
    DRUM_BANK,
    GENERATOR,
    INSTRUMENT,
    MODULATOR,
    NAMES_INSTRUMENT,
    NAMES_SAMPLE,
    PRESET,
    SAMPLE,
    records,
    tables,
)
from musicnb.recipes.parts import SOUNDFONTS, soundfont
from musicnb.runtime.files import atomic, sha256, write_json

if TYPE_CHECKING:
    from collections.abc import Iterable

SOURCE = "FluidR3Mono_GM"
NAME = "fluidr3mono-part"
SOUNDS = Path(__file__).parent.parent / "sounds"


@dataclass
class Zones:
    """The zones of a preset or of an instrument: for each its generators and modulators."""

    head: bytes
    zones: list[tuple[list[tuple[int, int]], bytes]]

    def named(self, generator: int) -> list[int]:
        """Return the numbers that a generator gives."""
        return [v & 0xFFFF for zone, _ in self.zones for g, v in zone if g == generator]

    def renamed(self, generator: int, new: dict[int, int]) -> Zones:
        """Return the zones with other numbers for a generator."""
        made = [
            ([(g, new[v & 0xFFFF] if g == generator else v) for g, v in zone], modulators)
            for zone, modulators in self.zones
        ]
        return Zones(self.head, made)


def read_zones(table: dict[str, bytes], heads: str, size: int, at: int, prefix: str) -> list[Zones]:
    """Read presets (`prefix` 'p') or instruments ('i'); each ends where the next begins."""
    bags = [struct.unpack("<HH", bag) for bag in records(table[f"{prefix}bag"], 4)]
    generators = list(struct.iter_unpack("<HH", table[f"{prefix}gen"]))
    modulators = records(table[f"{prefix}mod"], MODULATOR)
    heads_ = records(table[heads], size)
    firsts = [struct.unpack_from("<H", head, at)[0] for head in heads_]
    found = []
    for number, head in enumerate(heads_[:-1]):
        zones = []
        for bag in range(firsts[number], firsts[number + 1]):
            (g, m), (g_end, m_end) = bags[bag], bags[bag + 1]
            zones.append((generators[g:g_end], b"".join(modulators[m:m_end])))
        found.append(Zones(head, zones))
    return found


def write_zones(
    parts: list[Zones], last: bytes, heads: str, at: int, prefix: str
) -> dict[str, bytes]:
    """Return the tables of presets or instruments; `last` is the record that ends the first."""
    made = {heads: b"", f"{prefix}bag": b"", f"{prefix}gen": b"", f"{prefix}mod": b""}
    bag = generators = modulators = 0
    for part in parts:
        made[heads] += part.head[:at] + struct.pack("<H", bag) + part.head[at + 2 :]
        for zone, modulator in part.zones:
            made[f"{prefix}bag"] += struct.pack("<HH", generators, modulators)
            made[f"{prefix}gen"] += b"".join(struct.pack("<HH", *each) for each in zone)
            made[f"{prefix}mod"] += modulator
            bag += 1
            generators += len(zone)
            modulators += len(modulator) // MODULATOR
    made[heads] += last[:at] + struct.pack("<H", bag) + last[at + 2 :]
    made[f"{prefix}bag"] += struct.pack("<HH", generators, modulators)
    made[f"{prefix}gen"] += bytes(GENERATOR)
    made[f"{prefix}mod"] += bytes(MODULATOR)
    return made


def cut(data: bytes, wanted: Iterable[tuple[int, int]]) -> bytes:
    """Return a soundfont with the presets (bank, program) that are wanted, in that order."""
    table = tables(data)
    presets = read_zones(table, "phdr", PRESET, 24, "p")
    by_number = {struct.unpack_from("<HH", p.head, 20)[::-1]: p for p in presets}
    kept = [by_number[bank, program] for bank, program in wanted]
    instruments = read_zones(table, "inst", INSTRUMENT, 20, "i")
    used = sorted({n for preset in kept for n in preset.named(NAMES_INSTRUMENT)})
    kept = [p.renamed(NAMES_INSTRUMENT, {n: i for i, n in enumerate(used)}) for p in kept]
    played = [instruments[number] for number in used]
    sampled = sorted({n for instrument in played for n in instrument.named(NAMES_SAMPLE)})
    played = [i.renamed(NAMES_SAMPLE, {n: k for k, n in enumerate(sampled)}) for i in played]

    headers, sound = b"", b""
    all_samples = records(table["shdr"], SAMPLE)
    for number in sampled:
        head = all_samples[number]
        start, stop = struct.unpack_from("<II", head, 20)
        # Of a compressed sample the loop counts from its own start, and there is no partner.
        place = struct.pack("<II", len(sound), len(sound) + stop - start)
        link, kind = 0, struct.unpack_from("<H", head, 44)[0] & 0x10 | 1
        headers += head[:20] + place + head[28:42] + struct.pack("<HH", link, kind)
        sound += table["smpl"][start:stop]
    made = write_zones(kept, records(table["phdr"], PRESET)[-1], "phdr", 24, "p")
    made |= write_zones(played, records(table["inst"], INSTRUMENT)[-1], "inst", 20, "i")
    made["shdr"] = headers + all_samples[-1]
    notes = {
        "ifil": table["ifil"],
        "isng": table["isng"],
        "INAM": _text("FluidR3Mono GM 2.312, a part of it"),
        "IENG": table["IENG"],
        "ICOP": table["ICOP"],
        "ICMT": _text("MIT licence; cut by musicnb.recipes.instruments"),
    }
    order = ("phdr", "pbag", "pmod", "pgen", "inst", "ibag", "imod", "igen", "shdr")
    body = (
        _list("INFO", notes)
        + _list("sdta", {"smpl": sound})
        + _list("pdta", {name: made[name] for name in order})
    )
    return _chunk("RIFF", b"sfbk" + body)


def _text(text: str) -> bytes:
    data = text.encode("ascii") + b"\0"
    return data + bytes(len(data) % 2)


def _chunk(name: str, data: bytes) -> bytes:
    return name.encode("ascii") + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def _list(name: str, parts: dict[str, bytes]) -> bytes:
    return _chunk("LIST", name.encode("ascii") + b"".join(_chunk(*part) for part in parts.items()))


def main() -> None:
    """Write the part of the soundfont and its card."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--cache", type=Path, default=Path(".cache"), help="the package")
    parser.add_argument("--out", type=Path, default=SOUNDS, help="where the file and its card go")
    options = parser.parse_args()
    wanted = [(0, program) for program in PROGRAMS.values()]
    wanted += [(DRUM_BANK, kit) for kit in DRUM_KITS.values()]
    path = options.out / f"{NAME}.sf3"
    with atomic(path) as temporary:
        temporary.write_bytes(cut(soundfont(SOURCE, options.cache).read_bytes(), wanted))
    card = {
        "name": NAME,
        "what": "instruments and drum kits to play a Score with, a SoundFont 3 (Ogg Vorbis)",
        "licence": "MIT",
        "credit": "Frank Wen (original, 2000-2002), Michael Cowgill (mono version, 2014-16)",
        "source": "FluidR3Mono 2.312 of 5 December 2016, from the npm package "
        f"{SOUNDFONTS.file_name}, SHA-256 {SOUNDFONTS.sha256}",
        "changes": "the programs below and what they refer to; samples and settings as they were",
        "note": "A comment inside the original file asks that no samples be passed on; the licence "
        "that its authors put beside it (FluidR3Mono_License.md, for this version) is "
        "MIT, and THIRD_PARTY.md quotes it.",
        "recipe": "python -m musicnb.recipes.instruments",
        "programs": list(PROGRAMS),
        "drum_kits": list(DRUM_KITS),
        "bytes": path.stat().st_size,
        "sha256": sha256(path),
    }
    write_json(options.out / f"{NAME}.json", card)
    print(f"{path.name}: {len(wanted)} presets, {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
