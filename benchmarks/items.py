"""Songs whose true stems are known: real or generated bands, with voices put over them.

Freely licensed singing with the voice on a track of its own is scarce. So each item is a band
excerpt without singer, and a voice over it, in two forms: *spoken* as it was recorded, and *sung*,
re-pitched along a melody (`benchmarks.sing`). The sum is the mixture, its parts are the truth.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import musicnb
from benchmarks.packages import FOLDER, Package, debian, environment, note, wheel

if TYPE_CHECKING:
    from numpy.typing import NDArray

RATE = 44_100
SECONDS = 15.0
#: Loudness of the mixture before peaks are held below full scale.
LUFS = -14.0
PEAK = 0.95
#: The room of the voice: reverberation time in seconds, delay, and level below the direct sound.
ROOM = {"rt60": 1.1, "delay": 0.02, "wet_db": -14.0}

ASTERISK = "asterisk-core-sounds-{}-g722"
PACKAGES: dict[str, Package] = {
    "sectoid": debian(
        "fretsonfire-songs-sectoid",
        "1.dfsg-3.1",
        "14c1ed3e43c1a6a80eae7698f0469a0825cd1184e441968d62df89ca418aa0b4",
    ),
    "immich": wheel(
        "immich-memories-music",
        "0.1.0",
        "1b702f617250ed8ffe3dc2bba4d2105f842b6d5da08e8ff9a10110f54b7bd06a",
    ),
    "ktuberling": debian(
        "ktuberling-data",
        "4:22.12.3-1",
        "fba44c875bfa31ea488dadd9263e87a4dcaea0bd47d28817f6c0dc6d2af970ed",
    ),
    "en": debian(
        ASTERISK.format("en"),
        "1.6.1-1",
        "38c5261820b406dcb0ecb37675720da2b0864850690690352ca52707eb623806",
    ),
    "fr": debian(
        ASTERISK.format("fr"),
        "1.6.1-1",
        "7add61d5e42279ecff1bbdf842a5a946ac3644fac9a0fe44384731aa7270c8e0",
    ),
    "it": debian(
        ASTERISK.format("it"),
        "1.6.1-1",
        "46b4cf7afc508a5fcfc051b7ea233251c0d195dd4ef83cc4b7facb4c6429b016",
    ),
    "ru": debian(
        ASTERISK.format("ru"),
        "1.6.1-1",
        "673b4238a6b8269960f055d868c6a11083f7a0d00979167cb01554046b48ed9b",
    ),
}
#: What re-sings; WORLD's Python module still wants an old setuptools.
WORLD = ("numpy", "setuptools<81", "pyworld==0.3.5")

#: Bands: package, song, where the excerpt begins (s).
BANDS: dict[str, tuple[str, str, float]] = {
    "feelings": ("sectoid", "Feelings", 50),
    "feelings-2": ("sectoid", "Feelings", 210),
    "madness": ("sectoid", "Metal madness", 30),
    "madness-2": ("sectoid", "Metal madness", 90),
    "freedom": ("sectoid", "War of freedom", 50),
    "freedom-2": ("sectoid", "War of freedom", 130),
    "chaosland": ("sectoid", "Escape from chaosland", 50),
    "chaosland-2": ("sectoid", "Escape from chaosland", 150),
    "happy": ("immich", "happy/happy_acoustic_1", 8),
    "electronic": ("immich", "happy/happy_electronic_1", 8),
    "energetic": ("immich", "energetic/energetic_acoustic_1", 8),
    "nostalgic": ("immich", "nostalgic/nostalgic_acoustic_1", 8),
}
BAND_NOTES = {
    "sectoid": "real metal band, instrumental (MIT)",
    "immich": "generated music, ACE-Step 1.5 (MIT)",
}
#: Voices: package, and the folder of one language, which one person recorded.
VOICES: dict[str, tuple[str, str]] = {
    "en": ("en", "sounds/en_US_f_Allison"),
    "fr": ("fr", "sounds/fr_CA_f_June"),
    "it": ("it", "sounds/it_IT_m_Carlo"),
    "ru": ("ru", "sounds/ru_RU_f_IvrvoiceRU"),
    "el": ("ktuberling", "sounds/el"),
    "uk": ("ktuberling", "sounds/uk"),
    "lt": ("ktuberling", "sounds/lt"),
    "sl": ("ktuberling", "sounds/sl"),
    "de": ("ktuberling", "sounds/de"),
    "da": ("ktuberling", "sounds/da"),
    "wa": ("ktuberling", "sounds/wa"),
    "fr-2": ("ktuberling", "sounds/fr"),
}
VOICE_NOTES = {"ktuberling": "words, 44.1 kHz (GPL-2+)"}
TELEPHONY = "sentences, 16 kHz (CC-BY-SA-3.0)"
#: Each voice over one band: slow bands and fast ones, low voices and high ones, mixed.
PAIRS = (
    ("feelings", "en"),
    ("feelings-2", "el"),
    ("madness", "it"),
    ("madness-2", "uk"),
    ("freedom", "fr"),
    ("freedom-2", "lt"),
    ("chaosland", "ru"),
    ("chaosland-2", "de"),
    ("happy", "sl"),
    ("electronic", "da"),
    ("energetic", "fr-2"),
    ("nostalgic", "wa"),
)


@dataclass(frozen=True)
class Item:
    """One mixture with its two true stems.

    Attributes
    ----------
    band, voice : str
        Of `BANDS` and `VOICES`.
    form : {'spoken', 'sung'}
        What the voice does.
    """

    band: str
    voice: str
    form: str

    @property
    def name(self) -> str:
        """A name that says the parts."""
        return f"{self.band}+{self.voice}-{self.form}"

    @property
    def stems(self) -> NDArray[np.float32]:
        """Vocals and accompaniment, shape (2, 2, frames) at 44.1 kHz; the mixture is the sum."""
        band = read_band(*BANDS[self.band])
        voice = read_voice(*VOICES[self.voice])
        if self.form == "sung":
            voice = sing(voice, seed=PAIRS.index((self.band, self.voice)))
        return blend(room(voice, band.shape[1]), band)

    def described(self) -> dict[str, str]:
        """Say what is real in it, and what is not."""
        band, voice = BANDS[self.band], VOICES[self.voice][0]
        how = "speech as recorded" if self.form == "spoken" else "speech re-sung with WORLD"
        return {
            "name": self.name,
            "form": self.form,
            "accompaniment": f"{band[1]} from {band[2]:.0f} s: {BAND_NOTES[band[0]]}",
            "vocals": f"{self.voice}: {VOICE_NOTES.get(voice, TELEPHONY)}, {how}, artificial room",
        }


def items() -> list[Item]:
    """Return all items, spoken and sung."""
    return [Item(band, voice, form) for form in ("spoken", "sung") for band, voice in PAIRS]


def read_band(package: str, song: str, start: float) -> NDArray[np.float32]:
    """Return an excerpt of a band, stereo at 44.1 kHz."""
    folder = PACKAGES[package].unpacked()
    tracks = (
        [find(folder, f"sectoid/{song}/{track}.ogg") for track in ("guitar", "song")]
        if package == "sectoid"
        else [find(folder, f"tracks/{song}.opus")]
    )
    parts = [musicnb.load(t, offset=start, duration=SECONDS).resample(RATE) for t in tracks]
    return np.sum([part.samples for part in parts], axis=0, dtype=np.float32)


def read_voice(package: str, folder: str) -> NDArray[np.float32]:
    """Return `SECONDS` of one speaker, mono at 44.1 kHz, with short pauses."""
    found = find(PACKAGES[package].unpacked(), folder)
    files = (
        [f for f in found.iterdir() if f.name in {"demo-instruct.g722", "demo-congrats.g722"}]
        if package != "ktuberling"
        else [f for f in found.iterdir() if f.suffix in {".ogg", ".wav"}]
    )
    files.sort(key=lambda f: sha256(f.name.encode()).digest())  # any order, always the same
    words: list[NDArray[np.float32]] = []
    frames, wanted = 0, round(SECONDS * RATE)
    for file in files:
        audio = musicnb.load(file, duration=SECONDS)
        if audio.sample_rate == 8000:  # a few words of a folder are telephone recordings
            continue
        word = trimmed(audio.mono().resample(RATE).samples[0])
        words.append(word)
        frames += len(word)
        if frames >= wanted:
            break
    return np.concatenate(words)[:wanted]


def find(folder: Path, ending: str) -> Path:
    """Return the one path below `folder` that ends so."""
    first, _, rest = ending.rpartition("/")
    paths = [p for p in folder.rglob(rest) if p.as_posix().endswith(f"{first}/{rest}")]
    if len(paths) != 1:
        raise SystemExit(f"{len(paths)} files end in {ending} below {folder}, expected one")
    return paths[0]


def trimmed(samples: NDArray[np.float32], pause: float = 0.12) -> NDArray[np.float32]:
    """Cut silence (40 dB below the loudest) at both ends, normalise the level, add a pause."""
    step = 441
    power = np.add.reduceat(samples.astype(float) ** 2, np.arange(0, len(samples), step))
    loud = np.flatnonzero(power > power.max() * 1e-4)
    word = samples[loud[0] * step : (loud[-1] + 1) * step]
    word = word * (0.1 / np.sqrt(np.mean(word**2)))
    fade = np.minimum(1, np.arange(len(word)) / 220)
    return np.concatenate((word * fade * fade[::-1], np.zeros(round(pause * RATE), np.float32)))


def sing(voice: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
    """Re-sing speech along a melody, in an environment of its own; the result is kept."""
    script = Path(__file__).parent / "sing.py"
    key = sha256(script.read_bytes() + voice.tobytes() + bytes([seed])).hexdigest()[:16]
    kept = FOLDER / "sung" / f"{key}.npy"
    if not kept.is_file():
        note(f"singing, voice {seed + 1} of {len(PAIRS)}")
        kept.parent.mkdir(parents=True, exist_ok=True)
        spoken = kept.with_suffix(".in.npy")
        np.save(spoken, voice)
        python = environment("world", WORLD)
        subprocess.run([python, str(script), str(spoken), str(kept), str(seed)], check=True)
        spoken.unlink()
    sung: NDArray[np.float32] = np.load(kept, allow_pickle=False)
    return sung


def room(voice: NDArray[np.float32], frames: int) -> NDArray[np.float32]:
    """Put a dry voice in the middle of a stereo room."""
    rng = np.random.default_rng(0)
    length = round(ROOM["rt60"] * RATE)
    tail = rng.normal(size=(2, length)) * 10 ** (-3 * np.arange(length) / length)
    tail /= np.sqrt((tail**2).sum(axis=1, keepdims=True))
    dry = np.zeros(frames)
    dry[: len(voice)] = voice[:frames]
    size = frames + length
    wet = np.fft.irfft(np.fft.rfft(dry, size) * np.fft.rfft(tail, size), size)[:, :frames]
    wet = np.roll(wet, round(ROOM["delay"] * RATE), axis=1) * 10 ** (ROOM["wet_db"] / 20)
    return (dry + wet).astype(np.float32)


def blend(voice: NDArray[np.float32], band: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bring voice and band to the same loudness, and their sum to `LUFS` if peaks allow."""
    gain = 10 ** ((_lufs(band) - _lufs(voice)) / 20)
    stems = np.stack((voice * gain, band))
    mixture = stems.sum(axis=0)
    level = min(10 ** ((LUFS - _lufs(mixture)) / 20), PEAK / np.abs(mixture).max())
    return (stems * level).astype(np.float32)


def _lufs(samples: NDArray[Any]) -> float:
    return musicnb.Audio(samples, RATE).loudness


def recipe() -> str:
    """Return what determines the items, to print beside their scores."""
    made = [asdict(item) for item in items()]
    return sha256(json.dumps([made, BANDS, VOICES, ROOM, LUFS]).encode()).hexdigest()[:16]
