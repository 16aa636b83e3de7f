"""Sound in memory and in files: reading, writing, resampling, loudness, mixing, provenance."""

from musicnb.audio.audio import Audio
from musicnb.audio.files import load, open_audio
from musicnb.audio.mix import mix
from musicnb.audio.provenance import Recipe, replay

__all__ = ["Audio", "Recipe", "load", "mix", "open_audio", "replay"]
