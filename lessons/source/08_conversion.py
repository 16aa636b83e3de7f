# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
#   musicnb:
#     title: "Someone else's voice: content, speaker, retrieval"
#     minutes: 80
#     device: cpu
#     budget:
#       seconds: 180
#       memory_mb: 1500
# ---

# %% [markdown]
# # Someone else's voice
#
# You sing, and another voice comes out. How is that done, how well, and should it be? In this
# lesson you take a sentence apart into *what* is said, *who* says it and *how high*; build the parts
# that make another voice of it; train a voice that belongs to nobody; and find out whom such a
# machine serves, whom it can harm, and what can be done about that.
#
# **You will be able to** tell voices apart by an angle · find what a voice has said that is nearest
# to what you say · name what each control of a conversion changes, by ear and by number · weigh two
# judges that disagree · train a voice, and read its scores · say where it fails · say whom you have
# to ask, and what a detector's alarm is worth.
#
# **You need** lessons 06 and 07 (semitones, f0, formants), about 1.5 minutes of computing on two
# cores, 1.5 GB of memory, and no GPU. No knowledge of music or of law.
#
# Ten questions are checked on the way. Some of them have other numbers for every student.

# %%
import musicnb
import numpy as np
import plotly.graph_objects as go
from IPython.display import display
from musicnb import Audio
from musicnb.course import lesson

stranger = lesson("08_conversion")
stranger


# %%
def chart(x_title, y_title, lines, mode="lines+markers"):
    figure = go.Figure()
    for name, (x, y) in lines.items():
        figure.add_scatter(x=x, y=y, name=name, mode=mode)
    figure.update_layout(height=300, margin={"l": 60, "r": 10, "t": 20, "b": 40})
    figure.update_xaxes(title=x_title)
    figure.update_yaxes(title=y_title)
    return figure


# %% [markdown]
# ## 1. Who says it
#
# Eight voices come with the library. Each was published by its owner so that machines may speak
# with it: that is written in its card, and we will come back to it. Listen to three of them.

# %%
from musicnb.voices.library import PACKAGED

names = [name for name in musicnb.voice_names() if (PACKAGED / name).is_dir()]
spoken = {name: musicnb.load(PACKAGED / name / "preview.ogg") for name in names}
for name in ("rms", "slt", "robot"):
    print(name, "·", musicnb.voice(name).about["what"])
    display(spoken[name][:5])

# %% [markdown]
# How could a machine tell them apart, whatever they say? A **speaker encoder** is a network that
# turns a recording into a list of numbers, an **embedding**, such that recordings of *one* person
# point in *one* direction and those of others elsewhere. It learned that from thousands of
# speakers. The one here is [Resemblyzer](https://github.com/resemble-ai/Resemblyzer), made by
# others, from other voices: that makes it a judge from outside.

# %% tags=["nbval-check-output"]
from musicnb.voices.similarity import embed_voice

one = embed_voice(spoken["slt"][:5])
print("the embedding of a voice has the shape", one.shape)

# %% [markdown]
# **Question 1.** How alike are two directions? The usual measure is the **cosine** of the angle
# between them: 1 for the same direction, 0 for a right angle, -1 for opposite ones, and how *long*
# the two are plays no part. Write it: the dot product, divided by both lengths.
#
# *Expected:* `cosine([1, 0], [3, 4])` is 0.6, and `cosine([1, 0], [30, 40])` is too.


# %%
# musicnb: l08-q1
import numpy as np


def cosine(one, other):
    """Return the cosine of the angle between two vectors (arrays of one length)."""
    ### BEGIN SOLUTION
    return one @ other / (np.linalg.norm(one) * np.linalg.norm(other))
    ### END SOLUTION


stranger.q1.check(cosine)

# %% [markdown]
# **Predict.** Cut each recording in the middle, and compare the *first* half of every voice with the
# *second* half of every voice. The two halves say different words. For how many of the eight is its
# own other half the most alike?

# %%
stranger.predict("halves", "Its own other half is the most alike, of 8 voices, for", unit="voices")

