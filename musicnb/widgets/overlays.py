"""What can be drawn over a spectrogram."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.errors import InputError
from musicnb.widgets.region import Region

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from musicnb.analysis.saliency import Saliency

#: Told apart without colour vision, and on every colour map (Okabe and Ito 2008).
COLORS = ("#e69f00", "#56b4e9", "#cc79a7", "#f0e442", "#d55e00", "#009e73", "#ffffff", "#0072b2")
#: The front end draws at most so many values of a mask.
MAX_MASK = 4_000_000
#: Over about so long (s) saliency is averaged before it is drawn.
SALIENCY_S = 0.08


@dataclass(frozen=True)
class Overlay:
    """One overlay: `content` is JSON, `buffers` hold float32 or bytes."""

    name: str
    kind: str
    color: str | None
    content: dict[str, Any]
    buffers: list[bytes] = field(default_factory=list)


def curve(name: str, times: ArrayLike, values: ArrayLike, color: str | None) -> Overlay:
    """Return a curve of frequency (Hz) over time (s)."""
    at, hz = (np.asarray(each, np.float32).reshape(-1) for each in (times, values))
    if len(at) != len(hz) or not np.isfinite(at).all():
        raise InputError(
            f"the curve has {len(at)} times and {len(hz)} values",
            expected="as many of one as of the other, and finite times",
            todo="Pass two arrays of one length; NaN values leave gaps.",
        )
    order = np.argsort(at, kind="stable")
    buffers = [at[order].tobytes(), hz[order].tobytes()]
    return Overlay(name, "curve", _color(color), {"count": len(at)}, buffers)


def lines(name: str, times: ArrayLike, color: str | None) -> Overlay:
    """Return vertical lines at `times` (s)."""
    at = np.sort(np.asarray(times, np.float32).reshape(-1))
    if not np.isfinite(at).all():
        raise InputError("a time is not finite", expected="seconds", todo="Leave it out.")
    return Overlay(name, "lines", _color(color), {"count": len(at)}, [at.tobytes()])


def labels(name: str, texts: Sequence[tuple[float, float, str]], color: str | None) -> Overlay:
    """Return texts over stretches of time: (start, stop, text)."""
    try:
        entries = [[float(start), float(stop), str(text)] for start, stop, text in texts]
    except (TypeError, ValueError):
        raise InputError(
            "the labels cannot be read",
            expected="(start, stop, text) each",
            todo='For example [(0, 2.5, "verse")].',
        ) from None
    return Overlay(name, "labels", _color(color), {"labels": entries})


def mask(name: str, values: ArrayLike, region: Region, color: str | None) -> Overlay:
    """Return a mask of shape (frequency, time), 0 to 1, over a region."""
    array = np.asarray(values, np.float32)
    if array.ndim != 2 or not 0 < array.size <= MAX_MASK:  # noqa: PLR2004
        raise InputError(
            f"the mask has the shape {array.shape}",
            expected=f"(frequency, time), at most {MAX_MASK} values",
            todo="Make it coarser.",
        )
    # As tiles: column after column, the lowest frequency first.
    whole = np.rint(np.clip(np.nan_to_num(array.T), 0, 1) * 255).astype(np.uint8)
    content = {"columns": whole.shape[0], "rows": whole.shape[1], **region.to_dict()}
    return Overlay(name, "mask", _color(color), content, [whole.tobytes()])


def saliency(name: str | None, given: Saliency, color: str | None) -> Overlay:
    """Return what spoke for an answer, as a mask that the eye can follow.

    Gradients are rugged: single points stand out, and most are faint. The mean of neighbouring
    frames joins them, and the square root lifts what is faint.
    """
    step = float(np.diff(given.times).min(initial=SALIENCY_S))
    frames = max(1, round(SALIENCY_S / step))
    kernel = np.hanning(frames + 2)[1:-1]
    smooth = np.stack([np.convolve(row, kernel / kernel.sum(), "same") for row in given.mask])
    shown = np.sqrt(smooth / (smooth.max() + 1e-9))
    return mask(name or f"speaks for the {given.head}", shown, Region(**given.region), color)


def _color(color: str | None) -> str | None:
    if color is None or re.fullmatch(r"#[0-9a-fA-F]{6}", color):
        return color
    raise InputError(
        f"color is {color!r}", expected="six hexadecimal digits", todo="Try '#e69f00'."
    )
