# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
#   musicnb:
#     title: "Taking a song apart: masks, and a network that makes them"
#     minutes: 60
#     device: cpu
#     budget:
#       seconds: 120
#       memory_mb: 1500
# ---

# %% [markdown]
# # Taking a song apart
#
# In lesson 00 a network pulled a singer out of a band. In this one you build such a network
# yourself, small enough to train while you wait, and find out whether it is any good.
#
# **You will be able to** take a sound apart with a mask · measure how well that worked, in
# decibels · separate drums from melody with nothing but medians · train a network that does it
# better · tell an honest test from a flattering one · make karaoke and a-cappella.
#
# **You need** lessons 00 to 02 (spectrogram, STFT, decibel), about 1 minute of computing on two
# cores, 1.2 GB of memory, and no GPU.
#
# Eight questions are checked on the way.

# %%
import musicnb
import numpy as np
from musicnb.course import lesson

stems_lesson = lesson("03_stems")
stems_lesson

# %% [markdown]
# ## 1. A song that we know from inside
#
# To learn, and to check, one needs songs whose parts are known: **true stems**, recorded or made
# one by one. *Glasswork* is such a piece; its four stems add up to the song, sample by sample.

# %%
names = ["drums", "bass", "guitar", "other"]
band = {name: musicnb.load(f"demo:glasswork/{name}") for name in names}
musicnb.StemMixer(band, loop=(6, 18))

# %% [markdown]
# **Listen** to each stem alone (<kbd>S</kbd>), then to all four. Our task is: hear only the whole,
# and give back the drums.
#
# We work in mono, at 22 050 samples a second; that halves the work twice.

# %%
RATE, N_FFT, HOP = 22050, 1024, 256


def samples_of(name):
    return musicnb.load(f"demo:{name}").mono().resample(RATE).samples[0].copy()


true = {name: samples_of(f"glasswork/{name}") for name in names}
song = sum(true.values())
drums, rest = true["drums"], song - true["drums"]

# %% [markdown]
# And we work on the STFT of lesson 02: a table of complex numbers, one for each frequency and
# moment. Its absolute values, the **magnitudes**, say how strong; its angles, the phases, say where
# in their swing.

# %% tags=["nbval-check-output"]
import torch

torch.set_num_threads(1)  # as good for small networks, and leaves a core to this page
window = torch.hann_window(N_FFT)


def stft(samples):
    wave = torch.as_tensor(samples, dtype=torch.float32)
    return torch.stft(wave, N_FFT, HOP, window=window, return_complex=True)


def istft(spectrum):
    return torch.istft(spectrum, N_FFT, HOP, window=window, length=len(song)).numpy()


spectrum = stft(song)
print("(frequencies, moments):", tuple(spectrum.shape))
print("there and back again:", bool(np.allclose(istft(spectrum), song, atol=1e-4)))


# %% [markdown]
# ## 2. Masks
#
# A **mask** is a table of the same shape, with a number between 0 and 1 for every point: how much
# of this point belongs to the drums? Multiply the STFT by it, turn that back into sound, and these
# are the drums.
#
# If somebody told us the magnitudes of the drums and of the rest, a good mask would be the share
#
# $$\text{mask} = \frac{|\text{drums}|}{|\text{drums}| + |\text{rest}|}$$
#
# Nobody tells us, for a new song. Here we know, so this is the **oracle mask**: what a network
# could reach at best, if it guessed every magnitude right. **Question 1.** Write it. Where both are
# silent, the mask shall be 0, not "not a number".
#
# *Expected:* of `[[3, 0, 0]]` and `[[1, 2, 0]]` it makes `[[0.75, 0, 0]]`.


# %%
# musicnb: l03-q1
def share(target, rest):
    """Return target / (target + rest) for two arrays of magnitudes, and 0 where both are 0."""
    ### BEGIN SOLUTION
    total = target + rest
    return target / np.where(total > 0, total, 1)
    ### END SOLUTION


stems_lesson.q1.check(share)

# %% [markdown]
# **Predict.** The oracle mask knows the truth about every point. What will you hear?

# %%
stems_lesson.predict(
    "oracle",
    "The drums, through the oracle mask:",
    kind="choice",
    options=["exactly the true drums", "the drums with a little of the rest", "mostly noise"],
)

