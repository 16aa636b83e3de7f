"""`train_voice`: a voice of one's own, from a minute of recordings."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors.torch import save_file

from musicnb.audio.audio import Audio
from musicnb.runtime.device import device as pick_device
from musicnb.runtime.files import write_json
from musicnb.runtime.job import Job
from musicnb.runtime.weights import card
from musicnb.voices.bandwidth import extended
from musicnb.voices.consent import RECORDING, read_consent, require_same_voice
from musicnb.voices.disguise import heard_disguised
from musicnb.voices.few_shot import FewShot
from musicnb.voices.library import PACKAGED, new_folder, voices_dir
from musicnb.voices.listen import Performance, listen
from musicnb.voices.recordings import prepare
from musicnb.voices.retrieval import build_index
from musicnb.voices.scores import held_out_scores, sing_again
from musicnb.voices.synthesis import SAMPLE_RATE
from musicnb.voices.voice import (
    CARD,
    DECODER,
    INDEX,
    PREVIEW,
    SHARED,
    Voice,
    load_voice,
    shared_decoder,
)

if TYPE_CHECKING:
    from torch import Tensor

    from musicnb.voices.recordings import Given, Recordings

    Takes = list[tuple[Performance, Tensor]]

#: Steps at most.
STEPS = 500
#: Seconds between checkpoints.
CHECKPOINT_S = 20.0
#: Seconds of a take at most, and that its last part has at least; every so many takes one is held
#: out.
TAKE, REST, HELD_OUT = 8.0, 2.0, 8
#: Copies of every take in disguise.
DISGUISES = 6
#: What is softer is no voice, in dBFS.
SOFT = -50.0


class Training(Job[Voice]):
    """A training that can be watched.

    Attributes
    ----------
    losses : list of float
        How far off each step was.
    held_out : list of (int, float)
        Steps after which the held-out takes were looked at, and how far off they were.
    sample : Audio or None
        A held-out take as the voice sang it when it was last looked at.
    """

    losses: list[float]
    held_out: list[tuple[int, float]]
    sample: Audio | None


def train_voice(
    recordings: Given,
    name: str,
    consent: str | Path | Audio,
    *,
    steps: int = STEPS,
    seed: int = 0,
    device: str | None = None,
) -> Voice:
    """Learn a voice from a minute or more of recordings, in about three minutes on two cores.

    Parameters
    ----------
    recordings : Audio, path, or several of them
        One voice that speaks or sings, without accompaniment or noise: 30 s to 10 minutes, the
        pauses left out. What `separate` makes of a song will do.
    name : str
        What `convert` is to know it by: up to 40 small letters, digits, - and _.
    consent : str, path or Audio
        What the owner of the voice says to it: written in their own words, or recorded in their
        own voice. It is kept with the voice, and without it there is no conversion.
    steps : int
        At most; the training ends earlier when held-out takes are sung worse.
    seed : int
        Of what is drawn.
    device : {'auto', 'cpu', 'cuda', 'cuda:N'}, optional
        Where to compute.

    Returns
    -------
    Voice
        From now on in `voice_names`. ``about["scores"]`` says how good it is: `similarity` of
        voices of the library converted to it with what was held out (`similarity_before` is
        theirs as they were, `similarity_of_takes` that of what it was learned from), the error of
        the pitch in cents, and the loss before and after.

    Raises
    ------
    musicnb.errors.ConsentError
        If nothing is said, or the consent seems to be spoken by somebody else.
    musicnb.errors.InputError
        If the name is taken; if there is too little voice, too much noise or accompaniment,
        clipping, more than one voice, or hardly any pitch.
    musicnb.errors.Cancelled
        If it was interrupted. The same call goes on from the last checkpoint, even after a crash.

    Notes
    -----
    The recordings are cut at silences and listened to, as they are and in disguise
    (`musicnb.voices.disguise`); the decoder that the library shares is fitted to them, from the
    voice that is nearest; an index of what was said is made, and all is
    written in half precision to the user's own folder. After the few-shot recipes of so-vits-svc
    and RVC, rebuilt small. What is checked of the recordings is described in
    `musicnb.voices.recordings`. Taught in lesson 08.
    """
    return train_voice_job(recordings, name, consent, steps=steps, seed=seed, device=device).run()


def train_voice_job(
    recordings: Given,
    name: str,
    consent: str | Path | Audio,
    *,
    steps: int = STEPS,
    seed: int = 0,
    device: str | None = None,
) -> Training:
    """Return :func:`train_voice` as a job: to watch, to listen to as it learns, or to cancel."""
    folder = new_folder(name)
    record, spoken = read_consent(consent)
    where = pick_device(device)
    half_done = voices_dir() / ".training"

    def task(job: Job[Voice]) -> Voice:
        assert isinstance(job, Training)  # noqa: S101  (it is made below)
        material = prepare(recordings)
        if spoken is not None:
            record["likeness"] = round(require_same_voice(spoken, material.slices), 3)
        job.advance(0)
        learned, held_out = _takes(material, seed, job)
        shared = shared_decoder()
        few = FewShot(
            _with_disguises(learned, seed, job),
            _with_disguises(held_out, seed, job),
            shared,
            [load_voice(PACKAGED / each).index for each in card(SHARED)["voices"]],
            steps=steps,
            seed=seed,
            device=where,
        )
        _train(few, held_out, job, _key(material, shared, steps, seed))
        voice = _voice(name, few, learned, material)
        voice.about["consent"] = record
        target = [Audio(sound.numpy(), SAMPLE_RATE) for _, sound in held_out]
        voice.about["scores"] = held_out_scores(voice, held_out, target, material.slices)
        voice.about["scores"] |= {
            "loss_before": round(few.held_out[0][1], 3),
            "loss": round(min(loss for _, loss in few.held_out), 3),
        }
        _write(voice, folder, half_done, spoken, sing_again(voice, held_out[0][0]))
        return load_voice(folder)

    job = Training(
        task,
        total=steps,
        title=f"Training {name}",
        unit="step",
        checkpoint=half_done / f"{name}.safetensors",
    )
    job.losses, job.held_out, job.sample = [], [], None
    return job


def _takes(material: Recordings, seed: int, job: Training) -> tuple[Takes, Takes]:
    """Listen to the slices in takes; return those that are learned from, and those held out."""
    rng = np.random.default_rng(seed)
    learned: Takes = []
    held_out: Takes = []
    for number, samples in enumerate(_parts(material)):
        made = extended(samples, SAMPLE_RATE, rng)
        heard = listen(Audio(made, SAMPLE_RATE))
        chosen = held_out if number % HELD_OUT == HELD_OUT // 2 else learned
        chosen.append((heard, torch.from_numpy(made)))
        job.advance(0)
    return learned, held_out


def _with_disguises(takes: Takes, seed: int, job: Training) -> Takes:
    """Return the takes, and as many times more in disguise: with the same sound."""
    rng = np.random.default_rng(seed)
    made = list(takes)
    for _ in range(DISGUISES):
        for heard, sound in takes:
            content = heard_disguised(sound.numpy(), rng)
            made.append((replace(heard, content=content), sound))
            job.advance(0)
    return made


def _parts(material: Recordings) -> list[np.ndarray[Any, np.dtype[np.float32]]]:
    parts = []
    for each in material.slices:
        count = max(1, round((each.frames / SAMPLE_RATE - REST) / TAKE + 0.5))
        parts += np.array_split(each.samples[0], count)
    return parts


def _train(few: FewShot, held_out: Takes, job: Training, key: str) -> None:
    kept = job.load()
    if kept is not None and kept["key"] == key:
        few.load(kept)
    else:
        job.done = 0.0
    job.losses, job.held_out = few.losses, few.held_out
    saved = job.elapsed
    while not few.finished:
        if few.advance():
            job.sample = sing_again(_sketch(few), held_out[0][0])
        if job.elapsed - saved > CHECKPOINT_S:
            saved = job.elapsed
            job.done += 1
            job.save(key=key, **few.state())
            job.done -= 1
        job.advance(1)


def _key(material: Recordings, shared: torch.nn.Module, steps: int, seed: int) -> str:
    """Return what a checkpoint must have been made from to be gone on from."""
    digest = hashlib.sha256(f"{steps} {seed}".encode())
    for each in material.slices:
        digest.update(each.samples.data)
    for value in shared.state_dict().values():
        digest.update(value.numpy().data)
    return digest.hexdigest()


def _sketch(few: FewShot) -> Voice:
    """Return the voice as it is now, with nothing but what it takes to sing."""
    net = few.net.eval()
    return Voice("", {}, net, net.speaker.weight[0].detach().cpu(), torch.zeros(0, 64))


def _voice(name: str, few: FewShot, learned: Takes, material: Recordings) -> Voice:
    content = torch.cat([torch.from_numpy(each.content) for each, _ in learned], 1)
    loud = torch.cat([torch.from_numpy(each.loudness) for each, _ in learned]) > SOFT
    hz = np.concatenate([each.hz for each, _ in learned])
    low, median, high = np.percentile(hz[hz > 0], (5, 50, 95))
    about: dict[str, Any] = {
        "name": name,
        "what": f"A voice trained here from {material.seconds:.0f} s of recordings",
        "licence": "its owner's consent",
        "range_hz": [round(float(low), 1), round(float(high), 1)],
        "median_hz": round(float(median), 1),
        "seconds": round(material.seconds),
        "snr_db": round(material.snr_db, 1),
        "steps": few.step,
    }
    net = few.decoder()
    speaker = net.speaker.weight[0].detach()
    return Voice(name, about, net, speaker, build_index(content[:, loud]))


def _write(
    voice: Voice, folder: Path, half_done: Path, spoken: Audio | None, preview: Audio
) -> None:
    """Write a voice's folder, whole or not at all."""
    half_done.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=half_done) as temporary:
        made = Path(temporary) / voice.name
        made.mkdir()
        state = voice.decoder.state_dict()
        save_file({k: v.half().contiguous() for k, v in state.items()}, made / DECODER)
        save_file({"index": voice.index.half().contiguous()}, made / INDEX)
        preview.save(made / PREVIEW, sidecar=False)
        if spoken is not None:
            spoken.save(made / RECORDING, sidecar=False)
        write_json(made / CARD, voice.about)
        made.rename(folder)
