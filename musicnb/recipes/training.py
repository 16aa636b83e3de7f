"""The loops of training: by the clock, with checkpoints, or by epochs where seconds will do."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from musicnb.runtime.files import atomic

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from torch import Tensor, nn

CHECKPOINT_SECONDS = 60
#: Steps over which the rate of learning rises at first.
WARM_UP = 100


def train_for(
    minutes: float,
    net: nn.Module,
    loss_of: Callable[[np.random.Generator], Tensor],
    out: Path,
    *,
    rate: float | dict[str, float],
    seed: int,
    decay: float = 1e-4,
) -> int:
    """Train for so many minutes of this machine, those before a stop included.

    Parameters
    ----------
    minutes : float
        How long, over all starts.
    net : Module
        Trained in place.
    loss_of : callable
        Returns the loss of a step's examples, which it draws from the generator.
    out : Path
        The checkpoint, gone on from if it is there.
    rate : float or dict
        The highest rate of learning; or one for each child of `net`, by name.
    seed : int
        Each step has a generator of its own, so that a stop changes nothing.
    decay : float
        Weight decay.

    Returns
    -------
    int
        The number of steps.
    """
    rates = rate if isinstance(rate, dict) else {"": rate}
    groups = [
        {"params": list(net.get_submodule(name).parameters()), "most": most}
        for name, most in rates.items()
    ]
    optimizer = torch.optim.AdamW(groups, weight_decay=decay)
    parts: dict[str, Any] = {"net": net, "optimizer": optimizer}
    step, spent = _resume(out, parts)
    saved = started = time.monotonic()
    before, losses = spent, []
    while spent < 60 * minutes:
        done = spent / (60 * minutes)
        for group in optimizer.param_groups:
            rise = min(1.0, (step + 1) / WARM_UP)
            group["lr"] = group["most"] * rise * (0.51 + 0.49 * math.cos(math.pi * done))
        loss: Any = loss_of(np.random.default_rng((seed, step)))
        optimizer.zero_grad()
        loss.backward()
        for group in optimizer.param_groups:
            torch.nn.utils.clip_grad_norm_(group["params"], 1.0)
        optimizer.step()
        losses.append(loss.item())
        step += 1
        now = time.monotonic()
        spent = before + now - started
        if now - saved > CHECKPOINT_SECONDS or spent >= 60 * minutes:
            saved = now
            state = {name: part.state_dict() for name, part in parts.items()}
            with atomic(out) as temporary:
                torch.save(state | {"step": step, "spent": spent}, temporary)
            print(f"{spent / 60:6.1f} min, step {step}: loss {np.mean(losses):.4f}", flush=True)
            losses = []
    return step


def train_epochs(
    net: nn.Module,
    measured: Tensor,
    wanted: Tensor,
    loss_of: Callable[[Any, Tensor, Tensor], Tensor],
    *,
    epochs: int,
    batch: int,
    rate: float,
) -> None:
    """Train a small network on measurements that fit in memory; it takes seconds."""
    optimizer = torch.optim.AdamW(net.parameters(), rate, weight_decay=0.05)
    batches = len(measured) // batch
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=epochs * batches)
    for epoch in range(epochs):
        total = 0.0
        order = torch.randperm(len(measured))
        for at in range(0, len(order) - batch + 1, batch):
            picked = order[at : at + batch]
            loss: Any = loss_of(net, measured[picked], wanted[picked])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += float(loss.detach())
        print(f"epoch {epoch + 1}/{epochs}: loss {total / batches:.4f}", flush=True)


def _resume(out: Path, parts: dict[str, Any]) -> tuple[int, float]:
    if not out.is_file():
        return 0, 0.0
    state = torch.load(out, weights_only=True)
    for name, part in parts.items():
        part.load_state_dict(state[name])
    return int(state["step"]), float(state["spent"])