# %%
# (What the lesson needs later on does not hang on your answers: these are our own.)
target, others = stft(drums).abs(), stft(rest).abs()
oracle = target / (target + others + 1e-9)
by_oracle = istft(oracle * spectrum)
musicnb.Audio(by_oracle, RATE)[6:15]

# %%
stems_lesson.reveal("oracle", "the drums with a little of the rest")

# %% [markdown]
# <details><summary>Explain</summary>
#
# Listen to the bass behind the bass drum: it flickers. Where both sound in one point, the mask can
# only turn both down together, and it leaves the phase as it was in the mixture. So even a mask
# that knows everything is not perfect. No mask made by a network on this STFT will do much better.
# </details>
#
# ## 3. How good is it?
#
# "A little of the rest" is not a number. The usual one compares energies (an energy is the sum of
# the squared samples): what should be there, against what should not. In decibels:
#
# $$\text{SDR} = 10 \log_{10} \frac{\sum \text{true}^2}{\sum (\text{estimate} - \text{true})^2}$$
#
# the **signal-to-distortion ratio**. 0 dB: as much error as drums. 10 dB: a tenth of it. Each 10 dB
# more, ten times less.
#
# It has a flaw. Turn a perfect estimate down by half, and it drops to 6 dB, though you would only
# turn up the volume. **SI-SDR** (scale-invariant) asks first: which multiple of the true stem
# comes closest to the estimate? That multiple is what is right in it; what is left over is wrong.
#
# $$\alpha = \frac{\sum \text{estimate} \cdot \text{true}}{\sum \text{true}^2}, \qquad
# \text{SI-SDR} = 10 \log_{10} \frac{\sum (\alpha\,\text{true})^2}
# {\sum (\text{estimate} - \alpha\,\text{true})^2}$$
#
# **Question 2.** Write it. First take the mean off both signals: an offset shifts the membrane
# of the loudspeaker, and nobody hears it, but it would count as an error.
#
# *Expected:* for `true = [1, -1, 1, -1]` and `estimate = [2, -2, 1, -1]` it is 9.54 dB, and for
# ten times that estimate too.


# %%
# musicnb: l03-q2
def si_sdr(estimate, true):
    """Return the SI-SDR in dB of two arrays of one length."""
    ### BEGIN SOLUTION
    estimate = estimate - np.mean(estimate)
    true = true - np.mean(true)
    right = np.sum(estimate * true) / np.sum(true**2) * true
    return 10 * np.log10(np.sum(right**2) / np.sum((estimate - right) ** 2))
    ### END SOLUTION


stems_lesson.q2.check(si_sdr)

# %% [markdown]
# `musicnb.stems.metrics` has it ready; from here on we use that, on the same excerpt: bars 3 to 6.

# %%
from musicnb.stems import metrics

BARS_3_TO_6 = slice(6 * RATE, 18 * RATE)


def score(estimate, true=drums, part=BARS_3_TO_6):
    return metrics.si_sdr(estimate[part], true[part])


scores = {"the mixture itself": score(song), "oracle mask": score(by_oracle)}
scores

# %% [markdown]
# The mixture is already an estimate of the drums, if a lazy one. What counts is what a method
# *gains* over it.
#
# **Question 3.** Are all stems as easy? Compute the SI-SDR of the oracle mask for *your* stem, in
# bars 3 to 6 (`score(estimate, true=...)`), to a tenth of a decibel.

# %%
# musicnb: l03-q3
my_stem = stems_lesson.q3.variant["stem"]
print("your stem:", my_stem)
### BEGIN SOLUTION | oracle_score = ...
mine = true[my_stem]
my_target, my_others = stft(mine).abs(), stft(song - mine).abs()
my_mask = my_target / (my_target + my_others + 1e-9)
oracle_score = score(istft(my_mask * spectrum), true=mine)
### END SOLUTION
stems_lesson.q3.check(oracle_score)

# %% [markdown]
# ## 4. Without any network: the shapes of sounds
#
# Look at the picture. A drum hit is over at once, and has many frequencies: it stands *upright*.
# A note lasts, and has few: it *lies*. That is enough to tell them apart.
#
# **Question 4.** Draw a box around one drum hit: narrow, and reaching high.

# %%
hits = musicnb.SpectrogramExplorer(
    musicnb.Audio(song, RATE),
    scale="linear",
    n_fft=1024,
    view={"start": 6, "stop": 9, "low": 0, "high": 11000},
)
hits