# %%
halves = {name: (embed_voice(a[:5.5]), embed_voice(a[6.5:])) for name, a in spoken.items()}
alike = np.array([[halves[a][0] @ halves[b][1] for b in names] for a in names])
figure = go.Figure(go.Heatmap(z=alike, x=names, y=names, colorscale="Viridis", zmin=0.3, zmax=1))
figure.update_layout(height=360, margin={"l": 60, "r": 10, "t": 20, "b": 40})
figure.update_xaxes(title="second half")
figure.update_yaxes(title="first half", autorange="reversed")
figure

# %%
own = int(sum(row.argmax() == number for number, row in enumerate(alike)))
stranger.reveal("halves", f"{own} voices")

# %% [markdown]
# <details><summary>Explain</summary>
#
# The embeddings have length 1, so that the plain product is the cosine. Along the diagonal it is
# about 0.9, elsewhere about 0.55, whatever was said. Where do the two ranges meet? *That* is where
# a bank would have to put its limit, if it let people in by their voice. Every conversion that is
# more like you than your own bad morning gets in too.
# </details>
#
# ## 2. What is said
#
# For the opposite there are two networks in a row. The first is the half of **Whisper** that listens:
# OpenAI showed it very many hours of people who talk, so that it would write down what they say. The
# second, the **content encoder**, was trained to name the **phones** in what Whisper hears, the
# sounds of a language (the *sh*, *ee* and *t* of "sheet"), whoever says them. What counts here is
# not its answer but the layer before it: 64 numbers for every 10 ms, the **content features**. They
# are to tell a *sh* from a *t*, and not a man from a woman.

# %% tags=["nbval-check-output"]
from musicnb.voices.listen import listen

source = spoken["rms"][:6]
performance = listen(source)
print("content:", performance.content.shape, "(features, frames)")
print("f0:", performance.hz.shape, " loudness:", performance.loudness.shape)

# %% [markdown]
# That is all a conversion takes from you: **what**, in 64 numbers; **how high**, and **how loud**.
# *Who* is not among them, at least not on purpose. That is why loudness is taken from syllable to
# syllable only: how much softer your m is than the a after it tells who you are.
#
# Lesson 07 had the other way round: pulses and noise, and a filter that makes a voice of them. Here
# another network, the **decoder**, chooses that filter anew for every frame: from the content, the
# pitch and the loudness, and from 32 numbers that say *whose* filter it is to be. It was trained to
# sing back what each of the eight had said, and then to have each sing what the others had said so
# that a second network, which learned to tell what is real from what is made, was taken in.
#
# **Predict.** `rms` is a man, `slt` a woman. What will `musicnb.convert` make of his sentence?

# %%
stranger.predict(
    "convert",
    "His sentence, converted to her voice:",
    kind="choice",
    options=["her voice, as low as his", "her voice, as high as hers", "his voice, but higher"],
)

# %%
made = musicnb.convert(source, "slt")
for label, sound in {"his": source, "converted": made.audio, "hers": spoken["slt"][:6]}.items():
    print(label, "· median of f0:", round(musicnb.estimate_f0(sound).median), "Hz")
    display(sound)

# %%
stranger.reveal("convert", "“her voice, as low as his”")

# %% [markdown]
# <details><summary>Explain</summary>
#
# How high it is was taken from him. A woman who speaks at 100 Hz sounds odd, since nobody has heard
# her there; and her decoder has not, either. `suggest_transpose` compares the two medians.
# </details>

# %%
from musicnb.voices.controls import suggest_transpose

advice = suggest_transpose(made.source_f0, musicnb.voice("slt"))
print(advice.transpose, "semitones:", advice.reason)

# %% [markdown]
# **Question 2.** A singer's median is `source` Hz, the voice is at home around `target` Hz. You want to
# replace the singer *in a song*, and the band stays in its key. By how many semitones do you
# transpose?

# %%
stranger.q2.variant

# %%
# musicnb: l08-q2
### BEGIN SOLUTION | transpose = ...
ratio = stranger.q2.variant["target"] / stranger.q2.variant["source"]
transpose = 12 * round(np.log2(ratio))
### END SOLUTION
stranger.q2.check(transpose)

