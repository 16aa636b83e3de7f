"""Pictures of chains and of matches."""

from __future__ import annotations

import base64
import html
import io
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from musicnb.effects.chain import EffectChain

#: Hz between which a frequency response is drawn.
LOWEST, HIGHEST = 20.0, 20_000.0
BLUE, GREY = "#2a78b8", "#8a8a8a"


def new_figure(panels: int, width: float = 9.0) -> tuple[Figure, Sequence[Any]]:
    """Return a figure with panels side by side, independent of matplotlib's global state."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, 2.6), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, np.atleast_1d(figure.subplots(1, panels)).tolist()


def inline(figure: Figure, label: str) -> str:
    """Return a figure as HTML."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=80)
    data = base64.b64encode(buffer.getvalue()).decode("ascii")
    return (
        f'<img alt="{html.escape(label)}" style="max-width:100%"'
        f' src="data:image/png;base64,{data}">'
    )


def chain_figure(chain: EffectChain) -> Figure:
    """Draw what a chain does to frequencies, to levels, and to a click."""
    figure, (eq, dynamics, time) = new_figure(3)
    frequencies = np.geomspace(LOWEST, HIGHEST, 400)
    eq.semilogx(frequencies, chain.frequency_response(frequencies), color=BLUE)
    eq.axhline(0, color=GREY, linewidth=0.6)
    low, high = eq.get_ylim()
    eq.set(
        title="Frequency response",
        xlabel="frequency (Hz)",
        ylabel="gain (dB)",
        xlim=(LOWEST, HIGHEST),
        ylim=(min(low, -6), max(high, 6)),
    )
    _draw_levels(dynamics, chain)
    answer = chain.impulse_response(sample_rate=16_000)
    peak = np.abs(answer.samples[0]).reshape(-1, 1)
    step = max(1, len(peak) // 2000)
    peak = peak[: len(peak) // step * step].reshape(-1, step).max(1)
    at = np.arange(len(peak)) * step / answer.sample_rate
    time.plot(at, 20 * np.log10(np.maximum(peak, 1e-5)), color=BLUE, linewidth=0.6)
    time.set(
        title="Impulse response",
        xlabel="time (s)",
        ylabel="level (dB)",
        ylim=(-80, 6),
        xlim=(0, None),
    )
    return figure


def _draw_levels(axis: Any, chain: EffectChain) -> None:
    import torch

    from musicnb.effects.compressor import reduction

    given = torch.linspace(-60, 0, 121)
    made = given.clone()
    if chain.compressor is not None:
        names = ("threshold", "ratio", "knee")
        settings = [torch.tensor(getattr(chain.compressor, name)) for name in names]
        made = given - reduction(given, *settings) + chain.compressor.makeup
    made = made + chain.gain
    if chain.limiter is not None:
        made = made.clamp(max=chain.limiter.ceiling)
    axis.plot(given, given, color=GREY, linewidth=0.6)
    axis.plot(given, made, color=BLUE)
    axis.set(title="Steady level", xlabel="in (dBFS)", ylabel="out (dBFS)", xlim=(-60, 0))


def loss_figure(losses: Sequence[float]) -> Figure:
    """Draw a loss curve."""
    figure, (axis,) = new_figure(1, 6.0)
    axis.plot(np.arange(len(losses)), losses, color=BLUE)
    axis.set(title="Match to the reference", xlabel="step", ylabel="loss", ylim=(0, None))
    return figure
