"""Which processor the networks run on."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from musicnb.errors import InputError, ResourceError

if TYPE_CHECKING:
    import torch

#: The environment variable that picks the device for a whole process and its children.
VARIABLE = "MUSICNB_DEVICE"


def device(name: str | None = None) -> torch.device:
    """Return the device that networks run on.

    Parameters
    ----------
    name : {'auto', 'cpu', 'cuda', 'cuda:N'}, optional
        The device. Without it, the environment variable ``MUSICNB_DEVICE`` decides, and without
        that, 'auto': the first CUDA device if there is one, otherwise the CPU.

    Returns
    -------
    torch.device

    Raises
    ------
    musicnb.errors.InputError
        If the name is not one of those above.
    musicnb.errors.ResourceError
        If a CUDA device is asked for and there is none.

    Examples
    --------
    >>> device("cpu")
    device(type='cpu')
    >>> device("tpu")
    Traceback (most recent call last):
    musicnb.errors.InputError: device is 'tpu'; expected auto, cpu, cuda or cuda:N. ...

    Notes
    -----
    Taught in lesson 00.
    """
    import torch

    name = name or os.environ.get(VARIABLE) or "auto"
    base, colon, index = name.partition(":")
    if base not in {"auto", "cpu", "cuda"} or (colon and (base != "cuda" or not index.isdecimal())):
        raise InputError(
            f"device is {name!r}",
            expected="auto, cpu, cuda or cuda:N",
            todo=f"Pass one of these, or set {VARIABLE}.",
        )
    count = torch.cuda.device_count()
    if base == "auto":
        return torch.device("cuda" if count else "cpu")
    if base == "cuda" and int(index or 0) >= count:
        raise ResourceError(
            f"device {name} was asked for and this machine has {count} CUDA devices",
            expected="a CUDA device with its driver and a CUDA build of torch",
            todo="Use --device auto, or see `musicnb doctor`.",
        )
    return torch.device(name)
