"""`lead_vocals`: the singer in the middle of the stereo picture, apart from the voices beside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from musicnb.audio.audio import Audio
from musicnb.audio.provenance import Recipe
from musicnb.errors import InputError, RecipeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch
    from numpy.typing import NDArray

N_FFT, HOP_LENGTH = 2048, 512
#: How alike left and right are (1: the same) where a moment of a band begins to be the lead's, and
#: where all of it is.
BESIDE, MIDDLE = 0.6, 0.95
#: Frames of the spectrogram worked on at once, and those seen beyond either end.
BLOCK, EDGE = 2048, 8


def lead_vocals(vocals: Audio) -> tuple[Audio, Audio]:
    """Take the lead vocal out of separated vocals by its place: the middle of the stereo picture.

    What is nearly the same in both channels goes to the lead, moment by moment and band by band.
    So voices that are panned about half-way to a side or farther are kept apart. It cannot part
    voices that stand in the middle, nor two that sing the same tone at once; and the echo of the
    lead, which is wide, stays with the others.

    Parameters
    ----------
    vocals : Audio
        Stereo.

    Returns
    -------
    lead, others : Audio
        Together they are `vocals`.

    Raises
    ------
    musicnb.errors.InputError
        If there are not two channels, or the two are the same.

    Examples
    --------
    >>> from musicnb.audio.mix import mix
    >>> rng = np.random.default_rng(0)
    >>> middle, left = rng.normal(size=(2, 1, 22050)) * [[[0.1]], [[0.001]]]
    >>> sound = Audio(np.vstack([middle + left, middle]), 22050)
    >>> lead, others = lead_vocals(sound)
    >>> lead.level - others.level > 20
    True

    Notes
    -----
    The measure of likeness is that of Avendano, "Frequency-domain source identification and
    manipulation in stereo mixes", WASPAA 2003.
    """
    if vocals.channels != 2 or np.array_equal(*vocals.samples):  # noqa: PLR2004
        raise InputError(
            "the vocals are the same in every channel, so that nothing stands beside the middle",
            expected="stereo, with the other voices to its sides",
            todo="Leave lead at 'all'.",
        )
    lead = _middle(vocals.samples)
    return tuple(  # type: ignore[return-value]  # of two
        Audio(
            samples,
            vocals.sample_rate,
            recipe=Recipe("lead_vocals", {"output": name}, (vocals.recipe,)),
        )
        for name, samples in (("lead", lead), ("others", vocals.samples - lead))
    )


def replay_lead(recipe: Recipe, inputs: Sequence[Audio]) -> Audio:
    """Take them apart again; called by :func:`musicnb.replay`."""
    output = recipe.arguments.get("output")
    if output not in {"lead", "others"} or len(inputs) != 1:
        raise RecipeError(
            f"the recipe names the output {output!r}",
            expected="lead or others",
            todo="Save the sound again.",
        )
    return lead_vocals(inputs[0])[output == "others"]


def _middle(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what stands in the middle, in blocks that see beyond their ends."""
    import torch

    frames = samples.shape[1]
    made = np.zeros_like(samples)
    step = BLOCK * HOP_LENGTH
    margin = EDGE * HOP_LENGTH
    for start in range(0, frames, step):
        first, last = max(0, start - margin), min(frames, start + step + margin)
        part = np.pad(samples[:, first:last], ((0, 0), (0, N_FFT)))
        found = _masked(torch.from_numpy(part)).numpy()
        stop = min(frames, start + step)
        made[:, start:stop] = found[:, start - first : stop - first]
    return made


def _masked(part: torch.Tensor) -> torch.Tensor:
    import torch
    from torch.nn.functional import avg_pool2d

    window = torch.hann_window(N_FFT)
    spectrum = torch.stft(part, N_FFT, HOP_LENGTH, window=window, return_complex=True)
    left, right = spectrum
    powers = torch.stack((left.abs() ** 2 + right.abs() ** 2, 2 * (left * right.conj()).real))
    # Neighbours in time and frequency together: one point of a spectrogram is mere chance.
    both, alike = avg_pool2d(powers[None], 3, stride=1, padding=1)[0]
    mask = ((alike / (both + 1e-12) - BESIDE) / (MIDDLE - BESIDE)).clamp(0, 1)
    return torch.istft(mask * spectrum, N_FFT, HOP_LENGTH, window=window, length=part.shape[1])
