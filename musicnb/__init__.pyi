from . import errors
from .audio.audio import Audio
from .audio.estimate import estimate
from .audio.files import load
from .audio.mix import mix
from .audio.provenance import Recipe, replay
from .audio.songs import demo_songs
from .runtime.device import device
from .runtime.job import Job
from .stems.files import separate_file
from .stems.separate import separate
from .stems.stems import Stems
from .widgets.explorer import SpectrogramExplorer
from .widgets.mixer import StemMixer
from .widgets.quiz import Quiz

__version__: str

__all__ = [
    "Audio",
    "Job",
    "Quiz",
    "Recipe",
    "SpectrogramExplorer",
    "StemMixer",
    "Stems",
    "demo_songs",
    "device",
    "errors",
    "estimate",
    "load",
    "mix",
    "replay",
    "separate",
    "separate_file",
]
