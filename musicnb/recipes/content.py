"""Train the network that keeps what is said of what Whisper hears, whoever says it.

    python -m musicnb.recipes.content [--cache DIR] [--minutes M] [--threads N]

1. `musicnb.recipes.speech`: speech of seven voices with its phones. A third is also sung along
   a melody (`musicnb.recipes.singing`). Whisper's encoder hears each utterance as it is, and at
   another pace and in disguise (`musicnb.voices.disguise`).
2. train: name the phone of every frame. A checkpoint every minute; it goes on from the last.
3. score: share of frames named rightly, on utterances kept apart and on a voice never heard
   (awb, a Scot), spoken and sung; the card is written from it.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional

from musicnb.recipes.singing import sing
from musicnb.recipes.speech import LANGUAGES, UNSEEN, VOICES, make, phone_names, read
from musicnb.recipes.training import train_for
from musicnb.recipes.tunes import read_tunes
from musicnb.runtime.files import atomic, sha256, write_json
from musicnb.runtime.weights import PACKAGED
from musicnb.voices import features
from musicnb.voices.disguise import disguised
from musicnb.voices.features import HOP_LENGTH, SAMPLE_RATE
from musicnb.voices.network import ContentNet
from musicnb.voices.whisper import whisper_encoder

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

NAME = "content"
SEED = 11
RATE_OF_LEARNING = 1e-3
BATCH, FRAMES = 16, 256
#: Every so many utterances one is sung as well.
SUNG_STEP = 3
#: Copies in disguise, and their pace.
DISGUISES, PACE = 3, (0.75, 1.3)
#: Noise added to what Whisper heard, and the share of its channels that is missing.
NOISE, MISSING = 0.3, 0.1


# ---- data ----------------------------------------------------------------------------------------


def utterances(cache: Path, voice: str, *, test: bool, sung: bool) -> list[dict[str, Tensor]]:
    """Return a voice's utterances: `heard` (384, frames / 2) by Whisper, and `phones` (frames,).

    Those that are learned from come `DISGUISES` times more, in disguise and at another pace.
    """
    kind = f"{voice}-{'test' if test else 'train'}-{'sung' if sung else 'spoken'}"
    path = cache / "content" / f"{kind}.pt"
    if path.is_file():
        kept: list[dict[str, Tensor]] = torch.load(path, weights_only=True)
        return kept
    names = phone_names(cache / "speech")[LANGUAGES[voice]]
    index_of = {name: number for number, name in enumerate(names)}
    tunes = read_tunes(cache) if sung else []
    rng = np.random.default_rng((SEED, VOICES.index(voice), test, sung))
    made = []
    for index, said in enumerate(read(cache / "speech" / voice, test=test)):
        samples: NDArray[Any] = said["samples"].astype(np.float64) / 32768
        if sung:
            if index % SUNG_STEP:
                continue
            samples = sing(samples, SAMPLE_RATE, tunes, rng, cache)
        spectrum = features.power(torch.from_numpy(samples).float()[None])[0]
        times = np.arange(spectrum.shape[1]) * HOP_LENGTH / SAMPLE_RATE
        at = np.searchsorted(said["ends"], times).clip(0, len(said["phones"]) - 1)
        phones = torch.tensor([index_of.get(str(said["phones"][i]), -1) for i in at])
        made.append(_heard(spectrum, phones))
        if not test:
            made += [_heard(*_in_disguise(spectrum, phones, rng)) for _ in range(DISGUISES)]
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic(path) as temporary:
        torch.save(made, temporary)
    return made


@torch.inference_mode()
def _heard(spectrum: Tensor, phones: Tensor) -> dict[str, Tensor]:
    heard = whisper_encoder(torch.device("cpu"))(features.seen(spectrum[None]))[0]
    return {"heard": heard.half().clone(), "phones": phones}


def _in_disguise(
    spectrum: Tensor, phones: Tensor, rng: np.random.Generator
) -> tuple[Tensor, Tensor]:
    at = torch.arange(0, len(phones) - 1, rng.uniform(*PACE)).round().long()
    return disguised(spectrum[:, at], rng), phones[at]


def example(said: dict[str, Tensor], rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Return a stretch of what Whisper heard (384, FRAMES / 2), and its phones (FRAMES,)."""
    heard, phones = said["heard"], said["phones"]
    start = int(rng.integers(max(1, heard.shape[1] - FRAMES // 2 + 1)))
    heard = heard[:, start : start + FRAMES // 2].float()
    phones = phones[2 * start : 2 * start + FRAMES]
    return (
        functional.pad(heard, (0, FRAMES // 2 - heard.shape[1])),
        functional.pad(phones, (0, FRAMES - len(phones)), value=-1),
    )


def masked(heard: Tensor, rng: np.random.Generator) -> Tensor:
    """Return the batch with noise, and without a tenth of the channels and a stretch of time."""
    heard = heard + NOISE * torch.from_numpy(rng.standard_normal(heard.shape, np.float32))
    for each in heard:
        each[torch.from_numpy(rng.random(len(each)) < MISSING)] = 0
        start, length = int(rng.integers(FRAMES // 2)), int(rng.integers(8))
        each[:, start : start + length] = 0
    return heard


# ---- train ---------------------------------------------------------------------------------------


def train(
    cache: Path, out: Path, *, minutes: float, device: torch.device
) -> tuple[ContentNet, int]:
    """Train for so many minutes of this machine, those before a stop included; count the steps."""
    names = phone_names(cache / "speech")
    pools = {
        (voice, sung): utterances(cache, voice, test=False, sung=sung)
        for voice in VOICES
        if voice != UNSEEN
        for sung in (False, True)
    }
    torch.manual_seed(SEED)
    net = ContentNet({language: len(found) for language, found in names.items()}).to(device)
    keys = list(pools)

    def loss_of(rng: np.random.Generator) -> Tensor:
        drawn = [keys[int(i)] for i in rng.integers(len(keys), size=BATCH)]
        return _loss(net.train(), drawn, pools, rng, device)

    steps = train_for(minutes, net, loss_of, out, rate=RATE_OF_LEARNING, seed=SEED, decay=1e-3)
    return net, steps


def _loss(
    net: ContentNet,
    drawn: list[tuple[str, bool]],
    pools: dict[tuple[str, bool], list[dict[str, Tensor]]],
    rng: np.random.Generator,
    device: torch.device,
) -> Tensor:
    made = [example(pools[key][int(rng.integers(len(pools[key])))], rng) for key in drawn]
    heard = masked(torch.stack([each for each, _ in made]), rng).to(device)
    phones = torch.stack([each for _, each in made]).to(device)
    found = net(heard)
    total = torch.zeros((), device=device)
    for language in set(LANGUAGES.values()):
        mine = [i for i, (voice, _) in enumerate(drawn) if LANGUAGES[voice] == language]
        if mine:
            logits = net.name(found[mine], language)
            each = functional.cross_entropy(
                logits, phones[mine], ignore_index=-1, label_smoothing=0.05
            )
            total = total + each * len(mine) / len(drawn)
    return total


# ---- score ---------------------------------------------------------------------------------------


@torch.no_grad()
def accuracy(net: ContentNet, said: list[dict[str, Tensor]], language: str) -> dict[str, float]:
    """Return the share of frames named rightly, utterance by utterance, with its interval."""
    shares = []
    for each in said:
        found = net.name(net.eval()(each["heard"].float()[None]), language)[0].argmax(0)
        right = found[: len(each["phones"])] == each["phones"]
        shares.append(float(right.float().mean()))
    table = np.array(shares)
    rng = np.random.default_rng(0)
    drawn = table[rng.integers(len(table), size=(2000, len(table)))].mean(1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    values = {"accuracy": table.mean(), "low": low, "high": high}
    return {name: round(float(value), 3) for name, value in values.items()}


def scores(cache: Path, net: ContentNet) -> dict[str, Any]:
    """Return the accuracy for each voice, spoken and sung."""
    return {
        f"{voice}{' (never heard)' if voice == UNSEEN else ''}, {'sung' if sung else 'spoken'}":
        accuracy(net, utterances(cache, voice, test=True, sung=sung), LANGUAGES[voice])
        for voice in VOICES
        for sung in (False, True)
    }  # fmt: skip


def card(
    path: Path, net: ContentNet, found: dict[str, Any], about: str, options: str
) -> dict[str, Any]:
    """Return the card of the weights."""
    return {
        "name": NAME,
        "what": "Features of what is said or sung, 100 a second, whoever says it",
        "network": "musicnb.voices.network.ContentNet",
        "parameters": sum(each.numel() for each in net.parameters()),
        "precision": "float16 on disk, float32 in use",
        "phones": {
            name[6:-5]: len(bias)
            for name, bias in net.state_dict().items()
            if name.startswith("names") and name.endswith("bias")
        },
        "sha256": sha256(path),
        "licence": "BSD-3-Clause",
        "credit": "The musicnb contributors",
        "source": "trained from scratch by the recipe, on what whisper-tiny hears",
        "data": about,
        "recipe": f"python -m musicnb.recipes.content {options}",
        "seed": SEED,
        "scores": {"measure": "share of 10 ms frames whose phone is named rightly", **found},
        "fails": "Six voices, five of them synthetic and four of those American men, taught it "
        "what to keep, and Whisper's tiny.en has heard English only. Sounds of other languages, "
        "whispers, screams and children are heard as the nearest sound it knows. It keeps "
        "something of the speaker.",
    }


def finish(cache: Path, checkpoint: Path, *, minutes: float) -> None:
    """Train, score what is in the file, and write weights and card."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    trained, steps = train(cache, checkpoint, minutes=minutes, device=device)
    path = PACKAGED / f"{NAME}.safetensors"
    with atomic(path) as temporary:
        state = {name: value.half() for name, value in trained.state_dict().items()}
        save_file({name: value.cpu().contiguous() for name, value in state.items()}, temporary)
    net = ContentNet({name: len(found) for name, found in phone_names(cache / "speech").items()})
    net.load_state_dict({name: value.float() for name, value in load_file(path).items()})
    seconds = sum(
        float(said["ends"][-1])
        for voice in VOICES
        if voice != UNSEEN
        for said in read(cache / "speech" / voice, test=False)
    )
    about = (
        f"{seconds / 3600:.1f} h of speech: flite's voices kal16, rms and slt, festival's ked, "
        "Piper's joe, and the Russian recordings of festvox-ru; every third utterance also sung by "
        f"WORLD; each also {DISGUISES} times in disguise; {steps} steps of {BATCH} stretches of "
        f"{FRAMES / 100:.1f} s"
    )
    found = scores(cache, net)
    print(found)
    options = f"--minutes {minutes:g} --threads {torch.get_num_threads()}"
    write_json(path.with_suffix(".json"), card(path, net, found, about, options))


def main() -> None:
    """Run the recipe."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--cache", type=Path, default=Path(".cache"))
    parser.add_argument("--utterances", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    cache = options.cache.resolve()
    make(cache, options.utterances)
    torch.set_num_threads(options.threads)
    finish(cache, cache / f"{NAME}.pt", minutes=options.minutes)


if __name__ == "__main__":
    main()