# %% [markdown]
# ## 3. Nearest neighbours
#
# Content features are not clean: some of *him* is left in them. An idea of 2022 and 2023 gets rid of
# it without any training. Keep the features of everything the target has said, as an **index**; then
# replace each frame of the source by the frames in the index that are *nearest*. What she never
# said cannot come out. This is called **retrieval**.
#
# **Question 3.** For each of the `points` find the `k` nearest in `index`, and return their mean, in
# which the nearer ones weigh more: with $1 / d^2$, $d$ being the distance (the length of the
# difference; at least 0.0001, so that nothing is divided by zero).
#
# *Expected:* for the point `[0]`, the index `[1], [2], [9]` and `k` 2: weights 1 and 1/4, so 1.2.


# %%
# musicnb: l08-q3
def retrieve(points, index, k):
    """Return (points, features): means of the nearest of `index`, which is (kept, features)."""
    ### BEGIN SOLUTION
    away = np.linalg.norm(points[:, None] - index[None], axis=2)
    nearest = np.argsort(away, axis=1)[:, :k]
    weights = 1 / np.maximum(np.take_along_axis(away, nearest, axis=1), 1e-4) ** 2
    return (index[nearest] * weights[..., None]).sum(1) / weights.sum(1)[:, None]
    ### END SOLUTION


stranger.q3.check(retrieve)

# %% [markdown]
# **Question 4.** Replacing everything is often too much. Two controls say how far to go. A
# `retrieval_ratio` of 0 leaves the features as they are, of 1 takes what was found, and between
# them goes that part of the way. And consonants, which are short and unlike each other, suffer
# most: in *unvoiced* frames the ratio is made smaller, by `protect`. 0 treats them like the others,
# 1 leaves them alone.


# %%
# musicnb: l08-q4
def drawn(points, found, voiced, retrieval_ratio, protect):
    """Return (frames, features); `voiced` has True or False for each frame."""
    ### BEGIN SOLUTION
    share = retrieval_ratio * np.where(voiced, 1, 1 - protect)
    return points + share[:, None] * (found - points)
    ### END SOLUTION


stranger.q4.check(drawn)

# %% [markdown]
# Ten minutes of speech are 60 000 frames, and every frame of yours is compared with all of them.
# Most are near-copies: hundreds of the same *ee*. **k-means** (Lloyd, 1957) picks a few points that
# stand for all. Begin with any of them as centres. Then, again and again: give each point to the
# centre that is nearest, and move each centre to the mean of its points.
#
# **Question 5.** One such round. A centre that is the nearest of no point stays where it is.


# %%
# musicnb: l08-q5
def better_centres(points, centres):
    """Return (centres, features) after a round of k-means."""
    ### BEGIN SOLUTION
    nearest = np.linalg.norm(points[:, None] - centres[None], axis=2).argmin(1)
    groups = [points[nearest == number] for number in range(len(centres))]
    return np.array([g.mean(0) if len(g) else c for g, c in zip(groups, centres)])
    ### END SOLUTION


stranger.q5.check(better_centres)

# %% [markdown]
# Now an index of her 12 s of speech, every other frame of it, in 48 centres. (The lesson goes on with `neighbours`, which
# does what yours do.) How far are his frames from it, before and after?

# %%
from musicnb.course import neighbours

hers = listen(spoken["slt"]).content.T[::2].astype(float)
centres = hers[np.random.default_rng(0).choice(len(hers), 48, replace=False)]
spread = []
for _ in range(10):
    spread.append(neighbours.distances(hers, centres).min(1).mean())
    centres = neighbours.better_centres(hers, centres)
chart("round", "mean distance to the nearest centre", {"k-means": (np.arange(10), spread)})

# %% tags=["nbval-check-output"]
his = performance.content.T.astype(float)
voiced = performance.hz > 0
found = neighbours.retrieve(his, hers, 4)
for ratio in (0.0, 0.5, 1.0):
    moved = neighbours.drawn(his, found, voiced, ratio, protect=0.0)
    away = neighbours.distances(moved, hers).min(1).mean()
    before = neighbours.distances(his, hers).min(1).mean()
    print(f"ratio {ratio}: nearer to what she has said than before: {bool(away < 0.99 * before)}")
print("no round of k-means was worse:", bool(np.all(np.diff(spread) < 1e-9)))

# %% [markdown]
# ## 4. One control after the other
#
# In the library they are called the same. First the two that are about the voice. Which is which?

# %%
high = {"transpose": 8.0, "retrieval_ratio": 0.5}


def converted(**settings):
    return musicnb.convert(source, "slt", **{**high, **settings}).audio


