"""A session of the voice studio: its sources, the pitch, what was converted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicnb.audio.audio import Audio
from musicnb.errors import InputError, MusicnbError
from musicnb.runtime.job import Job
from musicnb.widgets import voice_settings as settings
from musicnb.widgets.f0_edits import apply_edits
from musicnb.widgets.sound import sound_of
from musicnb.widgets.voice_work import (
    Take,
    Takes,
    Uploads,
    Work,
    demo_job,
    read_job,
    require_voice,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from musicnb.voices.controls import Suggestion
    from musicnb.voices.convert import Conversion
    from musicnb.voices.f0 import F0

#: What the source is called that comes with musicnb.
DEMO_NAME = "Starfall, the singer"


class Session:
    """What is worked on, and what came of it.

    Parameters
    ----------
    given : Audio, path, dict or None
        The sources.
    told : callable
        Called whenever something changed.
    """

    def __init__(self, given: Any, told: Callable[[], None]) -> None:
        self.given = sources_of(given)
        self.sources = dict(self.given)
        self.chosen = next(iter(self.sources))
        self.work, self.uploads, self.takes = Work(), Uploads(), Takes()
        self.source: Audio | None = None
        self.take: Take | None = None
        self.result: Conversion | None = None
        #: Of the conversion: what is set, asked for when it is needed.
        self.settings: dict[str, Any] = {}
        #: The pitch as it was estimated, as it was set in Python, and what was edited of it.
        self.estimated: F0 | None = None
        self.given_f0: F0 | None = None
        self.edits: list[dict[str, Any]] = []
        self._edited: F0 | None = None
        #: Counts the curves.
        self.curves = 0
        self._told = told
        self._made_of: Any = None

    # ---- source and pitch ------------------------------------------------------------------------

    @property
    def f0(self) -> F0 | None:
        """The pitch as it will be sung."""
        return self._edited or self.base

    @property
    def base(self) -> F0 | None:
        """The pitch without what was edited: as it was set, else as it was estimated."""
        return self.given_f0 or self.estimated

    @property
    def edited(self) -> bool:
        """Whether another curve than the estimated one is sung."""
        return self._edited is not None or self.given_f0 is not None

    def choose(self, name: str) -> None:
        """Make one of the sources the one to be converted."""
        if name not in self.sources:
            raise InputError(
                f"there is no source {name!r}",
                expected=f"one of {', '.join(self.sources)}",
                todo="Choose one, or add it by studio.add(name, audio).",
            )
        given = self.sources[name]
        if isinstance(given, Audio):
            self._use(name, given)
        elif given is None:
            self._await(name)
            self.work.begin(demo_job(), lambda stems: self.add(name, stems["vocals"].mono()))
        else:
            self._await(name)
            self.work.begin(read_job(given), lambda audio: self.add(name, audio))
        self._told()

    def add(self, name: str, audio: Audio) -> None:
        """Add a source (or replace the one of that name), and choose it."""
        self.sources[name] = require_voice(name, audio)
        self.choose(name)

    def receive(self, params: dict[str, Any]) -> None:
        """Take a part of an uploaded file; the last one makes it a source."""
        path = self.uploads.take(params)
        if path is not None:
            name = self._new_name(str(params["name"]))
            self.work.begin(read_job(path), lambda audio: self.add(name, audio))
            self._told()

    def _await(self, name: str) -> None:
        """Forget the source before, while the next one is being made."""
        self.chosen, self.source, self.take = name, None, None
        self.estimated = self.given_f0 = self._edited = None
        self.edits = []
        self.result = self._made_of = None

    def _use(self, name: str, audio: Audio) -> None:
        self._await(name)
        self.source = audio
        self.take = self.takes.make(audio, None)
        self.estimate()

    def estimate(self) -> None:
        """Find the pitch of the source."""
        from musicnb.voices.estimate_f0 import estimate_f0

        audio, names = self.source, list(self.settings["methods"])
        if audio is None:
            return
        self.estimated = self._edited = None
        self.edits = []

        def task(_: Job[F0]) -> F0:
            return estimate_f0(audio, names)

        self.work.begin(Job(task, total=1, title="Finding the pitch", unit="sound"), self._found)

    def _found(self, curve: F0) -> None:
        self.estimated = curve
        self.curves += 1

    def set_f0(self, curve: F0 | None) -> None:
        """Sing another curve than the estimated one; None takes that back, and every edit."""
        self.given_f0, self.edits, self._edited = curve, [], None
        self.curves += 1
        self._told()

    def edit(self, edits: list[dict[str, Any]]) -> None:
        """Edit the curve: all edits, from the first on."""
        if self.base is None:
            return
        made = apply_edits(self.base, edits) if edits else None
        self.edits, self._edited = edits, made
        self.curves += 1
        self._told()

    def _new_name(self, name: str) -> str:
        """Return a name that no source has."""
        clean = name.strip()[:80] or "upload"
        made, count = clean, 1
        while made in self.sources:
            count += 1
            made = f"{clean} ({count})"
        return made

    # ---- conversion ------------------------------------------------------------------------------

    def begin(self) -> None:
        """Begin to convert the source as everything is set now."""
        from musicnb.voices.convert import convert_job

        if self.source is None:
            raise InputError(
                "there is no source yet", expected="a recording", todo="Choose one, and wait."
            )
        source, made_of = self.source, self._to_be_made()
        job = convert_job(
            source,
            settings.voice_of(self.settings),
            # Of a curve that nobody edited, the recipe need only say who found it.
            f0=(self.f0 if self.edited else None) or list(self.settings["methods"]),
            controls=settings.controls_of(self.settings),
        )

        def then(made: Conversion) -> None:
            self._made_of = made_of
            if self.estimated is None:
                self._found(made.source_f0)
            self.take = self.takes.make(source, made.audio)
            self.result = made

        self.work.begin(job, then)
        self._told()

    def look(self, timeout: float = 0.0) -> bool:
        """Return whether what is under way has ended; use what it made."""
        try:
            ended = self.work.look(timeout)
        except BaseException:
            self._told()
            raise
        if ended:
            self._told()
        return ended

    def converted(self) -> Conversion:
        """Return the result.

        Raises
        ------
        musicnb.errors.InputError
            If there is none.
        """
        if self.result is None:
            raise InputError(
                "nothing was converted yet", expected="a result", todo="Press Convert first."
            )
        return self.result

    def _to_be_made(self) -> Any:
        return [dict(self.settings), self.given_f0, self.edits]

    # ---- what the front end shows ----------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """Return all that can be seen of it, but for sound and curves."""
        curve, result = self.f0, self.result
        shown = None
        if result is not None:
            fresh = self._made_of == self._to_be_made()
            shown = {"fresh": fresh, "whose": result.whose}
        return {
            "sources": list(self.sources),
            "source": self.chosen,
            "work": self.work.state(),
            "take": None if self.take is None else self.take.info(),
            "curve": None if curve is None else self._curve_info(curve),
            "result": shown,
        }

    def _curve_info(self, curve: F0) -> dict[str, Any]:
        voiced = bool(curve.voiced.any())
        suggestion = self._suggestion(curve)
        return {
            "version": self.curves,
            "drawn": self.edited,
            "median": curve.median if voiced else None,
            "range": list(curve.range_hz) if voiced else None,
            "suggestion": None
            if suggestion is None
            else {"transpose": suggestion.transpose, "reason": suggestion.reason},
        }

    def _suggestion(self, curve: F0) -> Suggestion | None:
        """Return the transposition for the voice that has more weight."""
        from musicnb.voices.controls import suggest_transpose
        from musicnb.voices.library import voice

        second, weights = self.settings["second"], self.settings["weights"]
        more = second is not None and sum(weights) > 1
        try:
            return suggest_transpose(curve, voice(second if more else self.settings["voice"]))
        except MusicnbError:
            # Said when the voice is to be used.
            return None


def sources_of(given: Any) -> dict[str, Any]:
    """Return what can be chosen: name to a sound, a path, or None for the demo song's singer.

    Raises
    ------
    musicnb.errors.InputError
        If something is no source.

    Examples
    --------
    >>> sources_of("takes/one.wav")
    {'one.wav': 'takes/one.wav', 'Starfall, the singer': None}
    """
    if given is None:
        return {DEMO_NAME: None}
    named = given if isinstance(given, Mapping) else {_title(given): given}
    wrong = [value for value in named.values() if not isinstance(value, Audio) and not _path(value)]
    if wrong or not named:
        raise InputError(
            f"a source is a {type(wrong[0]).__name__}" if wrong else "there is no source",
            expected="an Audio, a path, or a dict of names and these",
            todo="Try musicnb.load(...).",
        )
    for name, value in named.items():
        if isinstance(value, Audio):
            require_voice(str(name), value)
    return {**{str(name): value for name, value in named.items()}, DEMO_NAME: None}


def _path(value: Any) -> bool:
    return isinstance(value, str) or hasattr(value, "__fspath__")


def _title(value: Any) -> str:
    if isinstance(value, Audio) and value.frames:
        return sound_of(value).name
    return Path(value).name if _path(value) else "sound"
