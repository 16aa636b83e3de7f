"""Retrieval: features of what is sung, drawn to those that the target voice really made.

What the content network keeps of the source's voice is lost when each frame is replaced by the mean
of the nearest frames that the target itself has spoken or sung (van Niekerk et al. and RVC use the
same idea).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from musicnb.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

#: Frames an index keeps, neighbours taken, frames compared at once.
KEPT, NEIGHBOURS, AT_ONCE = 2048, 4, 4096
#: Rounds of k-means in which the frames of an index are chosen.
ROUNDS = 8


def build_index(content: Tensor, seed: int = 0) -> Tensor:
    """Return at most `KEPT` features that stand for all of (64, frames): (kept, 64).

    By k-means, so that frequent sounds do not crowd out rare ones.

    Examples
    --------
    >>> import torch
    >>> tuple(build_index(torch.rand(64, 300)).shape)
    (300, 64)
    """
    points = content.T.contiguous()
    if len(points) <= KEPT:
        return points
    generator = torch.Generator().manual_seed(seed)
    centres = points[torch.randperm(len(points), generator=generator)[:KEPT]]
    for _ in range(ROUNDS):
        nearest = torch.cat(
            [torch.cdist(p, centres).argmin(1) for p in torch.split(points, AT_ONCE)]
        )
        total = torch.zeros_like(centres).index_add_(0, nearest, points)
        count = torch.bincount(nearest, minlength=KEPT)[:, None]
        centres = torch.where(count > 0, total / count.clamp(min=1), centres)
    return centres


def retrieve(
    content: NDArray[np.float32],
    index: Tensor,
    *,
    retrieval_ratio: float,
    protect: float,
    voiced: NDArray[np.bool_],
) -> NDArray[np.float32]:
    """Return features (64, frames) drawn to the index.

    Parameters
    ----------
    content : ndarray
        Features of the source, (64, frames).
    index : Tensor
        Features of the target, (kept, 64).
    retrieval_ratio : float
        0 leaves the features as they are, 1 takes the target's.
    protect : float
        By how much less unvoiced frames, the consonants, are changed: 0 changes them like the
        others, 1 not at all.
    voiced : ndarray of bool
        (frames,).

    Examples
    --------
    >>> import numpy as np, torch
    >>> source, target = np.zeros((64, 3), np.float32), torch.ones(10, 64)
    >>> flags = np.array([True, True, False])
    >>> made = retrieve(source, target, retrieval_ratio=0.5, protect=1, voiced=flags)
    >>> made[0].tolist()
    [0.5, 0.5, 0.0]
    """
    for name, value in (("retrieval_ratio", retrieval_ratio), ("protect", protect)):
        if not 0 <= value <= 1:
            raise InputError(
                f"{name} is {value:g}", expected="a number from 0 to 1", todo="Pass another."
            )
    if retrieval_ratio == 0 or not len(index):
        return content
    points = torch.from_numpy(content).T.contiguous()
    found = []
    for some in torch.split(points, AT_ONCE):
        distance, which = torch.cdist(some, index).topk(min(NEIGHBOURS, len(index)), largest=False)
        weight = (1 / distance.clamp(min=1e-4).square())[..., None]
        found.append((index[which] * weight).sum(1) / weight.sum(1))
    share = torch.full((len(points), 1), float(retrieval_ratio))
    share[~torch.from_numpy(voiced)] *= 1 - protect
    made: NDArray[np.float32] = (points + share * (torch.cat(found) - points)).T.numpy()
    return made
