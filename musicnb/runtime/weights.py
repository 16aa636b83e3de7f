"""Finding, verifying and loading the weights of a network.

Each weight is a safetensors file with a card beside it (``NAME.json``) that names its source,
licence, scores and SHA-256. Nothing is unpickled.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicnb.errors import WeightsError
from musicnb.runtime.files import cache_dir, sha256

if TYPE_CHECKING:
    from torch import Tensor

#: The weights that come with the package.
PACKAGED = Path(__file__).parent.parent / "weights"


def weight_names() -> list[str]:
    """Return the names of the weights that come with the package.

    Examples
    --------
    >>> "spleeter-vocals" in weight_names()
    True
    """
    return sorted(path.stem for path in PACKAGED.glob("*.json"))


def card(name: str) -> dict[str, Any]:
    """Return the card of a weight: source, licence, recipe, scores, where it fails.

    Examples
    --------
    >>> card("spleeter-vocals")["licence"]
    'MIT'
    """
    path = PACKAGED / f"{name}.json"
    if not path.is_file():
        raise WeightsError(
            f"there are no weights named {name!r}",
            expected=f"one of {', '.join(weight_names())}",
            todo="Check the name.",
        )
    value: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return value


def find(name: str) -> Path:
    """Return the file of a weight: in the package, else in the cache.

    Its SHA-256 is compared with its card's, once a process.

    Raises
    ------
    musicnb.errors.WeightsError
        If the file is in neither place, or is not what its card says.

    Examples
    --------
    >>> find("spleeter-vocals").name
    'spleeter-vocals.safetensors'
    """
    expected = str(card(name)["sha256"])
    places = (PACKAGED, cache_dir() / "weights")
    for folder in places:
        path = folder / f"{name}.safetensors"
        if path.is_file():
            _verify(path, expected)
            return path
    raise WeightsError(
        f"the weights {name} are missing",
        expected=f"{name}.safetensors in {' or '.join(str(p) for p in places)}",
        todo="Install musicnb again, or put the file there.",
    )


@cache
def _verify(path: Path, expected: str) -> None:
    found = sha256(path)
    if found != expected:
        raise WeightsError(
            f"{path} is damaged (SHA-256 {found[:12]}…)",
            expected=f"SHA-256 {expected[:12]}… as its card says",
            todo="Install musicnb again.",
        )


def load_weights(name: str) -> dict[str, Tensor]:
    """Return the tensors of a weight as float32, on the CPU.

    Examples
    --------
    >>> load_weights("spleeter-vocals")["mask.bias"].dtype
    torch.float32
    """
    from safetensors.torch import load_file

    path = find(name)
    try:
        tensors = load_file(path)
    except Exception as error:
        raise WeightsError(
            f"{path} cannot be read ({error})", expected="a safetensors file", todo="Install again."
        ) from error
    return {key: tensor.float() for key, tensor in tensors.items()}