for label, settings in {
    "as it is": {},
    "formant_shift=-5: a longer throat": {"formant_shift": -5},
    "noise_scale=3: breath": {"noise_scale": 3},
    "noise_scale=0: no breath at all, consonants neither": {"noise_scale": 0},
}.items():
    print(label)
    display(converted(**settings)[:3])

# %% [markdown]
# Then those about the performance. **Predict.** `dynamics=0` takes the difference of loud and soft
# away. What will the level of the *pauses* do?

# %%
stranger.predict(
    "pauses",
    "With dynamics=0 the pauses become ...",
    kind="choice",
    options=["as loud as the words", "silent as before", "half as loud as the words"],
)


# %%
def spread_db(sound):
    """Return by how many dB loud and soft voiced moments are apart."""
    told = listen(sound)
    levels = told.loudness[told.hz > 0]
    return float(np.percentile(levels, 90) - np.percentile(levels, 10))


rows = {}
for label, settings in {
    "as it is": {},
    "dynamics=0": {"dynamics": 0},
    "dynamics=2": {"dynamics": 2},
    "source_loudness=0": {"source_loudness": 0},
    "tempo=1.5": {"tempo": 1.5},
    "transpose=-4": {"transpose": -4},
}.items():
    sound = converted(**settings)
    rows[label] = (sound.duration, musicnb.estimate_f0(sound).median, spread_db(sound))
    print(f"{label:18} {rows[label][0]:4.1f} s   f0 {rows[label][1]:4.0f} Hz   "
          f"loud and soft {rows[label][2]:4.1f} dB apart")  # fmt: skip
display(converted(dynamics=0)[:3])

# %%
stranger.reveal("pauses", "“silent as before”")

# %% [markdown]
# <details><summary>Explain</summary>
#
# What is softer than `slicing_threshold` (40 dB under the loudest moment, unless you say otherwise)
# counts as silence, and stays silent. Raise it to -20 and the ends of words go; lower it to -80 and
# the noise of the room gets a voice. Notes can be stretched one by one, too: `durations=[(1.0, 1.4,
# 2)]` doubles what lies between 1.0 and 1.4 s.
# </details>

# %% tags=["nbval-check-output"]
plain = rows["as it is"]
print("dynamics=0 brings loud and soft together:", bool(rows["dynamics=0"][2] < plain[2]))
print("dynamics=2 takes them apart:", bool(rows["dynamics=2"][2] > plain[2]))
print("tempo=1.5 is shorter by half:", bool(abs(plain[0] / rows["tempo=1.5"][0] - 1.5) < 0.02))
semitones = 12 * np.log2(rows["transpose=-4"][1] / plain[1])
print("transpose=-4 instead of 8 is lower by an octave:", bool(abs(semitones + 12) < 0.7))

# %% [markdown]
# ## 5. Two judges
#
# Is it *her*? Ask the speaker encoder: `musicnb.similarity` of the result and of her recordings. Can
# one *understand* it? Ask whether the same phones are heard as in the source.
#
# (Mind who that second judge is: the same content encoder that the conversion listened with. It
# marks its own homework. Where it counts, as in the benchmarks of the library, a speech recogniser
# made by others writes down the words.)
#
# **Predict.** The `retrieval_ratio` goes from 0 to 1. What do the two judges say?

# %%
stranger.predict(
    "judges",
    "With more retrieval ...",
    kind="choice",
    options=[
        "likeness and intelligibility rise",
        "likeness rises, intelligibility falls",
        "likeness falls, intelligibility rises",
    ],
)

# %%
import torch
from musicnb.voices.listen import content_network

network = content_network(torch.device("cpu"))


@torch.inference_mode()
def phones(sound):
    """Return the number of the phone that is heard in every frame."""
    content = torch.from_numpy(listen(sound).content)[None]
    return network.name(content, "en")[0].argmax(0).numpy()


said = phones(source)
words = performance.loudness > performance.loudness.max() - 35


def understood(sound):
    """Return the share of frames with a voice in which the phone is that of the source."""
    heard = phones(sound)
    frames = min(len(heard), len(said))
    return float((heard[:frames] == said[:frames])[words[:frames]].mean())


