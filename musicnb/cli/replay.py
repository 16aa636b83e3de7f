"""`musicnb replay`: a saved sound, made again from its recipe."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from musicnb.cli.common import Json, print_json


def command(
    file: Annotated[Path, typer.Argument(help="A file that musicnb wrote.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Also keep the replayed sound.")
    ] = None,
    json: Json = False,
) -> None:
    """Make a saved sound again from the recipe in its tags, and compare the two.

    The files it was made from are looked for beside it, in the two folders above, and here.
    """
    import numpy as np
    import soundfile

    import musicnb

    saved = musicnb.load(file)
    made = musicnb.replay(file)
    # Compared as files, so that rounding and lossy coding are the same on both sides.
    with tempfile.TemporaryDirectory() as folder:
        again = Path(folder) / file.name
        made.save(again, subtype=soundfile.info(file).subtype, sidecar=False)
        copy = musicnb.load(again)
    same_shape = copy.samples.shape == saved.samples.shape
    difference = float(np.abs(copy.samples - saved.samples).max()) if same_shape else None
    if output is not None:
        made.save(output)
    recipe = musicnb.audio.provenance.read_recipe(file)
    if json:
        print_json(
            {
                "file": str(file),
                "identical": difference == 0,
                "largest_difference": difference,
                "recipe": recipe.to_dict(),
                "output": output and str(output),
            }
        )
        return
    if difference is None:
        verdict = f"of another shape: {copy.samples.shape}, not {saved.samples.shape}"
    elif difference == 0:
        verdict = "identical, sample by sample"
    else:
        verdict = f"the same up to {difference:.2g} of full scale"
    print(f"{file}: made again by {recipe.function}; {verdict}.")
