"""What the explorer draws over the spectrogram, and the f0 that can be edited there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import traitlets

from musicnb.errors import InputError
from musicnb.voices.f0 import F0
from musicnb.widgets import overlays as kinds
from musicnb.widgets.base import Answer, Widget
from musicnb.widgets.f0_edits import apply_edits
from musicnb.widgets.region import Region

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike

    from musicnb.analysis.saliency import Saliency
    from musicnb.widgets.sound import Sound


class Overlaid(Widget):
    """A sound with curves, lines, texts and masks over its picture."""

    #: Name, kind, colour and number of each overlay; the front end asks for the data.
    _overlays: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)
    #: What was done to the f0, in order: the name of a method of `F0`, and its arguments, each.
    f0_edits: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)

    _sound: Sound

    def __init__(self, sound: Sound, **traits: Any) -> None:
        self._overlay_data: dict[str, kinds.Overlay] = {}
        self._overlays_made = 0
        #: The name of the overlay that can be edited, and what it was before.
        self._edited: str | None = None
        self._f0: F0 | None = None
        super().__init__([sound], **traits)

    # ---- overlays ----------------------------------------------------------------------------

    def add_curve(
        self, name: str, times: ArrayLike, values: ArrayLike, *, color: str | None = None
    ) -> None:
        """Draw a curve of frequency over time, such as f0.

        Parameters
        ----------
        name : str
            Shown in the legend; an overlay of the same name is replaced.
        times, values : array_like
            Seconds and Hz, of one length; NaN leaves a gap.
        color : str, optional
            A CSS colour such as '#e69f00'.

        Examples
        --------
        >>> import musicnb
        >>> explorer = musicnb.SpectrogramExplorer(musicnb.load("demo:starfall", duration=4))
        >>> explorer.add_curve("f0", [0, 1, 2], [220, float("nan"), 440])
        """
        self._add(kinds.curve(name, times, values, color))

    def add_lines(self, name: str, times: ArrayLike, *, color: str | None = None) -> None:
        """Draw vertical lines, such as beats, at `times` in seconds."""
        self._add(kinds.lines(name, times, color))

    def add_labels(
        self, name: str, labels: Sequence[tuple[float, float, str]], *, color: str | None = None
    ) -> None:
        """Write texts over stretches of time: (start, stop, text) each."""
        self._add(kinds.labels(name, labels, color))

    def add_mask(
        self,
        name: str,
        mask: ArrayLike,
        *,
        region: Region | dict[str, float] | None = None,
        color: str | None = None,
    ) -> None:
        """Tint the spectrogram where a mask is high, as saliency or a separated stem.

        Parameters
        ----------
        name : str
            Shown in the legend.
        mask : array_like
            Shape (frequency, time), 0 to 1, frequency rising evenly.
        region : Region or dict, optional
            Where it lies; by default over all of the sound, from 0 Hz to half the sample rate.
        color : str, optional
            A CSS colour.
        """
        place = Region.of("region", region, self._sound) if region else Region.whole(self._sound)
        self._add(kinds.mask(name, mask, place, color))

    def add_saliency(
        self, saliency: Saliency, *, name: str | None = None, color: str | None = None
    ) -> None:
        """Tint what an answer of :func:`musicnb.analyze` rests on.

        Parameters
        ----------
        saliency : Saliency
            From ``analysis.saliency(head, start=..., duration=...)``.
        name : str, optional
            Shown in the legend; by default which answer it is.
        color : str, optional
            A CSS colour.

        Examples
        --------
        >>> import musicnb
        >>> song = musicnb.load("demo:glasswork", duration=8)
        >>> explorer = musicnb.SpectrogramExplorer(song)
        >>> explorer.add_saliency(musicnb.analyze(song).saliency("key", duration=8))

        Notes
        -----
        Taught in lesson 04. Where it is strong the answer is sensitive: no proof that it is right.
        """
        self._add(kinds.saliency(name, saliency, color))

    def add_f0(self, curves: F0 | Mapping[str, F0], *, edit: str | None = None) -> None:
        """Draw curves of f0, one of which can be edited with the pointer and the keyboard.

        Parameters
        ----------
        curves : F0 or dict of F0
            From :func:`musicnb.estimate_f0`; the names are shown in the legend. A curve alone has
            the name of its method.
        edit : str, optional
            The name of the curve that can be edited; by default the first.

        Raises
        ------
        musicnb.errors.InputError
            If there is no curve, or none of that name.

        Examples
        --------
        >>> import musicnb
        >>> song = musicnb.load("demo:starfall", duration=4)
        >>> explorer = musicnb.SpectrogramExplorer(song)
        >>> explorer.add_f0({name: musicnb.estimate_f0(song, name) for name in ("swift", "pyin")})
        >>> explorer.f0_edits = [{"edit": "transpose", "semitones": 12, "start": 1, "stop": 2}]
        >>> explorer.f0.method
        'swift'
        """
        named = {curves.method: curves} if isinstance(curves, F0) else dict(curves)
        chosen = next(iter(named), None) if edit is None else edit
        if chosen not in named:
            raise InputError(
                f"the curve to edit is {edit!r}" if named else "there is no curve",
                expected=f"one of {', '.join(named)}" if named else "at least one F0",
                todo='Pass for example {"swift": musicnb.estimate_f0(voice)}.',
            )
        # Only one can be edited: what could be is a curve as any other.
        self._forget_f0(self._edited)
        self._overlays = [{**each, "edited": False} for each in self._overlays]
        for name, curve in named.items():
            self._add(kinds.curve(name, curve.times, curve.hz, None), edited=name == chosen)
        self._edited, self._f0 = chosen, named[chosen]

    @property
    def f0(self) -> F0:
        """The f0 as it was edited.

        Raises
        ------
        musicnb.errors.InputError
            If :meth:`add_f0` was not called.
        """
        return apply_edits(self._unedited, self.f0_edits)

    @property
    def _unedited(self) -> F0:
        if self._f0 is None:
            raise InputError(
                "the explorer has no f0",
                expected="a curve to edit",
                todo="Call explorer.add_f0(musicnb.estimate_f0(voice)).",
            )
        return self._f0

    @traitlets.validate("f0_edits")
    def _check_edits(self, proposal: Any) -> list[dict[str, Any]]:
        edits: list[dict[str, Any]] = list(proposal["value"])
        if edits:
            apply_edits(self._unedited, edits)
        return edits

    def remove_overlay(self, name: str) -> None:
        """Take an overlay away."""
        if name not in self._overlay_data:
            known = ", ".join(self._overlay_data) or "none"
            raise InputError(
                f"the overlay is {name!r}",
                expected=f"one that is there ({known})",
                todo="Pass another.",
            )
        del self._overlay_data[name]
        self._forget_f0(name)
        self._overlays = [each for each in self._overlays if each["name"] != name]

    def _forget_f0(self, name: str | None) -> None:
        """Have nothing to edit, if that is the name of what can be."""
        if name == self._edited:
            self.f0_edits = []
            self._edited = self._f0 = None

    def _add(self, overlay: kinds.Overlay, *, edited: bool = False) -> None:
        self._forget_f0(overlay.name)
        self._overlays_made += 1
        taken = {each["color"] for each in self._overlays}
        color = overlay.color or next((c for c in kinds.COLORS if c not in taken), kinds.COLORS[0])
        self._overlay_data[overlay.name] = replace(overlay, color=color)
        shown = [each for each in self._overlays if each["name"] != overlay.name]
        entry = {"name": overlay.name, "kind": overlay.kind, "color": color}
        self._overlays = [*shown, {**entry, "edited": edited, "id": self._overlays_made}]

    def _answer_overlay(self, params: dict[str, Any]) -> Answer:
        overlay = self._overlay_data.get(params["name"])
        return (overlay.content, overlay.buffers) if overlay else ({}, [])
