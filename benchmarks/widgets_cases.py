"""What is shown in the benchmark of the widgets: ours, and what one would use instead."""

from __future__ import annotations

from dataclasses import dataclass

SECONDS = 300
#: The demo song, again and again.
SONG = f"""
import musicnb
import numpy as np

song = musicnb.load("demo:starfall")
rate = song.sample_rate
count = {SECONDS} * rate
samples = np.tile(song.samples, -(-count // song.samples.shape[1]))[:, :count]
audio = musicnb.Audio(samples, rate)
"""
LEVELS = f"""{SONG}
import librosa

stft = librosa.stft(samples.mean(axis=0), n_fft=2048, hop_length=512)
levels = librosa.amplitude_to_db(np.abs(stft))[:, :25_840]
small = levels[:1024].reshape(512, 2, 1615, 16).max(axis=(1, 3))
full = np.clip((levels + 60) * 2, 0, 255).astype(np.uint8)
"""
PLOTLY = f"""{LEVELS}
import plotly.graph_objects as go

scrolls = {{"scrollZoom": True}}
"""
#: Sawtooths in pairs of opposites: together silent, if no sample is out of place.
SLOPE = 0.2 / 4410
STEMS = f"""{SONG}
tooth = (np.arange(count) % 4410 * {SLOPE} - 0.1).astype(np.float32)
wave = np.stack([tooth, tooth])
stems = {{f"{{i}}": musicnb.Audio(wave if i % 2 else -wave, rate) for i in range(8)}}
"""
HEATMAP = ".js-plotly-plot .heatmaplayer image"
DRAGS = ".js-plotly-plot .nsewdrag"


@dataclass(frozen=True)
class Case:
    """One way to show the sound in a notebook.

    Attributes
    ----------
    prepare, show : str
        The code of two cells; the second is measured.
    seen : str
        JavaScript: whether it can be seen.
    drag : str
        What one drags, and turns the wheel over, where the picture can be moved.
    moves : str
        The elements whose changes are seen, besides canvases.
    sound : str
        JavaScript: milliseconds from the click on play to sound, where there is a player.
    """

    prepare: str
    show: str
    seen: str
    drag: str = ""
    moves: str = ""
    sound: str = ""


def figure(made: str) -> Case:
    """Return a case of plotly, which pans when it is dragged and zooms by the wheel."""
    return Case(
        PLOTLY,
        made,
        f"document.querySelector('{HEATMAP}')?.getAttribute('href')",
        drag=DRAGS,
        moves=".js-plotly-plot .cartesianlayer",
    )


def figure_widget(levels: str) -> str:
    """Return the code of a FigureWidget, to pan and zoom."""
    return (
        f"figure = go.FigureWidget(go.Heatmap(z={levels}), layout={{'dragmode': 'pan'}})\n"
        "figure._config = {**figure._config, **scrolls}\nfigure"
    )


OURS, MIXER = "musicnb.SpectrogramExplorer", "musicnb.StemMixer, 8 stems"
PANEL = "musicnb.EffectsPanel, 20 s of it"
SMALL, FULL = "plotly FigureWidget 512 x 1615", "plotly FigureWidget 1025 x 25,840"
CASES = {
    OURS: Case(
        SONG,
        "musicnb.SpectrogramExplorer(audio)",
        "document.querySelector('.mnb-explorer[data-state=ready]')",
        drag=".mnb-stage",
        sound="bench.firstSound('.mnb-play')",
    ),
    MIXER: Case(
        STEMS,
        "musicnb.StemMixer(stems)",
        "document.querySelector('.mnb-mixer[data-state=ready]')",
    ),
    PANEL: Case(
        SONG,
        "musicnb.EffectsPanel(audio)",
        "document.querySelector('.mnb-effects-panel[data-state=ready]')",
        sound="bench.firstSound('.mnb-play')",
    ),
    "IPython.display.Audio": Case(
        f"{SONG}\nimport IPython.display",
        "IPython.display.Audio(samples, rate=rate)",
        "document.querySelector('audio')?.readyState >= 1",
        sound="bench.firstTime()",
    ),
    SMALL: figure(figure_widget("small")),
    "plotly Figure 512 x 1615": figure(
        "go.Figure(go.Heatmap(z=small), layout={'dragmode': 'pan'}).show(config=scrolls)"
    ),
    "librosa.display.specshow": Case(
        f"{LEVELS}\nimport librosa.display\nimport matplotlib.pyplot as plt",
        "librosa.display.specshow(levels, sr=rate, y_axis='mel', x_axis='time')\nplt.show()",
        "document.querySelector('.jp-OutputArea img')?.complete",
    ),
    FULL: figure(figure_widget("full")),
}
#: Left out of the quick run.
HEAVY = ("librosa.display.specshow", FULL)
