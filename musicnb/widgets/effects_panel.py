"""`EffectsPanel`: a chain of effects to set by hand, heard before and after at equal loudness."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import soundfile
import traitlets

from musicnb.audio.audio import Audio
from musicnb.audio.files import load
from musicnb.effects.chain import EffectChain
from musicnb.errors import InputError
from musicnb.widgets.base import Answer, Widget
from musicnb.widgets.code import call, name_of
from musicnb.widgets.effects_finding import Finding
from musicnb.widgets.effects_preview import HIGH, LOW, Preview, Take, frequencies
from musicnb.widgets.effects_settings import chain_for, description, settings_for
from musicnb.widgets.picture import picture
from musicnb.widgets.tiles import default_window

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from musicnb.effects.match import Match
    from musicnb.effects.recommend import Recommendation

#: Bytes of a rendered sound that travel at a time; Colab drops what is much larger.
PART = 512_000
#: Seconds that an answer waits for a take: most are there by then, and need no second question.
SOON = 0.25


class EffectsPanel(Widget):
    """A chain of effects in a notebook: each setting by hand, before and after in step.

    The sound is computed by :func:`musicnb.apply_effects` after each change. Switching between
    before and after changes what is heard at once, at equal loudness unless that is switched off:
    of two versions the louder one seems better, whatever was done to it.

    Parameters
    ----------
    audio : Audio or path
        Mono or stereo. Of what is longer than 20 s, a stretch is previewed (see `excerpt`);
        :meth:`render` and :meth:`export` make all of it.
    chain : EffectChain or dict, optional
        The chain to begin with; without it all effects are off.
    reference : Audio or path, optional
        How it should sound: to listen to, and to match.

    Attributes
    ----------
    chain : EffectChain
        The chain as it is set now; setting it moves the sliders.
    equal_loudness : bool
        Whether before and after are brought to the loudness of the softer one.
    excerpt : float
        The second at which the previewed stretch begins.
    playhead : float
        Seconds from there; follows the sound, and can be set.
    loop : (float, float) or None
        A part of the stretch to repeat, in seconds.
    recommendation, match : Recommendation, Match or None
        What "Suggest" or "Match" found last (:func:`musicnb.recommend_effects`,
        :func:`musicnb.match_effects`).

    Raises
    ------
    musicnb.errors.InputError
        If the sound or the chain makes no sense.

    Examples
    --------
    >>> import musicnb
    >>> song = musicnb.load("demo:starfall", duration=4)
    >>> panel = EffectsPanel(song, {"reverb": {"rt60": 2}})
    >>> panel.chain = panel.chain.replace(reverb={"mix": 0.5})
    >>> panel.after
    Audio(2 channels, 4.000 s, 44100 Hz)
    >>> before, after = panel.compared()
    >>> abs(before.loudness - after.loudness) < 0.1
    True

    Notes
    -----
    Taught in lesson 05.
    """

    #: Not of a type of traitlets: a dictionary will do, and is turned into a chain.
    chain: Any = traitlets.Any()
    equal_loudness = traitlets.Bool(default_value=True).tag(sync=True)
    excerpt = traitlets.Float().tag(sync=True)
    playhead = traitlets.Float().tag(sync=True)
    loop: traitlets.List[float] = traitlets.List(allow_none=True, default_value=None).tag(sync=True)
    #: Each setting, also of effects that are off.
    _settings = traitlets.Dict().tag(sync=True)
    _effects: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)
    #: Seconds of the whole sound.
    _duration = traitlets.Float().tag(sync=True)

    def __init__(
        self,
        audio: Audio | str | os.PathLike[str],
        chain: EffectChain | Mapping[str, Any] | None = None,
        *,
        reference: Audio | str | os.PathLike[str] | None = None,
    ) -> None:
        self._given = (audio, reference)
        self._audio = _checked("sound", audio)
        self._preview = Preview(
            self._audio, None if reference is None else _checked("reference", reference)
        )
        self._begun = _chain(chain)
        self._finding = Finding()
        self._rendered = b""
        self._longest = self._preview.frames / self._audio.sample_rate
        excerpt = (self._audio.duration - self._longest) / 2
        super().__init__(
            self._preview.sounds(excerpt),
            _kind="effects",
            _effects=description(),
            _duration=self._audio.duration,
            _settings=settings_for(self._begun),
            chain=self._begun,
            excerpt=excerpt,
        )

    # ---- the chain ---------------------------------------------------------------------------

    @traitlets.validate("chain")
    def _check_chain(self, proposal: Any) -> EffectChain:
        return _chain(proposal["value"])

    @traitlets.validate("_settings")
    def _check_settings(self, proposal: Any) -> dict[str, Any]:
        return settings_for(chain_for(proposal["value"]), proposal["value"])

    @traitlets.observe("chain")
    def _chain_changed(self, change: Any) -> None:
        if chain_for(self._settings) != change["new"]:
            self._settings = settings_for(change["new"], self._settings)

    @traitlets.observe("_settings")
    def _settings_changed(self, change: Any) -> None:
        self.chain = chain_for(change["new"])

    @traitlets.validate("excerpt")
    def _check_excerpt(self, proposal: Any) -> float:
        latest = self._audio.duration - self._longest
        return float(min(max(proposal["value"], 0.0), latest))

    @traitlets.validate("playhead")
    def _check_playhead(self, proposal: Any) -> float:
        return float(min(max(proposal["value"], 0.0), self._longest))

    @traitlets.validate("loop")
    def _check_loop(self, proposal: Any) -> list[float] | None:
        value = proposal["value"]
        if value is None:
            return None
        if len(value) != 2 or not 0 <= value[0] < value[1]:  # noqa: PLR2004
            raise InputError(
                f"loop is {value!r}", expected="two times in seconds", todo="Pass (start, stop)."
            )
        return [min(float(time), self._longest) for time in value]

    # ---- the sound ---------------------------------------------------------------------------

    def _take(self) -> Take:
        return self._preview.make(self.chain, self.excerpt)

    @property
    def recommendation(self) -> Recommendation | None:
        """What "Suggest" found last; None if the chain is from elsewhere."""
        return self._finding.recommendation

    @property
    def match(self) -> Match | None:
        """What "Match" found last; None if the chain is from elsewhere."""
        return self._finding.match

    @property
    def before(self) -> Audio:
        """The previewed stretch as it was given."""
        return self._preview.stretch(self.excerpt)

    @property
    def after(self) -> Audio:
        """The previewed stretch after the chain as it is set now; computed if it is not there."""
        return self._take().parts[1].audio

    def compared(self) -> tuple[Audio, Audio]:
        """Return before and after as they are heard: at equal loudness, if that is on."""
        take = self._take()
        gains = take.gains if self.equal_loudness else [0.0, 0.0]
        before, after = (
            part.audio.gain(gain) for part, gain in zip(take.parts[:2], gains[:2], strict=True)
        )
        return before, after

    def render(self, *, tail: bool = False) -> Audio:
        """Return the whole sound after the chain as it is set now.

        Parameters
        ----------
        tail : bool
            Let echoes and room die away after the end.

        Examples
        --------
        >>> song = Audio(np.full((1, 8000), 0.25), 8000)
        >>> float(EffectsPanel(song, {"gain": 6.0206}).render().peak.round(3))
        0.5
        """
        from musicnb.effects.apply import apply_effects

        return apply_effects(self._audio, self.chain, tail=tail)

    def export(self, path: str | os.PathLike[str], *, tail: bool = False) -> None:
        """Write :meth:`render` to a file; the ending of its name chooses the format."""
        self.render(tail=tail).save(path)

    def code(self) -> str:
        """Return the Python that makes this panel as it is now.

        Examples
        --------
        >>> song = Audio(np.full((1, 8000), 0.25), 8000)
        >>> print(EffectsPanel(song, {"delay": {"mix": 0.4}, "gain": -2}).code())
        import musicnb
        <BLANKLINE>
        chain = musicnb.EffectChain(
            delay={"time": 0.35, "feedback": 0.3, "mix": 0.4},
            gain=-2,
        )
        after = musicnb.apply_effects(audio, chain)
        panel = musicnb.EffectsPanel(audio, chain)
        panel
        """
        audio, reference = self._given
        first = name_of(audio)
        other = "" if reference is None else name_of(reference, "reference")
        second = f", reference={other}" if other else ""
        lines = ["import musicnb", "", _chain_code(self.chain)]
        if not isinstance(audio, Audio):
            lines.append(f"audio = musicnb.load({first})")
            first = "audio"
        lines += [
            f"after = musicnb.apply_effects({first}, chain)",
            f"panel = musicnb.EffectsPanel({first}, chain{second})",
        ]
        if not self.equal_loudness:
            lines.append("panel.equal_loudness = False")
        if abs(self.excerpt - (self._audio.duration - self._longest) / 2) > 1 / 1000:
            lines.append(f"panel.excerpt = {self.excerpt:.6g}")
        if self.loop is not None:
            lines.append(f"panel.loop = [{self.loop[0]:.6g}, {self.loop[1]:.6g}]")
        return "\n".join([*lines, "panel"])

    # ---- what the front end asks: the preview ------------------------------------------------

    def _answer_process(self, params: dict[str, Any]) -> Answer:
        # The traits may come later than the question: ipywidgets holds them back while it is busy.
        self._settings, self.excerpt = params["settings"], params["excerpt"]
        self._preview.want(self.chain, self.excerpt)
        return self._answer_status(params)

    def _answer_status(self, _: dict[str, Any]) -> Answer:
        take = self._preview.wait(SOON)
        if take is None:
            return {"done": False, "progress": self._preview.progress}, []
        peak = float(take.parts[1].audio.peak)
        result = {
            "done": True,
            "version": take.version,
            "loudness": [part.loudness for part in take.parts],
            "gains": take.gains,
            "peak": 20 * float(np.log10(peak)) if peak else None,
            "low": LOW,
            "high": HIGH,
        }
        buffers = [each for part in take.parts for each in (part.spectrum, part.envelope)]
        return result, [each.tobytes() for each in buffers]

    def _answer_chunk(self, params: dict[str, Any]) -> Answer:
        part = self._preview.part(params["version"], params["sound"])
        data, scale = part.sound.chunk(params["index"], params["format"])
        return {"scale": scale}, [data]

    def _answer_curve(self, params: dict[str, Any]) -> Answer:
        chain = chain_for(params["settings"])
        if chain.eq is None:
            # Known without torch, which takes seconds to import.
            curve = np.full(len(frequencies()), chain.gain)
        else:
            curve = chain.frequency_response(frequencies(), self._audio.sample_rate)
        return {}, [curve.astype(np.float32).tobytes()]

    # ---- what the front end asks: suggest and match ------------------------------------------

    def _answer_suggest(self, _: dict[str, Any]) -> Answer:
        self._finding.suggest(self._audio)
        return self._answer_task({})

    def _answer_match(self, _: dict[str, Any]) -> Answer:
        self._finding.begin_match(self._audio, self._preview.reference)
        return self._answer_task({})

    def _answer_cancel(self, _: dict[str, Any]) -> Answer:
        self._finding.cancel()
        return {}, []

    def _answer_task(self, _: dict[str, Any]) -> Answer:
        found = self._finding.look()
        if found is not None:
            self.chain = found
        return self._finding.state(), []

    def _answer_reset(self, _: dict[str, Any]) -> Answer:
        self._settings = settings_for(self._begun)
        self._finding.forget()
        return self._finding.state(), []

    # ---- what the front end asks: code and file ----------------------------------------------

    def _answer_code(self, _: dict[str, Any]) -> Answer:
        return {"code": self.code()}, []

    def _answer_render(self, _: dict[str, Any]) -> Answer:
        made = self.render()
        buffer = io.BytesIO()
        samples = np.clip(made.samples.T, -1, 1)
        soundfile.write(buffer, samples, made.sample_rate, "PCM_24", format="WAV")
        self._rendered = buffer.getvalue()
        return {"parts": -(-len(self._rendered) // PART)}, []

    def _answer_part(self, params: dict[str, Any]) -> Answer:
        start = int(params["index"]) * PART
        return {}, [self._rendered[start : start + PART]]

    def _picture(self) -> tuple[bytes, str]:
        sound = self._sounds[0]
        words = "; ".join(" ".join(line.split()) for line in self.chain.describe().splitlines())
        shown = picture(sound, default_window(sound.sample_rate), "viridis", -80, -10)
        return shown, f"Effects panel, set to: {words}. The picture is the sound before it."


def _checked(name: str, given: Audio | str | os.PathLike[str]) -> Audio:
    if not isinstance(given, Audio | str) and not hasattr(given, "__fspath__"):
        raise InputError(
            f"the {name} is a {type(given).__name__}",
            expected="an Audio, or the path of a sound file",
            todo="Try musicnb.load(...) or Audio(samples, sample_rate).",
        )
    audio = given if isinstance(given, Audio) else load(given)
    if not audio.frames or audio.channels > 2:  # noqa: PLR2004
        what = f"has {audio.channels} channels" if audio.frames else "is empty"
        raise InputError(
            f"the {name} {what}",
            expected="sound of one or two channels",
            todo="Pass another, or its mono().",
        )
    return audio


def _chain(value: Any) -> EffectChain:
    if value is None:
        return EffectChain()
    return value if isinstance(value, EffectChain) else EffectChain.from_dict(value)


def _chain_code(chain: EffectChain) -> str:
    options = chain.to_dict()
    if not options:
        return "chain = musicnb.EffectChain()"
    lines = call("chain", "musicnb.EffectChain", "", options).splitlines()
    return "\n".join([lines[0], *lines[2:]])
