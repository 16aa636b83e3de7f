"""The instruments that come with musicnb, by their General MIDI names."""

from __future__ import annotations

from musicnb.errors import InputError

#: The programs that sound: General MIDI name to number, counted from 0.
PROGRAMS = {
    "Acoustic Grand Piano": 0,
    "Electric Piano 1": 4,
    "Clavinet": 7,
    "Vibraphone": 11,
    "Drawbar Organ": 16,
    "Accordion": 21,
    "Harmonica": 22,
    "Acoustic Guitar (nylon)": 24,
    "Acoustic Guitar (steel)": 25,
    "Electric Guitar (jazz)": 26,
    "Electric Guitar (clean)": 27,
    "Electric Guitar (muted)": 28,
    "Overdriven Guitar": 29,
    "Distortion Guitar": 30,
    "Acoustic Bass": 32,
    "Electric Bass (finger)": 33,
    "Electric Bass (pick)": 34,
    "Slap Bass 1": 36,
    "Synth Bass 1": 38,
    "Synth Bass 2": 39,
    "Violin": 40,
    "Cello": 42,
    "String Ensemble 1": 48,
    "Choir Aahs": 52,
    "Trumpet": 56,
    "Trombone": 57,
    "Brass Section": 61,
    "Synth Brass 1": 62,
    "Alto Sax": 65,
    "Tenor Sax": 66,
    "Clarinet": 71,
    "Flute": 73,
    "Lead 1 (square)": 80,
    "Lead 2 (sawtooth)": 81,
    "Pad 2 (warm)": 89,
    "Pad 3 (polysynth)": 90,
    "Banjo": 105,
    "Fiddle": 110,
    "Steel Drums": 114,
}

#: The drum kits, by the names of General MIDI 2.
DRUM_KITS = {
    "Standard Kit": 0,
    "Power Kit": 16,
    "Analog Kit": 25,
    "Jazz Kit": 32,
    "Brush Kit": 40,
}

#: What a drum kit's notes are (General MIDI's percussion map), by the names that patterns use.
DRUMS = {
    "kick": 36,
    "side stick": 37,
    "snare": 38,
    "clap": 39,
    "low tom": 45,
    "closed hat": 42,
    "pedal hat": 44,
    "open hat": 46,
    "mid tom": 47,
    "crash": 49,
    "high tom": 50,
    "ride": 51,
    "ride bell": 53,
    "tambourine": 54,
    "cowbell": 56,
    "high bongo": 60,
    "low bongo": 61,
    "high conga": 63,
    "low conga": 64,
    "shaker": 70,
    "claves": 75,
}


def program_number(name: str) -> tuple[int, bool]:
    """Return the number of a program or drum kit, and whether it is a drum kit.

    Examples
    --------
    >>> program_number("Acoustic Bass"), program_number("Jazz Kit")
    ((32, False), (32, True))
    """
    if name in PROGRAMS:
        return PROGRAMS[name], False
    if name in DRUM_KITS:
        return DRUM_KITS[name], True
    raise InputError(
        f"there is no instrument {name!r}",
        expected=f"one of {', '.join((*PROGRAMS, *DRUM_KITS))}",
        todo="Choose one of these.",
    )


def program_name(number: int, *, drums: bool) -> str:
    """Return the name of the instrument that plays a General MIDI program.

    Where that very one does not come with musicnb, it is the nearest before it, which General MIDI
    puts in the same family or close to it.

    Examples
    --------
    >>> program_name(33, drums=False), program_name(35, drums=False)
    ('Electric Bass (finger)', 'Electric Bass (pick)')
    """
    known = DRUM_KITS if drums else PROGRAMS
    return max((n for n in known if known[n] <= number), key=lambda name: known[name])