# %%
# musicnb: l03-q4
### BEGIN SOLUTION | hit = hits.selection
hit = {"start": 6.7, "stop": 6.9, "low": 2000, "high": 10000}
### END SOLUTION
stems_lesson.q4.check(hit)

# %% [markdown]
# The **median** of some numbers is the one in the middle, when they stand in order: the median of
# 1, 1, 9, 1, 2 is 1. It does not care how large the 9 is. So a median over neighbours wipes out
# whatever is narrow, and keeps what is wide. Now replace every point of the picture by the median
# of its neighbours, once along time and once along frequency.
#
# **Question 5.** Which of the two keeps the drums? Say why.

# %%
# musicnb: l03-q5
### BEGIN SOLUTION | stems_lesson.q5.ask()
stems_lesson.q5.answer(1, because="A hit fills many neighbouring frequencies, but few moments.")
### END SOLUTION

# %% [markdown]
# This is **HPSS**, harmonic-percussive source separation (Fitzgerald, 2010). From scratch: cut
# the windows out, take their medians, and share out each point by the two.

# %%
from numpy.lib.stride_tricks import sliding_window_view


def median_along(table, size, axis):
    half = size // 2
    pad = [(half, half) if each == axis else (0, 0) for each in (0, 1)]
    windows = sliding_window_view(np.pad(table, pad, mode="symmetric"), size, axis)
    # Piece by piece, to keep the memory small.
    pieces = np.array_split(windows, 32, axis=1 - axis)
    return np.concatenate([np.median(piece, axis=-1) for piece in pieces], axis=1 - axis)


def hpss_mask(magnitude, across=31, along=31):
    upright = median_along(magnitude, across, axis=0)
    lying = median_along(magnitude, along, axis=1)
    return upright**2 / (upright**2 + lying**2 + 1e-12)


magnitude = spectrum.abs().numpy()
by_medians = istft(torch.as_tensor(hpss_mask(magnitude)) * spectrum)

# %% [markdown]
# And with the library:

# %% tags=["nbval-check-output"]
import librosa

_, upright = librosa.decompose.hpss(magnitude, kernel_size=31)
by_librosa = istft(torch.as_tensor(upright / (magnitude + 1e-9)) * spectrum)
print("the same within 0.1 dB:", abs(score(by_medians) - score(by_librosa)) < 0.1)

# %% [markdown]
# **Predict.** The mixture has an SI-SDR of about −1 dB, the oracle mask of about 9. And HPSS?

# %%
stems_lesson.predict("hpss", "The SI-SDR of the drums by HPSS", unit="dB")

# %%
# Half as wide across frequency: the best that we found for this piece.
tuned = hpss_mask(magnitude, across=17)
by_tuned = istft(torch.as_tensor(tuned) * spectrum)
scores |= {"HPSS": score(by_librosa), "HPSS, tuned to this piece": score(by_tuned)}
stems_lesson.reveal("hpss", f"{score(by_librosa):.1f} dB, tuned {score(by_tuned):.1f} dB")

# %%
musicnb.Audio(by_tuned, RATE)[6:15]

# %% [markdown]
# <details><summary>Explain</summary>
#
# Snare and cymbals are there, but the bass drum has lost its body: it rings on a low note, and lies
# more than it stands. In return the attack of every plucked string came along. HPSS knows
# shapes, and nothing of drums.
# </details>
#
# ## 5. An honest test
#
# A network can learn what drums are, from examples. From which? The nearest idea: train on the
# first half of *Glasswork*, and test on the second. **Predict.** In bar 7 the groove begins once
# more. How alike are the bars? 1 means identical, 0 unrelated.

# %%
stems_lesson.predict("alike", "The correlation of the bass in bars 3 and 7")

# %%
import plotly.graph_objects as go

BAR = 3 * RATE  # at 80 beats a minute, four beats take 3 s


def alike(samples):
    bars = samples[2 * BAR : 9 * BAR].reshape(7, BAR)
    return np.abs(np.corrcoef(bars))


labels = [f"bar {number}" for number in range(3, 10)]
figure = go.Figure(go.Heatmap(z=alike(true["bass"]), x=labels, y=labels, zmin=0, zmax=1))
figure.update_layout(
    title="bass: how alike two bars are", height=360, width=440, margin={"t": 50, "b": 40}
)
figure

# %%
stems_lesson.reveal("alike", f"{alike(true['bass'])[0, 4]:.2f}")

