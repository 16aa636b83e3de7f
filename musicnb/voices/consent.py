"""Consent: what the owner of a voice has said to its being learned."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicnb.audio.audio import Audio
from musicnb.audio.files import load
from musicnb.errors import ConsentError
from musicnb.voices.similarity import similarity

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The recording's name, in the folder of the voice.
RECORDING = "consent.flac"
#: Words of a statement, and seconds of a recording.
WORDS, SECONDS = 4, 2.0
#: The recording is at least so like the voice. Of the 28 pairs of voices in the library four are
#: (`musicnb.similarity` of their previews); another microphone costs some of the likeness.
ALIKE = 0.7


def read_consent(consent: str | Path | Audio | None) -> tuple[dict[str, Any], Audio | None]:
    """Return the record that is kept with the voice, and the recording if there is one.

    Parameters
    ----------
    consent : str, Path or Audio
        What the owner of the voice says, in their own words; or a recording in which they say it.

    Raises
    ------
    musicnb.errors.ConsentError
        If nothing is said.

    Examples
    --------
    >>> record, _ = read_consent("I agree that my voice is learned here. Maria")
    >>> record["kind"]
    'written'
    """
    date = datetime.now(UTC).date().isoformat()
    if isinstance(consent, str) and not Path(consent[:200]).is_file():
        if len(consent.split()) < WORDS:
            raise _nothing_said(f"the consent is {consent!r}")
        return {"kind": "written", "statement": consent.strip(), "date": date}, None
    if consent is None:
        raise _nothing_said("no consent is given")
    recording = consent if isinstance(consent, Audio) else load(consent)
    if recording.duration < SECONDS:
        raise _nothing_said(f"the consent is a recording of {recording.duration:.1f} s")
    statement = f"Spoken by the owner of the voice, and kept with it in {RECORDING}."
    record = {"kind": "recorded", "statement": statement, "date": date, "recording": RECORDING}
    return record, recording


def require_same_voice(recording: Audio, slices: Sequence[Audio]) -> float:
    """Return how like the recording of the consent and the voice to be learned are.

    Raises
    ------
    musicnb.errors.ConsentError
        If, as far as can be heard, somebody else speaks.
    """
    alike = similarity(recording, list(slices))
    if alike < ALIKE:
        raise ConsentError(
            f"the consent seems to be spoken by another voice (likeness {alike:.2f})",
            expected=f"the voice that is to be learned, with a likeness of {ALIKE} or more",
            todo="Have the owner of the voice record it.",
        )
    return alike


def _nothing_said(wrong: str) -> ConsentError:
    return ConsentError(
        wrong,
        expected=f"what the owner of the voice says: {WORDS} words or more, or a recording of "
        f"{SECONDS:g} s or more",
        todo='For example consent="I agree that my voice is learned here. Maria".',
    )
