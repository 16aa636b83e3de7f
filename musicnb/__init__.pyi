from . import effects, errors
from .analysis.analyze import analyze
from .analysis.result import Analysis
from .audio.audio import Audio
from .audio.estimate import estimate
from .audio.files import load
from .audio.mix import mix
from .audio.provenance import Recipe, replay
from .audio.songs import demo_songs
from .effects.apply import apply_effects
from .effects.chain import EffectChain
from .effects.match import match_effects
from .effects.recommend import recommend_effects
from .remix.cover import Cover, cover
from .remix.cover_settings import CoverSettings
from .remix.edit import Edit
from .remix.files import edit_file
from .remix.genre import change_genre
from .remix.hum import Hum, hum
from .remix.key import change_key
from .remix.parts import remove_part
from .remix.swing import change_swing
from .remix.tempo import change_tempo
from .runtime.device import device
from .runtime.job import Job
from .stems.files import separate_file
from .stems.separate import separate
from .stems.stems import Stems
from .voices.controls import Controls, suggest_transpose
from .voices.convert import Conversion, convert
from .voices.estimate_f0 import estimate_f0
from .voices.f0 import F0
from .voices.library import voice, voice_names
from .voices.similarity import similarity
from .voices.train import train_voice
from .voices.voice import Voice
from .widgets.effects_panel import EffectsPanel
from .widgets.explorer import SpectrogramExplorer
from .widgets.mixer import StemMixer
from .widgets.quiz import Quiz
from .widgets.voice_studio import VoiceStudio

__version__: str

__all__ = [
    "F0",
    "Analysis",
    "Audio",
    "Controls",
    "Conversion",
    "Cover",
    "CoverSettings",
    "Edit",
    "EffectChain",
    "EffectsPanel",
    "Hum",
    "Job",
    "Quiz",
    "Recipe",
    "SpectrogramExplorer",
    "StemMixer",
    "Stems",
    "Voice",
    "VoiceStudio",
    "analyze",
    "apply_effects",
    "change_genre",
    "change_key",
    "change_swing",
    "change_tempo",
    "convert",
    "cover",
    "demo_songs",
    "device",
    "edit_file",
    "effects",
    "errors",
    "estimate",
    "estimate_f0",
    "hum",
    "load",
    "match_effects",
    "mix",
    "recommend_effects",
    "remove_part",
    "replay",
    "separate",
    "separate_file",
    "similarity",
    "suggest_transpose",
    "train_voice",
    "voice",
    "voice_names",
]
