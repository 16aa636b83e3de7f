"""Few-shot training: the decoder that the library shares, fitted to one more voice."""

from __future__ import annotations

import copy
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from musicnb.voices.fit import Pieces, loss_of_pieces
from musicnb.voices.network import DecoderNet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from musicnb.voices.listen import Performance

#: Stretches in a step; the highest rate of learning, and the steps over which it rises.
BATCH, RATE, WARM_UP = 4, 1e-3, 20
#: Steps between two looks at what is held out, stretches looked at, and bad looks in a row after
#: which the training ends.
LOOK, LOOKED_AT, PATIENCE = 25, 6, 5
#: A look is bad if the loss is so many times the least. Within it the later is kept: the loss is
#: flat long before what others sing stops coming nearer to the voice.
NEARLY = 1.03


class FewShot:
    """A decoder on its way to one voice.

    Parameters
    ----------
    learned, held_out : list of (Performance, Tensor)
        Takes that are learned from, and those that only tell when to stop.
    shared : DecoderNet
        Of the library's voices: the beginning.
    others : list of Tensor
        Indexes of what other voices say, (kept, 64): see `Pieces`.
    steps : int
        At most; towards the last the rate of learning falls.
    seed : int
        Of what is drawn. Every step has a generator of its own, so that a stop changes nothing.
    device : torch.device
        Where to compute.
    """

    def __init__(
        self,
        learned: list[tuple[Performance, Tensor]],
        held_out: list[tuple[Performance, Tensor]],
        shared: DecoderNet,
        others: Sequence[Tensor],
        *,
        steps: int,
        seed: int,
        device: torch.device,
    ) -> None:
        self.pieces, self.kept_apart = Pieces(learned, others), Pieces(held_out)
        self.steps, self.seed, self.device = steps, seed, device
        self.net = self._nearest(shared)
        self.best = copy.deepcopy(self.net.state_dict())
        self.optimizer = torch.optim.AdamW(self.net.parameters(), RATE, weight_decay=1e-4)
        self.step = 0
        self.losses: list[float] = []
        #: (step, loss) of what is held out.
        self.held_out: list[tuple[int, float]] = [(0, self.look())]

    @property
    def finished(self) -> bool:
        """Whether the steps are done, or what is held out has long been sung worse."""
        losses = [loss for _, loss in self.held_out]
        bad = [loss > NEARLY * min(losses) for loss in losses[-PATIENCE:]]
        return self.step >= self.steps or (len(losses) > PATIENCE and all(bad))

    def advance(self) -> bool:
        """Do a step; return whether what is held out was looked at after it."""
        for group in self.optimizer.param_groups:
            fall = 0.52 + 0.48 * math.cos(math.pi * self.step / self.steps)
            group["lr"] = RATE * min(1.0, (self.step + 1) / WARM_UP) * fall
        rng = np.random.default_rng((self.seed, self.step))
        drawn = [self.pieces.draw(rng) for _ in range(BATCH)]
        first = torch.zeros(BATCH, dtype=torch.long)
        loss: Any = loss_of_pieces(self.net.train(), drawn, first, rng, self.device)
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimizer.step()
        self.losses.append(round(loss.item(), 5))
        self.step += 1
        if self.step % LOOK and self.step < self.steps:
            return False
        found = self.look()
        if found < NEARLY * min(loss for _, loss in self.held_out):
            self.best = copy.deepcopy(self.net.state_dict())
        self.held_out.append((self.step, found))
        return True

    def look(self) -> float:
        """Return how far off what is held out is sung: always the same stretches and noise."""
        return self._off(self.net)

    def decoder(self) -> DecoderNet:
        """Return the decoder as it was when it last sang well what is held out."""
        made = copy.deepcopy(self.net).cpu()
        made.load_state_dict(self.best)
        return made.eval()

    @torch.inference_mode()
    def _off(self, net: DecoderNet) -> float:
        rng = np.random.default_rng(self.seed)
        drawn = [self.kept_apart.draw(rng) for _ in range(LOOKED_AT)]
        first = torch.zeros(LOOKED_AT, dtype=torch.long)
        return float(loss_of_pieces(net.eval(), drawn, first, rng, self.device))

    def _nearest(self, shared: DecoderNet) -> DecoderNet:
        """Return a decoder of one voice: the one of the library that is nearest, or their mean."""
        known = shared.speaker.weight.detach()
        made = []
        for speaker in (*known, known.mean(0)):
            net = DecoderNet(1, width=shared.first.out_channels)
            net.load_state_dict({**shared.state_dict(), "speaker.weight": speaker[None]})
            made.append(net.to(self.device))
        return min(made, key=self._off)

    # ---- for a checkpoint ------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """Return everything that a later start goes on from: tensors and plain values."""
        state: dict[str, Any] = {"step": self.step, "losses": self.losses}
        state["held_out"] = [list(each) for each in self.held_out]
        for name, value in self.net.state_dict().items():
            state[f"net.{name}"], state[f"best.{name}"] = value, self.best[name]
        for number, moments in self.optimizer.state_dict()["state"].items():
            state |= {f"adam.{number}.{name}": value for name, value in moments.items()}
        return state

    def load(self, state: dict[str, Any]) -> None:
        """Go on from what `state` gave."""

        def part(prefix: str) -> dict[str, Tensor]:
            return {k[len(prefix) :]: v for k, v in state.items() if k.startswith(prefix)}

        self.step, self.losses = int(state["step"]), list(state["losses"])
        self.held_out = [(int(step), float(loss)) for step, loss in state["held_out"]]
        self.net.load_state_dict(part("net."))
        self.best = part("best.")
        moments: dict[int, dict[str, Tensor]] = {}
        for key, value in part("adam.").items():
            number, _, name = key.partition(".")
            moments.setdefault(int(number), {})[name] = value
        groups = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({"state": moments, "param_groups": groups})
