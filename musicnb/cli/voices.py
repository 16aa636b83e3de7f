"""`musicnb voices`: the voice library, and voices of one's own."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  (typer looks at it)
from typing import TYPE_CHECKING, Annotated, Any

import typer

from musicnb.cli.common import Device, Json, print_json, print_table
from musicnb.errors import InputError

if TYPE_CHECKING:
    from musicnb import Voice

app = typer.Typer(
    help="Voices: those that come with musicnb, and those trained here.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
Name = Annotated[str, typer.Argument(help="A voice, of `musicnb voices list`.")]


@app.command("list")
def list_voices(json: Json = False) -> None:
    """List the voices: what each is, its range, its licence, and where it came from."""
    import musicnb

    voices = [musicnb.voice(name) for name in musicnb.voice_names()]
    if json:
        print_json({"voices": [_about(each) for each in voices]})
        return
    rows = [
        (
            each.name,
            each.about["what"],
            "{:.0f}-{:.0f} Hz".format(*each.range_hz),
            each.about["licence"],
            _origin(each.name),
        )
        for each in voices
    ]
    print_table(f"{len(rows)} voices", ("name", "what", "range", "licence", ""), rows)


@app.command()
def info(name: Name, json: Json = False) -> None:
    """Show what is known about a voice: its card, the consent of its owner, its files."""
    import musicnb

    about = _about(musicnb.voice(name))
    if json:
        print_json(about)
        return
    rows = [
        (key, ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else value)
        for key, value in about.items()
    ]
    print_table(f"{name}, {about['origin']}", ("", ""), rows)


@app.command()
def train(
    files: Annotated[
        list[str],
        typer.Argument(help="Recordings of one voice, without accompaniment: 30 s to 10 minutes."),
    ],
    name: Annotated[str, typer.Option("--name", help="What the voice is to be called.")],
    consent: Annotated[
        str | None,
        typer.Option("--consent", help="What the owner of the voice says to it, in their words."),
    ] = None,
    consent_recording: Annotated[
        Path | None,
        typer.Option("--consent-recording", help="A recording in which the owner says it."),
    ] = None,
    steps: Annotated[
        int | None, typer.Option("--steps", help="At most so many.", show_default="500")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of what is drawn.")] = 0,
    device: Device = None,
    json: Json = False,
) -> None:
    """Learn a voice from recordings, in about three minutes; say how good it is.

    The owner's consent, written or recorded, is kept with the voice. Stopped half way, the same
    command goes on from there.
    """
    import musicnb
    from musicnb.voices.train import STEPS

    if (consent is None) == (consent_recording is None):
        raise InputError(
            "the consent is missing" if consent is None else "there are two consents",
            expected="what the owner of the voice says: --consent TEXT or --consent-recording FILE",
            todo='For example --consent "I agree that my voice is learned here. Maria".',
        )
    made = musicnb.train_voice(
        [musicnb.load(file) for file in files],
        name,
        consent_recording or str(consent),
        steps=steps or STEPS,
        seed=seed,
        device=device,
    )
    if json:
        print_json(_about(made))
        return
    scores = made.about["scores"]
    about = made.about
    print(f"The voice {name} was learned from {about['seconds']} s in {about['steps']} steps.")
    rows = [
        ("voices converted to it are like it by", scores["similarity"]),
        ("... and were before", scores["similarity_before"]),
        ("held-out recordings are like the others by", scores["similarity_of_takes"]),
        ("the pitch of held-out recordings is off by", f"{scores['f0_cents']} cents"),
        ("they are sung with a loss of", f"{scores['loss']}, before {scores['loss_before']}"),
    ]
    print_table("Measured on what was held out", ("", ""), rows)
    print(f"Use it: musicnb convert FILE -o OUT --voice {name}")


@app.command()
def export(
    name: Name,
    output: Annotated[Path, typer.Option("--output", "-o", help="The .onnx file to write.")],
    json: Json = False,
) -> None:
    """Write a voice's decoder as an ONNX model, which runs without PyTorch."""
    from musicnb.voices.export import export_onnx

    path = export_onnx(name, output)
    if json:
        print_json({"voice": name, "path": str(path), "bytes": path.stat().st_size})
    else:
        print(f"{path}: the decoder of {name}, {path.stat().st_size / 1e6:.1f} MB")


@app.command()
def remove(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Json = False,
) -> None:
    """Remove a voice that was trained here, with the consent kept with it."""
    from musicnb.voices.library import folder_of, remove_voice

    folder = folder_of(name)
    if not yes and json:
        raise InputError("nobody can be asked", expected="--yes beside --json", todo="Add --yes.")
    if not yes and not typer.confirm(f"Remove {folder}?"):
        print("Nothing was removed.")
        return
    remove_voice(name)
    if json:
        print_json({"removed": name, "folder": str(folder)})
    else:
        print(f"{name} was removed.")


def _origin(name: str) -> str:
    from musicnb.voices.library import PACKAGED, folder_of

    return "comes with musicnb" if folder_of(name).parent == PACKAGED else "trained here"


def _about(voice: Voice) -> dict[str, Any]:
    """Return the card of a voice, and where its files are."""
    from musicnb.voices.library import folder_of
    from musicnb.voices.voice import PREVIEW

    folder = folder_of(voice.name)
    preview = folder / PREVIEW
    return {
        **voice.about,
        "origin": _origin(voice.name),
        "folder": str(folder),
        "preview": str(preview) if preview.is_file() else None,
    }
