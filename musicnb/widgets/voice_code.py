"""The Python that the voice studio shows: where the source is from, the conversion, the studio."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from musicnb.audio.audio import Audio
from musicnb.voices.controls import Controls
from musicnb.widgets.code import call, name_of
from musicnb.widgets.f0_edits import f0_code
from musicnb.widgets.voice_work import DEMO, DEMO_SECONDS

if TYPE_CHECKING:
    from musicnb.widgets.voice_session import Session
    from musicnb.widgets.voice_studio import VoiceStudio

#: Stands for what a source was given as, where it was uploaded or recorded.
UPLOADED = object()


def code_of(studio: VoiceStudio, session: Session) -> str:
    """Return Python that converts as the studio does now, and makes the studio again."""
    own = name_of(studio, "studio")
    name, lines = _source(session, own)
    more, curve = _f0(session, name, own)
    lines += more
    options: dict[str, Any] = changed(studio.controls)
    found = studio.methods[0] if len(studio.methods) == 1 else studio.methods
    first: dict[str, Any] = {"voice": studio.voice} | ({} if found == "swift" else {"f0": found})
    made = call("made", "musicnb.convert", name, first | options)
    if curve:
        # The curve takes the place of the methods that would find it.
        kept = [line for line in made.split("\n")[:-1] if not line.startswith("    f0=")]
        made = "\n".join([*kept, f"    f0={curve},", ")"])
    lines += [made, call("studio", "musicnb.VoiceStudio", name, first | options)]
    if curve:
        lines.append(f"studio.f0 = {curve}")
    if not studio.equal_loudness:
        lines.append("studio.equal_loudness = False")
    return "\n".join(["import musicnb", "", *lines, "studio"])


def _f0(session: Session, name: str, own: str) -> tuple[list[str], str]:
    """Return lines that make the curve as it was edited, and its name; nothing if it was not."""
    base, edits = session.base, session.edits
    if base is None or not session.edited:
        return [], ""
    if session.given_f0 is not None:
        variable = name_of(base, "")
        if not variable:
            return [f'f0 = {own}.f0  # as it is sung; {own}.f0.save("f0.json") keeps it'], "f0"
        start, lines = variable, []
    else:
        found = session.settings["methods"]
        methods = "" if found == ["swift"] else f", {json.dumps(found)}"
        start, lines = "f0", [f"f0 = musicnb.estimate_f0({name}{methods})"]
    more, called = f0_code(base, name, edits)
    # What the lines begin with is known here.
    if more:
        more[1] = f"    {start}"
    return [*lines, *more], called if more else start


def changed(controls: Controls) -> dict[str, Any]:
    """Return the controls that are not as they are by default.

    Examples
    --------
    >>> changed(Controls(transpose=12))
    {'transpose': 12}
    """
    made = {each.name: getattr(controls, each.name) for each in fields(Controls)}
    usual = Controls()
    return {name: value for name, value in made.items() if value != getattr(usual, name)}


def _source(session: Session, own: str) -> tuple[str, list[str]]:
    """Return the name of the source, and the lines that load it."""
    chosen = session.chosen
    given = session.given.get(chosen, UPLOADED)
    if given is None:
        return "audio", [
            f'song = musicnb.load("{DEMO}", duration={DEMO_SECONDS:g})',
            'audio = musicnb.separate(song, stems=("vocals",))["vocals"].mono()',
        ]
    if isinstance(given, Audio):
        return name_of(given), []
    if given is UPLOADED:
        what = chosen.replace("\n", " ")
        return "audio", [f'audio = {own}.source  # {what}; audio.save("voice.wav") keeps it']
    return "audio", [f"audio = musicnb.load({name_of(given)})"]
