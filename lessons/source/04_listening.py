# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
#   musicnb:
#     title: "A network that listens: tempo, key, and how sure it is"
#     minutes: 75
#     device: cpu
#     budget:
#       seconds: 120
#       memory_mb: 1500
# ---

# %% [markdown]
# # A network that listens
#
# How fast is a song, and in which key? In this lesson you build two small networks that answer,
# train them in less than half a minute, and find out what they learned, where they fail, and what
# it is worth when a network says that it is sure.
#
# **You will be able to** tell the tempo of a song, and say why half or twice of it is no plain
# error · write a convolution that goes around the octave · train networks for key and tempo · see
# what an answer rests on · find a leak in a test · measure whether a confidence may be believed.
#
# **You need** lessons 00 to 02 (spectrogram, STFT, decibel), 75 minutes, half a minute of computing
# on two cores, 1.1 GB of memory, and no GPU. No musical training.
#
# Nine questions are checked on the way. Some have other numbers for every student.

# %%
import musicnb
import numpy as np
import torch
from musicnb.course import lesson

torch.set_num_threads(1)  # as good for small networks, and leaves a core to this page
listening = lesson("04_listening")
listening

# %% [markdown]
# ## 1. Tap along
#
# Play this, and tap with a finger until it moves by itself. Each tap is a **beat**. How many of
# them fit into a minute is the **tempo**, in beats per minute (bpm).

# %%
song = musicnb.load("demo:glasswork")
song[6:18]

# %% [markdown]
# **Predict.** How many beats has a minute of it? A watch ticks at 60; 120 is a brisk march.

# %%
listening.predict("tempo", "The tempo of this song", unit="bpm")

# %% [markdown]
# Now measure it. In the picture, a bass drum is a spot at the bottom, and a snare a bright column.
#
# **Question 1.** Drag a box that is *exactly four beats* long: from the bass drum at 6 s, count
# “one, two, three, four”, and let the box end where you would say “one” again. How high it is does
# not matter.

# %%
explorer = musicnb.SpectrogramExplorer(
    song, view={"start": 5.5, "stop": 12.5, "low": 0, "high": 9000}
)
explorer

# %%
# musicnb: l04-q1
### BEGIN SOLUTION | four_beats = explorer.selection
four_beats = {"start": 6.0, "stop": 9.0, "low": 0, "high": 9000}
### END SOLUTION
listening.q1.check(four_beats)

# %%
listening.reveal("tempo", "80 bpm: this song was made on a grid, so we know")

# %% [markdown]
# <details><summary>Explain</summary>
#
# You tapped at 160? Then you counted each half beat. At 40? Every second one. Neither is nonsense:
# listeners disagree by a factor of two all the time, and so do programs. It is called an **octave
# error**, after the octave in pitch, which is a factor of two as well. It decides whether a dancer
# feels calm or hurried. (At 120? Each beat of this song is made of three short strokes, triplets;
# whoever groups them by two arrives there.)
# </details>
#
# **Question 2** (by ear). Three drummers, one hi-hat.

# %%
# musicnb: l04-q2
### BEGIN SOLUTION | listening.q2.ask()
listening.q2.answer("C")
### END SOLUTION

# %% [markdown]
# So a tempo is scored in two ways. It counts as right within 4 %: that is **accuracy 1**.
# **Accuracy 2** forgives a factor of two or three. The gap between them is the octave errors.


# %%
def accuracies(found, true):
    """Return accuracy 1 and accuracy 2 of some tempos."""

    def near(factor):
        return np.abs(found / (factor * true) - 1) <= 0.04

    forgiven = np.any([near(factor) for factor in (1, 2, 3, 1 / 2, 1 / 3)], axis=0)
    return float(near(1).mean()), float(forgiven.mean())


# %% tags=["nbval-check-output"]
one, two = accuracies(np.array([80, 160, 120, 81]), np.array([80, 80, 80, 80]))
print(f"of 80, 160, 120 and 81, where it is 80: accuracy 1 {one:.0%}, accuracy 2 {two:.0%}")

# %% [markdown]
# ## 2. Music to learn from
#
# A network learns from examples whose answer is known. We make some: loops of eight seconds with
# drums, chords, a bass and a melody, in sounds drawn at random. The little program that plays them
# (`musicnb.course.loops`) knows each one's tempo and key, since it chose them.

