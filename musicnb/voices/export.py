"""`export_onnx`: a voice's decoder in a form that runs without PyTorch."""

from __future__ import annotations

import importlib.util
import json
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from musicnb.errors import InputError, MissingToolError
from musicnb.runtime.files import atomic
from musicnb.voices.library import voice as find_voice
from musicnb.voices.network import FEATURES

if TYPE_CHECKING:
    import os

    from musicnb.voices.voice import Voice

#: The opset, which runtimes of the last years know.
OPSET = 18
#: What torch's exporter needs.
PACKAGES = ("onnx", "onnxscript")


class _OneVoice(nn.Module):
    """A decoder with the voice already chosen."""

    def __init__(self, voice: Voice) -> None:
        super().__init__()
        self.net = voice.decoder
        self.register_buffer("speaker", voice.speaker[None, :, None].clone())

    def forward(self, content: Tensor, controls: Tensor) -> tuple[Tensor, Tensor]:
        speaker: Tensor = self.get_buffer("speaker")
        made: tuple[Tensor, Tensor] = self.net(
            content, controls, speaker.expand(-1, -1, content.shape[2])
        )
        return made


def export_onnx(voice: str | Voice, path: str | os.PathLike[str]) -> Path:
    """Write a voice's decoder as an ONNX model, for content of any length.

    Its inputs are `content` (1, 64, frames), features of what is said, and `controls` (1, 3,
    frames): octaves over 220 Hz (0 where unvoiced), voiced or not (1 or 0), and loudness from
    syllable to syllable (dBFS / 20 + 2; `musicnb.voices.perform.phrased`); a frame lasts 10 ms. Its
    outputs are `pulse_bands` and `noise_bands` (1, 80, frames): natural logarithms of magnitudes.
    The card of the voice, with its consent, is in the metadata.

    Parameters
    ----------
    voice : str or Voice
        The voice, of `voice_names`.
    path : path
        A name that ends in .onnx.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    musicnb.errors.InputError
        If there is no such voice, or the name ends otherwise.
    musicnb.errors.ConsentError
        If nothing says that the owner of the voice agreed to its use.
    musicnb.errors.MissingToolError
        If the packages onnx and onnxscript are not installed.
    """
    chosen, target = find_voice(voice), Path(path)
    chosen.require_consent()
    if target.suffix != ".onnx":
        raise InputError(
            f"{target.name} ends in {target.suffix or 'nothing'!r}",
            expected=".onnx",
            todo="Choose another name.",
        )
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingToolError(
            f"{' and '.join(missing)} cannot be found",
            expected="the packages onnx and onnxscript",
            todo="Run `pip install musicnb[onnx]`.",
        )
    frames = torch.export.Dim("frames", min=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's, on its own parts
        program = torch.onnx.export(
            _OneVoice(chosen).eval(),
            (torch.zeros(1, FEATURES, 50), torch.zeros(1, 3, 50)),
            input_names=["content", "controls"],
            output_names=["pulse_bands", "noise_bands"],
            dynamic_shapes={"content": {2: frames}, "controls": {2: frames}},
            opset_version=OPSET,
            dynamo=True,
            verbose=False,
        )
    if program is None:  # only of the exporter before dynamo
        raise MissingToolError(
            "torch gave no model", expected="torch 2.6 or newer", todo="Update torch."
        )
    program.model.metadata_props["musicnb"] = json.dumps(chosen.about, ensure_ascii=False)
    with atomic(target) as temporary:
        program.save(temporary)
    return target
