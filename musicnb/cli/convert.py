"""`musicnb convert`: what one voice sings, sung by another."""

from __future__ import annotations

import json as json_module
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from musicnb.cli.common import Device, Json, print_json
from musicnb.errors import InputError

if TYPE_CHECKING:
    from musicnb.voices.f0 import F0


def command(
    file: Annotated[
        str, typer.Argument(help="One voice without accompaniment: a sound file, or demo:NAME.")
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", help="The file to write; its ending, such as .flac, is the format."
        ),
    ],
    voice: Annotated[
        str,
        typer.Option(
            "--voice",
            help="Whose voice: slt; several, with weights: slt=0.7,rms=0.3; "
            "weights that change: slt=1:0,rms=0:1.",
        ),
    ],
    f0: Annotated[
        str,
        typer.Option(
            "--f0",
            help="How the pitch is found: swift, crepe, pyin, praat, or several with commas, which "
            "are fused; or a .json file with an edited curve.",
        ),
    ] = "swift",
    transpose: Annotated[float, typer.Option("--transpose", help="Semitones up, -24 to 24.")] = 0.0,
    formant_shift: Annotated[
        float, typer.Option("--formant-shift", help="Semitones the resonances move, -12 to 12.")
    ] = 0.0,
    source_loudness: Annotated[
        float, typer.Option("--source-loudness", help="1 follows the source, 0 sings evenly.")
    ] = 1.0,
    dynamics: Annotated[
        float, typer.Option("--dynamics", help="How far loud and soft are apart, 0 to 3.")
    ] = 1.0,
    retrieval_ratio: Annotated[
        float,
        typer.Option("--retrieval-ratio", help="0 to 1: drawn to what the voice has really said."),
    ] = 0.5,
    protect: Annotated[
        float, typer.Option("--protect", help="0 to 1: how much less consonants are drawn.")
    ] = 0.33,
    noise_scale: Annotated[
        float, typer.Option("--noise-scale", help="Gain of the breath in the voice, 0 to 3.")
    ] = 1.0,
    slicing_threshold: Annotated[
        float,
        typer.Option("--slicing-threshold", help="dB under the loudest: softer is silence."),
    ] = -50.0,
    tempo: Annotated[
        float, typer.Option("--tempo", help="How many times faster, 0.25 to 4.")
    ] = 1.0,
    durations: Annotated[
        list[str] | None,
        typer.Option(
            "--durations",
            help="START:STOP:FACTOR: what lies between, in seconds, lasts FACTOR times as long; "
            "may be given again.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of the noise in the voice.")] = 0,
    device: Device = None,
    json: Json = False,
) -> None:
    """Have another voice sing a recording of one voice.

    It says whose voice it is, and which transposition would bring the melody to where the voice is
    at home; nothing is transposed unless --transpose says so. `musicnb voices list` shows the
    voices.
    """
    import musicnb
    from musicnb.runtime.memory import peak_mb

    audio = musicnb.load(file)
    target = _target(voice)
    started = time.perf_counter()
    made = musicnb.convert(
        audio,
        target,
        f0=_pitch(f0),
        seed=seed,
        device=device,
        transpose=transpose,
        formant_shift=formant_shift,
        source_loudness=source_loudness,
        dynamics=dynamics,
        retrieval_ratio=retrieval_ratio,
        protect=protect,
        noise_scale=noise_scale,
        slicing_threshold=slicing_threshold,
        tempo=tempo,
        durations=tuple(_duration(each) for each in durations or []),
    )
    wall = time.perf_counter() - started
    made.audio.save(output)
    main = max(made.voices, key=lambda name: made.voices[name])
    advice = musicnb.suggest_transpose(made.source_f0, musicnb.voice(main))
    if json:
        print_json(
            {
                "source": file,
                "path": str(output),
                "duration_s": round(made.audio.duration, 3),
                "wall_s": round(wall, 3),
                "rtf": round(wall / audio.duration, 4),
                "peak_memory_mb": round(peak_mb(), 1),
                "voices": made.voices,
                "whose": made.whose,
                "controls": made.controls.to_dict(),
                "seed": seed,
                "suggested_transpose": advice.transpose,
                "reason": advice.reason,
            }
        )
        return
    print(f"{output}: {made.audio.duration:.1f} s, in {wall:.1f} s")
    print(f"Whose voice: {made.whose}")
    if advice.transpose != transpose:
        print(f"Suggested: --transpose {advice.transpose}. {advice.reason}")


def _target(text: str) -> str | dict[str, list[float]]:
    """Return a voice's name, or the weights of several.

    Examples
    --------
    >>> _target("slt"), _target("slt=0.7,rms=0.3"), _target("slt=1:0,rms=0:1")
    ('slt', {'slt': [0.7], 'rms': [0.3]}, {'slt': [1.0, 0.0], 'rms': [0.0, 1.0]})
    """
    if "=" not in text and "," not in text:
        return text
    try:
        pairs = [part.partition("=") for part in text.split(",")]
        return {name.strip(): [float(w) for w in value.split(":")] for name, _, value in pairs}
    except ValueError:
        expected = "NAME, or NAME=WEIGHT with commas between"
        raise _bad("--voice", text, expected, "slt=0.7,rms=0.3") from None


def _duration(text: str) -> tuple[float, float, float]:
    try:
        start, stop, factor = (float(part) for part in text.split(":"))
    except ValueError:
        raise _bad("--durations", text, "START:STOP:FACTOR", "1.5:2:1.25") from None
    return start, stop, factor


def _pitch(text: str) -> F0 | list[str]:
    import numpy as np

    from musicnb.voices.f0 import F0

    if not text.endswith(".json"):
        return [part.strip() for part in text.split(",")]
    try:
        value: dict[str, Any] = json_module.loads(Path(text).read_text("utf-8"))
        hz = np.array(value["hz"], np.float32)
        confidence = np.array(value.get("confidence", np.ones(len(hz))), np.float32)
        method = str(value.get("method", "by hand"))
    except (OSError, ValueError, KeyError, TypeError):
        raise _bad("--f0", text, "the JSON that F0.save and the explorer write", "swift") from None
    return F0(np.where(hz > 0, hz, np.nan), confidence, method)


def _bad(option: str, text: str, expected: str, example: str) -> InputError:
    return InputError(
        f"{option} is {text!r}", expected=expected, todo=f"For example {option} {example}."
    )
