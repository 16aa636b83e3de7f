"""`SpectrogramExplorer`: a sound to look at and to listen to."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import traitlets

from musicnb.errors import InputError
from musicnb.widgets.code import call, name_of
from musicnb.widgets.colormaps import COLORMAPS
from musicnb.widgets.f0_edits import f0_code
from musicnb.widgets.overlaid import Overlaid
from musicnb.widgets.picture import overview, picture
from musicnb.widgets.region import Region, band_pass
from musicnb.widgets.sound import Sound, sound_of
from musicnb.widgets.tiles import WINDOWS, default_window

if TYPE_CHECKING:
    import os

    from musicnb.audio.audio import Audio
    from musicnb.widgets.base import Answer

SCALES = ("mel", "log", "linear", "cqt")
#: Choices of what is shown, and the signals of each.
LANES = {"mix": ["mix"], "stereo": ["left", "right"], "mid/side": ["mid", "side"]}
#: What the settings are if nobody says otherwise (the range of levels depends on the sound).
DEFAULTS: dict[str, Any] = {
    "scale": "mel",
    "colormap": "viridis",
    "lanes": "mix",
    "rate": 1.0,
    "loop": False,
    "band_only": False,
}


class SpectrogramExplorer(Overlaid):
    """A spectrogram to zoom, play, select and measure, in a notebook.

    Parameters
    ----------
    audio : Audio or path
        What to show: a sound, or a file of any length (``demo:NAME`` too).
    scale : {'mel', 'log', 'linear', 'cqt'}
        How frequency is laid out. The first three are views of one short-time Fourier transform;
        'cqt' is a constant-Q transform, with 36 bins an octave.
    colormap : {'viridis', 'cividis', 'magma', 'grey'}
        From soft to loud.
    dynamic_range : (float, float), optional
        The levels of the darkest and the lightest colour, in dB below a sine at full scale; by
        default 80 dB up to the loudest.
    n_fft : {256, 512, 1024, 2048, 4096, 8192}, optional
        Window of the transform in samples; by default about 46 ms.
    lanes : {'mix', 'stereo', 'mid/side'}
        One picture of all channels, or two.
    rate : float
        Speed of playback, 0.5 to 2; the pitch stays.
    loop, band_only : bool
        Play the selection again and again; only the selected frequencies.
    selection : Region or dict, optional
        A rectangle of time and frequency: ``start`` and ``stop`` in s, ``low`` and ``high`` in Hz.
    view : Region or dict, optional
        What to show at first; by default all.

    Attributes
    ----------
    playhead : float
        Seconds; follows the sound, and can be set.

    Raises
    ------
    musicnb.errors.InputError
        If an option makes no sense.
    musicnb.errors.AudioFileError
        If the file cannot be read.

    Examples
    --------
    >>> import musicnb
    >>> explorer = SpectrogramExplorer(musicnb.load("demo:starfall", duration=4), scale="log")
    >>> explorer.selection = {"start": 1, "stop": 2, "low": 200, "high": 2000}
    >>> explorer.selected_audio()
    Audio(2 channels, 1.000 s, 44100 Hz)

    Notes
    -----
    Taught in lesson 00. Pieces of the picture are computed when they come into view, so that a
    long sound opens as fast as a short one.
    """

    scale = traitlets.Unicode().tag(sync=True)
    colormap = traitlets.Unicode().tag(sync=True)
    dynamic_range: traitlets.List[float] = traitlets.List().tag(sync=True)
    n_fft = traitlets.Int().tag(sync=True)
    lanes = traitlets.Unicode().tag(sync=True)
    rate = traitlets.Float().tag(sync=True)
    loop = traitlets.Bool().tag(sync=True)
    band_only = traitlets.Bool().tag(sync=True)
    selection = traitlets.Dict(allow_none=True, default_value=None).tag(sync=True)
    view = traitlets.Dict(allow_none=True, default_value=None).tag(sync=True)
    playhead = traitlets.Float().tag(sync=True)

    def __init__(
        self,
        audio: Audio | Sound | str | os.PathLike[str],
        *,
        scale: str = DEFAULTS["scale"],
        colormap: str = DEFAULTS["colormap"],
        dynamic_range: tuple[float, float] | None = None,
        n_fft: int | None = None,
        lanes: str = DEFAULTS["lanes"],
        rate: float = DEFAULTS["rate"],
        loop: bool = DEFAULTS["loop"],
        band_only: bool = DEFAULTS["band_only"],
        selection: Region | dict[str, float] | None = None,
        view: Region | dict[str, float] | None = None,
    ) -> None:
        self._given = audio
        sound = self._sound = sound_of(audio)
        window = n_fft or default_window(sound.sample_rate)
        super().__init__(
            sound,
            _kind="explorer",
            scale=scale,
            colormap=colormap,
            n_fft=window,
            dynamic_range=list(dynamic_range or self._usual_range(window)),
            lanes=lanes,
            rate=rate,
            loop=loop,
            band_only=band_only,
            selection=selection,
            view=view,
        )
        # The constant-Q transform takes longer: its tiles are better shown one by one.
        if view is None and scale != "cqt":
            pictures = [("stft", lane, window) for lane in LANES[lanes]]
            self._ahead.begin([self._sound], [*pictures, ("wave", "mix", 0)])

    def _usual_range(self, window: int) -> tuple[float, float]:
        loudest = float(overview(self._sound, window).max()) / 2 - 117.5
        top = 5.0 * math.ceil(loudest / 5)
        return max(top - 80, -115.0), max(top, -35.0)

    # ---- the options make sense --------------------------------------------------------------

    @traitlets.validate("scale", "colormap", "lanes", "n_fft")
    def _check_choice(self, proposal: Any) -> Any:
        name, value = proposal["trait"].name, proposal["value"]
        choices = {"scale": SCALES, "colormap": COLORMAPS, "lanes": LANES, "n_fft": WINDOWS}[name]
        if value not in choices:
            raise _unfit(name, value, f"one of {', '.join(map(str, choices))}")
        if name == "lanes" and value != "mix" and self._sound.channels != 2:  # noqa: PLR2004
            raise _unfit(name, value, "'mix', since the sound has not two channels")
        return value

    @traitlets.validate("rate")
    def _check_rate(self, proposal: Any) -> float:
        if not 0.5 <= proposal["value"] <= 2:  # noqa: PLR2004
            raise _unfit("rate", proposal["value"], "0.5 to 2")
        return float(proposal["value"])

    @traitlets.validate("dynamic_range")
    def _check_range(self, proposal: Any) -> list[float]:
        value = list(proposal["value"])
        if len(value) != 2 or not -120 <= value[0] < value[1] <= 10:  # noqa: PLR2004
            raise _unfit("dynamic_range", value, "two levels from -120 to 10 dB, the lower first")
        return [float(level) for level in value]

    @traitlets.validate("playhead")
    def _check_playhead(self, proposal: Any) -> float:
        return float(min(max(proposal["value"], 0.0), self._sound.duration))

    def __setattr__(self, name: str, value: Any) -> None:
        # Dict traits refuse anything else before they are validated.
        if name in ("selection", "view"):
            value = self._within(name, value)
        super().__setattr__(name, value)

    @traitlets.validate("selection", "view")
    def _check_region(self, proposal: Any) -> dict[str, float] | None:
        return self._within(proposal["trait"].name, proposal["value"])

    def _within(self, name: str, value: Any) -> dict[str, float] | None:
        if value is None:
            return None
        return Region.of(name, value, self._sound).to_dict()

    # ---- what was selected -------------------------------------------------------------------

    def selected_audio(self) -> Audio:
        """Return the selected sound: cut in time, and filtered to the selected frequencies.

        Returns
        -------
        Audio
            With all channels. Filtered forwards and backwards by a Butterworth filter, so that
            nothing is delayed: at the edges of the band it is 6 dB softer, an octave outside by
            about 48 dB.

        Raises
        ------
        musicnb.errors.InputError
            If nothing is selected.

        Examples
        --------
        >>> import musicnb
        >>> explorer = SpectrogramExplorer(musicnb.load("demo:starfall", duration=4))
        >>> explorer.selection = {"start": 1, "stop": 3, "low": 0, "high": 500}
        >>> explorer.selected_audio().duration
        2.0
        """
        if self.selection is None:
            raise InputError(
                "nothing is selected",
                expected="a region of the spectrogram",
                todo="Drag over the spectrogram, or set explorer.selection.",
            )
        return band_pass(self._sound, Region(**self.selection))

    # ---- what the front end asks -------------------------------------------------------------

    def _answer_code(self, params: dict[str, Any]) -> Answer:
        return {"code": self.code(view=params.get("view"))}, []

    def code(self, *, view: Region | dict[str, float] | None = None) -> str:
        """Return the Python that makes this widget as it is now.

        Parameters
        ----------
        view : Region or dict, optional
            What the view shows; by default the `view` it was given.

        Examples
        --------
        >>> import musicnb
        >>> explorer = SpectrogramExplorer(musicnb.load("demo:starfall"), colormap="magma")
        >>> print(explorer.code())
        import musicnb
        <BLANKLINE>
        explorer = musicnb.SpectrogramExplorer(
            musicnb.load("demo:starfall"),
            colormap="magma",
        )
        explorer
        """
        window = default_window(self._sound.sample_rate)
        usual = {**DEFAULTS, "n_fft": window, "selection": None, "view": None}
        now = {name: getattr(self, name) for name in usual}
        now["view"] = self._within("view", view) if view else self.view
        if now["view"] == Region.whole(self._sound).to_dict():
            now["view"] = None
        options = {name: value for name, value in now.items() if value != usual[name]}
        if tuple(self.dynamic_range) != self._usual_range(self.n_fft):
            options["dynamic_range"] = tuple(self.dynamic_range)
        lines = ["import musicnb", ""]
        if self._f0:
            made, f0 = f0_code(self._f0, self._given, self.f0_edits)
            lines += made
        lines += [call("explorer", "musicnb.SpectrogramExplorer", name_of(self._given), options)]
        if self.playhead:
            lines += [f"explorer.playhead = {self.playhead:.6g}"]
        if self._f0:
            lines += [f"explorer.add_f0({f0})"]
        others = [name for name in self._overlay_data if name != self._edited]
        lines += [f"# and the overlay {name!r}" for name in others]
        return "\n".join([*lines, "explorer"])

    def _picture(self) -> tuple[bytes, str]:
        sound = self._sound
        words = (
            f"Spectrogram of {sound.name}: {sound.duration:.1f} s, {sound.sample_rate} Hz, "
            f"{sound.channels} channel{'s' * (sound.channels > 1)}"
        )
        low, high = self.dynamic_range
        return picture(sound, self.n_fft, self.colormap, low, high), words


def _unfit(name: str, value: Any, expected: str) -> InputError:
    return InputError(f"{name} is {value!r}", expected=expected, todo="Pass another.")
