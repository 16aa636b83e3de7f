"""Suggest and Match of the effects panel: found in the background, asked for until it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from musicnb.errors import Cancelled, InputError

if TYPE_CHECKING:
    from musicnb.audio.audio import Audio
    from musicnb.effects.chain import EffectChain
    from musicnb.effects.match import Match
    from musicnb.effects.recommend import Recommendation
    from musicnb.runtime.job import Job

#: Seconds that a question waits; what is quick needs no second one.
SOON = 0.1


class Finding:
    """What is looked for, and what was found last.

    Attributes
    ----------
    recommendation : Recommendation or None
        If that was found last.
    match : Match or None
        If that was found last.
    """

    def __init__(self) -> None:
        self.recommendation: Recommendation | None = None
        self.match: Match | None = None
        self._job: Job[Any] | None = None
        #: What there is to say of the last one, if nothing was found.
        self._words = ""

    def suggest(self, audio: Audio) -> None:
        """Begin to look for a recommendation."""
        from musicnb.effects.recommend import recommend_effects
        from musicnb.runtime.job import Job

        def task(_: Job[Recommendation]) -> Recommendation:
            return recommend_effects(audio)

        self._begin(Job(task, total=1, title="Suggesting effects", unit="sound", bar=False))

    def begin_match(self, audio: Audio, reference: Audio | None) -> None:
        """Begin to match a reference.

        Raises
        ------
        musicnb.errors.InputError
            If there is none, or a sound cannot be matched.
        """
        from musicnb.effects.match import match_job

        if reference is None:
            raise InputError(
                "there is nothing to match",
                expected="a reference",
                todo="Make the panel with reference=...",
            )
        self._begin(match_job(audio, reference, bar=False))

    def cancel(self) -> None:
        """Call off what is looked for."""
        if self._job is not None:
            self._job.cancel()

    def forget(self) -> None:
        """Forget what was found: the chain is another now."""
        self.recommendation = self.match = None
        self._words = ""

    def look(self) -> EffectChain | None:
        """Return the chain, if one was found since the last look.

        Raises
        ------
        musicnb.errors.MusicnbError
            If it could not be found.
        """
        if self._job is None:
            return None
        try:
            found = self._job.wait(SOON)
        except Cancelled as error:
            self._job, self._words = None, f"{error.wrong}."
            return None
        except BaseException:
            self._job = None
            raise
        if found is None:
            return None
        from musicnb.effects.recommend import Recommendation

        self._job = None
        self.forget()
        if isinstance(found, Recommendation):
            self.recommendation = found
            return found.chain
        self.match = found
        return self.match.chain

    def state(self) -> dict[str, Any]:
        """Return what the front end shows of it."""
        if self._job is not None:
            return {"running": self._job.title, "progress": self._job.progress}
        recommendation, match = self.recommendation, self.match
        return {
            "running": None,
            "words": self._words,
            "reasons": recommendation.to_dict()["reasons"] if recommendation else [],
            "losses": [round(loss, 4) for loss in match.losses] if match else [],
        }

    def _begin(self, job: Job[Any]) -> None:
        self.cancel()
        self._words = ""
        self._job = job.start()
