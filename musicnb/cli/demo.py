"""`musicnb demo`: the main job, end to end, on the song with a singer."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from musicnb.cli.common import Device, Json, print_json, print_table

if TYPE_CHECKING:
    from musicnb import Audio, Cover

SONG = "starfall"
#: Who sings the cover, and how: the singer is a woman, and this is a man's voice.
VOICE, PRESET = "joe", "octave-down"


def command(
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the results.")] = Path(
        "musicnb-demo"
    ),
    device: Device = None,
    json: Json = False,
) -> None:
    """Take a real song apart and cover it, with no network, and draw what happens."""
    import musicnb
    from musicnb.audio.songs import demo_song
    from musicnb.runtime.memory import peak_mb

    started = time.perf_counter()
    song = musicnb.load(f"demo:{SONG}")
    mixture = output / "mixture.wav"
    song.save(mixture)
    made = musicnb.separate_file(song, output, device=device)
    files = [(mixture, "the song as it is")]
    files += [(path, _WHAT[stem]) for stem, path in made.files.items()]
    picture = output / "spectrograms.png"
    stems = {name: musicnb.load(path) for name, path in made.files.items() if name != "residual"}
    _draw({"mixture": song, **stems}, picture)
    files.append((picture, "spectrograms of the song and its stems"))
    covered = musicnb.cover(
        stems["vocals"], VOICE, preset=PRESET, backing=stems["accompaniment"], device=device
    )
    files += _cover(covered, output)
    wall = time.perf_counter() - started

    card = demo_song(SONG).card
    report: dict[str, Any] = {
        "song": f"{card['title']} by {card['artist']} ({card['licence']})",
        "credit": card["credit"],
        "duration_s": round(song.duration, 3),
        "wall_s": round(wall, 2),
        "rtf": round(wall / song.duration, 3),
        "peak_memory_mb": round(peak_mb(), 1),
        "cover": covered.report(),
        "files": [{"path": str(path), "what": what} for path, what in files],
    }
    if json:
        print_json(report)
        return
    print_table(report["song"], ("file", "what it is"), files)
    print(
        f"\n{song.duration:.0f} s of music in {wall:.1f} s (RTF {report['rtf']}), "
        f"peak memory {report['peak_memory_mb']:.0f} MB.\n"
        f"Next: open {picture}, listen to vocals.wav and cover.flac, and see `musicnb lab`.\n"
        f"{card['credit']}\nThe voice of the cover: {covered.whose}"
    )


_WHAT = {
    "vocals": "the singer alone",
    "accompaniment": "the band alone: a karaoke track",
    "residual": "what rounding left over: near silence; the three add up to the song",
}


def _cover(covered: Cover, output: Path) -> list[tuple[Path, str]]:
    """Write the cover, its voice alone, and a picture; return the files and what they are."""
    from musicnb.runtime.files import atomic

    sound, voice, picture = (
        output / name for name in ("cover.flac", "converted.flac", "cover.png")
    )
    covered.save(sound)
    covered.sounds["converted"].save(voice)
    with atomic(picture) as temporary:
        covered.picture().savefig(temporary, dpi=110)
    return [
        (voice, "the song's melody and words, in another voice"),
        (sound, "the song, sung by that voice"),
        (picture, "spectrograms of both voices, with their pitch"),
    ]


def _draw(sounds: dict[str, Audio], path: Path) -> None:
    """Draw log-mel spectrograms, one above the other."""
    import librosa
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from musicnb.runtime.files import atomic

    figure = Figure(figsize=(10, 2.4 * len(sounds)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(len(sounds), sharex=True)
    for axis, (name, sound) in zip(axes, sounds.items(), strict=True):
        mono = sound.mono().resample(22_050)
        mel = librosa.feature.melspectrogram(
            y=mono.samples[0], sr=mono.sample_rate, n_fft=2048, hop_length=512, n_mels=128
        )
        image = librosa.display.specshow(
            librosa.power_to_db(mel, ref=1.0, top_db=None),
            sr=mono.sample_rate,
            hop_length=512,
            x_axis="time",
            y_axis="mel",
            ax=axis,
            cmap="magma",
            vmin=-40,
            vmax=40,
        )
        axis.set(title=name, xlabel="" if name != list(sounds)[-1] else "time (s)", ylabel="Hz")
        axis.label_outer()
    figure.colorbar(image, ax=axes, label="power (dB)")
    with atomic(path) as temporary:
        figure.savefig(temporary, dpi=110)
