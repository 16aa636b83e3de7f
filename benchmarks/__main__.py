"""``python -m benchmarks speed|quality|widgets|analysis|edits|effects|voices|hum [--json]``."""

from __future__ import annotations

import argparse
import importlib
import json

#: Each is a module here, with a function of its own name that returns the report.
BENCHMARKS = {
    "speed": "time and memory, beside demucs and Open-Unmix, in one run",
    "widgets": "the widgets beside plotly, wavesurfer.js and others, in a real browser",
    "analysis": "beats, tempo, key and genre, beside librosa, on pieces never seen",
    "edits": "tempo, key and swing, beside librosa: time taken, attacks, pitch, formants",
    "effects": "what is heard of EQ, compression, delay and reverb, beside the mean",
    "voices": "conversions judged from outside, what they cost, and voices learned from a minute",
    "hum": "notes heard in hummed and sung tunes, beside swift-f0's own and basic-pitch",
    "quality": "SDR and SI-SDR with intervals, beside classical methods and the oracle mask",
}
#: These have nothing to leave out.
WHOLE = ("quality", "edits", "hum")


def main() -> None:
    """Run one benchmark; progress goes to standard error, the report to standard output."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in BENCHMARKS.items():
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("--json", action="store_true", help="print one JSON document")
        if name not in WHOLE:
            command.add_argument("--quick", action="store_true", help="leave out what takes long")
        if name == "quality":
            command.add_argument("--stems", choices=("2", "4", "all"), default="all")
    options = vars(parser.parse_args())
    name, as_json = options.pop("command"), options.pop("json")
    report = getattr(importlib.import_module(f"benchmarks.{name}"), name)(**options)
    if as_json:
        print(json.dumps(report, indent=2, ensure_ascii=False))
    else:
        from benchmarks.tables import show

        show(report)


if __name__ == "__main__":
    main()
