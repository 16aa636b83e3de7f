"""`StemMixer`: the stems of a song to hear together, each at its own level and place."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import soundfile
import traitlets

from musicnb.audio.audio import Audio
from musicnb.audio.files import load
from musicnb.errors import InputError
from musicnb.stems.stems import Stems
from musicnb.widgets.ahead import USUAL_WIDTH
from musicnb.widgets.base import Answer, Widget
from musicnb.widgets.code import call, name_of
from musicnb.widgets.picture import low_window, stacked
from musicnb.widgets.render import StemSettings, render
from musicnb.widgets.sound import Sound

if TYPE_CHECKING:
    import os

#: A residual softer than this (dBFS) is not worth a row.
INAUDIBLE = -80.0
#: Bytes of a rendered mix that travel at a time; Colab drops what is much larger.
PART = 512_000


class StemMixer(Widget):
    """Stems in step, with mute, solo, gain, pan and meters, in a notebook.

    Parameters
    ----------
    stems : Stems, or mapping of str to Audio or path
        All of one sample rate and length, mono or stereo. The residual of `Stems` is the last
        row, if it can be heard.
    settings : mapping of str to dict, optional
        For any of the stems: ``gain`` (dB, -60 to 12; -60 is silence), ``pan`` (-1 to 1),
        ``mute``, ``solo``.
    limiter : bool
        Hold the mix below -0.3 dBFS.
    loop : (float, float), optional
        A stretch to repeat, in seconds.
    presets : mapping of str to settings, optional
        Settings to come back to.

    Attributes
    ----------
    playhead : float
        Seconds; follows the sound, and can be set.

    Raises
    ------
    musicnb.errors.InputError
        If the stems do not go together, or an option makes no sense.

    Examples
    --------
    >>> import musicnb
    >>> stems = musicnb.separate(musicnb.load("demo:starfall", duration=3))
    >>> mixer = StemMixer(stems, settings={"vocals": {"mute": True}})
    >>> mixer.render()
    Audio(2 channels, 3.000 s, 44100 Hz)

    Notes
    -----
    Taught in lesson 00. The stems begin on the same sample and stay together, at any speed.
    """

    settings = traitlets.Dict().tag(sync=True)
    limiter = traitlets.Bool().tag(sync=True)
    loop: traitlets.List[float] = traitlets.List(allow_none=True, default_value=None).tag(sync=True)
    playhead = traitlets.Float().tag(sync=True)
    presets = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        stems: Stems | Mapping[str, Audio | str | os.PathLike[str]],
        *,
        settings: Mapping[str, Mapping[str, Any]] | None = None,
        limiter: bool = False,
        loop: tuple[float, float] | None = None,
        presets: Mapping[str, Mapping[str, Mapping[str, Any]]] | None = None,
    ) -> None:
        self._given = stems
        self._stems = _audios(stems)
        sounds = [
            Sound(name, audio.samples, audio.sample_rate, audio)
            for name, audio in self._stems.items()
        ]
        self._rendered = b""
        super().__init__(
            sounds,
            _kind="mixer",
            settings=dict(settings or {}),
            limiter=limiter,
            loop=None if loop is None else list(loop),
            presets=dict(presets or {}),
        )
        low = ("stft", "mix", low_window(sounds[0].sample_rate))
        self._ahead.begin(sounds, [low], USUAL_WIDTH // 2)

    # ---- the options make sense --------------------------------------------------------------

    @traitlets.validate("settings")
    def _check_settings(self, proposal: Any) -> dict[str, dict[str, Any]]:
        return self._complete(proposal["value"])

    @traitlets.validate("presets")
    def _check_presets(self, proposal: Any) -> dict[str, Any]:
        return {str(name): self._complete(value) for name, value in proposal["value"].items()}

    def _complete(self, value: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        unknown = set(value) - set(self._stems)
        if unknown:
            raise InputError(
                f"there is no stem {', '.join(sorted(map(repr, unknown)))}",
                expected=", ".join(self._stems),
                todo="Choose one of these.",
            )
        return {name: asdict(StemSettings.of(name, value.get(name, {}))) for name in self._stems}

    @traitlets.validate("loop")
    def _check_loop(self, proposal: Any) -> list[float] | None:
        value = proposal["value"]
        if value is None:
            return None
        if len(value) != 2 or not 0 <= value[0] < value[1]:  # noqa: PLR2004
            raise InputError(
                f"loop is {value!r}", expected="two times in seconds", todo="Pass (start, stop)."
            )
        return [min(float(time), self._sounds[0].duration) for time in value]

    @traitlets.validate("playhead")
    def _check_playhead(self, proposal: Any) -> float:
        return float(min(max(proposal["value"], 0.0), self._sounds[0].duration))

    # ---- the mix -----------------------------------------------------------------------------

    def render(self) -> Audio:
        """Return the mix as it is set now, at full precision.

        Returns
        -------
        Audio
            The same as is heard, to -80 dBFS or better (playback travels as 16 bits).

        Examples
        --------
        >>> import numpy as np
        >>> from musicnb import Audio
        >>> ones = Audio(np.full((2, 8000), 0.5), 8000)
        >>> mixer = StemMixer({"a": ones, "b": ones}, settings={"b": {"gain": -60}})
        >>> float(mixer.render().peak)
        0.5
        """
        settings = [StemSettings(**self.settings[name]) for name in self._stems]
        return render(list(self._stems.values()), settings, limiter=self.limiter)

    def export(self, path: str | os.PathLike[str]) -> None:
        """Write the mix to a file; the ending of its name chooses the format (see Audio.save)."""
        self.render().save(path)

    def code(self) -> str:
        """Return the Python that makes this widget as it is now.

        Examples
        --------
        >>> import numpy as np
        >>> from musicnb import Audio
        >>> one = Audio(np.full((2, 8000), 0.5), 8000)
        >>> print(StemMixer({"a": one}, settings={"a": {"pan": 0.5}}, limiter=True).code())
        import musicnb
        <BLANKLINE>
        mixer = musicnb.StemMixer(
            stems,
            settings={"a": {"pan": 0.5}},
            limiter=True,
        )
        mixer
        """
        options: dict[str, Any] = {}
        changed = _changes(self.settings)
        if changed:
            options["settings"] = changed
        if self.limiter:
            options["limiter"] = True
        if self.loop is not None:
            options["loop"] = tuple(self.loop)
        if self.presets:
            options["presets"] = {name: _changes(each) for name, each in self.presets.items()}
        first = name_of(self._given, "stems")
        lines = ["import musicnb", "", call("mixer", "musicnb.StemMixer", first, options)]
        if self.playhead:
            lines += [f"mixer.playhead = {self.playhead:.6g}"]
        return "\n".join([*lines, "mixer"])

    # ---- what the front end asks -------------------------------------------------------------

    def _answer_code(self, _: dict[str, Any]) -> Answer:
        return {"code": self.code()}, []

    def _answer_render(self, _: dict[str, Any]) -> Answer:
        mix = self.render()
        buffer = io.BytesIO()
        soundfile.write(
            buffer, np.clip(mix.samples.T, -1, 1), mix.sample_rate, "PCM_24", format="WAV"
        )
        self._rendered = buffer.getvalue()
        return {"parts": -(-len(self._rendered) // PART)}, []

    def _answer_part(self, params: dict[str, Any]) -> Answer:
        start = int(params["index"]) * PART
        return {}, [self._rendered[start : start + PART]]

    def _picture(self) -> tuple[bytes, str]:
        words = f"Mixer of {len(self._sounds)} stems: {', '.join(self._stems)}"
        return stacked(self._sounds), words


def _audios(stems: Any) -> dict[str, Audio]:
    if not isinstance(stems, Mapping) or not stems:
        raise InputError(
            f"a {type(stems).__name__} was given",
            expected="Stems, or at least one name with its Audio or path",
            todo='Try musicnb.separate(...), or {"vocals": audio}.',
        )
    audios = {}
    for name, value in stems.items():
        audios[str(name)] = value if isinstance(value, Audio) else load(value)
    if isinstance(stems, Stems) and stems.residual.level > INAUDIBLE:
        audios["residual"] = stems.residual
    kinds = {(audio.frames, audio.sample_rate) for audio in audios.values()}
    if len(kinds) > 1 or any(audio.channels > 2 for audio in audios.values()):  # noqa: PLR2004
        raise InputError(
            f"the stems have {len(kinds)} different lengths or rates, or more than two channels",
            expected="one length and sample rate, mono or stereo",
            todo="Cut or resample them first.",
        )
    if not next(iter(kinds))[0]:
        raise InputError("the stems are empty", expected="sound", todo="Pass others.")
    return audios


def _changes(settings: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    usual = asdict(StemSettings())
    parts = {
        name: {key: value for key, value in each.items() if value != usual[key]}
        for name, each in settings.items()
    }
    return {name: part for name, part in parts.items() if part}
