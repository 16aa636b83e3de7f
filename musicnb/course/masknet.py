"""The mask network of lesson 03, rebuilt from its arrays, and how good it is on any mixture."""

from __future__ import annotations

import zipfile
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.course.question import Wrong

if TYPE_CHECKING:
    import os

    from torch import Tensor

#: As in the lesson.
RATE, N_FFT, HOP, BANDS = 22_050, 1024, 256, 64
#: Steps between the moments that a kernel sees, layer by layer, and the kernels' sizes.
DILATIONS = (1, 2, 4, 8, 1)
KERNELS = ((3, 5),) * 4 + ((3, 3),)
#: The lesson's network takes 40 kB.
MOST_BYTES = 1_000_000
#: Of the numbers, whatever the archive claims.
MOST_NUMBERS = 250_000
NAMES = tuple(f"{kind}{n}" for n in range(1, len(KERNELS) + 1) for kind in ("weight", "bias"))


def stft(samples: np.ndarray) -> Tensor:
    """Return the STFT of the lesson, shape (frequencies, moments)."""
    import torch

    wave = torch.from_numpy(np.array(samples, np.float32))
    return torch.stft(wave, N_FFT, HOP, window=torch.hann_window(N_FFT), return_complex=True)


def masked(spectrum: Tensor, mask: Tensor, frames: int) -> np.ndarray:
    """Return the sound of what a mask lets through."""
    import torch

    window = torch.hann_window(N_FFT)
    return torch.istft(spectrum * mask, N_FFT, HOP, window=window, length=frames).numpy()


@cache
def _bands() -> Tensor:
    import librosa
    import torch

    return torch.from_numpy(
        librosa.filters.mel(sr=RATE, n_fft=N_FFT, n_mels=BANDS, norm=None).astype(np.float32)
    )


def load_network(path: Any) -> dict[str, np.ndarray]:
    """Return a network's arrays from the file that a student hands in.

    Parameters
    ----------
    path : path
        An ``.npz`` with ``weight1``, ``bias1`` ... ``weight5``, ``bias5``: the weights of each
        convolution have the shape (outputs, inputs, 3, 5), those of the last (1, inputs, 3, 3);
        the first has 2 inputs. Each bias has the shape (outputs,).

    Raises
    ------
    Wrong
        If it is no such file, says why.
    """
    arrays = _read(path)
    missing = [name for name in NAMES if name not in arrays]
    if missing:
        raise Wrong(f"your file lacks {', '.join(missing)}; it holds {', '.join(arrays) or '-'}")
    widths = [2, *(arrays[f"bias{n}"].size for n in range(1, len(KERNELS) + 1))]
    if widths[-1] != 1:
        raise Wrong(f"your last layer makes {widths[-1]} masks; expected one: bias5 of shape (1,)")
    for n, ((inputs, outputs), kernel) in enumerate(zip(pairwise(widths), KERNELS, strict=True), 1):
        for name, shape in ((f"weight{n}", (outputs, inputs, *kernel)), (f"bias{n}", (outputs,))):
            if arrays[name].shape != shape:
                raise Wrong(f"{name} has the shape {arrays[name].shape}; expected {shape}")
    if not all(np.isfinite(arrays[name]).all() for name in NAMES):
        raise Wrong("some weights are not finite: the training ran away; try a lower rate")
    return {name: arrays[name].astype(np.float32) for name in NAMES}


def _read(path: Any) -> dict[str, np.ndarray]:
    try:
        file = Path(path)
        size = file.stat().st_size
    except (TypeError, OSError, ValueError):
        raise Wrong(
            "there is no such file; save the arrays with np.savez, and pass the file's name"
        ) from None
    if size > MOST_BYTES:
        raise Wrong(f"your file has {size / 1e6:.1f} MB; expected at most 1 MB: a smaller network")
    try:
        with zipfile.ZipFile(file) as archive:
            # What is packed small may unpack to more than the memory holds.
            claimed = sum(member.file_size for member in archive.infolist())
        if claimed > 8 * MOST_NUMBERS:
            raise Wrong(f"your arrays take {claimed / 1e6:.1f} MB; expected at most 2 MB")
        with np.load(file, allow_pickle=False) as saved:
            arrays = {name: np.asarray(saved[name]) for name in saved.files}
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, KeyError):
        raise Wrong("your file cannot be read as arrays; save them with np.savez") from None
    if any(array.dtype.kind not in "fiu" for array in arrays.values()):
        raise Wrong("your file holds something else than numbers: call .detach().numpy() on each")
    return arrays


