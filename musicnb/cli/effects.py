"""`musicnb effects`: apply a chain, match a reference, or have a chain recommended."""

from __future__ import annotations

import json as json_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from musicnb.cli.common import Json, print_json, print_table

if TYPE_CHECKING:
    from musicnb import EffectChain

app = typer.Typer(
    help="Effects: EQ, compressor, delay, reverb, limiter.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
Source = Annotated[str, typer.Argument(help="A sound file, or demo:NAME.")]
OutFile = Annotated[Path, typer.Option("--output", "-o", help="The sound file to write.")]
Chain = Annotated[Path | None, typer.Option("--chain", help="A chain, as JSON.")]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", help="A setting, such as reverb.rt60=1.5, gain=-3 or delay=off."),
]
KeepChain = Annotated[Path | None, typer.Option("--save-chain", help="Also keep the chain here.")]


@app.command()
def apply(
    file: Source,
    output: OutFile,
    chain: Chain = None,
    settings: Sets = None,
    tail: Annotated[bool, typer.Option(help="Let echoes and room die away after the end.")] = False,
    save_chain: KeepChain = None,
    json: Json = False,
) -> None:
    """Send a sound through a chain of effects.

    The chain comes from a file, from --set, or from both: --set changes what the file says.
    """
    import musicnb
    from musicnb.errors import InputError

    if chain is None and not settings:
        raise InputError(
            "no effects were given",
            expected="--chain FILE, or --set EFFECT.SETTING=VALUE",
            todo="For example --set reverb.rt60=1.5.",
        )
    made = musicnb.EffectChain() if chain is None else musicnb.EffectChain.load(chain)
    made = changed(made, settings or [])
    audio = musicnb.apply_effects(musicnb.load(file), made, tail=tail)
    audio.save(output)
    _report(file, output, made, save_chain, json, {})


@app.command()
def match(
    file: Source,
    reference: Annotated[str, typer.Argument(help="How it should sound: a file, or demo:NAME.")],
    output: OutFile,
    effects: Annotated[str, typer.Option(help="What may be used, with commas between.")] = (
        "eq,compressor,delay,reverb"
    ),
    steps: Annotated[int, typer.Option(help="Steps of the optimiser.")] = 120,
    save_chain: KeepChain = None,
    json: Json = False,
) -> None:
    """Find the chain that makes a sound like a reference, and apply it."""
    import musicnb

    found = musicnb.match_effects(
        musicnb.load(file), musicnb.load(reference), effects=effects.split(","), steps=steps
    )
    found.audio.save(output)
    extra = {
        "reference": reference,
        "paired": found.paired,
        "losses": [round(loss, 5) for loss in found.losses],
    }
    _report(file, output, found.chain, save_chain, json, extra)


@app.command()
def recommend(
    file: Source,
    kind: Annotated[
        str | None,
        typer.Option(help="mix, acoustic, electronic, metal, voice, guitar or drums."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Also write the sound with the chain.")
    ] = None,
    save_chain: KeepChain = None,
    json: Json = False,
) -> None:
    """Recommend a chain for a recording, with a reason for each effect.

    The chain is where to begin: keep it with --save-chain, change it, and use `apply`.
    """
    import musicnb

    audio = musicnb.load(file)
    advice = musicnb.recommend_effects(audio, kind)
    if output is not None:
        musicnb.apply_effects(audio, advice.chain).save(output)
    if save_chain is not None:
        advice.chain.save(save_chain)
    if json:
        written = {"source": file, "output": output and str(output)}
        print_json(written | {"chain_file": save_chain and str(save_chain)} | advice.to_dict())
        return
    rows = [(r.effect, r.words, f"{r.confidence:.0%}") for r in advice.reasons]
    print_table(f"{file}, compared with: {advice.kind}", ("", "reason", "confidence"), rows)
    print(f"\n{advice.chain.describe()}")
    before, after = advice.distance
    print(f"\ndistance from {advice.kind}: {before:.1f} spreads, with this chain {after:.1f}")


def changed(chain: EffectChain, settings: list[str]) -> EffectChain:
    """Return the chain with settings such as 'reverb.rt60=1.5'.

    Examples
    --------
    >>> import musicnb
    >>> changed(musicnb.EffectChain(), ["delay.time=0.5", "gain=-3"])
    EffectChain(delay, gain -3.0 dB)
    """
    from musicnb.errors import InputError

    for text in settings:
        name, equals, value = text.partition("=")
        effect, dot, setting = name.strip().partition(".")
        off = not dot and value == "off"
        try:
            number = None if off else json_module.loads(value)
        except ValueError:
            number = value
        if not equals or (not dot and not off and not isinstance(number, int | float | list)):
            raise InputError(
                f"--set {text}",
                expected="EFFECT.SETTING=VALUE, gain=VALUE, or EFFECT=off",
                todo="For example --set reverb.rt60=1.5.",
            )
        chain = chain.replace(**{effect: {setting: number} if dot else number})
    return chain


def _report(
    file: str,
    output: Path,
    chain: EffectChain,
    save_chain: Path | None,
    json: bool,
    extra: dict[str, Any],
) -> None:
    if save_chain is not None:
        chain.save(save_chain)
    if json:
        print_json(
            {"source": file, "output": str(output), "chain": chain.to_dict()}
            | {"chain_file": save_chain and str(save_chain)}
            | extra
        )
        return
    rows = [tuple(line.split(maxsplit=1)) for line in chain.describe().splitlines()]
    print_table(f"{output}: the chain", ("effect", "settings"), [(*row, "")[:2] for row in rows])
    if "losses" in extra:
        print(f"loss {extra['losses'][0]:.3f} -> {min(extra['losses']):.3f}")