# %%
from musicnb.course.loops import NOTES, RATE, make_loop, records

random = np.random.default_rng(4)
heard_in_c = [make_loop(random, tonic=0) for _ in range(160)]  # all in C, major or minor
heard_in_all = [make_loop(random) for _ in range(160)]
never_heard = [make_loop(random) for _ in range(80)]  # for the test

loop = next(each for each in heard_in_all if each.mode == "major")
print(f"{loop.bpm:.0f} bpm, {loop.key}")
musicnb.Audio(loop.samples, RATE)

# %% [markdown]
# **A key** is a home note, the *tonic*, and one of two moods of scale: in **major** the third note
# above it is high, which sounds bright, in **minor** it is low. Twelve tonics and two modes make
# 24 keys.
#
# The network sees pictures, of two kinds. Lesson 02 told why: fine in frequency *or* fine in time.
# For the key we need every semitone; for the tempo, every stroke. Both have a **logarithmic**
# frequency axis, so that one semitone is the same step everywhere.


# %%
def picture(samples, n_fft, hop_length, centres):
    """Return a spectrogram with bands around the given frequencies, as log(1 + 10 * magnitude)."""
    wave = torch.as_tensor(samples, dtype=torch.float32)
    window = torch.hann_window(n_fft)
    spectrum = torch.stft(wave, n_fft, hop_length, window=window, return_complex=True).abs()
    frequencies = np.arange(n_fft // 2 + 1) * RATE / n_fft
    # A triangle around each centre, as wide as the step to its neighbour, or one bin.
    width = np.maximum(centres * (centres[1] / centres[0] - 1), RATE / n_fft)[:, None]
    triangles = np.clip(1 - np.abs(frequencies - centres[:, None]) / width, 0, None)
    bank = torch.tensor(triangles / triangles.sum(axis=1, keepdims=True), dtype=torch.float32)
    return torch.log1p(10 * (bank @ spectrum))


semitones = 65.41 * 2 ** (np.arange(60) / 12)  # five octaves from C2 up
bands = np.geomspace(40, 5000, 8)


def pitch_view(loops):
    return torch.stack([picture(loop.samples, 4096, 4096, semitones) for loop in loops])


def rhythm_view(loops):
    return torch.stack([picture(loop.samples, 512, 256, bands) for loop in loops])


# %%
import plotly.graph_objects as go
from plotly.subplots import make_subplots

figure = make_subplots(1, 2, subplot_titles=("for the key", "for the tempo"))
figure.add_heatmap(z=pitch_view([loop])[0].numpy(), dx=4096 / RATE, showscale=False, row=1, col=1)
figure.add_heatmap(z=rhythm_view([loop])[0].numpy(), dx=256 / RATE, showscale=False, row=1, col=2)
figure.update_traces(colorscale="Viridis")
figure.update_xaxes(title="time (s)")
figure.update_yaxes(title="semitones above C2", row=1, col=1)
figure.update_yaxes(title="band", row=1, col=2)
figure.update_layout(height=320, margin={"l": 60, "r": 10, "t": 40, "b": 40})
figure

# %% [markdown]
# ## 3. Key: one pattern, twelve places
#
# C2, C3, C4 are all a C. So we **fold** the picture: the mean of the five octaves. What is left are
# twelve numbers a moment, one for each pitch class; averaged over time, that is the **chroma**.
#
# A key leaves a pattern in it. This profile says how much a listener feels that each note belongs
# to C major (Krumhansl and Kessler asked them, in 1982). D major is the same profile, turned up by
# two places. So: try all twelve, and see where it fits best.
#
# **Question 3.** Write it. Element `k` of the result is the sum of the products of the chroma with
# the profile turned up by `k` places. The circle is closed: above B comes C again.
#
# *Expected:* if the chroma is the profile itself, the largest is element 0; if the chroma is
# `np.roll(profile, 2)`, element 2.

# %%
# musicnb: l04-q3
import numpy as np


def matches(chroma, profile):
    """Return twelve numbers: how well the profile fits at each tonic."""
    ### BEGIN SOLUTION
    return np.array([np.sum(chroma * np.roll(profile, k)) for k in range(12)])
    ### END SOLUTION


listening.q3.check(matches)

# %% [markdown]
# What you have written is a **convolution**: one set of weights, moved along, multiplied and added
# at each place. A library has it, too; a circle is made by putting the beginning behind the end.

# %%
major = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
chroma = pitch_view([loop])[0].numpy().reshape(5, 12, -1).mean(axis=(0, 2))


def around(x):
    """Continue a circle of twelve, so that a convolution can go all around it."""
    return torch.cat((x, x[..., :11]), dim=-1)


signal, weights = (torch.tensor(each)[None, None] for each in (chroma, major.astype("float32")))
by_library = torch.nn.functional.conv1d(around(signal), weights)[0, 0].numpy()

mine = matches(chroma, major)
if isinstance(mine, np.ndarray):
    print("as yours:", np.allclose(mine, by_library, atol=1e-3))
print(f"best place: {NOTES[by_library.argmax()]}; the loop is in {loop.key}")

# %% [markdown]
# Now move the chroma up by a semitone, and look at the result.

# %% tags=["nbval-check-output"]
moved = torch.roll(signal, 1, dims=-1)
after = torch.nn.functional.conv1d(around(moved), weights)[0, 0].numpy()
print("the result moves along:", np.allclose(after, np.roll(by_library, 1), atol=1e-4))

# %% [markdown]
# This is called **equivariance**: transpose the input, and the output is transposed, whatever the
# weights are. So let the weights be learned, and let there be more of them. Our network has three
# such layers. The last gives two rows of twelve: how much speaks for each major key, and for each
# minor key.

# %%
from torch import nn


class KeyNet(nn.Module):
    """Three convolutions around the octave."""

    def __init__(self, width=16):
        super().__init__()
        self.first = nn.Conv2d(1, width, (3, 12), padding=(1, 0))  # 3 moments, 12 pitch classes
        self.second = nn.Conv1d(width, width, 12)
        self.last = nn.Conv1d(width, 2, 12)

    def forward(self, x):
        x = x.reshape(len(x), 5, 12, -1).mean(dim=1)  # fold: (loops, 12, moments)
        x = torch.relu(self.first(around(x.transpose(1, 2)[:, None]))).mean(dim=2)
        x = torch.relu(self.second(around(x)))
        return self.last(around(x)).flatten(1)  # 24 logits


class DenseNet(nn.Module):
    """The usual alternative: every input is joined to every unit."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(12, 100), nn.ReLU(), nn.Linear(100, 24))

    def forward(self, x):
        return self.layers(x.reshape(len(x), 5, 12, -1).mean(dim=(1, 3)))


def count(net):
    return sum(each.numel() for each in net.parameters())


print("weights:", count(KeyNet()), "with convolutions,", count(DenseNet()), "dense")

# %% [markdown]
# A **logit** is any number; `softmax` turns 24 of them into 24 probabilities. Training is what it
# was in lesson 03: show some loops, compare, change each weight a little to where it would have
# been better, many times over.


# %%
def fit(net, pictures, answers, epochs, change=lambda x, y: (x, y), rate=0.01):
    """Train a network; `change` alters each batch, so that it never sees the same twice."""
    optimiser = torch.optim.Adam(net.parameters(), rate, weight_decay=1e-4)
    steps = epochs * (len(pictures) // 32)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps)
    for _ in range(epochs):
        for batch in torch.randperm(len(pictures))[: len(pictures) // 32 * 32].split(32):
            x, y = change(pictures[batch], answers[batch])
            loss = nn.functional.cross_entropy(net(x), y)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    return net.eval()


def key_numbers(loops):
    return torch.tensor([loop.tonic + 12 * (loop.mode == "minor") for loop in loops])


def key_score(net, pictures, loops):
    with torch.no_grad():
        return float((net(pictures).argmax(dim=1) == key_numbers(loops)).float().mean())


# %% [markdown]
# **Predict.** We train both networks on loops in **C** only, C major and C minor. Of loops in all
# twelve tonics, for how many will the *convolutions* find the key? Guessing has one in 24: 4 %.

# %%
listening.predict("transposed", "Right in all keys, having heard only C", unit="%")

# %%
in_c, in_all, test_pitch = (pitch_view(each) for each in (heard_in_c, heard_in_all, never_heard))
torch.manual_seed(1)
scores = {}
for name, make in {"convolutions": KeyNet, "dense": DenseNet}.items():
    net = fit(make(), in_c, key_numbers(heard_in_c), epochs=30)
    scores[name] = key_score(net, test_pitch, never_heard)
    print(f"{name}, heard only C: {scores[name]:.0%} right in all keys")
key_net = fit(
    KeyNet(), torch.cat([in_c, in_all]), key_numbers(heard_in_c + heard_in_all), epochs=30
)
print(f"convolutions, heard all keys: {key_score(key_net, test_pitch, never_heard):.0%}")
listening.reveal("transposed", f"{scores['convolutions']:.0%}")

# %% tags=["nbval-check-output"]
print("convolutions at least three times as good:", scores["convolutions"] > 3 * scores["dense"])

# %% [markdown]
# **Question 4.** How can that be?

# %%
# musicnb: l04-q4
### BEGIN SOLUTION | listening.q4.ask()
listening.q4.answer(2, because="Its weights are shared by all twelve places.")
### END SOLUTION

# %% [markdown]
# <details><summary>Explain</summary>
#
# Whoever knows what home sounds like in C knows it everywhere, if only the same weights look at
# every place. The dense network has to learn each key by itself, and was shown two of them.
#
# Why is hearing all keys better still? A bass drum is not transposed along with the song. In loops
# in C only, its pitch always stands at the same distance from the tonic, and the network took that
# for a hint: without drums in the loops, the share grew from 68 % to 86 % when we tried. Equivariance is what the network can not help; what it looks for, the examples decide.
# </details>
#
# ## 4. Tempo: ears that reach far
#
# For the key, a moment is enough. A tempo needs at least two beats: at 60 bpm they are a second
# apart, 43 frames of our picture. A convolution with so wide a filter has many weights. The way out
# is to leave gaps. In a **dilated** convolution with dilation 4, the filter's taps look at every
# fourth frame. Stack layers with dilations 1, 2, 4, 8 and so on, and each layer doubles how far the
# network sees: its **receptive field**.
#
# **Question 5.** Layers with dilations 1, 2, 4, 8 ... (each twice the last), all with the same
# number of taps. How many frames does one output of the last layer see? *Expected:* with 3 taps,
# one layer sees 3 frames, and two see 7. Your numbers:

# %%
listening.q5.variant

# %%
# musicnb: l04-q5
v = listening.q5.variant
### BEGIN SOLUTION | frames_seen = ...
frames_seen = 1 + (v["taps"] - 1) * sum(2**layer for layer in range(v["layers"]))
### END SOLUTION
listening.q5.check(frames_seen)

# %% [markdown]
# Ours has six layers of five taps: it sees 253 frames, 5.9 s. It first takes the *rises* of each
# band, since a stroke is where the sound gets louder, and brings all bands to one level. Then it
# chooses between 29 **classes**, from 60 to 180 bpm, each 4 % above the last.

# %%
TEMPOS = 60 * 1.04 ** np.arange(29)


class TempoNet(nn.Module):
    """Dilated convolutions along time."""

    def __init__(self, width=16):
        super().__init__()
        self.first = nn.Conv1d(len(bands), width, 3, padding=1)
        self.layers = nn.ModuleList(
            nn.Sequential(
                nn.Conv1d(width, width, 5, padding=2 * d, dilation=d),
                nn.BatchNorm1d(width),
                nn.ReLU(),
            )
            for d in (1, 2, 4, 8, 16, 32)
        )
        self.last = nn.Linear(width, len(TEMPOS))

    def forward(self, x):
        rises = torch.relu(torch.diff(x, dim=-1))
        x = torch.relu(self.first(rises / (rises.std(dim=-1, keepdim=True) + 0.01)))
        for layer in self.layers:
            x = x + layer(x)
        return self.last(x.mean(dim=-1))


def tempo_class(bpm):
    return (torch.log(bpm / 60) / np.log(1.04)).round().clamp(0, len(TEMPOS) - 1).long()


# %% [markdown]
# 320 loops are few. (Training on them takes about ten seconds.) But a loop played 10 % faster is a new example, and we know its tempo; so is
# one with other bass and treble, or with noise. Changing what one has is called **augmentation**.


# %%
def varied(x, bpm):
    """Return pieces of the loops, faster or slower, with other tone controls, and noise."""
    faster = float(torch.empty(1).uniform_(0.78, 1.28))
    length = min(round(256 * faster), x.shape[-1])
    first = int(torch.randint(x.shape[-1] - length + 1, (1,)))
    x = nn.functional.interpolate(x[..., first : first + length], 256, mode="linear")
    magnitude = torch.expm1(x) * torch.exp(0.5 * torch.randn(len(x), len(bands), 1))
    noise = magnitude.mean(dim=-1, keepdim=True) * 3 * torch.rand(len(x), 1, 1) ** 2
    x = torch.log1p(magnitude + noise * torch.rand_like(magnitude))
    return x, tempo_class(bpm * length / 256)


def tempo_scores(net, pictures, loops):
    with torch.no_grad():
        found = TEMPOS[net(pictures).argmax(dim=1).numpy()]
    return accuracies(found, np.array([loop.bpm for loop in loops]))


torch.manual_seed(1)
both = heard_in_c + heard_in_all
bpm = torch.tensor([loop.bpm for loop in both])
tempo_net = fit(TempoNet(), rhythm_view(both), bpm, epochs=40, change=varied)
test_rhythm = rhythm_view(never_heard)
print("weights:", count(tempo_net))
ours = tempo_scores(tempo_net, test_rhythm, never_heard)
print(f"accuracy 1: {ours[0]:.0%}, accuracy 2: {ours[1]:.0%}")

# %% [markdown]
# ## 5. Sounds made another way
#
# Both networks know loops that they have never heard. But those were made by the same program. What
# about *real* songs? Two of ours have a known tempo and key. Played like a record that turns too
# fast or too slow, each gives twelve versions, with other tempos and other keys, all of them known.
# (One thing is not quite: the key of *Feelings*, D major, is our own estimate.)

# %%
played = records()
musicnb.Audio(next(each.samples for each in played if each.key == "B minor"), RATE)

# %% [markdown]
# **Predict.** How good are our two networks on these?

# %%
listening.predict("key", "Key right, of excerpts of real songs", unit="%")
listening.predict("accuracy", "Tempo right (accuracy 1)", unit="%")

# %%
real_pitch, real_rhythm = pitch_view(played), rhythm_view(played)
real_key = key_score(key_net, real_pitch, played)
real_tempo = tempo_scores(tempo_net, real_rhythm, played)
print("                 key   tempo 1   tempo 2")
own = (key_score(key_net, test_pitch, never_heard), *ours)
for name, values in {"new loops": own, "real songs": (real_key, *real_tempo)}.items():
    print(f"{name:12}" + "".join(f"{value:9.0%}" for value in values))

# %%
listening.reveal("key", f"{real_key:.0%}")

# %%
listening.reveal("accuracy", f"{real_tempo[0]:.0%}")

# %% tags=["nbval-check-output"]
print("the tempo is found less often in real songs:", real_tempo[0] < ours[0] - 0.1)

# %% [markdown]
# <details><summary>Explain</summary>
#
# A score is a score *on something*. Real bands have rooms, distortion, cymbals that ring on, and
# rhythms that our little program does not play. The distance between what a network has learned
# from and what it is used on is called **domain shift**, and every listed accuracy hides one.
#
# While this lesson was written, the first tempo network had 92 % on new loops and less than 20 % on
# these songs: it had never met noise, and took every rustle for a stroke. The noise in `varied` is
# what we added then. Note what that means: we have now *chosen* with an eye on these songs, so that
# they are no honest test any more. A third set would be.
# </details>
#
# ## 6. A test that flatters
#
# The most used data set for musical genres, GTZAN (2002), has 1000 excerpts in 10 genres. Among
# them are repetitions, and many excerpts by one artist or from one album. Networks reach over 90 %
# on it; with artists kept apart, 82 to 83 %. Let us see how that happens.
#
# Say our loops are songs of three genres: slow, medium and fast. Each is cut into eight windows of
# one second. A window is described by the mean and spread of its bands: how bright, how hard. And
# the classifier could not be simpler: the genre is that of the most similar window it knows.

# %%
songs = np.repeat(np.arange(len(heard_in_all)), 8)  # the song of each window
genres = np.digitize([loop.bpm for loop in heard_in_all], [86, 125])[songs]
windows = rhythm_view(heard_in_all)[..., :344].numpy()
windows = windows.reshape(-1, len(bands), 8, 43).transpose(0, 2, 1, 3).reshape(-1, len(bands), 43)
features = np.concatenate([windows.mean(axis=2), windows.std(axis=2)], axis=1)
features = (features - features.mean(axis=0)) / features.std(axis=0)


def genre_score(test):
    """Return the share of the test windows whose nearest neighbour has their genre."""
    distance = ((features[test][:, None] - features[~test][None]) ** 2).sum(axis=-1)
    return float(np.mean(genres[~test][distance.argmin(axis=1)] == genres[test]))


# %% [markdown]
# **Predict.** One second of sound holds one or two beats, and no tempo can be read from a mean. How
# many windows will get the right one of three genres, if a quarter *of the windows*, drawn by
# chance, is the test?

# %%
listening.predict("leak", "Right, of three genres", unit="%")

# %%
by_window = np.random.default_rng(0).uniform(size=len(songs)) < 0.25
leaking = genre_score(by_window)
listening.reveal("leak", f"{leaking:.0%}")

# %% [markdown]
# **Question 6.** That is too good. Write the split that it should have had: whole songs, drawn by
# chance, go to the test. *Expected:* for `songs = [3, 3, 8, 8]` and `share = 0.5` either
# `[True, True, False, False]` or the other way round.

# %%
# musicnb: l04-q6
import numpy as np


def split_by_song(songs, share):
    """Return for each window whether it is for the test: about `share` of the songs are."""
    ### BEGIN SOLUTION
    each = np.random.default_rng(0).permutation(np.unique(songs))
    return np.isin(songs, each[: round(share * len(each))])
    ### END SOLUTION


listening.q6.check(split_by_song)

# %%
test = split_by_song(songs, 0.25)
if not isinstance(test, np.ndarray) or test.shape != songs.shape:  # until yours is ready
    test = np.isin(songs, np.random.default_rng(0).permutation(160)[:40])
honest = genre_score(test)
usual = max(np.bincount(genres)) / len(genres)
print(
    f"split by window: {leaking:.0%}; by song: {honest:.0%}; always the most frequent: {usual:.0%}"
)

# %% tags=["nbval-check-output"]
print("the leak was worth more than 20 points:", leaking > honest + 0.2)

# %% [markdown]
# <details><summary>Explain</summary>
#
# It had not learned any genre. It recognised the *song*: another second of it, with the same drums
# and the same brightness, was among those that it knew. In real data the same artist, the same
# album, the same studio are enough. Nothing in the score tells you; one has to ask how the test was
# drawn.
# </details>
#
# ## 7. The library's network
#
# `musicnb.analyze` has a larger network of the same two kinds of layers (0.4 million weights), for
# beats, tempo, key, meter, genre and mood. Each answer comes with its confidence, and with the
# runner-up.

# %%
analyses = {name: musicnb.analyze(f"demo:{name}") for name in ("glasswork", "feelings")}
analyses["glasswork"]

# %%
analyses["feelings"]

# %% [markdown]
# 95 bpm is what the authors of *Feelings* noted; D major is our own estimate.
#
# What does such an answer rest on? Change one point of the spectrogram a little: does the answer
# become likelier, or less? That is what the gradient says; summed up on the way from silence to the
# song, it is called **integrated gradients**, one of the ways to get a picture of **saliency**: how
# much each point spoke for the answer.

# %%
seen = musicnb.SpectrogramExplorer(
    song, view={"start": 3, "stop": 12, "low": 0, "high": 3400}, scale="log", colormap="grey"
)
seen.add_saliency(analyses["glasswork"].saliency("key", start=3, duration=9), color="#e69f00")
seen.add_saliency(analyses["glasswork"].saliency("beats", start=3, duration=9), color="#56b4e9")
seen.add_lines("beats found", analyses["glasswork"].beats, color="#ffffff")
seen

# %% [markdown]
# <details><summary>Explain</summary>
#
# What spoke for the key lies along: bass and chords, with their harmonics. What spoke for the beats
# stands upright: strokes. The two heads look at the same sound and see different things in it; that
# is a good sign. But take care: a plausible picture is no proof. Saliency shows where the answer is
# *sensitive*, not why, and not whether it is right; a wrong answer has a picture just as pretty.
# </details>
#
# And a **second opinion**: the tagger musicnn (Pons and Serra, 2019) learned from what listeners
# wrote about half a million songs. It knows singing, distortion, and 50 tags.

# %%
starfall = musicnb.analyze("demo:starfall", second_opinion=True)
starfall

# %% [markdown]
# *Starfall* is symphonic metal, with a singer. Read the genre, then the second opinion. Then the
# tempo: its octave is there too, since the strokes come at 180, and the snare says half time.
#
# <details><summary>Explain</summary>
#
# The library's network has learned from rendered music, in families of accompaniment styles, and
# has never heard a human voice or a real distorted guitar. None of its ten genres is metal. The
# tagger has heard both. Two networks that disagree are a hint that costs nothing; two that agree
# may have been taught by the same mistakes.
# </details>
#
# ## 8. How sure is sure?
#
# A confidence is worth something if it comes true: of all answers given with 80 %, eight in ten
# should be right. Then the network is **calibrated**. Here are 2000 answers of a network that has
# to choose between ten genres, and what would have been right.

# %%
from musicnb.course.calibration import answers

sharpness = listening.q8.variant["sharpness"]
logits, truth = answers(sharpness)


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


shares = softmax(logits)
confidence = shares.max(axis=1)
right = shares.argmax(axis=1) == truth
print(f"mean confidence {confidence.mean():.0%}, right {right.mean():.0%}")

# %% [markdown]
# A **reliability diagram** sorts the answers into bins by their confidence, and draws for each bin
# how many were right. On the diagonal, the confidence comes true.


# %%
def diagram(**networks):
    figure = go.Figure(layout={"height": 360, "width": 480, "margin": {"t": 20, "b": 40}})
    figure.add_scatter(x=[0, 1], y=[0, 1], name="calibrated", mode="lines", line={"dash": "dot"})
    for name, (confidence, right) in networks.items():
        place = np.minimum((confidence * 10).astype(int), 9)
        bins = [place == k for k in range(10) if (place == k).any()]
        x, y = ([values[each].mean() for each in bins] for values in (confidence, right))
        figure.add_scatter(x=x, y=y, name=name.replace("_", " "), mode="lines+markers")
    figure.update_xaxes(title="confidence", range=[0, 1])
    figure.update_yaxes(title="share that was right", range=[0, 1])
    return figure


diagram(as_it_came=(confidence, right))

# %% [markdown]
# How far is it from the diagonal? The **expected calibration error** is the mean of the distances,
# |mean confidence − share right|, over ten bins of equal width; each bin weighs as much as it has
# answers. Empty bins do not count.
#
# **Question 7.** Write it. *Expected:* for `confidence = [0.95, 0.95, 0.95, 0.55]` and
# `right = [1, 0, 1, 1]` it is 0.325: three quarters of 0.283, and one quarter of 0.45.

# %%
# musicnb: l04-q7
import numpy as np


def calibration_error(confidence, right):
    """Return the expected calibration error of arrays of confidences and of 1 (right) or 0."""
    ### BEGIN SOLUTION
    place = np.minimum((confidence * 10).astype(int), 9)
    error = 0.0
    for k in np.unique(place):
        inside = place == k
        error += inside.mean() * abs(confidence[inside].mean() - right[inside].mean())
    return error
    ### END SOLUTION


listening.q7.check(calibration_error)

# %% [markdown]
# A network that is too sure has logits that are too large. Divide them all by one number, the
# **temperature**, before the softmax: above 1 it makes the network less sure, and below 1 surer.
#
# **Question 8.** Find the temperature that calibrates this one (yours, to a tenth). Change the
# number in the next cell, and watch the diagram.

# %%
T = 1.5  # try others
cooler = softmax(logits / T)
diagram(as_it_came=(confidence, right), divided_by_T=(cooler.max(axis=1), right))

# %%
# musicnb: l04-q8
### BEGIN SOLUTION | temperature = ...
temperature = listening.q8.variant["sharpness"]
### END SOLUTION
listening.q8.check(temperature)

# %% [markdown]
# <details><summary>Explain</summary>
#
# Networks that are trained for long become too sure: the loss rewards ever larger logits, long after
# the answers have stopped getting better. The temperature is fitted on examples held out of the
# training. It changes no answer, only what is said of it. The temperatures of `analyze` stand in
# the card of its weights, `musicnb/weights/analysis.json`, with its own reliability diagram.
# </details>
#
# ## 9. Confidently wrong
#
# Now five sounds that its lists hold no right answer for: noise; a siren; drums with *seven* beats a
# bar (it knows 2, 3 and 4); a melody in **Rast**, a scale of Arab and Turkish music whose third note
# lies between that of major and that of minor; and one in **slendro**, of Javanese gamelans, with
# five steps of about the same width.

# %%
from musicnb.course.strange import strange_sounds

strange = strange_sounds()
strange["maqam Rast"]

# %% [markdown]
# **Predict.** Rast on C is neither C major nor C minor. How sure of its answer will the network be?

# %%
listening.predict("rast", "The confidence of the key that it names for Rast", unit="%")

# %%
said = {name: musicnb.analyze(sound) for name, sound in strange.items()}
for name, each in said.items():
    found = [f"{each.tempo.value:.0f} bpm ({each.tempo.confidence:.0%})"]
    found += [f"{each.meter.value} beats a bar ({each.meter.confidence:.0%})"]
    found += [f"{it.value} ({it.confidence:.0%})" for it in (each.key, each.mood)]
    print(f"{name:18}", ", ".join(found))

# %%
listening.reveal("rast", f"{said['maqam Rast'].key.confidence:.0%} {said['maqam Rast'].key.value}")

# %%
strange["a slendro scale"]

# %% [markdown]
# <details><summary>Explain</summary>
#
# Noise it knows: some of its training was noise, and there it spreads its shares evenly. The others
# are unlike anything in its training, and yet near enough to something in it. A softmax has no word
# for “none of these”: its shares add up to 1, whatever comes in. Calibration was measured on music
# like that of the training, and promises nothing for any other. Far from what it knows, a network
# is not unsure; it is arbitrary.
# </details>
#
# **Question 9.** Which of these may be said?

# %%
# musicnb: l04-q9
### BEGIN SOLUTION | listening.q9.ask()
listening.q9.answer([0, 2, 5])
### END SOLUTION

# %% [markdown]
# ## Summary
#
# - A tempo is a pulse that listeners share, up to a factor of two. Show the octave; do not hide it.
# - A convolution looks for the same pattern everywhere. Along a logarithmic frequency axis this makes
#   it equivariant to transposition; with dilations it reaches far in time with few weights.
# - A score belongs to its test. Ask what the test shares with the training: songs, artists, the
#   program that made them.
# - A confidence that was calibrated comes true on music like that of its test, and means nothing on
#   other music.
#
# **Where it fails, and who may be harmed.** Ten genres, two modes and beats in 2, 3 or 4 describe
# part of the world's music. A raga, a maqam, a piece in 7/8 gets an answer all the same, and a sure
# one: the error is invisible to whoever does not know that music. Genres are no property of sound
# either. They are made by sellers and listeners, and have been drawn along lines of race, class and
# country. Where such answers decide what is recommended, filed, or paid for, those are hurt whose
# music is not in the list, or is filed where nobody looks for it; and with a high confidence beside
# it, nobody asks again. If you use such a network: say what it was tested on, show the runner-up,
# let people correct it, and let no decision about a person hang on it.

# %%
listening

# %% [markdown]
# **Try next** (not graded). Load a song of your own and compare `musicnb.analyze` with your tapping.
# Leave the noise out of `varied`, and test on `records()` again. Zero the padding: replace `around`
# by plain padding with zeros, and train on C only: how good is it in the other keys? Give `KeyNet`
# the shuffled pitch classes of the same loops.
#
# **Where this comes from.** Key profiles: Krumhansl and Kessler, *Tracing the dynamic changes in
# perceived tonal organization*, 1982. Convolutions for key: Korzeniowski and Widmer, *End-to-end
# musical key estimation using a convolutional neural network*, 2017. Tempo as classes: Schreiber and
# Müller, *A single-step approach to musical tempo estimation*, ISMIR 2018. Dilated convolutions for
# beats: Davies and Böck, 2019. Accuracies 1 and 2: Gouyon et al., 2006. GTZAN and its faults: Sturm,
# *The state of the art ten years after a state of the art*, 2014. Integrated gradients: Sundararajan
# et al., 2017. Temperature scaling: Guo et al., *On calibration of modern neural networks*, 2017.
# musicnn: Pons and Serra, 2019.