# %% [markdown]
# <details><summary>Explain</summary>
#
# Bar 7 *is* bar 3: this piece was made from samples on a grid, like much music today. A network
# tested there is asked what it has seen. That is **leakage**: something of the test was in the
# training. The score rises, and says nothing about the next song.
# </details>
#
# **Question 6.** Which of these tests are honest?

# %%
# musicnb: l03-q6
### BEGIN SOLUTION | stems_lesson.q6.ask()
stems_lesson.q6.answer([1, 4])
### END SOLUTION

# %% [markdown]
# So nothing of *Glasswork* goes into the training: not a bar, not a drum hit. But we have no other
# song with a true stem of drums. What now? We make some.
#
# A drum hit is a tone or noise that dies away; a note is a stack of harmonics. Drawn at random,
# thousands of kits and melodies come out. They sound awful, and that does not matter: the network
# shall learn *what tells a hit from a note*. Beside them plays a real guitar, from another song.

# %%
t = np.arange(RATE) / RATE  # one second
guitar = samples_of("feelings/guitar")


def hit_of(kind, random):
    """Return one second of a drum that nobody has ever heard."""
    noise = random.normal(size=RATE)
    short, long = np.exp(-t / random.uniform(0.003, 0.01)), np.exp(-t / random.uniform(0.04, 0.2))
    if kind == "kick":  # a tone that falls, and a click
        fall = random.uniform(20, 250) * np.exp(-t / random.uniform(0.005, 0.04))
        tone = np.sin(2 * np.pi * np.cumsum(random.uniform(40, 90) + fall) / RATE)
        return tone * long + random.uniform(0, 0.3) * noise * short
    if kind == "tom":
        return np.sin(2 * np.pi * random.uniform(70, 250) * t) * long + 0.1 * noise * short
    if kind == "snare":
        tone = np.sin(2 * np.pi * random.uniform(150, 330) * t) * random.uniform(0.2, 1)
        return (tone + random.uniform(0.2, 0.6) * noise) * long
    bright = np.diff(noise, n=2, append=[0, 0])  # differences keep the high frequencies
    return random.uniform(0.05, 0.3) * bright * np.exp(-t / np.exp(random.uniform(-4, 0)))


def note_of(low, high, random):
    """Return a note: harmonics, with a beginning, a decay and an end."""
    t = np.arange(int(RATE * random.uniform(0.2, 2))) / RATE
    pitch, slope = low * (high / low) ** random.uniform(), random.uniform(0.7, 2.5)
    harmonics = [n for n in range(1, random.integers(2, 26)) if n * pitch < RATE / 2]
    waves = [np.sin(2 * np.pi * (n * pitch * t + random.uniform())) / n**slope for n in harmonics]
    begin = np.minimum(1, t / np.exp(random.uniform(-6, -1.5)))
    end = np.minimum(1, (t[-1] - t) / 0.05)
    return sum(waves) * begin * end * np.exp(-t / np.exp(random.uniform(-1, 1)))


# %%
def even(samples):
    return samples / (samples.std() + 1e-9)


def scene(random, frames=4 * RATE):
    """Return four seconds of drums, and of something else."""
    drums, rest = np.zeros((2, frames + 3 * RATE))
    kit = [hit_of(kind, random) for kind in ("kick", "snare", "tom", "hat", "hat")]
    for start in range(0, frames, int(RATE * random.uniform(0.12, 0.35))):
        for sound in kit:
            if random.uniform() < 0.3:
                drums[start : start + RATE] += sound * random.uniform(0.2, 1)
        for low, high in ((35, 110), (100, 1000)):  # a bass, and something above it
            if random.uniform() < 0.4:
                note = note_of(low, high, random)
                rest[start : start + len(note)] += even(note)
    at, speed = random.integers(0, len(guitar) - 2 * frames), random.uniform(0.6, 1.6)
    real = np.interp(at + speed * np.arange(frames), np.arange(len(guitar)), guitar)
    rest = even(rest[:frames]) + random.uniform() * even(real)
    rest = even(rest + random.uniform(0, 0.03) * random.normal(size=frames))
    level = 0.1 * 10 ** (random.uniform(-8, 8) / 20)
    return level * even(drums[:frames]), level * rest * 10 ** (random.uniform(-3, 3) / 20)


made_up = [scene(np.random.default_rng(number)) for number in range(60)]
musicnb.Audio(0.8 * sum(made_up[3]) / np.abs(sum(made_up[3])).max(), RATE).gain(-6)

