"""Train the decoder that the voices of the library share, and write the library.

    python -m musicnb.recipes.voices [--cache DIR] [--minutes M] [--critic-minutes M]
        [--listener-minutes M] [--threads N]

1. `musicnb.recipes.takes`: what each voice has said and sung.
2. train: sing back each take from its pitch, its loudness and its content as it is heard, in
   disguise, or as another voice of the library has said it. A checkpoint every minute; it goes on
   from the last.
3. polish (`musicnb.recipes.polish`): on top of that, sing what the other voices have said so that
   a critic takes it for the voice's own; then so that two listeners hear the voice and the words,
   too. Who pleases listeners in everything pleases them alone: a part of the weights is kept.
4. library: for each voice a card, the index of its content, and a preview.

What the voices score as targets of a conversion is measured by `python -m benchmarks voices`.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file

from musicnb.audio.audio import Audio
from musicnb.recipes.campplus import campplus
from musicnb.recipes.polish import POLISHED, polish
from musicnb.recipes.pools import Pool, as_heard, index_of, pools_of, spoken_of
from musicnb.recipes.takes import LIBRARY, TESTED, takes
from musicnb.recipes.training import train_for
from musicnb.runtime.files import atomic, sha256, write_json
from musicnb.runtime.weights import PACKAGED
from musicnb.voices import synthesis
from musicnb.voices.fit import Pieces, loss_of_pieces
from musicnb.voices.library import PACKAGED as LIBRARY_FOLDER
from musicnb.voices.network import DecoderNet
from musicnb.voices.voice import CARD, INDEX, SHARED

SEED = 31
RATE_OF_LEARNING = 1e-3
BATCH = 8
#: How much of the weights is from after the listeners, and the rest from before (Wortsman et al.,
#: "Robust fine-tuning of zero-shot models", CVPR 2022): likeness stays, and low voices keep pitch.
TAKEN = 0.75
#: What a person should know of each voice.
ABOUT: dict[str, dict[str, str]] = {
    "kal": {"what": "A man, American; flite's diphone voice kal16", "licence": "CMU (BSD-like)",
            "credit": "Kevin Lenzo; Carnegie Mellon University"},
    "awb": {"what": "A man, Scottish; flite's voice awb (CMU ARCTIC)", "licence": "CMU (BSD-like)",
            "credit": "Alan W Black; Carnegie Mellon University"},
    "rms": {"what": "A man, American; flite's voice rms (CMU ARCTIC)", "licence": "CMU (BSD-like)",
            "credit": "Carnegie Mellon University"},
    "slt": {"what": "A woman, American; flite's slt (CMU ARCTIC)", "licence": "CMU (BSD-like)",
            "credit": "Carnegie Mellon University"},
    "ked": {"what": "A man, American; festival's diphone voice ked", "licence": "CSTR (BSD-like)",
            "credit": "Kurt Dusterhoff; Centre for Speech Technology Research, Edinburgh"},
    "ru": {"what": "A man, Russian; the recordings of festvox-ru", "licence": "BSD-like",
           "credit": "Nikolay Shmyrev; Moscow State University"},
    "joe": {"what": "A man, American; Piper's voice joe", "licence": "CC0",
            "credit": "the Piper project"},
    "robot": {"what": "Nobody: the formant synthesis of espeak-ng", "licence": "no rights in it",
              "credit": "espeak-ng, whose output is its user's"},
}  # fmt: skip
STATEMENT = "Published by its owner as a voice for synthesis, under a licence that allows it."
#: Seconds of the preview: of utterances that were not learned from.
PREVIEW = 12.0


def train(
    pools: list[Pool], out: Path, *, minutes: float, device: torch.device
) -> tuple[DecoderNet, int]:
    """Train for so many minutes of this machine, those before a stop included; count the steps."""
    torch.manual_seed(SEED)
    net = DecoderNet(len(LIBRARY)).to(device)

    def loss_of(rng: np.random.Generator) -> torch.Tensor:
        voices = rng.integers(len(pools), size=BATCH)
        drawn = [pools[int(voice)].draw(rng) for voice in voices]
        return loss_of_pieces(net.train(), drawn, torch.from_numpy(voices), rng, device)

    return net, train_for(minutes, net, loss_of, out, rate=RATE_OF_LEARNING, seed=SEED)


def write_library(cache: Path) -> None:
    """Write each voice's card, index and preview."""
    for name in LIBRARY:
        heard = as_heard(cache, name)
        hz = np.concatenate([each.hz for each, _ in spoken_of(heard)])
        low, median, high = np.percentile(hz[hz > 0], (5, 50, 95))
        folder = LIBRARY_FOLDER / name
        folder.mkdir(parents=True, exist_ok=True)
        with atomic(folder / INDEX) as temporary:
            save_file({"index": index_of(heard).half().contiguous()}, temporary)
        said = np.concatenate(takes(cache, name, test=True)[:TESTED])
        cut = said[: round(PREVIEW * synthesis.SAMPLE_RATE)]
        Audio(cut, synthesis.SAMPLE_RATE).save(folder / "preview.ogg", sidecar=False)
        about: dict[str, Any] = {"name": name, **ABOUT[name]}
        about["range_hz"] = [round(float(low), 1), round(float(high), 1)]
        about["median_hz"] = round(float(median), 1)
        about["seconds"] = round(sum(len(each) for _, each in heard) / synthesis.SAMPLE_RATE)
        about["consent"] = {"kind": "licence", "statement": STATEMENT}
        about["recipe"] = "python -m musicnb.recipes.voices"
        write_json(folder / CARD, about)