ratios = (0, 0.25, 0.5, 0.75, 1)
takes = [converted(retrieval_ratio=ratio, protect=0) for ratio in ratios]
likeness = [musicnb.similarity(take, spoken["slt"]) for take in takes]
clear = [understood(take) for take in takes]
for ratio, alike_, clear_ in zip(ratios, likeness, clear):
    print(f"retrieval_ratio {ratio:4}: likeness {alike_:.3f}, same phones {clear_:.3f}")

# %%
chart("likeness", "share of phones that are the same", {"retrieval_ratio": (likeness, clear)})

# %%
way = ["falls", "rises"]
stranger.reveal(
    "judges",
    f"a likeness that {way[likeness[-1] > likeness[0]]} by {abs(likeness[-1] - likeness[0]):.3f}, "
    f"and an intelligibility that {way[clear[-1] > clear[0]]} by {abs(clear[-1] - clear[0]):.3f}",
)

# %% [markdown]
# <details><summary>Explain</summary>
#
# More retrieval means more of *her*, and less of what *he* said: where she has never said a sound
# like his, the nearest one has to do. Two things may surprise you. The likeness hardly moves: this
# content encoder leaves little of him, so there is little to take away. And the second judge may
# even like it *better*. Remember whose homework it marks: retrieval puts in just the sounds that
# this encoder knows well. A judge from outside need not agree: in the benchmark of the library
# (`python -m benchmarks voices`), pocketsphinx gets 28 % of the words wrong in sentences that people
# read aloud, and 47 % once they are converted. A judge who hears likeness only would never notice. So
# no single number is *the* quality of a conversion, and whoever shows you one has chosen it.
# </details>
#
# **Question 6.** Which setting do you take? Say why.

# %%
# musicnb: l08-q6
### BEGIN SOLUTION | stranger.q6.ask()
stranger.q6.answer(1, because="It must be understood first; among those, the one that is like her.")
### END SOLUTION

# %% [markdown]
# ## 6. A voice of nobody
#
# To train a voice one needs a minute of it, and somebody's **consent**. Whose voice could we take
# here? Not that of a singer whose song we happen to have. We take one that nobody has: a mixture of
# two voices of the library, with a shorter throat. `convert` mixes, if it is given weights.

# %%
recipe = {"slt": 0.5, "joe": 0.5}
recordings = [
    musicnb.convert(spoken[name], recipe, transpose=shift, formant_shift=2.5).audio
    for name, shift in {"kal": 6, "rms": 5, "awb": 3, "slt": -3}.items()
]
print(f"{sum(each.duration for each in recordings):.0f} s of somebody who does not exist")
recordings[1][:5]

# %% [markdown]
# (**With your own voice:** record a minute or more in a quiet room, close to the microphone, say as
# `my-voice.wav` beside this notebook; write `recordings = ["my-voice.wav"]`, and in the next cell
# your own words of consent.)
#
# First without consent. `train_voice` does not even begin:

# %%
import os
import tempfile

# What is trained here goes with the lesson. Leave this line out to keep your voices.
os.environ["MUSICNB_VOICES"] = tempfile.mkdtemp()

from musicnb.voices.train import train_voice_job

try:
    train_voice_job(recordings, "nobody", consent="")
except musicnb.errors.ConsentError as error:
    print(error)

# %% [markdown]
# Now with it. The decoder that has learned eight voices goes on learning with this one: from where
# it is, with small steps. A few sentences are **held out**: they only tell how well it does. For the
# lesson 40 steps will do; the usual 500 take two or three minutes.
#
# **Predict.** The loss (how far off the spectrograms are) of what it learns from falls. And of what
# is held out?

# %%
stranger.predict(
    "held out",
    "The loss of what is held out ...",
    kind="choice",
    options=["rises", "stays", "falls too"],
)

# %%
consent = "This voice was made by mixing two published ones and belongs to nobody. I agree."
training = train_voice_job(recordings, "nobody", consent, steps=40)
figure = go.FigureWidget(chart("step", "loss", {"learned from": ([], []), "held out": ([], [])}))
display(figure)

training.start(bar=False)
voice = None
while voice is None:
    voice = training.wait(1)
    with figure.batch_update():
        figure.data[0].x, figure.data[0].y = np.arange(len(training.losses)), training.losses
        figure.data[1].x, figure.data[1].y = np.array(training.held_out or [(0, np.nan)]).T

