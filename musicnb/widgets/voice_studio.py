"""`VoiceStudio`: what one voice sings, sung by another, with every control of the conversion."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from musicnb.audio.files import load
from musicnb.errors import InputError
from musicnb.runtime.kernel import when_idle
from musicnb.voices.controls import RANGES, Controls
from musicnb.voices.f0 import F0
from musicnb.widgets import voice_settings as settings
from musicnb.widgets.base import STATIC, Answer, Widget
from musicnb.widgets.picture import picture
from musicnb.widgets.sound import sound_of
from musicnb.widgets.tiles import default_window
from musicnb.widgets.voice_code import code_of
from musicnb.widgets.voice_live import Live
from musicnb.widgets.voice_session import Session
from musicnb.widgets.voice_work import DEMO, DEMO_SECONDS

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from numpy.typing import ArrayLike

    from musicnb.audio.audio import Audio
    from musicnb.voices.convert import Conversion

#: Bytes of a file that travel at a time; Colab drops what is much larger.
PART = 512_000
#: Seconds that an answer waits for what is under way: what is quick needs no second question.
SOON = 0.1
#: In which the result can be saved; a recipe may be too long for the tag of a .wav.
FORMATS = ("wav", "flac", "mp3", "json")


class VoiceStudio(Widget):
    """Voice conversion in a notebook: a source, a target voice, all controls, before and after.

    The source is chosen from a list, uploaded, or sung into the microphone; the target is a voice
    of the library, or two of them mixed. The pitch can be drawn by hand. What is converted is
    compared with the source at equal loudness, and saved with its recipe. Taught in lesson 08.

    Parameters
    ----------
    source : Audio, path, or dict of str to Audio or path, optional
        One voice without accompaniment, or several to choose from. The singer of a demo song is
        always there too.
    voice : str or dict
        The target, as :func:`musicnb.convert` takes it: a name, or up to two names with weights.
    f0 : str or sequence of str
        The methods that find the pitch, see :func:`musicnb.estimate_f0`.
    **controls
        What is set at first, such as ``transpose=12``: see `musicnb.voices.controls.Controls`.

    Attributes
    ----------
    controls : Controls
        As they are set now; setting it moves the sliders.
    voice : str or dict
        The target as it is set now.
    source : Audio or None
        What is to be converted; None until the demo song's singer is taken out of it.
    f0 : F0 or None
        The pitch of the source: estimated, and edited by hand. Setting it sings another curve;
        None takes that back, and the edits.
    result : Conversion or None
        What was converted last; observe it to go on from there.
    equal_loudness : bool
        Whether source and result are brought to the loudness of the softer one.

    Raises
    ------
    musicnb.errors.InputError
        If the source, the voice or a control makes no sense.

    Examples
    --------
    >>> from musicnb import Audio
    >>> tone = Audio(0.1 * np.sin(2 * np.pi * 220 * np.arange(22050) / 22050), 22050)
    >>> studio = VoiceStudio(tone, transpose=12)
    >>> studio.controls.transpose, studio.voice, studio.source
    (12, 'slt', Audio(1 channel, 1.000 s, 22050 Hz))
    >>> studio.controls = Controls(protect=0.5)
    >>> studio.controls.transpose
    0.0
    """

    _esm = STATIC / "voice.js"
    #: Every control, the methods for f0, the voices and their weights.
    _settings = traitlets.Dict().tag(sync=True)
    equal_loudness = traitlets.Bool(default_value=True).tag(sync=True)
    playhead = traitlets.Float().tag(sync=True)
    #: Counts what happened here, so that all views ask what is new.
    _beat = traitlets.Int().tag(sync=True)
    result = traitlets.Any(default_value=None, allow_none=True)

    def __init__(
        self,
        source: Audio | str | os.PathLike[str] | Mapping[str, Any] | None = None,
        voice: str | Mapping[str, ArrayLike] = "slt",
        *,
        f0: str | list[str] | tuple[str, ...] = "swift",
        **controls: Any,
    ) -> None:
        names = [f0] if isinstance(f0, str) else list(f0)
        begun = settings.checked(settings.settings_for(_controls(controls), voice, names))
        self._session = Session(source, self._tell)
        self._session.settings = begun
        self._live: Live | None = None
        self._file = b""
        super().__init__([], _kind="voice", _settings=begun)
        self._session.choose(self._session.chosen)
        when_idle("musicnb.voices.convert")

    # ---- what is set -------------------------------------------------------------------------

    @traitlets.validate("_settings")
    def _check_settings(self, proposal: Any) -> dict[str, Any]:
        return settings.checked(proposal["value"])

    @traitlets.observe("_settings")
    def _settings_changed(self, change: Any) -> None:
        before, now = self._session.settings, change["new"]
        self._session.settings = now
        if before["methods"] != now["methods"]:
            self._session.estimate()
        if before != now:
            self._tell()

    @property
    def controls(self) -> Controls:
        """What is set of the conversion."""
        return settings.controls_of(self._settings)

    @controls.setter
    def controls(self, value: Controls | Mapping[str, Any]) -> None:
        given = value if isinstance(value, Controls) else _controls(dict(value))
        self._settings = {**self._settings, **given.to_dict()}

    @property
    def voice(self) -> Any:
        """The target."""
        return settings.voice_of(self._settings)

    @voice.setter
    def voice(self, value: str | Mapping[str, ArrayLike]) -> None:
        first, second, weights = settings.mixture_of(value)
        mixture = {"voice": first, "second": second, "weights": weights}
        self._settings = {**self._settings, **mixture}

    @property
    def methods(self) -> list[str]:
        """The methods that find f0."""
        return list(self._settings["methods"])

    # ---- source and pitch --------------------------------------------------------------------

    @property
    def source(self) -> Audio | None:
        """What is to be converted."""
        self._session.look()
        return self._session.source

    @property
    def f0(self) -> F0 | None:
        """The pitch of the source, as it will be sung."""
        self._session.look()
        return self._session.f0

    @f0.setter
    def f0(self, value: F0 | None) -> None:
        if value is not None and not isinstance(value, F0):
            raise InputError(
                f"f0 is a {type(value).__name__}",
                expected="an F0, or None for the estimated one",
                todo="Try musicnb.estimate_f0(audio), or studio.f0.snap().",
            )
        self._session.set_f0(value)

    def choose(self, name: str) -> None:
        """Make one of the sources the one to be converted.

        Raises
        ------
        musicnb.errors.InputError
            If there is none of that name.
        """
        self._session.choose(name)

    def add(self, name: str, audio: Audio) -> None:
        """Add a source to the list (or replace the one of that name), and choose it."""
        self._session.add(name, audio)

    # ---- conversion --------------------------------------------------------------------------

    def convert(self) -> Conversion:
        """Convert the source as everything is set now, and return the result when it is there.

        Raises
        ------
        musicnb.errors.ConsentError
            If nothing says that the owner of the voice agreed to its use.
        musicnb.errors.MusicnbError
            If it cannot be converted.
        """
        session = self._session
        while session.work.busy:
            # Not without end, so that an interrupt is heard.
            session.look(1)
        session.begin()
        while session.work.busy:
            session.look(1)
        return session.converted()

    def code(self) -> str:
        """Return the Python that makes this studio, and its result, as it is now.

        Examples
        --------
        >>> from musicnb import Audio
        >>> tone = Audio(0.1 * np.sin(np.arange(22050) / 16), 22050)
        >>> print(VoiceStudio(tone, transpose=-12).code())
        import musicnb
        <BLANKLINE>
        made = musicnb.convert(
            audio,
            voice="slt",
            transpose=-12,
        )
        studio = musicnb.VoiceStudio(
            audio,
            voice="slt",
            transpose=-12,
        )
        studio
        """
        return code_of(self, self._session)

    def export(self, path: str | os.PathLike[str]) -> None:
        """Write the result to a file, with its recipe; the ending chooses the format."""
        self._session.look()
        self._session.converted().audio.save(path)

    def _tell(self) -> None:
        self.result = self._session.result
        self._beat += 1

    # ---- what the front end asks -------------------------------------------------------------

    def _answer_open(self, _: dict[str, Any]) -> Answer:
        made = {
            "groups": settings.description(),
            "methods": settings.methods(),
            "voices": settings.cards(),
            "formats": FORMATS,
        }
        return made, []

    def _answer_state(self, _: dict[str, Any]) -> Answer:
        self._session.look(SOON)
        return self._session.state(), []

    def _answer_choose(self, params: dict[str, Any]) -> Answer:
        self.choose(str(params["source"]))
        return self._answer_state({})

    def _answer_upload(self, params: dict[str, Any]) -> Answer:
        self._session.receive(params)
        return self._session.state(), []

    def _answer_convert(self, params: dict[str, Any]) -> Answer:
        # The trait may come later than the question: ipywidgets holds it back while it is busy.
        self._settings = params["settings"]
        self._session.begin()
        return self._answer_state({})

    def _answer_cancel(self, _: dict[str, Any]) -> Answer:
        self._session.work.cancel()
        return self._answer_state({})

    def _answer_curve(self, _: dict[str, Any]) -> Answer:
        base = self._session.base
        hz = np.zeros(0) if base is None else np.nan_to_num(base.hz)
        return {"edits": self._session.edits}, [hz.astype(np.float32).tobytes()]

    def _answer_edit(self, params: dict[str, Any]) -> Answer:
        self._session.edit(list(params["edits"]))
        return self._session.state(), []

    def _answer_unedit(self, _: dict[str, Any]) -> Answer:
        self._session.set_f0(None)
        return self._session.state(), []

    def _answer_envelopes(self, _: dict[str, Any]) -> Answer:
        take = self._session.take
        return {}, [] if take is None else [each.tobytes() for each in take.envelopes]

    def _answer_chunk(self, params: dict[str, Any]) -> Answer:
        sound = self._session.takes.sound(params["version"], params["sound"])
        data, scale = sound.chunk(params["index"], params["format"])
        return {"scale": scale}, [data]

    def _answer_preview(self, params: dict[str, Any]) -> Answer:
        folder = settings.folders().get(str(params["voice"]))
        path = None if folder is None else settings.preview(folder)
        if path is None:
            raise InputError(
                f"the voice {params['voice']!r} has no preview",
                expected="one that has",
                todo="Convert something to hear it.",
            )
        return {}, [path.read_bytes()]

    def _answer_save(self, params: dict[str, Any]) -> Answer:
        kind = str(params["format"])
        if kind not in FORMATS:
            raise InputError(
                f"the format is {kind!r}", expected=", ".join(FORMATS), todo="Choose one of them."
            )
        audio = self._session.converted().audio
        if kind == "json":
            self._file = json.dumps(audio.recipe.to_dict(), indent=2).encode()
        else:
            with tempfile.TemporaryDirectory(prefix="musicnb-") as folder:
                path = Path(folder) / f"voice.{kind}"
                audio.save(path, sidecar=False)
                self._file = path.read_bytes()
        return {"parts": -(-len(self._file) // PART)}, []

    def _answer_part(self, params: dict[str, Any]) -> Answer:
        start = int(params["index"]) * PART
        return {}, [self._file[start : start + PART]]

    def _answer_code(self, _: dict[str, Any]) -> Answer:
        return {"code": self.code()}, []

    def _answer_live(self, params: dict[str, Any]) -> Answer:
        if params["index"] == 0 or self._live is None:
            self._live = Live(int(params["rate"]))
        self._settings = params["settings"]
        made, told = self._live.take(params["buffers"][0], self.voice, self.controls)
        return {**told}, [made]

    def _picture(self) -> tuple[bytes, str]:
        source = self._session.source
        sound = sound_of(load(DEMO, duration=DEMO_SECONDS) if source is None else source)
        first, second, _ = settings.mixture_of(self.voice)
        target = first if second is None else f"{first} and {second}"
        words = "; ".join(f"{name} {getattr(self.controls, name):g}" for name in RANGES)
        shown = picture(sound, default_window(sound.sample_rate), "viridis", -80, -10)
        return shown, (
            f"Voice studio: {self._session.chosen}, to be sung by {target}; {words}. "
            "The picture is the source."
        )


def _controls(values: Mapping[str, Any]) -> Controls:
    unknown = set(values) - set(Controls.__dataclass_fields__)
    if unknown:
        raise InputError(
            f"there is no control {min(unknown)!r}",
            expected=f"one of {', '.join(Controls.__dataclass_fields__)}",
            todo="Check its name.",
        )
    return Controls(**values)
