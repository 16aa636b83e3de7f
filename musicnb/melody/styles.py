"""What a style plays: drum patterns, bass lines, chords and a colour, written out as data.

A pattern is a string with four characters a beat, and may be several bars long. In the lines of
drums and of chords, `X` is an accent, `x` a plain stroke, `o` a soft one, `.` a rest, and `-` holds
what was struck. In a bass line the letters say which tone: `r` the root of the chord, `3`, `5`, `6`
and `8` the others counted from it, and `a` a tone that leads to the next root. In an arpeggio the
digits count the tones of the chord from below.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from musicnb.errors import InputError

Kind = Literal["bass", "chords", "arpeggio", "pad"]


@dataclass(frozen=True)
class Line:
    """What one instrument plays in a style.

    Attributes
    ----------
    name, program : str
        As those of a :class:`musicnb.melody.Part`.
    kind : {'bass', 'chords', 'arpeggio', 'pad'}
        A pad holds each chord from change to change, and has no pattern.
    pattern : str
        See above.
    level : float
        How loud it is against the drums, in LU.
    pan : float
        -1 to 1.
    voicing : {'triad', 'seventh', 'power'}
        Which tones of the chord: with its seventh, or root and fifth only.
    lowest : int
        Where its lowest tone should be, about.
    gate : float
        Which part of its length a note sounds.
    strum : float
        Seconds between the tones of a chord.
    """

    name: str
    program: str
    kind: Kind
    pattern: str = ""
    level: float = -4.0
    pan: float = 0.0
    voicing: Literal["triad", "seventh", "power"] = "triad"
    lowest: int = 52
    gate: float = 0.9
    strum: float = 0.0


@dataclass(frozen=True)
class Style:
    """A style of accompaniment.

    Attributes
    ----------
    name : str
        Such as 'rock'.
    family : str
        The genre of :func:`musicnb.analyze` that it belongs to.
    tags : tuple of str
        The tags of the musicnn tagger that fit it.
    tempo : tuple of float
        The usual beats a minute, from and to.
    kit : str
        The drum kit.
    drums : dict
        Drum to pattern; names as in `musicnb.melody.instruments.DRUMS`.
    lines : tuple of Line
        Bass, chords and colour.
    fill : dict
        Drum to the pattern of the last two beats of a phrase.
    crash : bool
        Whether a phrase begins with a crash cymbal.
    swing : float
        How long the first half of each `swung` is against the second.
    swung : {1.0, 0.5}
        Beats: the unit that swings. Half a beat swings in funk and hip-hop.
    """

    name: str
    family: str
    tags: tuple[str, ...]
    tempo: tuple[float, float]
    kit: str
    drums: dict[str, str]
    lines: tuple[Line, ...]
    fill: dict[str, str] = field(default_factory=dict)
    crash: bool = False
    swing: float = 1.0
    swung: float = 1.0


EIGHTHS = "x.o.x.o.x.o.x.o."
BACKBEAT = "....X.......X..."
FLOOR = "X...X...X...X..."
TOMS = {"snare": "X.xx....", "high tom": "....xx..", "low tom": "......xX"}
SNARE_FILL = {"snare": "x.o.x.xX"}
SOFT_FILL = {"snare": "..o.o.x."}

ALL = (
    Style(
        "rock", "rock", ("rock", "classic rock", "hard rock", "alternative rock"), (105, 145),
        "Standard Kit",
        {
            "kick": "X.....x.X.x.....X.....x.x.x...x.",
            "snare": BACKBEAT,
            "closed hat": "X.x.X.x.X.x.X.x.",
        },
        (
            Line("bass", "Electric Bass (pick)", "bass", "r-r-r-r-r-r-r-r-", -3.0),
            Line("guitar", "Overdriven Guitar", "chords", "X---x-x-X---x-x-", -3.0, -0.35,
                 "power", 45, 0.95, 0.006),
            Line("second guitar", "Electric Guitar (clean)", "chords", "X-------x-----x-", -4.0,
                 0.4, "triad", 52, 0.97, 0.01),
            Line("organ", "Drawbar Organ", "pad", level=-7.0, lowest=57),
        ),
        TOMS, crash=True,
    ),
    Style(
        "metal", "rock", ("metal", "heavy metal", "hard rock"), (110, 170), "Power Kit",
        {
            "kick": "X.xxX.xxX.xxX.xx",
            "snare": BACKBEAT,
            "ride bell": "x...x...x...x...",
            "open hat": "x...............",
        },
        (
            Line("bass", "Electric Bass (pick)", "bass", "r.rrr.rrr.rrr.rr", -4.0, gate=0.8),
            Line("guitar", "Distortion Guitar", "chords", "X.xxX.xxX.xxX.xx", -1.0, -0.6,
                 "power", 40, 0.75),
            Line("second guitar", "Distortion Guitar", "chords", "X.xxX.xxX-------", -1.0, 0.6,
                 "power", 40, 0.85),
            Line("strings", "String Ensemble 1", "pad", level=-2.0, lowest=57),
        ),
        {"snare": "xxxx....", "high tom": "....xx..", "low tom": "......xX", "kick": "x.x.x.x."},
        crash=True,
    ),
    Style(
        "pop", "pop", ("pop", "indie pop", "catchy", "00s"), (95, 128), "Standard Kit",
        {
            "kick": "X.......X.x.....X......xX.......",
            "snare": BACKBEAT,
            "closed hat": EIGHTHS,
            "tambourine": "....o.......o...",
        },
        (
            Line("bass", "Electric Bass (finger)", "bass", "r-----r-r---5-r-", -3.0),
            Line("piano", "Acoustic Grand Piano", "chords", "X---x---X---x-x-", -3.0, 0.25),
            Line("strings", "String Ensemble 1", "pad", level=-9.0, lowest=60),
        ),
        SNARE_FILL, crash=True,
    ),
    Style(
        "ballad", "pop", ("mellow", "sad", "easy listening", "beautiful"), (60, 84),
        "Standard Kit",
        {
            "kick": "x.......o.x.....",
            "side stick": "....x.......x...",
            "closed hat": "o.o.o.o.o.o.o.o.",
        },
        (
            Line("bass", "Electric Bass (finger)", "bass", "r-------5-----r-", -1.0),
            Line("piano", "Acoustic Grand Piano", "arpeggio", "1-2-3-4-3-2-3-4-", 2.0, 0.2,
                 lowest=48, gate=1.6),
            Line("strings", "String Ensemble 1", "pad", level=-2.0, lowest=55),
        ),
        SOFT_FILL,
    ),
    Style(
        "electronic", "electronic", ("electronic", "house", "dance", "electronica", "electro"),
        (118, 130), "Analog Kit",
        {
            "kick": FLOOR,
            "clap": BACKBEAT,
            "open hat": "..x...x...x...x.",
            "closed hat": "o..oo..oo..oo..o",
        },
        (
            Line("bass", "Synth Bass 2", "bass", "..r-..r-..r-..8-", -4.0, gate=0.8),
            Line("stabs", "Pad 3 (polysynth)", "chords", "X..x..x...X..x..", -4.0, 0.2,
                 "seventh", 55, 0.6),
            Line("pad", "Pad 2 (warm)", "pad", level=-9.0, lowest=57),
        ),
        {"clap": "x.x.xxxx"},
    ),
    Style(
        "disco", "electronic", ("dance", "70s", "80s", "funk", "party"), (110, 128),
        "Standard Kit",
        {
            "kick": FLOOR,
            "snare": BACKBEAT,
            "open hat": "..x...x...x...x.",
            "closed hat": "x..ox..ox..ox..o",
            "tambourine": "o.o.o.o.o.o.o.o.",
        },
        (
            Line("bass", "Electric Bass (finger)", "bass", "r.8.r.8.r.8.r.8.", -2.0, gate=1.2),
            Line("guitar", "Electric Guitar (clean)", "chords", "..xx..x...xx..xo", -6.0, -0.4,
                 "triad", 57, 0.5, 0.004),
            Line("strings", "String Ensemble 1", "pad", level=-6.0, pan=0.2, lowest=64),
        ),
        SNARE_FILL, crash=True,
    ),
    Style(
        "hip-hop", "electronic", ("hip-hop", "rnb", "chillout"), (80, 100), "Analog Kit",
        {
            "kick": "X..x......x.....X..x......xx....",
            "snare": BACKBEAT,
            "closed hat": "x.o.x.o.x.o.x.oox.o.x.o.x.ooxooo",
        },
        (
            Line("bass", "Synth Bass 1", "bass", "r-----..r---..r-", -1.0),
            Line("keys", "Electric Piano 1", "chords", "X-----....x---..", -3.0, 0.2,
                 "seventh", 52),
            Line("bells", "Vibraphone", "arpeggio", "3-......2-..4-..", -8.0, -0.4,
                 "seventh", 67, 1.5),
        ),
        swing=1.35, swung=0.5,
    ),
    Style(
        "reggae-ska", "reggae-ska", ("chillout", "party", "happy", "mellow"), (68, 92),
        "Standard Kit",
        {
            "kick": "........X.......",
            "side stick": "........X.....o.........X.......",
            "closed hat": EIGHTHS,
            "shaker": "o.o.o.o.o.o.o.o.",
        },
        (
            Line("bass", "Electric Bass (finger)", "bass", "r-..r-3-5---....r-..5-5-r-......",
                 1.0),
            Line("guitar", "Electric Guitar (clean)", "chords", "..X...X...X...X.", -3.0, -0.3,
                 "triad", 57, 0.4, 0.006),
            Line("organ", "Drawbar Organ", "chords", "..xo..xo..xo..xo", -7.0, 0.35, "triad", 55,
                 0.5),
        ),
        {"high tom": "x.x.....", "snare": "....x.xX"}, swing=1.25,
    ),
    Style(
        "latin", "latin", ("chillout", "easy listening", "mellow", "jazz"), (110, 145),
        "Brush Kit",
        {
            "kick": "x.....o.x.....o.",
            "side stick": "X.....X.....X.......X.....X.....",
            "shaker": "x.o.o.o.x.o.o.o.",
            "pedal hat": "....o.......o...",
        },
        (
            Line("bass", "Acoustic Bass", "bass", "r-----5-5-----r-", 0.0),
            Line("guitar", "Acoustic Guitar (nylon)", "chords",
                 "X---..x-..x---..x-..x---..X-..x-", 2.0, -0.25, "seventh", 52, 0.9, 0.008),
            Line("flute", "Flute", "arpeggio", "........5---4---3-------........", -3.0, 0.35,
                 "seventh", 64, 0.95),
        ),
    ),
    Style(
        "jazz", "jazz", ("jazz", "easy listening"), (110, 190), "Jazz Kit",
        {
            "ride": "X...X.x.X...X.x.",
            "pedal hat": "....x.......x...",
            "kick": "o...o...o...o...",
            "snare": "......o.............o.......o...",
        },
        (
            Line("bass", "Acoustic Bass", "bass", "r---3---5---a---r---5---8---a---", 2.0,
                 gate=0.95),
            Line("piano", "Acoustic Grand Piano", "chords",
                 "X.....x-..............x-....x-..", 1.0, 0.25, "seventh", 53, 0.8),
            Line("sax", "Tenor Sax", "arpeggio",
                 "................................5---..3-4---............2-3-4---", -2.0, -0.3,
                 "seventh", 58, 0.9),
        ),
        SOFT_FILL, swing=1.9,
    ),
    Style(
        "blues", "blues", ("blues", "classic rock", "guitar"), (75, 125), "Standard Kit",
        {
            "kick": "X.......X.....x.",
            "snare": BACKBEAT,
            "closed hat": "X.x.X.x.X.x.X.x.",
        },
        (
            Line("bass", "Electric Bass (finger)", "bass", "r-r-3-3-5-5-6-5-", -1.0),
            Line("guitar", "Electric Guitar (clean)", "chords", "x-o-x-o-x-o-x-o-", -5.0, -0.3,
                 "power", 45, 0.8, 0.008),
            Line("organ", "Drawbar Organ", "pad", level=-6.0, pan=0.3, voicing="seventh",
                 lowest=57),
        ),
        TOMS, swing=2.0,
    ),
    Style(
        "country-folk", "country-folk", ("country", "folk", "acoustic"), (90, 125), "Brush Kit",
        {
            "kick": "x.......x.......",
            "snare": "..o.X.o...o.X.oo",
            "closed hat": "o...o...o...o...",
        },
        (
            Line("bass", "Acoustic Bass", "bass", "r---....5---..a-", 0.0),
            Line("guitar", "Acoustic Guitar (steel)", "chords", "o-..X-x-o-..X-x-", 1.0, -0.3,
                 "triad", 50, 0.95, 0.01),
            Line("banjo", "Banjo", "arpeggio", "1.3.2.4.1.3.2.43", -3.0, 0.4, "triad", 57, 1.5),
        ),
        SOFT_FILL, swing=1.1,
    ),
    Style(
        "funk-soul", "funk-soul", ("funk", "soul", "rnb"), (92, 116), "Standard Kit",
        {
            "kick": "X..x..x...x..x..X.x...x...x..x..",
            "snare": "....X..o.o..X..o",
            "closed hat": "xoxoxoxoxoxoxoxo",
            "open hat": "..............x.",
        },
        (
            Line("bass", "Slap Bass 1", "bass", "r..r..8.r..5.r8.r..r..8...r.5.a.", 0.0,
                 gate=0.8),
            Line("clavinet", "Clavinet", "chords", "..x..xo...x..x.o", -4.0, 0.35, "seventh", 55,
                 0.6),
            Line("brass", "Brass Section", "chords", "..............x.X-..............", -4.0,
                 -0.25, "triad", 62, 0.8),
        ),
        SNARE_FILL, swing=1.15, swung=0.5,
    ),
    Style(
        "ballroom", "ballroom", ("oldies", "60s", "easy listening"), (100, 132), "Brush Kit",
        {
            "kick": "x.......x.......",
            "snare": "....x...o...x.o.",
            "pedal hat": "....x.......x...",
        },
        (
            Line("bass", "Acoustic Bass", "bass", "r---....5---....", 1.0),
            Line("accordion", "Accordion", "chords", "....x-......x-o-", 0.0, 0.3, "triad", 55,
                 0.6),
            Line("clarinet", "Clarinet", "arpeggio", "........3---4---5---4---........", -2.0,
                 -0.3, "triad", 64, 0.95),
        ),
        SOFT_FILL, swing=1.5,
    ),
)  # fmt: skip

STYLES = {style.name: style for style in ALL}
#: Other names: what a family is usually asked for by.
ALSO = {
    "bossa nova": "latin", "country": "country-folk", "folk": "country-folk", "funk": "funk-soul",
    "soul": "funk-soul", "house": "electronic", "reggae": "reggae-ska", "swing": "jazz",
    "foxtrot": "ballroom", "heavy metal": "metal",
}  # fmt: skip


def style_of(genre: str) -> Style:
    """Return the style of a genre.

    Examples
    --------
    >>> style_of("bossa nova").name, style_of("metal").family
    ('latin', 'rock')
    """
    name = genre.strip().lower() if isinstance(genre, str) else genre
    name = ALSO.get(name, name)
    if name not in STYLES:
        raise InputError(
            f"there is no genre {genre!r}",
            expected=f"one of {', '.join((*STYLES, *ALSO))}",
            todo="Choose one of these.",
        )
    return STYLES[name]