# %%
before, after = training.held_out[0][1], min(loss for _, loss in training.held_out)
stranger.reveal("held out", f"{before:.2f} before, and {after:.2f} at its best")

# %%
for name, value in voice.about["scores"].items():
    print(f"{name:20} {value}")
musicnb.convert(source, voice, transpose=5).audio

# %% [markdown]
# <details><summary>Explain</summary>
#
# `similarity_before`: how like this voice three voices of the library are, as they speak.
# `similarity`: how like it they are after they were converted to it, compared with sentences that
# were *not* learned from. `similarity_of_takes`: how like itself it is, from one sentence to
# another; more than that cannot be had. `f0_cents`: by how much the pitch is off that was asked
# for, in hundredths of a semitone.
# </details>
#
# **Question 7.** Which scores would you believe?

# %%
# musicnb: l08-q7
### BEGIN SOLUTION | stranger.q7.ask()
stranger.q7.answer([1, 3])
### END SOLUTION

# %% tags=["nbval-check-output"]
scores = voice.about["scores"]
print("the held-out loss has fallen:", bool(after < before))
print("converted, others are more like it than before:",
      scores["similarity"] > scores["similarity_before"])  # fmt: skip
print("the consent is kept with the voice:", voice.about["consent"]["statement"] == consent)

# %% [markdown]
# ## 7. By hand
#
# All of it in one panel: a source from a file or your microphone, the voices (that of nobody among
# them), every control, the curve of f0 to draw in, and source and result in turn, equally loud.
# Find the one control that you would miss most. Then press "Show code".

# %%
musicnb.VoiceStudio(source, "slt", transpose=8)

# %% [markdown]
# ## 8. Where it fails
#
# Four sources that it was not made for, all converted to `slt`. (The child is an imitation: a voice
# shifted up, pitch and formants. No child was recorded for this.)

# %%
noise = np.random.default_rng(0).normal(size=source.frames)
samples = source.mono().samples[0]
loud = np.sqrt(np.mean(samples**2))
both = samples + spoken["awb"].mono().samples[0][: source.frames]
child = musicnb.convert(source, "slt", transpose=20, formant_shift=6).audio
hard = {
    "a street: noise 6 dB under the voice": (Audio(samples + loud / 2 * noise, 44100), 8),
    "two at once": (Audio(both, 44100), 8),
    "(nearly) a child": (child, -6),
    "Russian, to a voice that has only spoken English": (spoken["ru"][:5], 7),
}
for label, (sound, shift) in hard.items():
    result = musicnb.convert(sound, "slt", transpose=shift).audio
    kept = f", same phones {understood(result):.2f}" if sound.frames == source.frames else ""
    print(f"{label}: likeness {musicnb.similarity(result, spoken['slt']):.2f}{kept}")
    display(result[:4])

# %% [markdown]
# **Question 8.** Which sources would you warn of? Say why.

# %%
# musicnb: l08-q8
### BEGIN SOLUTION | stranger.q8.ask()
stranger.q8.answer([0, 1, 2, 4], because="Each is new to one of the three parts.")
### END SOLUTION

# %% [markdown]
# Who is served worse than others by such a machine? Those whose voices it was not shown: here six of
# eight voices are men's, one is a woman's and one nobody's; they speak English or Russian, and none
# is a child's. That is no accident of the method but a choice of its data, and the card of each
# voice says so.
#
# ## 9. Whose voice is it?
#
# **What has happened.** In 2019, somebody who sounded like the head of the parent company had the
# director of a British firm transfer 220 000 euros. In January 2024, voters in New Hampshire were
# called by a voice like that of President Biden, which told them not to vote. Grandparents are
# called by "grandchildren" in distress. And actors and singers find themselves in works in which
# they have never had a part.
#
# **What the law says** (as far as a lesson can; it differs from place to place and goes on
# changing, and this is no legal advice):
#
# - **Your voice is yours.** In many places a *right of publicity* or *of personality* protects it. A
#   court in California held in 1988 that imitating Bette Midler for an advertisement, with a human
#   singer, was wrong (*Midler v. Ford*). Tennessee put voices in the law by name in 2024 (the *ELVIS
#   Act*).
# - **A recording of a voice is personal data** in the European Union, and a voiceprint used to
#   recognise somebody is *biometric data*, under the strictest rules (GDPR, articles 4 and 9).
# - **A copy must be labelled.** The EU's AI Act (Regulation 2024/1689, article 50) asks those who
#   make such systems to mark what comes out in a way that machines can read, and those who publish
#   a *deep fake* to say that it is one. In the United States the FCC declared in 2024 that calls with
#   cloned voices fall under the law against robocalls.
# - **Fraud stays fraud**, with any tool.
#
# **What the library does.** It asks for consent and keeps it with the voice; without a record there
# is no conversion. Every result says whose voice it is, and carries the recipe it was made by.

