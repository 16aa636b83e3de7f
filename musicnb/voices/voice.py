"""`Voice`: a voice that others can be converted to, and what is known about it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from musicnb.errors import ConsentError, WeightsError
from musicnb.runtime.weights import card, load_weights
from musicnb.voices.network import DecoderNet

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

#: The decoder that the voices of the library share; its card lists them.
SHARED = "voices"
DECODER, INDEX = "decoder.safetensors", "index.safetensors"
CARD, PREVIEW = "voice.json", "preview.ogg"


@dataclass(frozen=True, eq=False)
class Voice:
    """A voice of the library, or one trained here. Taught in lesson 08.

    Attributes
    ----------
    name : str
        As `convert` is given it.
    about : dict
        Its card: what it is, its range in Hz, source, licence, credit, consent and scores.
    decoder : DecoderNet
        What turns content, pitch and loudness into filters.
    speaker : Tensor
        What tells it apart from the decoder's other voices, (32,).
    index : Tensor
        Features of what it has said, (kept, 64).
    """

    name: str
    about: dict[str, Any]
    decoder: DecoderNet
    speaker: Tensor
    index: Tensor

    @property
    def range_hz(self) -> tuple[float, float]:
        """The lowest and highest pitch of what it was learned from, in Hz."""
        low, high = self.about["range_hz"]
        return float(low), float(high)

    @property
    def median_hz(self) -> float:
        """The pitch that half of it lies below, in Hz."""
        return float(self.about["median_hz"])

    @cached_property
    def fingerprint(self) -> str:
        """The first 16 digits of the SHA-256 of its numbers: other ones would sing otherwise."""
        digest = hashlib.sha256()
        for tensor in (*self.decoder.state_dict().values(), self.speaker, self.index):
            digest.update(tensor.detach().float().cpu().contiguous().numpy().data)
        return digest.hexdigest()[:16]

    def require_consent(self) -> None:
        """Refuse to go on if nothing says that the voice's owner agreed to its use.

        Raises
        ------
        musicnb.errors.ConsentError
            If there is no record.
        """
        consent = self.about.get("consent")
        if not isinstance(consent, dict) or not str(consent.get("statement", "")).strip():
            raise ConsentError(
                f"nothing says that the owner of the voice {self.name!r} agreed to its use",
                expected="a consent record, kept with the voice",
                todo="Train it again with consent=..., in the owner's own words.",
            )

    def __repr__(self) -> str:
        low, high = self.range_hz
        return f"Voice({self.name!r}, {low:.0f}-{high:.0f} Hz)"


def load_voice(folder: Path) -> Voice:
    """Return the voice that is kept in a folder: of its own, or with the shared decoder.

    Raises
    ------
    musicnb.errors.WeightsError
        If a file is missing or damaged.
    """
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        about = json.loads((folder / CARD).read_text("utf-8"))
        index = load_file(folder / INDEX)["index"].float()
        if (folder / DECODER).is_file():
            net = DecoderNet(1)
            net.load_state_dict({k: v.float() for k, v in load_file(folder / DECODER).items()})
            number = 0
        else:
            net = shared_decoder()
            number = list(card(SHARED)["voices"]).index(str(about["name"]))
        speaker = net.speaker.weight[number].detach().to(torch.float32)
    except (OSError, KeyError, ValueError, RuntimeError, SafetensorError) as error:
        raise WeightsError(
            f"the voice in {folder} cannot be read ({error})",
            expected=f"{CARD} and {INDEX}, as train_voice writes them",
            todo="Remove the voice and train it again.",
        ) from error
    return Voice(str(about["name"]), about, net.eval(), speaker, index)


@lru_cache(maxsize=1)
def shared_decoder() -> DecoderNet:
    """Return the decoder of the library's voices with its weights."""
    net = DecoderNet(len(card(SHARED)["voices"]))
    net.load_state_dict(load_weights(SHARED))
    return net.eval()