# %% [markdown]
# ## 6. A network that makes masks
#
# Our network sees the picture through 64 **mel bands**: narrow for low frequencies and wide for
# high ones, as the ear does. Of each band it takes the logarithm, less the band's mean over time,
# so that a song's loudness does not matter. Beside this it gets a second picture that says how high
# each point lies.
#
# Five convolutions follow. Each looks at 3 bands and 5 moments around a point; the moments lie 1,
# then 2, 4 and 8 steps apart (**dilation**), so that together they see 0.7 s without needing more
# weights. The last squeezes its output between 0 and 1 (**sigmoid**): a mask, for 64 bands. Spread
# to all frequencies, it is multiplied with the STFT, exactly as before.

# %% tags=["nbval-check-output"]
from torch.nn import Conv2d, Module, ModuleList, functional

BANDS = 64
mel = torch.as_tensor(librosa.filters.mel(sr=RATE, n_fft=N_FFT, n_mels=BANDS, norm=None))
to_bands = mel / mel.sum(1, keepdim=True)
to_bins = (mel / (mel.sum(0) + 1e-6)).T


class MaskNet(Module):
    def __init__(self, width=16):
        super().__init__()
        sizes = [2, width, width, width]
        self.layers = ModuleList(
            Conv2d(size, width, (3, 5), padding="same", dilation=(1, apart))
            for size, apart in zip(sizes, (1, 2, 4, 8), strict=True)
        )
        self.layers.append(Conv2d(width, 1, (3, 3), padding="same"))

    def forward(self, magnitude):  # (songs, frequencies, moments)
        x = torch.log(to_bands @ magnitude**2 + 1e-6) / 2
        x = x - x.mean(-1, keepdim=True)
        height = torch.linspace(-1, 1, BANDS)[:, None].expand_as(x)
        x = torch.stack([x, height], 1)
        for layer in self.layers[:-1]:
            x = functional.leaky_relu(layer(x), 0.1)
        return to_bins @ torch.sigmoid(self.layers[-1](x))[:, 0]


print("numbers to learn:", sum(weight.numel() for weight in MaskNet().parameters()))
print("one mask:", tuple(MaskNet()(spectrum.abs()[None]).shape))

# %% [markdown]
# Training shows it mixtures and compares the outcome with the truth: how much energy is in the
# difference? We mix the drums of one scene with the rest of another, cut anywhere, at any balance:
# 60 scenes make as many mixtures as one likes. (This is **augmentation**.)
#
# It takes half a minute.


# %%
def train(pairs, seed=0, steps=250, batch=3, frames=172):
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    network = MaskNet()
    optimizer = torch.optim.Adam(network.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.005, total_steps=steps)

    def draw(which):
        stem = pairs[random.integers(len(pairs))][which]
        at = random.integers(0, stem.shape[1] - frames + 1)
        return stem[:, at : at + frames] * 10 ** (random.uniform(-3, 3) / 20)

    for _ in range(steps):
        drums = torch.stack([draw(0) for _ in range(batch)])
        mixture = drums + torch.stack([draw(1) for _ in range(batch)])
        error = network(mixture.abs()) * mixture - drums
        energy = mixture.abs().square().sum((1, 2)) + 1e-3
        loss = (error.abs().square().sum((1, 2)) / energy).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return network


def drums_by(network):
    with torch.no_grad():
        return istft(network(spectrum.abs()[None])[0] * spectrum)


# %%
import time

began = time.perf_counter()
network = train([(stft(one), stft(two)) for one, two in made_up])
print(f"{time.perf_counter() - began:.0f} s")

# %% [markdown]
# **Predict.** It has never heard *Glasswork*, nor any real drum. Does it beat HPSS, which we even
# tuned to the piece?

# %%
stems_lesson.predict("network", "The SI-SDR of the drums by the network", unit="dB")

# %%
by_network = drums_by(network)
scores["our network"] = score(by_network)
stems_lesson.reveal("network", f"{score(by_network):.1f} dB")

# %%
figure = go.Figure()
ordered = sorted(scores.items(), key=lambda pair: pair[1])
figure.add_bar(
    x=[value for _, value in ordered],
    y=[name for name, _ in ordered],
    orientation="h",
    text=[f"{value:.1f}" for _, value in ordered],
)
figure.update_layout(height=280, margin={"l": 170, "r": 10, "t": 20, "b": 40})
figure.update_xaxes(title="SI-SDR of the drums, bars 3 to 6 (dB)")
figure

