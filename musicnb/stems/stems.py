"""`Stems`: the parts of a song."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from musicnb.audio.audio import Audio
from musicnb.errors import InputError

if TYPE_CHECKING:
    import os


class Stems(Mapping[str, Audio]):
    """The parts of a song, by name, and what is left over.

    The stems and the residual add up to the mixture, sample by sample.

    Parameters
    ----------
    stems : mapping of str to Audio
        The stems in their order; all of one length and sample rate.
    residual : Audio
        The mixture less all stems.

    Examples
    --------
    >>> import musicnb
    >>> stems = musicnb.separate(musicnb.load("demo:starfall", duration=3))
    >>> list(stems)
    ['vocals', 'accompaniment']
    >>> stems["vocals"]
    Audio(2 channels, 3.000 s, 44100 Hz)

    Notes
    -----
    Taught in lesson 00.
    """

    def __init__(self, stems: Mapping[str, Audio], residual: Audio) -> None:
        shapes = {(a.samples.shape, a.sample_rate) for a in (*stems.values(), residual)}
        if not stems or len(shapes) != 1:
            raise InputError(
                f"the stems have {len(shapes)} different shapes or rates",
                expected="at least one stem, all of one shape and sample rate",
                todo="Cut or resample them first.",
            )
        self._stems = dict(stems)
        self.residual = residual

    def __getitem__(self, name: str) -> Audio:
        try:
            return self._stems[name]
        except KeyError:
            raise KeyError(f"{name!r}; the stems are {', '.join(self._stems)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._stems)

    def __len__(self) -> int:
        return len(self._stems)

    @property
    def mixture(self) -> Audio:
        """The sum of the stems and the residual."""
        total = np.sum([a.samples for a in (*self._stems.values(), self.residual)], axis=0)
        return Audio(total, self.residual.sample_rate)

    def save(self, folder: str | os.PathLike[str], *, format: str = "wav") -> dict[str, Path]:  # noqa: A002  (the word of the command line)
        """Write each stem and the residual to ``FOLDER/NAME.FORMAT``; return the paths.

        Parameters
        ----------
        folder : path
            Made if need be.
        format : {'wav', 'flac', 'ogg', 'opus', 'mp3'}
            The format of the files.
        """
        paths = {}
        for name, audio in (*self._stems.items(), ("residual", self.residual)):
            paths[name] = Path(folder) / f"{name}.{format}"
            audio.save(paths[name])
        return paths

    def __repr__(self) -> str:
        return f"Stems({', '.join(self._stems)}; {self.residual.duration:.3f} s)"

    def _repr_html_(self) -> str:
        rows = [f"<b>{html.escape(name)}</b>{a._repr_html_()}" for name, a in self.items()]
        return "".join(f'<div style="margin:6px 0">{row}</div>' for row in rows)
