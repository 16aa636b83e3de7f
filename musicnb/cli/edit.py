"""`musicnb edit`: a song at another tempo, in another key or genre, swinging, or without a part."""

from __future__ import annotations

import time
from pathlib import Path  # noqa: TC003  (typer looks at it)
from typing import Annotated

import typer

from musicnb.cli.common import Json, print_json, print_table


def command(
    file: Annotated[str, typer.Argument(help="A sound file, or demo:NAME.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The file to write; its ending is the format.")
    ],
    tempo: Annotated[
        float | None, typer.Option("--tempo", help="How many times faster, 0.25 to 4.")
    ] = None,
    bpm: Annotated[
        float | None, typer.Option("--bpm", help="The beats a minute that it should have.")
    ] = None,
    source_bpm: Annotated[
        float | None, typer.Option("--source-bpm", help="The beats a minute that it has.")
    ] = None,
    transpose: Annotated[
        float | None, typer.Option("--transpose", help="Semitones up, -24 to 24.")
    ] = None,
    key: Annotated[
        str | None, typer.Option("--key", help="The key it should be in, such as 'A minor'.")
    ] = None,
    source_key: Annotated[
        str | None, typer.Option("--source-key", help="The key it is in.")
    ] = None,
    preserve_formants: Annotated[
        str | None,
        typer.Option(
            "--preserve-formants",
            help="'vocals' separates the vocals and keeps their formants; 'all' is for a voice "
            "alone.",
        ),
    ] = None,
    swing: Annotated[
        float | None,
        typer.Option("--swing", help="First eighth over the second: 1 straight, 2 triplets."),
    ] = None,
    source_swing: Annotated[
        float, typer.Option("--source-swing", help="The same, as it is in the song.")
    ] = 1.0,
    remove_part: Annotated[
        str | None,
        typer.Option("--remove-part", help="vocals, accompaniment, drums, bass or other."),
    ] = None,
    genre: Annotated[
        str | None,
        typer.Option(
            "--genre",
            help="Keep the voice, and play the rest anew as rock, jazz, latin, reggae-ska, pop, "
            "electronic, funk-soul, blues, country-folk, ballroom, metal, disco, hip-hop, ballad.",
        ),
    ] = None,
    keep: Annotated[
        str,
        typer.Option("--keep", help="With --genre: the stems to keep, such as vocals,drums."),
    ] = "vocals",
    seed: Annotated[
        int, typer.Option("--seed", help="With --genre: another seed plays it a little otherwise.")
    ] = 0,
    score: Annotated[
        Path | None,
        typer.Option("--score", help="With --genre: also write the new notes, to a .mid file."),
    ] = None,
    verify: Annotated[
        bool, typer.Option(help="Listen to the result, and say if it is not what was asked.")
    ] = True,
    json: Json = False,
) -> None:
    """Change a song, all edits in one pass, and tell what is heard in the result.

    By default tempo and key of the song are listened for; --source-bpm and --source-key say them.
    """
    import musicnb
    from musicnb.errors import InputError
    from musicnb.runtime.memory import peak_mb

    kept: dict[str | None, bool | str] = {None: False, "all": True, "vocals": "vocals"}
    if preserve_formants not in kept:
        raise InputError(
            f"--preserve-formants is {preserve_formants!r}",
            expected="vocals or all",
            todo="Choose one of these.",
        )
    started = time.perf_counter()
    made = musicnb.edit_file(
        musicnb.load(file) if file.startswith("demo:") else file,
        output,
        tempo=tempo,
        bpm=bpm,
        source_bpm=source_bpm,
        transpose=transpose,
        key=key,
        source_key=source_key,
        preserve_formants=kept[preserve_formants],
        swing=swing,
        source_swing=source_swing,
        remove_part=remove_part,
        genre=genre,
        keep=[name for name in keep.split(",") if name],
        seed=seed,
        verify=verify,
    )
    if score is not None and made.score is not None:
        made.score.to_midi(score)
    wall = time.perf_counter() - started
    if json:
        print_json(
            {
                "source": file,
                "path": str(made.path),
                "duration_s": round(made.duration, 3),
                "wall_s": round(wall, 3),
                "peak_memory_mb": round(peak_mb(), 1),
                "requested": made.requested,
                "measured": made.measured,
                "warnings": list(made.warnings),
            }
        )
        return
    rows = [("asked", name, value) for name, value in made.requested.items()]
    rows += [("heard", name, value) for name, value in made.measured.items()]
    print_table(f"{made.path}: {made.duration:.1f} s, in {wall:.1f} s", ("", "what", ""), rows)
    for warning in made.warnings:
        print(f"Note: {warning}")
