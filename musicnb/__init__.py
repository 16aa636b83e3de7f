"""Neural networks for music: analysis, separation, voices, covers, and a course about them.

The public names load on first use, so that ``import musicnb`` is quick.

Examples
--------
>>> import musicnb
>>> song = musicnb.load("demo:starfall", duration=3)
>>> stems = musicnb.separate(song)
>>> stems["vocals"]
Audio(2 channels, 3.000 s, 44100 Hz)
"""

import sys

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

__version__ = "0.1.0"

if "ipykernel" in sys.modules:
    from musicnb.runtime.kernel import when_idle

    # In a notebook a widget is soon wanted: what it needs loads after the first cell.
    when_idle("musicnb.widgets.mixer")