# %% tags=["nbval-check-output"]
print("better than HPSS:", scores["our network"] > scores["HPSS"])
print("worse than the oracle:", scores["our network"] < scores["oracle mask"])

# %% [markdown]
# **Look** at the masks themselves, up to 5.5 kHz, in bar 3. White is drums, black is the rest.

# %%
from plotly.subplots import make_subplots

with torch.no_grad():
    network_mask = network(spectrum.abs()[None])[0].numpy()
masks = {"oracle": oracle.numpy(), "HPSS": tuned, "network": network_mask}
figure = make_subplots(1, 3, subplot_titles=list(masks), shared_yaxes=True)
bins, moments = slice(0, 256, 2), slice(6 * RATE // HOP, 9 * RATE // HOP, 2)
for column, mask in enumerate(masks.values(), start=1):
    picture = go.Heatmap(
        z=mask[bins, moments].round(2),
        x=np.arange(len(song) // HOP + 1)[moments] * HOP / RATE,
        y=np.arange(N_FFT // 2 + 1)[bins] * RATE / N_FFT,
        colorscale="gray",
        zmin=0,
        zmax=1,
        showscale=column == len(masks),
    )
    figure.add_trace(picture, 1, column)
figure.update_layout(height=360, margin={"l": 60, "r": 10, "t": 40, "b": 40})
figure.update_xaxes(title="time (s)")
figure.update_yaxes(title="frequency (Hz)", col=1)
figure

# %% [markdown]
# **Listen** to what the methods make of the same bars.

# %%
heard = {"true": drums, "HPSS": by_tuned, "network": by_network, "oracle": by_oracle}
mixer = musicnb.StemMixer(
    {name: musicnb.Audio(each[BARS_3_TO_6], RATE) for name, each in heard.items()},
    settings={"true": {"solo": True}},
)
mixer

# %% [markdown]
# <details><summary>Explain</summary>
#
# One number from one training is a sample, not a fact: other random numbers, other weights. Three
# trainings of 400 steps, each with its own scenes, gave 4.6, 4.6 and 4.7 dB; the tuned HPSS has 3.2. So the
# network's lead is larger than its luck. A hit and a bass note in the same low bands are still hard
# to tell apart: that is where the rest of the way to the oracle lies.
# </details>
#
# And the flattering test? The same network, trained on bars 3 to 6 of *Glasswork*, tested on bars 7
# to 9:

# %%
again = slice(18 * RATE, 27 * RATE)
cheat = train([(stft(drums[BARS_3_TO_6]), stft(rest[BARS_3_TO_6]))], steps=150)
print(f"trained on the same piece: {score(drums_by(cheat), part=again):5.1f} dB in bars 7 to 9")
print(f"trained on other sounds:   {score(by_network, part=again):5.1f} dB in bars 7 to 9")

# %% [markdown]
# <details><summary>Explain</summary>
#
# The second number is the one to report. And it flatters a little as well: while writing this
# lesson we looked at *Glasswork* when we chose the bands and the loss. Whoever builds a network
# learns from the test too. That is why contests keep theirs secret, and why your network will be
# judged by a mixture that neither of us chose it for.
# </details>
#
# **Question 7.** Hand in your network. Its weights are ten arrays, `weight1` and `bias1` to
# `weight5` and `bias5`, in the order of the layers, saved by `np.savez("l03-network.npz",
# weight1=...)`. Whoever grades you lets it hear a mixture that you do not know. Points grow with
# the gain in SI-SDR over the mixture: more than 1 dB is a beginning, 3 dB, about what HPSS gains,
# is better, and from 4 dB on you have all. You may train longer, make other scenes, or change
# `width`; the kernels and dilations must stay.

# %%
# musicnb: l03-q7
### BEGIN SOLUTION | network_file = ...
network_file = "l03-network.npz"
arrays = {}
for number, layer in enumerate(network.layers, start=1):
    arrays[f"weight{number}"] = layer.weight.detach().numpy()
    arrays[f"bias{number}"] = layer.bias.detach().numpy()
np.savez(network_file, **arrays)
### END SOLUTION
stems_lesson.q7.check(network_file)

# %% [markdown]
# ## 7. The same, grown up
#
# The network of lesson 00 works in the same way: STFT, magnitudes, mask. It has 1600 times as
# many weights as yours, and learned from thousands of real songs with their stems.

# %%
whole = musicnb.load("demo:starfall")[8:34]
stems = musicnb.separate(whole)
songs = musicnb.StemMixer(
    stems,
    presets={
        "karaoke": {"vocals": {"gain": -18}},
        "a cappella": {"accompaniment": {"mute": True}},
    },
)
songs

# %% [markdown]
# **Karaoke** is the band with the voice turned down; **a cappella** is the voice alone. The presets
# of the mixer make both; so does code. Where do you hear, in either, what should have gone?

# %%
karaoke = musicnb.mix([stems["vocals"], stems["accompaniment"]], gains=[-18, -1])
karaoke[0:8]

# %% [markdown]
# There is no true stem for this song, so there is no SDR either. Only ears.
#
# ## 8. The number and the ear
#
# **Question 8** (by ear). Two estimates of the drums. In which is more of the bass and the guitar
# left?

# %%
# musicnb: l03-q8
### BEGIN SOLUTION | stems_lesson.q8.ask()
stems_lesson.q8.answer("A")
### END SOLUTION

# %% [markdown]
# Usually the higher SDR sounds better too. Not always. Here are two more estimates, both made with
# the oracle mask; one has the better SI-SDR, by 1 dB. **Predict** by ear alone: which sounds
# better to *you*? Your verdict is not scored.

# %%
low = torch.linspace(0, RATE / 2, N_FFT // 2 + 1)[:, None] < 2000
pair = {"first": istft(oracle * low * spectrum), "second": istft(oracle**0.35 * spectrum)}
sounds = {name: musicnb.Audio(each, RATE)[6:12] for name, each in pair.items()}
# Of two sounds the louder one seems better, so both get the same loudness.
sounds = {name: each.gain(-28 - each.loudness) for name, each in sounds.items()}
stems_lesson.predict("verdict", "Which drums sound better?", kind="which", sounds=sounds)

# %%
first, second = (score(each) for each in pair.values())
stems_lesson.reveal("verdict", f"A that has {first:.1f} dB, and B {second:.1f} dB")

# %% [markdown]
# <details><summary>Explain</summary>
#
# A has no cymbals at all, everything above 2000 Hz is gone; B has them, and some of the band.
# SI-SDR counts energy, and the energy of drums is in the bass drum. The ear counts otherwise: it
# misses the cymbals at once. Whoever trains networks for the number alone gets what the number
# rewards. So one listens, always, and best without knowing to what.
# </details>
#
# ## Summary
#
# - A mask shares out each point of the STFT. Even the oracle's is not perfect: sounds overlap, and
#   the phase stays that of the mixture.
# - SI-SDR compares right with wrong energy, and forgives the volume. Always give the mixture's
#   beside it.
# - HPSS tells hits from notes by their shape. A small network learns more than shape.
# - A test is honest only if nothing of it was in the training: whole songs apart, and no shared
#   samples.
# - A number is no ear.
#
# **Where it fails, and who may be harmed.** Our network takes short plucked notes for hits, and
# long cymbals for noise. It learned from made-up drums and one guitar: brushes or a tabla are
# strange to it. Large networks have such gaps too, for the music that was rare in their training,
# and whoever plays that music gets the worse stems. And stems make it easy to take a voice or a
# beat that is somebody's work: ask before you publish.
#
# So far:

# %%
stems_lesson

# %% [markdown]
# **Try next.** Set the weights by hand, so that the network compares each moment with those 8
# steps before and after it: how much of its skill is really learned? · Train with `hat` alone in
# the kit: what does the network lose? · Feed HPSS the logarithm of the magnitudes. · Train it for
# the bass (swap the roles of the scenes). · Make a third class: drums, bass, rest.
#
# **Where this comes from.** Medians: Fitzgerald, *Harmonic/percussive separation using median
# filtering*, DAFx 2010. SDR: Vincent, Gribonval and Févotte, *Performance measurement in blind
# audio source separation*, 2006. SI-SDR: Le Roux, Wisdom, Erdogan and Hershey, *SDR: half-baked or
# well done?*, ICASSP 2019. Networks for masks: Jansson et al., ISMIR 2017; Hennequin et al.,
# *Spleeter*, JOSS 2020. Dilation: Yu and Koltun, ICLR 2016.
