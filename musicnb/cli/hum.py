"""`musicnb hum`: a hummed or sung tune, played by an instrument."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path  # noqa: TC003  (typer looks at it)
from typing import Annotated

import typer

from musicnb.cli.common import Device, Json, print_json, print_table


def command(
    file: Annotated[str, typer.Argument(help="A sound file of one voice, or demo:NAME/STEM.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The file to write; its ending is the format.")
    ],
    instrument: Annotated[
        str, typer.Option("--instrument", help="Its General MIDI name, such as Violin.")
    ] = "Flute",
    midi: Annotated[
        Path | None, typer.Option("--midi", help="Also write the notes, to a .mid file.")
    ] = None,
    picture: Annotated[
        Path | None, typer.Option("--picture", help="Also draw them, to a .png or .svg file.")
    ] = None,
    transpose: Annotated[int, typer.Option("--transpose", help="Semitones up, -24 to 24.")] = 0,
    key: Annotated[
        str | None,
        typer.Option("--key", help="Draw the notes to a scale, such as that of 'A minor'."),
    ] = None,
    grid: Annotated[
        float | None,
        typer.Option("--grid", help="Draw onsets to every so many beats: 0.5 for eighths."),
    ] = None,
    bpm: Annotated[
        float | None, typer.Option("--bpm", help="The beats a minute that the singer had in mind.")
    ] = None,
    tempo: Annotated[
        float, typer.Option("--tempo", help="How many times faster, 0.25 to 4.")
    ] = 1.0,
    f0: Annotated[
        str, typer.Option("--f0", help="How the pitch is found: swift, crepe, pyin, praat.")
    ] = "swift",
    device: Device = None,
    json: Json = False,
) -> None:
    """Play what is hummed or sung by an instrument: the same notes, as sound and as MIDI."""
    import musicnb
    from musicnb.runtime.files import atomic
    from musicnb.runtime.memory import peak_mb

    started = time.perf_counter()
    source = musicnb.load(file)
    made = musicnb.hum(
        source,
        instrument,
        transpose=transpose,
        key=key,
        grid=grid,
        bpm=bpm,
        tempo=tempo,
        f0=[name.strip() for name in f0.split(",")],
        device=device,
    )
    files = [(output, "the instrument")]
    made.audio.save(output)
    if midi is not None:
        made.score.to_midi(midi)
        files.append((midi, "its notes"))
    if picture is not None:
        with atomic(picture) as temporary:
            made.picture().savefig(temporary, dpi=110)
        files.append((picture, "what was sung, and the notes"))
    wall = time.perf_counter() - started
    played = made.score["tune"].notes
    if json:
        times = made.score.seconds([note.onset for note in played]).tolist()
        notes = [
            {"time": round(at, 3), "pitch": note.pitch, "velocity": note.velocity}
            | {"sung": {name: round(value, 3) for name, value in asdict(sung).items()}}
            for at, note, sung in zip(times, played, made.sung, strict=True)
        ]
        print_json(
            {
                "source": file,
                "files": [{"path": str(path), "what": what} for path, what in files],
                "instrument": made.instrument,
                "duration_s": round(made.audio.duration, 3),
                "wall_s": round(wall, 3),
                "peak_memory_mb": round(peak_mb(), 1),
                "bpm": made.score.tempo,
                "tuning_cents": round(made.tuning, 1),
                "notes": notes,
            }
        )
        return
    print_table(f"{made!r}, in {wall:.1f} s", ("file", "what it is"), files)
