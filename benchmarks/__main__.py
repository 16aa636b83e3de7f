"""``python -m benchmarks speed|quality|widgets|analysis|edits|effects [--json]``."""

from __future__ import annotations

import argparse
import json


def main() -> None:
    """Run one benchmark; progress goes to standard error, the report to standard output."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in {
        "speed": "time and memory, beside demucs and Open-Unmix, in one run",
        "widgets": "the widgets beside plotly, wavesurfer.js and others, in a real browser",
        "analysis": "beats, tempo, key and genre, beside librosa, on pieces never seen",
        "edits": "tempo, key and swing, beside librosa: time taken, attacks, pitch, formants",
        "effects": "what is heard of EQ, compression, delay and reverb, beside the mean",
        "quality": "SDR and SI-SDR with intervals, beside classical methods and the oracle mask",
    }.items():
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("--json", action="store_true", help="print one JSON document")
        if name not in {"quality", "edits"}:
            command.add_argument("--quick", action="store_true", help="leave out what takes long")
        if name == "quality":
            command.add_argument("--stems", choices=("2", "4", "all"), default="all")
    options = parser.parse_args()
    if options.command == "speed":
        from benchmarks.speed import speed

        report = speed(quick=options.quick)
    elif options.command == "widgets":
        from benchmarks.widgets import widgets

        report = widgets(quick=options.quick)
    elif options.command == "analysis":
        from benchmarks.analysis import analysis

        report = analysis(quick=options.quick)
    elif options.command == "edits":
        from benchmarks.edits import edits

        report = edits()
    elif options.command == "effects":
        from benchmarks.effects import effects

        report = effects(quick=options.quick)
    else:
        from benchmarks.quality import quality

        report = quality(options.stems)
    if options.json:
        print(json.dumps(report, indent=2, ensure_ascii=False))
    else:
        from benchmarks.tables import show

        show(report)


if __name__ == "__main__":
    main()