def polished(
    pools: list[Pool],
    net: DecoderNet,
    cache: Path,
    minutes: tuple[float, float],
    device: torch.device,
) -> tuple[int, int]:
    """Polish in place, first by the critic and then by all; count the steps of each."""
    out = cache / f"{SHARED}-critic.pt"
    alone = polish(pools, net, None, out, minutes=minutes[0], device=device)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    out = cache / f"{SHARED}-heard.pt"
    more = polish(pools, net, campplus(cache), out, minutes=minutes[1], device=device)
    after = net.state_dict()
    net.load_state_dict({name: before[name].lerp(after[name], TAKEN) for name in after})
    return alone, more


def finish(cache: Path, *, minutes: float, polish_minutes: tuple[float, float]) -> None:
    """Train, and write weights, card and library."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    pools = pools_of(cache)
    trained, steps = train(pools, cache / f"{SHARED}.pt", minutes=minutes, device=device)
    alone, more = polished(pools, trained, cache, polish_minutes, device)
    path = PACKAGED / f"{SHARED}.safetensors"
    with atomic(path) as temporary:
        state = {name: value.half().cpu() for name, value in trained.state_dict().items()}
        save_file({name: value.contiguous() for name, value in state.items()}, temporary)
    write_library(cache)
    write_json(
        path.with_suffix(".json"),
        {
            "name": SHARED,
            "what": "The filters of the library's voices, from content, pitch and loudness",
            "network": "musicnb.voices.network.DecoderNet",
            "parameters": sum(each.numel() for each in trained.parameters()),
            "precision": "float16 on disk, float32 in use",
            "voices": list(LIBRARY),
            "sha256": sha256(path),
            "licence": "BSD-3-Clause; what each voice was learned from: see its card",
            "credit": "The musicnb contributors",
            "source": "trained from scratch by the recipe",
            "data": f"takes of {len(LIBRARY)} voices, spoken and sung; {steps} steps of {BATCH} "
            f"stretches of {Pieces.FRAMES / 100:g} s, {alone} of {2 * POLISHED} with a critic, and "
            f"{more} to which CAM++ of 3D-Speaker (Apache-2.0) and the content encoder listened, "
            f"too; {1 - TAKEN:g} of the weights from before those",
            "recipe": f"python -m musicnb.recipes.voices --minutes {minutes:g} "
            f"--critic-minutes {polish_minutes[0]:g} --listener-minutes {polish_minutes[1]:g} "
            f"--threads {torch.get_num_threads()}",
            "seed": SEED,
            "scores": "see the cards of the voices, and `python -m benchmarks voices`",
            "fails": "Learned from synthetic or read speech, and singing made of it: no voice "
            "here has really sung. Above 8 kHz only joe was heard up to 11 kHz, and nothing above.",
        },
    )


def main() -> None:
    """Run the recipe."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--cache", type=Path, default=Path(".cache"))
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--critic-minutes", type=float, default=43)
    parser.add_argument("--listener-minutes", type=float, default=9)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    cache = options.cache.resolve()
    torch.set_num_threads(options.threads)
    polish_minutes = options.critic_minutes, options.listener_minutes
    finish(cache, minutes=options.minutes, polish_minutes=polish_minutes)


if __name__ == "__main__":
    main()
