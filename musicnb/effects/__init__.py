"""Effects: a chain of EQ, compressor, delay, reverb and limiter; matching, recommending it."""

from musicnb.effects.chain import EffectChain
from musicnb.effects.settings import Band, Compressor, Delay, Equalizer, Limiter, Reverb

__all__ = ["Band", "Compressor", "Delay", "EffectChain", "Equalizer", "Limiter", "Reverb"]
