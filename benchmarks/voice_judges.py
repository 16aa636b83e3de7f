"""What judges from outside say of voices: recordings are left in a folder, and then they listen.

Whose voice it is says the package Resemblyzer itself, with its own preparation of recordings; what
is said pocketsphinx, and how good it sounds DNSMOS. They run in an environment of their own.

    python -m benchmarks.voice_judges

writes what the package says of the library's previews to ``tests/data/resemblyzer_reference.npz``,
for the tests to compare `musicnb.similarity` with.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import soundfile

import musicnb
from benchmarks.packages import environment
from musicnb.runtime.files import atomic
from musicnb.voices.library import PACKAGED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from musicnb import Audio

    Judged = dict[str, dict[str, Any]]

RATE = 16_000
#: Resemblyzer itself is of 2020: it imports what SciPy 2 drops, and its detector of voice, of which
#: only the fork has wheels, what setuptools has dropped.
JUDGES = ("pocketsphinx==5.1.1", "speechmos==0.0.1.1", "onnxruntime", "jiwer", "librosa",
          "soundfile", "pandas", "tqdm", "requests", "torch", "webrtcvad-wheels", "setuptools<81",
          "scipy<2")  # fmt: skip
RESEMBLYZER = ("--no-deps", "Resemblyzer==0.1.4")
#: Seconds of a piece of somebody's own recordings: as long as half the sources are, or longer.
PIECE = 3
REFERENCE = Path("tests/data/resemblyzer_reference.npz")
#: Seconds of each preview that it is asked about: so short that much hangs on the last window.
REFERRED_TO = 2.9


def leave(audio: Audio, path: Path, text: str = "") -> None:
    """Leave a recording for the judges, and what is said in it where that is known."""
    mono = audio.mono().resample(RATE).samples[0]
    soundfile.write(path, mono * min(1.0, 0.99 / max(float(np.abs(mono).max()), 1e-6)), RATE)
    if text:
        path.with_suffix(".txt").write_text(text, "utf-8")


def leave_halves(said: Audio, folder: Path, name: str) -> None:
    """Leave the first half of a recording, and the second in pieces of `PIECE` seconds."""
    middle = said.duration / 2
    leave(said[:middle], folder / f"{name}-half.wav")
    for number, start in enumerate(np.arange(middle, said.duration - PIECE + 0.01, PIECE)):
        leave(said[start : start + PIECE], folder / f"{name}-half-{number}.wav")


def judged(folder: Path, quality: Sequence[str] = ()) -> Judged:
    """Return what the judges say of every recording in a folder; of some how good they sound."""
    (folder / "quality.json").write_text(json.dumps(list(quality)), "utf-8")
    python = environment("judges", JUDGES, RESEMBLYZER)
    command = [python, str(Path(__file__).parent / "judges.py"), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    found: Judged = json.loads(done.stdout.splitlines()[-1])
    for each in found.values():
        each["voice"] = np.array(each["voice"])
    return found


def alike(found: Judged, one: str, other: str) -> float:
    """Return how like two recordings' voices are."""
    return float(found[one]["voice"] @ found[other]["voice"])


def own_likeness(found: Judged, name: str) -> float:
    """Return how like the first half of a recording the pieces of the second are."""
    first = f"{name}-half"
    pieces = [other for other in found if other.startswith(f"{first}-")]
    return round(float(np.mean([alike(found, first, piece) for piece in pieces])), 3)


def main() -> None:
    """Write what the package says of the beginning of every preview."""
    with tempfile.TemporaryDirectory() as temporary:
        for preview in sorted(PACKAGED.glob("*/preview.ogg")):
            said = musicnb.load(preview, duration=REFERRED_TO)
            leave(said, Path(temporary) / f"{preview.parent.name}.wav")
        found = judged(Path(temporary))
    arrays = {name: each["voice"].astype(np.float32) for name, each in found.items()}
    with atomic(REFERENCE) as half, half.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


if __name__ == "__main__":
    main()