# %%
print(made.whose)
made.audio.recipe

# %% [markdown]
# A recipe helps the *honest*: it says what was done, so that nobody has to guess. It proves nothing
# about those who are not, since whoever wants to deceive takes it out, or writes another. That
# nothing is in a file does not mean that nothing was done.
#
# **Question 9.** Which of these would you do? Say why.

# %%
# musicnb: l08-q9
### BEGIN SOLUTION | stranger.q9.ask()
stranger.q9.answer([0, 4], because="Both owners agree, and both audiences are told.")
### END SOLUTION

# %% [markdown]
# **Can one not simply detect it?** There are detectors, and on the data they were made with they do
# well. On recordings from elsewhere they often do not: other codecs, other rooms, and methods that
# came after them. And even a good one meets arithmetic.
#
# **Question 10.** Of all calls to a bank, the part `share` are fakes. Its detector raises an alarm
# for the part `found` of the fakes, and for the part `alarmed` of the real ones. It raises an alarm.
# How likely is it that the call is a fake? (0 to 1, to two digits.)
#
# *An idea:* imagine 10 000 calls, and count.

# %%
stranger.q10.variant

# %%
# musicnb: l08-q10
### BEGIN SOLUTION | likely = ...
rates = stranger.q10.variant
fakes = rates["found"] * rates["share"]
likely = fakes / (fakes + rates["alarmed"] * (1 - rates["share"]))
### END SOLUTION
stranger.q10.check(likely)

# %% [markdown]
# So what helps? Things that do not listen: call back on a number you know. A word that only the
# family knows. A bank that asks for more than a voice. And to know, and tell others, how easily it
# is done. You have now done it yourself.
#
# ## Summary
#
# - A voice can be taken apart into what is said, how high and loud, and who says it. A conversion
#   takes the first from you and the last from somebody else.
# - Speaker embeddings point in one direction for one voice; the cosine compares directions.
# - Retrieval replaces what you say by the nearest that the target has said; k-means keeps the index
#   small; `retrieval_ratio` and `protect` say how far.
# - Likeness and intelligibility are two judges, and they disagree. One number is not enough, least
#   of all on what was learned from, or by a judge who was part of it.
# - A few sentences and minutes make a voice. What makes it *right* is consent, a label, and somebody
#   who answers for it.

# %%
stranger

# %% [markdown]
# **Try next.** Convert your own humming (lesson 07 has the microphone's tips), with a `f0` that you
# edited in the explorer: `musicnb.convert(sound, "slt", f0=explorer.f0)`. · Let the mixture change
# over a song: `{"slt": [1, 0], "rms": [0, 1]}`. · Train with 500 steps: which of the scores still
# moves? · Ask a friend which of two sentences was converted, ten times: how often are they right,
# and how often must they be before you believe it (lesson 01)? · Lesson 09 puts all of it into a
# song.
#
# **Where this comes from.** Wan, Wang, Papir and Lopez Moreno, *Generalized end-to-end loss for
# speaker verification*, ICASSP 2018 · Qian et al., *AutoVC: zero-shot voice style transfer with
# only autoencoder loss*, ICML 2019 · Engel et al., *DDSP: differentiable digital signal
# processing*, ICLR 2020 · van Niekerk et al., *A comparison of discrete and soft speech units for
# improved voice conversion*, ICASSP 2022 · Baas, van Niekerk and Kamper, *Voice conversion with
# just nearest neighbors*, Interspeech 2023 · the projects so-vits-svc and RVC, from which the names of
# the controls are · Lloyd, *Least squares quantization in PCM*, 1957, printed in IEEE Trans.
# Information Theory 1982 · Müller et al., *Does audio deepfake detection generalize?*, Interspeech
# 2022 · the voices: `musicnb.voice(name).about` names the source and licence of each.
