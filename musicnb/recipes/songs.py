"""Make the demo songs that have true stems: ``feelings`` (an excerpt) and ``glasswork`` (composed).

``python -m musicnb.recipes.songs [--out DIR] [--cache DIR]`` fetches two packages with their own
package managers, checks their sha256 before opening them, and writes the stems as Ogg Vorbis. The
cards and credits beside the stems are written by hand. ``starfall`` ships as it is and has no
recipe. Two runs decode to the same samples, though not to the same bytes: every Ogg stream
carries a random serial number.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyloudnorm
import soundfile

from musicnb.errors import InputError
from musicnb.recipes.glasswork import RATE, SAMPLES, Sound, arrange, fade

QUALITY = 0.65  # Vorbis q6.5
SONGS = Path(__file__).parent.parent / "songs"


# ---------------------------------------------------------------------------------------------
# Packages
# ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Package:
    """One package file, and the ordinary client that fetches it into the current folder."""

    file_name: str
    sha256: str
    command: tuple[str, ...]

    def fetch(self, cache: Path) -> Path:
        """Return the verified file, downloading it into ``cache`` when it is not there yet."""
        path = cache / self.file_name
        if not path.exists():
            cache.mkdir(parents=True, exist_ok=True)
            subprocess.run(self.command, cwd=cache, check=True)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if digest != self.sha256:
            raise InputError(
                f"{path} has sha256 {digest}",
                expected=self.sha256,
                todo="Delete the file and fetch that very version again.",
            )
        return path


SECTOID = Package(
    "fretsonfire-songs-sectoid_1.dfsg-3.1_all.deb",
    "14c1ed3e43c1a6a80eae7698f0469a0825cd1184e441968d62df89ca418aa0b4",
    ("apt-get", "download", "fretsonfire-songs-sectoid=1.dfsg-3.1"),
)
SONIC_PI = Package(
    "supersonic-scsynth-samples-0.84.2.tgz",
    "aff0b03208adb5dc7612dc7a4e86d55161188326bcff4dbc2d20ce9e1b94238c",
    ("npm", "pack", "supersonic-scsynth-samples@0.84.2"),
)


def read_members(archive: tarfile.TarFile, prefix: str, names: list[str]) -> dict[str, Sound]:
    """Decode the named sound files of an archive, as stereo, without unpacking anything."""
    sounds = {}
    for name in names:
        member = archive.extractfile(prefix + name)
        if member is None:
            raise InputError(
                f"{prefix + name} is not a file", expected="a sound", todo="Check the package."
            )
        samples, rate = soundfile.read(io.BytesIO(member.read()), always_2d=True)
        if rate != RATE:
            raise InputError(f"{name} is at {rate} Hz", expected=f"{RATE} Hz", todo="Resample it.")
        sounds[Path(name).stem] = (
            np.repeat(samples, 2, axis=1)[:, :2] if (samples.shape[1] == 1) else samples
        )
    return sounds


def write_stems(folder: Path, stems: dict[str, Sound]) -> None:
    """Encode the stems, read them back, and refuse a sum that would clip."""
    folder.mkdir(parents=True, exist_ok=True)
    mixture = np.zeros_like(next(iter(stems.values())))
    for name, samples in stems.items():
        path = folder / f"{name}.ogg"
        # In blocks: libsndfile's Vorbis encoder keeps a whole write on the stack.
        with soundfile.SoundFile(
            path, "w", RATE, 2, "VORBIS", format="OGG", compression_level=1 - QUALITY
        ) as file:
            for block in np.array_split(samples, len(samples) // RATE):
                file.write(block)
        decoded = soundfile.read(path)[0]
        mixture += decoded
        print(f"{folder.name}/{path.name}: {report(decoded)}, {path.stat().st_size / 1e6:.2f} MB")
    print(f"{folder.name}, sum of the stems: {report(mixture)}, {len(mixture) / RATE:.3f} s")
    if np.abs(mixture).max() >= 1:
        raise InputError(
            f"the stems of {folder.name} sum to a clipping mixture",
            expected="a peak below full scale",
            todo="Lower the common gain.",
        )


def report(samples: Sound) -> str:
    """Say peak and loudness in one line.

    Examples
    --------
    >>> tone = np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE)[:, None].repeat(2, axis=1)
    >>> report(tone / 10)
    'peak -20.0 dBFS, -20.0 LUFS'
    """
    peak = 20 * np.log10(np.abs(samples).max())
    loudness = pyloudnorm.Meter(RATE).integrated_loudness(samples)
    return f"peak {peak:.1f} dBFS, {loudness:.1f} LUFS"


# ---------------------------------------------------------------------------------------------
# feelings: an excerpt
# ---------------------------------------------------------------------------------------------

FEELINGS_BPM = 95.0  # as its notes.mid says
FEELINGS_LAG = 0.04  # seconds by which the sound is later than notes.mid
FEELINGS_BARS = (12, 24)  # three phrases of four bars; the band enters in the second
FADE = 0.05  # seconds; the cut comes that much before the bar line, to spare the first note


def feelings(cache: Path) -> dict[str, Sound]:
    """Cut guitar and backing on bar lines; both get the same gain."""
    with subprocess.Popen(
        ("dpkg-deb", "--fsys-tarfile", str(SECTOID.fetch(cache))), stdout=subprocess.PIPE
    ) as process:
        if process.stdout is None:
            raise InputError("dpkg-deb is silent", expected="a tar file", todo="Check the package.")
        with tarfile.open(fileobj=io.BytesIO(process.stdout.read())) as archive:
            sounds = read_members(
                archive,
                "./usr/share/games/fretsonfire/data/songs/sectoid/Feelings/",
                ["guitar.ogg", "song.ogg"],
            )
    start, end = (
        round((bar * 240 / FEELINGS_BPM + FEELINGS_LAG - FADE) * RATE) for bar in FEELINGS_BARS
    )
    guitar, backing = (fade(sounds[name][start:end], FADE, FADE) for name in ("guitar", "song"))
    # The two sum to more than full scale where they were cut from.
    gain = 10 ** (-1.3 / 20) / np.abs(guitar + backing).max()
    return {"guitar": guitar * gain, "backing": backing * gain}


# ---------------------------------------------------------------------------------------------
# glasswork: an arrangement
# ---------------------------------------------------------------------------------------------


def glasswork(cache: Path) -> dict[str, Sound]:
    """Read the samples and have them arranged."""
    with tarfile.open(SONIC_PI.fetch(cache)) as archive:
        sounds = read_members(archive, "package/samples/", [f"{name}.flac" for name in SAMPLES])
    return arrange(sounds)


def main() -> None:
    """Write both songs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--out", type=Path, default=SONGS, help="where the song folders go")
    parser.add_argument("--cache", type=Path, default=Path(".cache"), help="the packages")
    options = parser.parse_args()
    for song in (feelings, glasswork):
        write_stems(options.out / song.__name__, song(options.cache))


if __name__ == "__main__":
    main()
