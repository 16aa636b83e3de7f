"""`musicnb cover`: a song, sung by another voice."""

from __future__ import annotations

import time
from pathlib import Path  # noqa: TC003  (typer looks at it)
from typing import TYPE_CHECKING, Annotated, Any

import typer

from musicnb.cli.common import Device, Json, print_json, print_table
from musicnb.cli.convert import _target as parse_voice

if TYPE_CHECKING:
    from musicnb import Cover


def command(
    song: Annotated[str, typer.Argument(help="A sound file, or demo:NAME.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The file to write; its ending is the format.")
    ],
    voice: Annotated[
        str | None,
        typer.Option("--voice", help="Whose voice: slt; several, with weights: slt=0.7,rms=0.3."),
    ] = None,
    preset: Annotated[
        str | None,
        typer.Option(
            "--preset",
            help="Settings to begin with: same-key, octave-up, octave-down, robot-choir, or a "
            "file that --save-preset wrote.",
        ),
    ] = None,
    save_preset: Annotated[
        Path | None, typer.Option("--save-preset", help="Also keep the settings, as a JSON file.")
    ] = None,
    keep_stems: Annotated[
        Path | None,
        typer.Option("--keep-stems", help="Also write every step, into this folder."),
    ] = None,
    picture: Annotated[
        Path | None, typer.Option("--picture", help="Also draw both voices, to .png or .svg.")
    ] = None,
    backing: Annotated[
        str | None, typer.Option("--backing", help="SONG is a voice alone; this goes with it.")
    ] = None,
    vocals_only: Annotated[
        bool, typer.Option("--vocals-only", help="SONG is a voice alone, and the cover too.")
    ] = False,
    lead: Annotated[
        str | None,
        typer.Option("--lead", help="all, or centre: only who stands in the middle is sung anew."),
    ] = None,
    backing_transpose: Annotated[
        float | None, typer.Option("--backing-transpose", help="Semitones up, -24 to 24.")
    ] = None,
    vocal_gain: Annotated[
        float | None, typer.Option("--vocal-gain", help="dB on top of the matched loudness.")
    ] = None,
    backing_gain: Annotated[
        float | None, typer.Option("--backing-gain", help="dB of the backing.")
    ] = None,
    f0: Annotated[
        str | None,
        typer.Option("--f0", help="How the pitch is found: swift, crepe, pyin, praat, or several."),
    ] = None,
    transpose: Annotated[
        float | None, typer.Option("--transpose", help="Semitones up of the voice, -24 to 24.")
    ] = None,
    formant_shift: Annotated[
        float | None, typer.Option("--formant-shift", help="Semitones of its resonances.")
    ] = None,
    source_loudness: Annotated[
        float | None, typer.Option("--source-loudness", help="1 follows the singer, 0 is even.")
    ] = None,
    dynamics: Annotated[
        float | None, typer.Option("--dynamics", help="How far loud and soft are apart, 0 to 3.")
    ] = None,
    retrieval_ratio: Annotated[
        float | None, typer.Option("--retrieval-ratio", help="0 to 1: drawn to the voice's own.")
    ] = None,
    protect: Annotated[
        float | None, typer.Option("--protect", help="0 to 1: consonants are drawn less.")
    ] = None,
    noise_scale: Annotated[
        float | None, typer.Option("--noise-scale", help="Gain of the breath, 0 to 3.")
    ] = None,
    slicing_threshold: Annotated[
        float | None, typer.Option("--slicing-threshold", help="dB: what is softer is silence.")
    ] = None,
    tempo: Annotated[
        float | None, typer.Option("--tempo", help="How many times faster, voice and backing.")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Of the noise in the voice.")] = None,
    device: Device = None,
    json: Json = False,
) -> None:
    """Have another voice sing a song, over its own band.

    It says whose voice it is, and which transposition would suit it; nothing is transposed unless
    --transpose says so. What is not set here is as the preset has it.
    """
    import musicnb
    from musicnb.runtime.files import atomic

    started = time.perf_counter()
    source = musicnb.load(song)
    given: dict[str, Any] = {
        "lead": lead,
        "backing_transpose": backing_transpose,
        "vocal_gain": vocal_gain,
        "backing_gain": backing_gain,
        "f0": None if f0 is None else [name.strip() for name in f0.split(",")],
        "transpose": transpose,
        "formant_shift": formant_shift,
        "source_loudness": source_loudness,
        "dynamics": dynamics,
        "retrieval_ratio": retrieval_ratio,
        "protect": protect,
        "noise_scale": noise_scale,
        "slicing_threshold": slicing_threshold,
        "tempo": tempo,
        "seed": seed,
    }
    made = musicnb.cover(
        source,
        None if voice is None else parse_voice(voice),
        preset=preset,
        backing=None if backing is None else musicnb.load(backing),
        vocals_only=vocals_only,
        device=device,
        **{name: value for name, value in given.items() if value is not None},
    )
    made.save(output)
    files = {"cover": output}
    if keep_stems is not None:
        files |= made.save_stems(keep_stems, format=output.suffix[1:].lower())
    if save_preset is not None:
        made.save_preset(save_preset)
        files["preset"] = save_preset
    if picture is not None:
        with atomic(picture) as temporary:
            made.picture().savefig(temporary, dpi=110)
        files["picture"] = picture
    _tell(made, song, files, time.perf_counter() - started, json=json)


def _tell(made: Cover, song: str, files: dict[str, Path], wall: float, *, json: bool) -> None:
    """Print what was made."""
    from musicnb.remix.cover import WHAT
    from musicnb.runtime.memory import peak_mb

    report = made.report()
    if json:
        print_json(
            {
                "source": song,
                "duration_s": round(made.audio.duration, 3),
                "wall_s": round(wall, 3),
                "peak_memory_mb": round(peak_mb(), 1),
                "files": [{"path": str(path), "name": name} for name, path in files.items()],
                **report,
            }
        )
        return
    rows = [(path, WHAT.get(name, name.replace("_", " "))) for name, path in files.items()]
    title = f"{made.audio.duration:.1f} s of song in {wall:.1f} s"
    print_table(title, ("file", "what it is"), rows)
    print(f"Whose voice: {made.whose}")
    if made.suggestion.transpose != made.settings.controls.transpose:
        print(f"Suggested: --transpose {made.suggestion.transpose}. {made.suggestion.reason}")
