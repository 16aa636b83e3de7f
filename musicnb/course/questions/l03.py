"""Lesson 03, Taking a song apart: masks, SI-SDR, HPSS, and a network trained in the lesson."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.course import masknet
from musicnb.course.checks import array, box, explained, number, one_of, several
from musicnb.course.glasswork import START, STOP, glasswork, mixture, oracle_scores, two_drums
from musicnb.course.masknet import by_hand, score_network
from musicnb.course.question import Question, Wrong, call

if TYPE_CHECKING:
    from pathlib import Path

#: What a network must gain over the mixture (dB SI-SDR), and the share of the points for it.
GAINS = ((4.0, 1.0), (3.0, 2 / 3), (1.0, 1 / 3))
#: Decibels by which a measured score may differ.
NEAR = 0.15
#: Steps of a bar (12 to a bar of 3 s) on which the drums of bars 3 to 5 are struck.
STRUCK = (0, 2, 3, 5, 6, 7, 8, 9, 11)
HITS = tuple(6 + 3 * bar + step / 4 for bar in range(3) for step in STRUCK)
#: A hit is narrower than this (s), and reaches over more than this (Hz).
WIDEST, LOWEST_REACH = 0.35, 3000


def check_share(answer: Any) -> str:
    """Check a function that makes a ratio mask."""
    random = np.random.default_rng(3)
    target, rest = random.uniform(0.1, 4, (2, 4, 6))
    mask = array(call(answer, target.copy(), rest.copy()), target.shape, "(frequencies, moments)")
    explained(
        mask,
        target / (target + rest),
        [
            (rest / (target + rest), "that is the mask of the rest; put the target on top", 0.5),
            (
                target**2 / (target**2 + rest**2),
                "you share out by powers; a good mask too, but here magnitudes are asked for",
                0.5,
            ),
            (target / rest, "target / rest has no upper end; divide by the sum of both", 0.0),
            (
                target > rest,
                "that is a binary mask, all or nothing; the share itself is asked",
                0.5,
            ),
        ],
        otherwise="of target 3 and rest 1 the share is 3 / (3 + 1) = 0.75; yours is another",
    )
    target[1, 2] = rest[1, 2] = target[3] = 0.0
    with np.errstate(all="ignore"):
        mask = np.asarray(call(answer, target.copy(), rest.copy()))
    if not np.isfinite(mask).all():
        raise Wrong(
            "where target and rest are both 0 yours is not a number; it shall be 0 there", part=0.5
        )
    explained(
        mask[[1, 3], [2, 0]],
        [0, 0],
        [],
        otherwise="where the target is 0, and so where both are 0, the mask must be 0",
    )
    return "a share between 0 and 1 in every point, and target and rest add up to the mixture"


def _si_sdr(estimate: np.ndarray, true: np.ndarray, *, zero_mean: bool = True) -> float:
    from musicnb.stems.metrics import si_sdr

    return si_sdr(estimate, true, zero_mean=zero_mean)


def check_si_sdr(answer: Any) -> str:
    """Check a function that computes the SI-SDR."""
    from musicnb.stems.metrics import sdr, si_sdr

    random = np.random.default_rng(5)
    true, noise = random.normal(size=(2, 400))
    true -= true.mean()
    noise -= noise.mean()
    estimate = 0.5 * true + 0.4 * noise
    found = number(call(answer, estimate.copy(), true.copy()))
    right = si_sdr(estimate, true)
    scaled = (estimate @ true) / (estimate @ estimate) * estimate
    explained(
        found,
        right,
        [
            (
                sdr(estimate, true),
                "that is the plain SDR, which a softer estimate lowers; compare with alpha * true",
                1 / 3,
            ),
            (
                sdr(scaled, true),
                "you scaled the estimate to fit the true stem; scale the true stem to fit it",
                0.5,
            ),
            (-right, "your fraction is upside down: what is right stands on top", 0.5),
            (2 * right, "20 log10 is for amplitudes; your sums of squares are energies: 10", 0.5),
            (right / 10, "a decibel is a tenth of a bel: multiply the logarithm by 10", 0.5),
            (right * np.log(10), "that is the natural logarithm; decibels need np.log10", 0.5),
            (10 ** (right / 10), "that is the ratio itself; in dB it is 10 log10 of it", 0.5),
        ],
        otherwise=f"of a test pair yours is {found:.2f} dB, and {right:.2f} is right: "
        "alpha = sum(estimate * true) / sum(true**2), then compare alpha * true with the rest",
        tolerance=0.02,
    )
    louder = number(call(answer, 7 * estimate, true.copy()))
    if abs(louder - right) > 0.02:  # noqa: PLR2004
        raise Wrong(f"seven times as loud, the same estimate scores {louder:.2f} dB", part=0.5)
    shifted = number(call(answer, estimate + 0.5, true + 0.2))
    if abs(shifted - right) > 0.02:  # noqa: PLR2004
        raise Wrong(
            f"with an offset, which nobody hears, it is {shifted:.2f} instead of {right:.2f} dB: "
            "take the mean off both first",
            part=2 / 3,
        )
    return "neither the volume nor an offset changes it: what is left is the shape"


def check_oracle(answer: Any, stem: str) -> str:
    """Check the SI-SDR of a stem by its oracle mask."""
    found = number(answer)
    made = oracle_scores(stem)
    mistakes = {
        "mixture": "that is the mixture's own score; apply the mask first",
        "whole": "that is for the whole piece; take bars 3 to 6, as score() does",
        "sdr": "that is the plain SDR; score() computes the SI-SDR",
        "drums": f"you compared with the drums: pass true=true[{stem!r}] to score()",
        "rest": "that is the score of everything else; is your mask the wrong way round?",
    }
    explained(
        found,
        made["right"],
        [
            (made[name], text, 0.5 if name in ("whole", "sdr") else 0.0)
            for name, text in mistakes.items()
            if abs(made[name] - made["right"]) > 2 * NEAR
        ],
        otherwise=f"for {stem} it is another number; make target and rest from true[{stem!r}]",
        tolerance=NEAR,
    )
    return "the more a stem overlaps with the others, the lower even the oracle scores"


def check_hit(answer: Any) -> str:
    """Check a box around one drum hit."""
    start, stop, low, high = box(answer)
    if stop - start > WIDEST:
        raise Wrong(f"your box is {stop - start:.2f} s wide; a hit is over in about 0.1 s")
    held = [hit for hit in HITS if start - 0.02 <= hit < stop]
    if not held and not HITS[0] <= start < HITS[0] + 9:
        raise Wrong("the drums play from 6 s on; draw your box between 6 and 15 s")
    if not held:
        raise Wrong("nothing begins in your box; look for a line that stands upright")
    if len(held) > 1:
        raise Wrong(f"{len(held)} hits are in your box; make it narrower", part=0.5)
    if high - low < LOWEST_REACH:
        raise Wrong(
            f"your box is only {high - low:.0f} Hz high; the line of a hit reaches over thousands",
            part=0.5,
        )
    return f"at {held[0]:g} s something is struck: all frequencies at one moment"


def check_network(answer: Any) -> str:
    """Check a network's file by what it gains on bars 3 to 6 of Glasswork."""
    stems = glasswork()
    part = slice(START * masknet.RATE, STOP * masknet.RATE)
    song = mixture(stems)
    return judge_gain(score_network(answer, song[part], stems["drums"][part], masknet.RATE))