def mask_of(arrays: dict[str, np.ndarray], magnitude: Tensor) -> Tensor:
    """Return the mask that a network makes of magnitudes, both of shape (frequencies, moments)."""
    import torch
    from torch.nn import functional

    bands = _bands()
    x = torch.log(bands / bands.sum(1, keepdim=True) @ magnitude**2 + 1e-6) / 2
    x = x - x.mean(-1, keepdim=True)
    height = torch.linspace(-1, 1, BANDS)[:, None].expand_as(x)
    x = torch.stack([x, height])[None]
    for n, apart in enumerate(DILATIONS, 1):
        weight, bias = (torch.from_numpy(arrays[f"{kind}{n}"]) for kind in ("weight", "bias"))
        x = functional.conv2d(x, weight, bias, padding="same", dilation=(1, apart))
        if n < len(DILATIONS):
            x = functional.leaky_relu(x, 0.1)
    return (bands / (bands.sum(0) + 1e-6)).T @ torch.sigmoid(x)[0, 0]


def score_network(
    path: str | os.PathLike[str],
    mixture: np.ndarray,
    target: np.ndarray,
    sample_rate: int,
) -> float:
    """Return by how much a student's network raises the SI-SDR of the drums, in dB.

    Parameters
    ----------
    path : path
        Of the file; see `load_network`.
    mixture, target : ndarray
        What the network hears, and the true stem of drums in it: shape ``(frames,)`` or
        ``(channels, frames)``, of which the mean is taken.
    sample_rate : int
        Of both.

    Returns
    -------
    float
        SI-SDR of the network's drums less that of the mixture itself.

    Raises
    ------
    Wrong
        If the file is no such network, or its masks are not numbers.
    """
    import torch

    from musicnb.audio.audio import Audio
    from musicnb.stems.metrics import si_sdr

    arrays = load_network(path)
    heard, true = (
        Audio(each, sample_rate).mono().resample(RATE).samples[0] for each in (mixture, target)
    )
    spectrum = stft(heard)
    with torch.no_grad():
        estimate = masked(spectrum, mask_of(arrays, spectrum.abs()), len(heard))
    if not np.isfinite(estimate).all():
        raise Wrong("your network's masks are not finite numbers; are its weights huge?")
    return si_sdr(estimate, true) - si_sdr(heard, true)


def by_hand(folder: Path, steep: float = 4.0, **changed: np.ndarray) -> Path:
    """Write a network that nobody trained, and return its file.

    Five numbers of it are not zero: it takes for drums what is louder than 8 moments before and
    after.
    """
    arrays: dict[str, np.ndarray] = {}
    for n, (kernel, inputs) in enumerate(zip(KERNELS, (2, 1, 1, 1, 1), strict=True), 1):
        arrays[f"weight{n}"] = np.zeros((1, inputs, *kernel), np.float32)
        arrays[f"bias{n}"] = np.zeros(1, np.float32)
        arrays[f"weight{n}"][0, 0, 1, kernel[1] // 2] = 1
    # Far above zero, the layers between change nothing.
    arrays["bias1"] += 30
    arrays["bias4"] += 30
    arrays["weight4"][0, 0, 1] = (0, -0.5, 1, -0.5, 0)
    arrays["weight5"] *= steep
    arrays["bias5"] -= 30 * steep + 2
    path = folder / f"network{len(list(folder.iterdir()))}.npz"
    np.savez(path, **{**arrays, **changed})  # type: ignore[arg-type]
    return path
