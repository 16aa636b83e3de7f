"""`musicnb analyze`: beats, tempo, key, chords, genre and mood of songs."""

from __future__ import annotations

import time
from functools import partial
from typing import Annotated, Any

import typer

from musicnb.cli.common import Device, Json, print_json, print_table

#: Chords in the table; `--json` has all of them, with their times.
CHORDS_SHOWN = 16


def command(
    files: Annotated[list[str], typer.Argument(help="Sound files, or demo:NAME.")],
    second_opinion: Annotated[
        bool, typer.Option("--second-opinion", help="Also ask the musicnn tagger.")
    ] = False,
    device: Device = None,
    json: Json = False,
) -> None:
    """Hear beats, tempo, key, chords, genre and mood, each with its confidence.

    Memory does not grow with the length of a song.
    """
    from musicnb.runtime.batch import run_batch

    work = partial(_analyze, second_opinion, device)
    outcomes = run_batch(work, files, title="Analysing", bar=len(files) > 1)
    done = [outcome.result for outcome in outcomes if outcome.result]
    if json:
        print_json({"songs": done})
    else:
        for song in done:
            _show(song)
    for outcome in outcomes:
        if outcome.error:
            raise outcome.error


def _analyze(second_opinion: bool, device: str | None, file: str) -> dict[str, Any]:
    import musicnb

    started = time.perf_counter()
    made = musicnb.analyze(file, second_opinion=second_opinion, device=device)
    return {
        "source": file,
        "wall_s": round(time.perf_counter() - started, 3),
        **made.to_dict(),
    }


def _show(song: dict[str, Any]) -> None:
    rows = []
    for name in ("tempo", "key", "meter", "genre", "mood"):
        found = song[name]
        other = f"{found['runner_up']} ({found['runner_up_confidence']:.2f})"
        if name == "tempo":
            other += f"; octave {found['octave']} ({found['octave_confidence']:.2f})"
        rows.append((name, found["value"], f"{found['confidence']:.2f}", other))
    beats = f"{len(song['beats'])}, of which {len(song['downbeats'])} begin a bar"
    rows.append(("beats", beats, "", ""))
    names = [chord["name"] for chord in song["chords"]]
    more = f" … ({len(names)} in all)" if len(names) > CHORDS_SHOWN else ""
    sure = sum(c["confidence"] * (c["end"] - c["start"]) for c in song["chords"])
    sure /= song["chords"][-1]["end"]
    rows.append(("chords", " ".join(names[:CHORDS_SHOWN]) + more, f"{sure:.2f}", ""))
    if song["second_opinion"]:
        tags = ", ".join(f"{t} {v:.2f}" for t, v in list(song["second_opinion"].items())[:5])
        rows.append(("musicnn", tags, "", ""))
    title = f"{song['source']}: {song['duration_s']:.1f} s in {song['wall_s']:.1f} s"
    print_table(title, ("", "", "confidence", "otherwise"), rows)
