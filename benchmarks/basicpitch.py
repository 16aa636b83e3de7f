"""Basic Pitch's notes of sounds, in an environment of its own: ``python basicpitch.py FOLDER``.

Reads ``FOLDER/*.wav``, writes ``FOLDER/NAME.json`` with onset, offset and MIDI pitch of each note.

Basic Pitch (Bittner et al., ICASSP 2022; Apache-2.0) with its ONNX network and its own defaults,
but for the range of a voice.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

LOWEST, HIGHEST = 55, 1100


def main() -> None:
    """Transcribe every sound."""
    import basic_pitch
    from basic_pitch.inference import Model, predict

    folder = Path(next(iter(basic_pitch.__path__)))
    model = Model(folder / "saved_models" / "icassp_2022" / "nmp.onnx")
    for path in sorted(Path(sys.argv[1]).glob("*.wav")):
        _, _, found = predict(path, model, minimum_frequency=LOWEST, maximum_frequency=HIGHEST)
        notes = sorted([float(start), float(end), float(pitch)] for start, end, pitch, *_ in found)
        path.with_suffix(".json").write_text(json.dumps(notes), "utf-8")


if __name__ == "__main__":
    main()
