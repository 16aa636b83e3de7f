"""Beats by a peer's network, in an environment of its own, for `benchmarks.analysis`."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.packages import environment, note
from musicnb.analysis.features import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: What BeatNet needs; its package asks for versions that no longer build.
INSTALLS = (("numpy<2", "scipy", "torch", "madmom-infer==0.2.0"), ("--no-deps", "BeatNet==1.1.3"))
WORDS = (
    "BeatNet 1.1.3, offline: network 1 (CC BY 4.0), which its authors trained without GTZAN, and "
    "a dynamic Bayesian network, by madmom-infer 0.2.0"
)
NOT_TO_BE_HAD = "Beat This! is not here: its package carries no weights"


class BeatNet:
    """Sounds that wait for BeatNet, on the disk.

    Examples
    --------
    >>> peer = BeatNet()
    >>> peer.add(np.zeros(22_050, np.float32))
    >>> len(list(peer.folder.glob("*.npy")))
    1
    >>> peer.close()
    """

    def __init__(self) -> None:
        self._temporary = tempfile.TemporaryDirectory(prefix="musicnb-beats-")
        self.folder = Path(self._temporary.name)
        self._count = 0

    def close(self) -> None:
        """Remove the sounds."""
        self._temporary.cleanup()

    def add(self, mix: NDArray[np.float32]) -> None:
        """Keep a mono sound at 22.05 kHz."""
        np.save(self.folder / f"{self._count:05d}.npy", mix)
        self._count += 1

    def heard(self) -> tuple[list[dict[str, Any]], float]:
        """Return beats and downbeats of each, and processor seconds a second; remove the sounds."""
        note("BeatNet")
        from importlib.metadata import version

        torch = f"torch=={version('torch').partition('+')[0]}"
        installs = tuple(tuple(torch if a == "torch" else a for a in each) for each in INSTALLS)
        script = Path(__file__).parent / "beatnet.py"
        done = subprocess.run(
            [environment("beatnet", *installs), str(script), str(self.folder)],
            check=True,
            stdout=subprocess.PIPE,
            stderr=sys.stderr,
        )
        paths = sorted(self.folder.glob("*.npy"))
        seconds = sum(len(np.load(p, mmap_mode="r")) for p in paths) / SAMPLE_RATE
        made = [json.loads(p.with_suffix(".json").read_text("utf-8")) for p in paths]
        self.close()
        return made, float(done.stdout) / max(seconds, 1e-9)


def rows(
    takes: Sequence[tuple[str, dict[str, Any]]], heard: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return a row of scores for each take, given as its name and its truth.

    Examples
    --------
    >>> truth = {"beats": np.arange(6.0, 20), "downbeats": np.arange(6.0, 20, 4), "tempo": 60.0}
    >>> said = {"beats": list(range(6, 20)), "downbeats": [6, 10, 14, 18]}
    >>> rows([("x", truth)], [said])[0]["downbeat_f"]
    1.0
    """
    from musicnb.recipes.measures import beat_f, tempo_right

    made = []
    for (name, truth), said in zip(takes, heard, strict=True):
        beats, downbeats = (np.array(said[k], float) for k in ("beats", "downbeats"))
        tempo = 60 / float(np.median(np.diff(beats))) if len(beats) > 1 else 1.0
        made.append(
            {
                "item": name,
                "method": "beatnet",
                "beat_f": round(beat_f(truth["beats"], beats), 4),
                "downbeat_f": round(beat_f(truth["downbeats"], downbeats), 4),
                "tempo_acc1": float(tempo_right(truth["tempo"], tempo)),
                "tempo_acc2": float(tempo_right(truth["tempo"], tempo, octaves=True)),
            }
        )
    return made