def judge_gain(gain: float) -> str:
    """Return the praise for a gain in SI-SDR over the mixture, or say what it is worth.

    Examples
    --------
    >>> judge_gain(4.5)
    'your network gains 4.5 dB over the mixture'
    """
    least, _ = GAINS[0]
    said = f"your network gains {gain:.1f} dB over the mixture"
    if gain >= least:
        return said
    part = next((share for enough, share in GAINS if gain >= enough), 0.0)
    raise Wrong(
        f"{said}; from {least:g} dB on you have all points. Did the loss fall in training, and are "
        "the arrays in the order of the layers?",
        part=part,
    )


def _not_arrays(folder: Path) -> Path:
    path = folder / "pickled.npz"
    np.savez(path, weight1=np.array([{}], object))
    return path


def _empty(folder: Path) -> Path:
    path = folder / "empty.npz"
    np.savez(path, weight1=np.zeros((1, 2, 3, 5)))
    return path


QUESTIONS = (
    Question(
        "l03-q1",
        "A mask",
        2,
        check_share,
        hints=(
            "Add the two first; where the sum is 0, divide by something else than it.",
            "target / np.where(total > 0, total, 1), with total = target + rest.",
        ),
        right=(
            lambda target, rest: target / (target + rest + 1e-9),
            lambda target, rest: target / np.maximum(target + rest, 1e-12),
        ),
        wrong=(
            (lambda target, rest: rest / (target + rest + 1e-9), "of the rest"),
            (lambda target, rest: target**2 / (target**2 + rest**2 + 1e-9), "powers"),
            (lambda target, rest: target / (rest + 1e-9), "no upper end"),
            (lambda target, rest: 1.0 * (target > rest), "binary"),
            (lambda target, rest: (target / (target + rest + 1e-9)).T, "transposed"),
            (lambda target, rest: target / (target + rest), "not a number"),
            (
                lambda target, rest: np.where(
                    target + rest > 0, target / (target + rest + 1e-9), 1
                ),
                "must be 0",
            ),
        ),
    ),
    Question(
        "l03-q2",
        "SI-SDR",
        3,
        check_si_sdr,
        hints=(
            "Take the means off; then find alpha, and with it what is right: alpha * true.",
            "What is wrong is estimate - alpha * true; take 10 * np.log10 of the sums of squares.",
        ),
        right=(_si_sdr,),
        wrong=(
            (lambda e, t: 10 * np.log10(np.sum(t**2) / np.sum((e - t) ** 2)), "plain SDR"),
            (lambda e, t: -_si_sdr(e, t), "upside down"),
            (lambda e, t: 2 * _si_sdr(e, t), "energies"),
            (partial(_si_sdr, zero_mean=False), "offset"),
            (lambda e, t: _si_sdr(e * (e @ t) / (e @ e), t) + 0 * e, "number"),
        ),
    ),
    Question(
        "l03-q3",
        "How far an oracle gets",
        2,
        check_oracle,
        variants=tuple({"stem": stem} for stem in ("bass", "guitar", "other", "drums")),
        hints=(
            "The three lines that made `oracle` for the drums, with true[my_stem] for drums.",
            "score(istft(mask * spectrum), true=true[my_stem]).",
        ),
        right=(6.69, "6.7"),
        wrong=(
            (-1.45, "mixture's own"),
            (6.22, "whole piece"),
            (7.39, "plain SDR"),
            (-11.97, "compared with the drums"),
            (30, "another number"),
            ("?", "a number is asked for"),
        ),
    ),
    Question(
        "l03-q4",
        "One hit",
        2,
        check_hit,
        hints=(
            "Choose “Drag to select”, and look above 2 kHz, where no bass is in the way.",
            "At 6.75 s the snare is struck: from 6.7 to 6.85 s, 2 to 10 kHz.",
        ),
        right=(
            {"start": 6.7, "stop": 6.9, "low": 2000, "high": 10000},
            {"start": 7.49, "stop": 7.6, "low": 0, "high": 11000},
        ),
        wrong=(
            ({"start": 6.0, "stop": 8, "low": 0, "high": 11000}, "wide"),
            ({"start": 6.45, "stop": 6.79, "low": 0, "high": 11000}, "narrower"),
            ({"start": 6.7, "stop": 6.9, "low": 200, "high": 900}, "Hz high"),
            ({"start": 7.05, "stop": 7.2, "low": 200, "high": 9000}, "nothing begins"),
            ({"start": 1.05, "stop": 1.2, "low": 200, "high": 9000}, "from 6 s on"),
            (6.7, "explorer.selection"),
        ),
    ),
    Question(
        "l03-q5",
        "Which median keeps the drums",
        2,
        partial(
            one_of,
            right=1,
            why={
                0: "over time a hit is narrow, so that median wipes it out; it keeps the notes",
                2: "they keep different things: one what lies, the other what stands",
                3: "one of them does: a hit is wide in one of the two directions",
            },
            praise="over frequency a hit is wide and stays, and a note is narrow and goes",
        ),
        quiz={
            "prompt": "Which median keeps the drums?",
            "kind": "choice",
            "options": [
                "The one along time, over neighbouring moments",
                "The one along frequency, over neighbouring frequencies",
                "Both alike",
                "Neither",
            ],
            "justify": True,
        },
        hints=("In which direction is a drum hit wide? What is wide survives.",),
        right=(1,),
        wrong=((0, "wipes it out"), (2, "different things"), (3, "one of them")),
    ),
    Question(
        "l03-q6",
        "Honest tests",
        2,
        partial(
            several,
            right=(1, 4),
            why={
                0: "testing on the second half is not honest: its bars repeat those of the first",
                1: "other songs have no sound in common with this one: that test is honest",
                2: "every tenth second has neighbours that were trained on: the same notes ring on",
                3: "raised by a semitone it is still the same performance of the same song",
                4: "sounds made up by a program hold nothing of this song: that test is honest",
                5: "the best of a hundred scores was chosen with the test; part of it is luck",
            },
            praise="whole songs apart, and the test used only once",
        ),
        quiz={
            "prompt": "A network for drums is tested on Glasswork. Which tests are honest?",
            "kind": "several",
            "options": [
                "Train on its first half, test on its second",
                "Train on other bands' songs, test on Glasswork",
                "Cut it into seconds, train on nine of ten, test on each tenth",
                "Train on Glasswork, test on it raised by a semitone",
                "Train on sounds that a program makes up, test on Glasswork",
                "Try 100 settings on it, and report the best score",
            ],
        },
        hints=("Ask of each: has the network, or whoever built it, met the test before?",),
        right=([1, 4],),
        wrong=(
            ([0, 1, 4], "repeat"),
            ([1], "made up"),
            ([1, 4, 5], "luck"),
            ("?", "list of options"),
        ),
    ),
    Question(
        "l03-q7",
        "Your network",
        3,
        check_network,
        artefact="l03-network.npz",
        hints=(
            "Each of network.layers has .weight and .bias; .detach().numpy() makes an array.",
            "network_file = name after np.savez(name, weight1=..., bias1=..., and so on to bias5).",
        ),
        right=(by_hand,),
        wrong=(
            (partial(by_hand, steep=0.4), "gains"),
            (_not_arrays, "arrays"),
            (partial(by_hand, weight1=np.zeros((1, 2, 5, 3))), "expected (1, 2, 3, 5)"),
            (_empty, "lacks bias1"),
            (lambda folder: folder / "none.npz", "no such file"),
        ),
    ),
    Question(
        "l03-q8",
        "What is left",
        2,
        partial(
            one_of,
            right="A",
            why={"B": "listen between the hits: in which does the bass line go on?"},
            praise="its mask never closes all the way, and the bass line goes on between the hits",
        ),
        quiz=two_drums,
        hints=("Listen to the gaps between the hits, and switch while they play.",),
        right=("A",),
        wrong=(("B", "between the hits"), (3, "not one of the choices")),
    ),
)
