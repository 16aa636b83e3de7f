"""`musicnb demo`: the main job, end to end, on the song with a singer."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from musicnb.cli.common import Device, Json, print_json, print_table

if TYPE_CHECKING:
    from musicnb import Audio

SONG = "starfall"


def command(
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the results.")] = Path(
        "musicnb-demo"
    ),
    device: Device = None,
    json: Json = False,
) -> None:
    """Take a real song apart, with no network: its stems, and a picture of their spectrograms."""
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
    wall = time.perf_counter() - started

    card = demo_song(SONG).card
    report: dict[str, Any] = {
        "song": f"{card['title']} by {card['artist']} ({card['licence']})",
        "credit": card["credit"],
        "duration_s": round(song.duration, 3),
        "wall_s": round(wall, 2),
        "rtf": round(wall / song.duration, 3),
        "peak_memory_mb": round(peak_mb(), 1),
        "files": [{"path": str(path), "what": what} for path, what in files],
    }
    if json:
        print_json(report)
        return
    print_table(report["song"], ("file", "what it is"), files)
    print(
        f"\n{song.duration:.0f} s of music in {wall:.1f} s (RTF {report['rtf']}), "
        f"peak memory {report['peak_memory_mb']:.0f} MB.\n"
        f"Next: open {picture}, listen to vocals.wav, and see `musicnb lab`.\n{card['credit']}"
    )


_WHAT = {
    "vocals": "the singer alone",
    "accompaniment": "the band alone: a karaoke track",
    "residual": "what rounding left over: near silence; the three add up to the song",
}


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
