# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
#   musicnb:
#     title: "Effects: the room around the sound"
#     minutes: 75
#     device: cpu
#     budget:
#       seconds: 120
#       memory_mb: 1500
# ---

# %% [markdown]
# # Effects: the room around the sound
#
# No record sounds like the room that it was made in. Every voice and every drum went through
# **effects**: devices, or programs, that change a sound without playing a note. In this lesson you
# build the five that are on almost every record, in a few lines each, measure what they do, and let
# a computer find their settings by itself.
#
# **You will be able to** hear and measure the time of an echo and of a room · write a delay, a
# reverb, an equaliser, a compressor and a limiter · compare two versions fairly · let gradient
# descent find settings, and say which it cannot find · judge the advice of a network by its card.
#
# **You need** lessons 01 and 02 (decibel, loudness, spectrogram), a bit more than an hour, about
# 1 minute of computing on two cores, and 1 GB of memory. Headphones help.
#
# Eleven questions are checked on the way. Some of them have other numbers for every student.

# %%
import musicnb
import numpy as np
import torch
from musicnb import Audio, EffectChain
from musicnb.course import lesson

torch.set_num_threads(1)  # enough here, and leaves a core to this page
RATE = 44100  # samples a second, of nearly every sound in this lesson
fx = lesson("05_effects")
fx

# %% [markdown]
# ## 1. Before and after
#
# A guitar without any effect: engineers call such a sound **dry**, and **wet** what comes out.

# %%
guitar = musicnb.load("demo:glasswork/guitar")[12:18].mono()
drums = musicnb.load("demo:glasswork/drums")[12:18].mono()
guitar

# %%
chain = EffectChain(
    eq=[{"kind": "high_shelf", "frequency": 3000, "gain": 5}],
    compressor={"threshold": -30, "ratio": 3, "makeup": 15},
    delay={"time": 0.375, "feedback": 0.3, "mix": 0.2},
    reverb={"rt60": 1.6, "mix": 0.25},
)
wet = musicnb.apply_effects(guitar, chain)
display(wet)
chain

# %% [markdown]
# Five kinds of effects, in three families. You will meet each of them below.
#
# | changes | effect | what it does |
# |---|---|---|
# | frequencies | **equaliser** (EQ) | raises or lowers treble, bass, or a band in between |
# | levels | **compressor**, **limiter** | turn down what is loud |
# | time | **delay**, **reverb** | add echoes, or a whole room |
#
# Which is better, dry or wet? Before you answer:

# %%
print(f"dry {guitar.loudness:6.1f} LUFS\nwet {wet.loudness:6.1f} LUFS")

# %% [markdown]
# The wet one is louder, and you know from lesson 01 what that does to a judgement: of two versions
# people prefer the louder one, even if nothing else was changed. So from here on everything that
# is compared is brought to one loudness first.


# %%
def compare(**sounds):
    """Show players of several sounds, all at -26 LUFS."""
    for name, sound in sounds.items():
        print(name.replace("_", " "))
        display(sound.gain(-26 - sound.loudness))


compare(dry=guitar, wet=wet)

# %% [markdown]
# **Question 1.** Give a reason for your answer: one sentence is enough, and whoever grades you
# reads it.

# %%
# musicnb: l05-q1
### BEGIN SOLUTION | fx.q1.ask()
fx.q1.answer(2, because="Louder alone sounds fuller; at equal loudness one would know more.")
### END SOLUTION

# %% [markdown]
# ## 2. Delay
#
# A **delay** keeps the sound, and gives it back later. Some of what comes out goes in again
# (**feedback**), so that each echo has an echo of its own. That is one line:

# %%
def echo(samples, time, feedback, mix):
    step = round(time * RATE)
    wet = np.zeros_like(samples)
    for n in range(step, len(samples)):
        wet[n] = samples[n - step] + feedback * wet[n - step]
    return (1 - mix) * samples + mix * wet


settings = {"time": 0.375, "feedback": 0.6, "mix": 0.4}
ours = echo(guitar.samples[0], **settings)
Audio(ours, RATE)

# %% tags=["nbval-check-output"]
library = musicnb.apply_effects(guitar, {"delay": settings})
print("the library's delay is ours:", np.allclose(library.samples[0], ours, atol=1e-5))

# %% [markdown]
# **Predict.** With a feedback of 0.5 each echo has half the amplitude of the one before. When an
# echo is 60 dB down, a thousandth, nobody hears it any more. After how many echoes?

# %%
fx.predict("echoes", "How many echoes until they are 60 dB down, at a feedback of 0.5?")

# %%
fx.reveal("echoes", f"{np.log(0.001) / np.log(0.5):.1f}: each halving is 6 dB")

# %% [markdown]
# The same drum with three times of delay: 15, 80 and 350 ms. **Predict:** in which do you hear
# *two* strokes?

# %%
fx.predict(
    "two",
    "In which will you hear two strokes?",
    kind="choice",
    options=["in all three", "with 80 and 350 ms", "with 350 ms only"],
)

# %%
stroke = np.zeros(RATE)
stroke[2000 : 2000 + RATE // 5] = drums[0.75:0.95].samples[0]  # a snare
for time in (0.015, 0.08, 0.35):
    print(f"{1000 * time:.0f} ms")
    display(Audio(echo(stroke, time, feedback=0, mix=0.45), RATE))

# %%
fx.reveal("two", "for most people: with 80 ms already, and with 15 ms it is one, of another colour")

# %% [markdown]
# <details><summary>Explain</summary>
#
# Up to 30 ms or so (longer for music than for clicks) the ear takes an echo for part of the sound.
# That is how it copes with rooms, whose walls answer after some milliseconds: you hear *one* voice,
# from the direction from which it came first. It is called the **precedence effect** or Haas
# effect. The echo is not lost, though. A copy 15 ms later meets the sound in step at some
# frequencies and out of step at others, and colours it: a **comb filter**.
# </details>
#
# **By ear.** Here is one stroke, with a delay that nobody has told you. How long is it, from one
# stroke to the next? For comparison: at 120 beats a minute a beat is 500 ms.

# %%
from musicnb.course import repeats

sound = repeats.mystery(**fx.q2.variant)
fx.predict("by_ear", "How long is the delay, by ear?", unit="ms")
sound

# %% [markdown]
# And now **look**. In a spectrogram an echo is the same picture again, further to the right.
#
# **Question 2.** Drag a box that begins exactly on one stroke, and ends exactly where the next
# begins; its width is then the time of the delay. The frequencies do not matter.

# %%
echoes = musicnb.SpectrogramExplorer(sound, n_fft=512)
echoes

# %%
# musicnb: l05-q2
### BEGIN SOLUTION | box = echoes.selection
time = fx.q2.variant["time"]
box = {"start": 0.25, "stop": 0.25 + time, "low": 100, "high": 9000}
### END SOLUTION
fx.q2.check(box)

# %%
fx.reveal("by_ear", f"{1000 * fx.q2.variant['time']:.0f} ms")

# %% [markdown]
# ### An echo found by a computer
#
# Slide a sound along itself, multiply, and add up. At a lag of 0 every product is a square, so the
# sum is at its largest. At most other lags plus meets minus as often as plus, and the sum is small.
# But at the lag where the sound meets its own echo, all fits again. This is **autocorrelation**.
#
# **Question 3.** Write it: return the lag, in seconds, at which the sum of the products is largest.
# Try all lags from `shortest` to `longest` (both in seconds).
#
# *Expected:* of `np.array([1, 0, 0, 1, 0, 0, 0.0])` at 10 samples a second, between 0.1 and 0.5 s,
# it is 0.3.


# %%
# musicnb: l05-q3
def find_echo(samples, sample_rate, shortest, longest):
    """Return the lag in seconds at which mono samples are most like themselves."""
    ### BEGIN SOLUTION
    first, last = round(shortest * sample_rate), round(longest * sample_rate)
    products = [np.sum(samples[lag:] * samples[:-lag]) for lag in range(first, last + 1)]
    return (first + np.argmax(products)) / sample_rate
    ### END SOLUTION


fx.q3.check(find_echo)

# %% [markdown]
# For long sounds there is a shortcut: the inverse Fourier transform of the *power* of the spectrum
# is the autocorrelation at all lags at once. (The names of Wiener and Khinchin go with this.)
#
# We put an echo of 340 ms on the drums, and on the guitar. **Predict.** Will it be found in both?

# %%
fx.predict(
    "found",
    "In which will autocorrelation find the echo of 340 ms?",
    kind="choice",
    options=["in both", "in the drums only", "in the guitar only", "in neither"],
)

# %%
import plotly.graph_objects as go


def chart(x_title, y_title, **lines):
    figure = go.Figure()
    for name, (x, y) in lines.items():
        figure.add_scatter(x=x, y=y, name=name.replace("_", " "))
    figure.update_layout(height=300, margin={"l": 60, "r": 10, "t": 20, "b": 40})
    figure.update_xaxes(title=x_title)
    figure.update_yaxes(title=y_title)
    return figure


SMALL = 11_025  # samples a second: enough to find an echo, and few enough to draw
LAGS = np.arange(round(0.05 * SMALL), round(0.8 * SMALL))


def power(sound):
    samples = sound.resample(SMALL).samples[0]
    return np.abs(np.fft.rfft(samples, 2 * len(samples))) ** 2


def at_lags(spectrum):
    line = np.fft.irfft(spectrum)[LAGS]
    return line / np.abs(line).max()


delay = {"time": 0.34, "feedback": 0.3, "mix": 0.4}
with_echo = {
    name: musicnb.apply_effects(sound, {"delay": delay})
    for name, sound in {"guitar": guitar, "drums": drums}.items()
}
correlated = {name: at_lags(power(sound)) for name, sound in with_echo.items()}
chart(
    "lag (s)",
    "autocorrelation",
    **{name: (LAGS / SMALL, line) for name, line in correlated.items()},
)

# %% tags=["nbval-check-output"]
for name, line in correlated.items():
    lag = LAGS[np.argmax(line)] / SMALL
    print(f"{name:7s} largest at {lag:.3f} s: found {abs(lag - 0.34) < 0.002}")

# %%
fx.reveal("found", "in the drums only")

# %% [markdown]
# <details><summary>Explain</summary>
#
# A note repeats itself by its nature: a tone of 110 Hz is like itself every 9 ms, and a chord every
# time its notes meet again. Beside this the echo is a small bump. Rhythm gets in the way too: music
# is made of repetition. What is similar need not be an echo.
# </details>
#
# There is a trick. The spectrum of a sound with an echo is that of the sound *times* a ripple. Take
# the **logarithm** first, and it becomes *plus* a ripple, however loud the notes are. The rest is
# as before. Its inventors turned the letters of *spectrum* round, and called it the **cepstrum**.

# %%
lines = {name: at_lags(np.log(power(sound) + 1e-9)) for name, sound in with_echo.items()}
chart(
    "lag (s), which they called quefrency",
    "cepstrum",
    **{name: (LAGS / SMALL, line) for name, line in lines.items()},
)

# %% tags=["nbval-check-output"]
from musicnb.effects.echoes import find_echo as by_cepstrum

for name, sound in with_echo.items():
    ours = LAGS[np.argmax(np.abs(lines[name]))] / SMALL
    library = by_cepstrum(sound.samples[0], RATE)
    print(f"{name:7s} ours {ours:.3f} s, the library's {library.time:.3f} s")

# %% [markdown]
# ## 3. Reverb
#
# Clap your hands in a stairwell. The clap comes back from the nearest wall, then from the next,
# from two walls in a row, from three. After a twentieth of a second there are so many echoes, from
# so many sides, that no ear tells them apart: what is left is noise that dies away. It is called
# **reverberation**, or reverb.
#
# What a room makes of a single click is its **impulse response**. It says all about the room: for
# a sound is nothing but many clicks, one per sample. Each sample rings the room, with its own
# strength and at its own time, and all these answers add up:
#
# ```python
# for n, sample in enumerate(samples):
#     result[n : n + len(answer)] += sample * answer
# ```
#
# That is **convolution**, `np.convolve(samples, answer)`. The result is longer than the sound, for
# the last sample too rings to its end.
#
# How long does a room ring? Engineers give the **RT60**, the time in which it falls by 60 dB: half
# a second in a living room, two in a concert hall, eight in a cathedral. 60 dB are a factor of 1000
# in amplitude. So a room of our own is noise under an envelope that is 1 at the beginning and
# 1/1000 after `rt60` seconds, falling by the same factor in equal times.
#
# **Question 4.** Write it. Make the room's answer from the noise, and send the samples through it.
#
# *Expected:* `in_room(np.array([1.0]), np.ones(3), rt60=2, sample_rate=1)` is about
# `[1, 0.0316, 0.001]`: a click in a room of three samples.


# %%
# musicnb: l05-q4
def in_room(samples, noise, rt60, sample_rate):
    """Return mono samples in a room made of noise, with the tail."""
    ### BEGIN SOLUTION
    t = np.arange(len(noise)) / sample_rate
    answer = noise * 10 ** (-3 * t / rt60)
    return np.convolve(samples, answer)
    ### END SOLUTION


fx.q4.check(in_room)

# %% [markdown]
# **Listen** to your own room: one stroke of the snare in it.

# %%
snare = drums[0.75:0.95].samples[0]
noise = np.random.default_rng(0).normal(size=2 * RATE)
mine = in_room(snare, noise, 1.5, RATE)
if isinstance(mine, np.ndarray):
    display(Audio(0.25 * mine / np.abs(mine).max(), RATE))
else:
    print("Your room is not ready yet; the library's is below.")

# %% [markdown]
# Now with the library. Its noise dies away faster at high frequencies, as in real rooms, where air
# and curtains swallow them: `damping` says by how much. At 1 it does not, and then it is your room.

# %%
import scipy.signal
from musicnb.course.rooms import hits, in_rooms
from musicnb.effects import Reverb
from musicnb.effects.reverb import room

answer = room(Reverb(rt60=1.5, damping=1), channels=1, sample_rate=RATE)[0]
dry = hits()
# The same as np.convolve, by way of the Fourier transform: 100 times as fast.
convolved = scipy.signal.fftconvolve(dry.samples[0], answer)
only_wet = {"rt60": 1.5, "mix": 1, "pre_delay": 0, "damping": 1}
library = musicnb.apply_effects(dry, {"reverb": only_wet})
Audio(convolved, RATE).gain(-12)

# %% tags=["nbval-check-output"]
print("samples in, and out:", dry.frames, len(convolved))
same = np.allclose(library.samples[0], convolved[: dry.frames], atol=1e-4)
print("the library's reverb is this convolution:", same)

# %% [markdown]
# That is the room alone: you stand far away, and nothing comes to you directly. `mix` brings the
# dry sound back. Three rooms, at equal loudness: a living room, a concert hall, a cathedral.

# %%
for rt60 in (0.5, 2, 6):
    print(f"RT60 {rt60} s")
    display(*in_rooms({"rt60": rt60, "mix": 0.4}))

# %% [markdown]
# **Predict,** by ear: two rooms of the same RT60. In one, walls and floor are bare; in the other
# there are carpets and curtains. Which of them has the carpets?

# %%
bare, soft = in_rooms(
    {"rt60": 1.5, "mix": 0.5, "damping": 1}, {"rt60": 1.5, "mix": 0.5, "damping": 0.15}
)
fx.predict("carpets", "Which has the carpets?", kind="which", sounds={"soft": soft, "bare": bare})

# %%
fx.reveal("carpets", "A: its treble dies away first; the hiss in B is from bare walls")

# %% [markdown]
# **Question 5** (by ear). Which room has the longer reverberation time? Mind: that is not the same
# as *more* reverb.

# %%
# musicnb: l05-q5
### BEGIN SOLUTION | fx.q5.ask()
fx.q5.answer(fx.q5.variant["longer"])
### END SOLUTION

# %% [markdown]
# ### A room measured
#
# How does one measure an RT60? Here is a clap, as a microphone recorded it in a room that you do
# not know. Its level goes up and down so wildly that no ruler fits. In 1965 Manfred Schroeder found
# a way: do not ask how strong it is at a time, ask how much energy is *still to come*. Energy is
# the sum of squares, so square, and sum up from the end backwards:
#
# $$\text{decay}(n) = 10 \log_{10} \frac{\sum_{m \ge n} \text{answer}(m)^2}
# {\sum_{m \ge 0} \text{answer}(m)^2}$$
#
# **Question 6.** Write it.
#
# *Expected:* `decay_curve(np.array([3.0, 1.0]))` is `[0, -10]`, and it never rises.


# %%
# musicnb: l05-q6
def decay_curve(answer):
    """Return the energy from each sample to the end, in dB below the whole energy."""
    ### BEGIN SOLUTION
    energy = np.cumsum((answer**2)[::-1])[::-1]
    return 10 * np.log10(energy / energy[0])
    ### END SOLUTION


fx.q6.check(decay_curve)

# %%
from musicnb.course import rooms

name = fx.q7.variant["room"]
clap = rooms.recorded(name)
print("Your room:", name)
clap

# %%
# (The library's curve: so the picture is there, whether or not yours is ready.)
curve = rooms.decay_curve(clap.samples[0])
t = np.arange(clap.frames) / clap.sample_rate
level = 20 * np.log10(np.abs(clap.samples[0]) / clap.peak + 1e-4)
figure = chart(
    "time (s)",
    "level (dB)",
    samples=(t[::40], level[::40]),
    Schroeder=(t[::40], curve[::40]),
)
figure.update_yaxes(range=[-70, 3])
figure

# %% [markdown]
# The curve is straight at first: so many dB in equal times. It bends towards the end, where only
# the noise of the room is left, which does not die away. So nobody waits for −60 dB. One reads when
# the curve is at −5 dB (the very beginning depends on the nearest walls) and when at −25 dB, and
# goes on as if it stayed straight.
#
# **Question 7.** What is the RT60 of your room, in seconds? Point at the curve to read it, or let
# numpy do it.

# %%
# musicnb: l05-q7
### BEGIN SOLUTION | rt60 = ...
start, stop = (t[np.argmax(curve < level)] for level in (-5, -25))
rt60 = 3 * (stop - start)
### END SOLUTION
fx.q7.check(rt60)

# %% [markdown]
# <details><summary>Explain</summary>
#
# The noise of a single clap is chance: another clap has other peaks. Schroeder proved that summing
# backwards gives the average over infinitely many claps, from a single one. What is read between
# −5 and −25 dB is called **T20**, and standards for concert halls ask for it.
# </details>

# %% [markdown]
# ## 4. Equaliser
#
# An **equaliser** raises or lowers a range of frequencies. The name is from telephone lines, whose
# losses it made equal again. Its bands are **filters**, and the usual one, a **biquad**, takes
# three samples of what goes in and two of what has come out before, each with a factor:

# %%
def peak_band(frequency, gain, q):
    """Return the factors of a band; the formulas are Robert Bristow-Johnson's."""
    a = 10 ** (gain / 40)
    omega = 2 * np.pi * frequency / RATE
    alpha = np.sin(omega) / (2 * q)
    forward = np.array([1 + alpha * a, -2 * np.cos(omega), 1 - alpha * a])
    back = np.array([1 + alpha / a, -2 * np.cos(omega), 1 - alpha / a])
    return forward / back[0], back / back[0]


def biquad(samples, forward, back):
    x1 = x2 = y1 = y2 = 0.0
    made = []
    for x in samples:
        y = forward[0] * x + forward[1] * x1 + forward[2] * x2 - back[1] * y1 - back[2] * y2
        x2, x1, y2, y1 = x1, x, y1, y
        made.append(y)
    return np.array(made)


# %% [markdown]
# **Predict.** A band at 1000 Hz is raised by 12 dB. What happens at 500 Hz?

# %%
fx.predict(
    "octave",
    "12 dB at 1000 Hz: and at 500 Hz, an octave below?",
    kind="choice",
    options=["nothing", "a few dB", "also 12 dB"],
)

# %%
click = np.zeros(RATE)
click[0] = 1
ours = 20 * np.log10(np.abs(np.fft.rfft(biquad(click, *peak_band(1000, 12, q=1)))))
frequencies = np.geomspace(20, 20_000, 200).round()  # bins of one second are 1 Hz apart
band = {"kind": "peak", "frequency": 1000, "gain": 12}
library = EffectChain(eq=[{**band, "q": 1}]).frequency_response(frequencies, RATE)
narrow = EffectChain(eq=[{**band, "q": 5}]).frequency_response(frequencies, RATE)
figure = chart("frequency (Hz)", "gain (dB)", q_1=(frequencies, library), q_5=(frequencies, narrow))
figure.update_xaxes(type="log")
figure

# %% tags=["nbval-check-output"]
print("our filter is the library's:", np.allclose(ours[frequencies.astype(int)], library, atol=0.1))

# %%
fx.reveal("octave", f"a few dB: {ours[500]:.1f}; the quality q says how narrow a band is")

# %% [markdown]
# **Listen:** the guitar as it is, with 12 dB more at 1000 Hz (a telephone comes to mind), and with
# a shelf that lowers all above 2000 Hz (a wall). All are equally loud.

# %%
telephone = musicnb.apply_effects(guitar, {"eq": [{**band, "q": 1}]})
wall = musicnb.apply_effects(
    guitar, {"eq": [{"kind": "high_shelf", "frequency": 2000, "gain": -20}]}
)
compare(as_it_is=guitar, telephone=telephone, behind_a_wall=wall)

# %% [markdown]
# ## 5. Compressor and limiter
#
# A **compressor** turns down what is loud, as a hand on a fader would. Two numbers say by how much.
# Below the **threshold** nothing happens. Above it, the **ratio** says how many dB more at the
# input make 1 dB more at the output: with a threshold of −20 dBFS and a ratio of 4, −12 dBFS is 8
# dB over the threshold; 2 of them are left, and −18 dBFS come out.
#
# **Question 8.** Write the curve: for an array of levels in dBFS, the levels that come out.
#
# *Expected:* `curve(np.array([-30.0, -12.0]), threshold=-20, ratio=4)` is `[-30, -18]`.


# %%
# musicnb: l05-q8
def curve(level, threshold, ratio):
    """Return the level behind a compressor, in dBFS."""
    ### BEGIN SOLUTION
    return np.where(level > threshold, threshold + (level - threshold) / ratio, level)
    ### END SOLUTION


fx.q8.check(curve)

# %% [markdown]
# Here is a compressor without any label. You may send into it what you like. We send tones of many
# levels, and measure what comes out.

# %%
from musicnb.course.dynamics import black_box

compress = black_box(fx.q9.variant["box"])
tone = np.sin(2 * np.pi * 500 * np.arange(RATE // 2) / RATE)
levels = np.arange(-60, -2, 3)
out = [compress(Audio(10 ** (level / 20) * tone, RATE))[0.3:].peak for level in levels]
out = 20 * np.log10(np.array(out))
figure = chart("in (dBFS)", "out (dBFS)", nothing=(levels, levels), your_box=(levels, out))
figure.update_layout(height=420, width=520)
figure

# %% [markdown]
# **Question 9.** Which threshold and which ratio are in it?

# %%
# musicnb: l05-q9
### BEGIN SOLUTION | found = ...  # two numbers, as in [-20, 2]
slope = (out[-1] - out[-3]) / (levels[-1] - levels[-3])
bend = levels[-1] - (levels[-1] - out[-1]) / (1 - slope)
found = [float(bend), float(1 / slope)]
### END SOLUTION
fx.q9.check(found)

# %% [markdown]
# A curve is not yet a compressor. How quickly shall it turn down, and up again? Instantly would
# follow every swing of the wave, and distort it. So the gain moves slowly: the **attack** says how
# fast it goes down when the sound gets loud, the **release** how fast it recovers.
#
# **Predict.** The drums with a fast attack (0.1 ms) and with a slow one (10 ms). With which do the
# strokes hit harder?

# %%
fx.predict(
    "punch",
    "With which attack do the strokes hit harder?",
    kind="choice",
    options=["the fast one", "the slow one", "no difference"],
)

# %%
def compressor(samples, threshold, ratio, attack, release):
    level = 20 * np.log10(np.abs(samples) + 1e-6)
    wanted = np.maximum(0, level - threshold) * (1 - 1 / ratio)  # by how many dB to turn down
    falling, rising = np.exp(-1 / (RATE * np.array([attack, release])))
    now, turned = 0.0, []
    for value in wanted:
        keep = falling if value > now else rising
        now = keep * now + (1 - keep) * value
        turned.append(now)
    return samples * 10 ** (-np.array(turned) / 20)


settings = {"threshold": -26, "ratio": 4, "release": 0.1}
fast, slow = (
    Audio(compressor(drums.samples[0], attack=attack, **settings), RATE)
    for attack in (0.0001, 0.01)
)
compare(as_they_are=drums, fast_attack=fast, slow_attack=slow)

# %%
STROKES = [0, 0.75, 2, 2.25, 3, 3.75]  # of bass drum and snare, in seconds


def punch(sound):
    """Return by how much the first 15 ms of a stroke stand out of the rest of it, in dB."""
    parts = [(sound[s : s + 0.015], sound[s + 0.03 : s + 0.2]) for s in STROKES]
    return np.mean([first.level - rest.level for first, rest in parts])


for name, sound in [("drums as they are", drums), ("fast attack", fast), ("slow attack", slow)]:
    print(f"{name:18s} a stroke stands out by {punch(sound):4.1f} dB")
fx.reveal("punch", "the slow one")

# %% tags=["nbval-check-output"]
library = musicnb.apply_effects(drums, {"compressor": {**settings, "attack": 0.01, "knee": 0}})
alike = np.corrcoef(slow.samples[0], library.samples[0])[0, 1]
print("ours is the library's: correlation above 0.98:", bool(alike > 0.98))
print("fast < as they are < slow:", bool(punch(fast) < punch(drums) < punch(slow)))

# %% [markdown]
# <details><summary>Explain</summary>
#
# What was soft is nearer to what was loud now: the ghost notes between the strokes, the air of the
# drums. The fast attack catches the beginning of each stroke, and the punch is gone. The slow one
# lets it through before the gain is down, so that it stands out even more than before. The library
# looks at the level 5500 times a second, not 44 100 times, and joins the points; that is all the
# difference.
# </details>
#
# A **limiter** is a compressor with an infinite ratio that looks ahead, so that not a single sample
# gets above its ceiling. From scratch: the gain that each sample needs, the least of it within 5 ms
# on both sides, and the mean of that, so that it moves smoothly.

# %%
from scipy.ndimage import minimum_filter1d, uniform_filter1d


def limiter(samples, ceiling, seconds=0.005):
    need = np.minimum(1, ceiling / np.maximum(np.abs(samples), 1e-9))
    width = 2 * round(seconds * RATE) + 1
    return samples * uniform_filter1d(minimum_filter1d(need, width), width)


# %% [markdown]
# **Predict.** A song is driven 12 dB louder into a limiter that holds the peaks where they were.
# At equal loudness: which one do you want to hear for an hour?

# %%
fx.predict(
    "hour",
    "Which one would you rather hear for an hour?",
    kind="choice",
    options=["the original", "the limited one", "I shall hear no difference"],
)


# %%
def crest(sound):
    return 20 * np.log10(sound.peak) - sound.level


song = musicnb.load("demo:feelings")[13:20].mono()
limited = {
    drive: Audio(limiter(song.gain(drive).samples[0], float(song.peak)), RATE)
    for drive in (0, 6, 12)
}
print("driven    peak           loudness       crest factor")
for drive, sound in limited.items():
    peak = 20 * np.log10(sound.peak)
    print(f"{drive:4d} dB {peak:6.1f} dBFS {sound.loudness:9.1f} LUFS {crest(sound):9.1f} dB")
compare(original=limited[0], limited=limited[12])
fx.reveal("hour", "up to you, at last: loudness no longer decides")

# %% tags=["nbval-check-output"]
print("no peak is above the ceiling:", all(s.peak <= song.peak * 1.0001 for s in limited.values()))
held = musicnb.apply_effects(song.gain(12), {"limiter": {"ceiling": -3}})
print("nor is one with the library's:", bool(held.peak <= 10 ** (-3 / 20) + 1e-4))
louder = limited[12].loudness - limited[0].loudness
print("louder, with the same peaks:", bool(louder > 4))

# %% [markdown]
# <details><summary>Explain</summary>
#
# For twenty years records were made like this, each louder than the last, because the louder one
# won in every comparison: the **loudness war**. What it cost is the crest factor: drums no longer
# stand out. Since streaming services play everything equally loud, nothing is gained by it any
# more; and there is no right answer to our question. Some music wants to be a wall.
# </details>

# %% [markdown]
# ### All five, in your hands
#
# Here they are together. Switch an effect on, move its sliders, and play: the button for before and
# after switches while it plays, at equal loudness. Whatever you set, Python reads in `panel.chain`.

# %%
panel = musicnb.EffectsPanel(drums)
panel

# %% [markdown]
# **Question 10.** Put the drums in a concert hall: a reverb of 1.5 s or more, and so much of it that
# one hears it; but each stroke must stay clear. Set it by ear. Engineers have a number for it, the
# **clarity** C80: the energy of the first 80 ms of the impulse response, over that of all that
# comes later, in dB. A dry sound has a huge one, a church one below zero. Here it shall be between
# 3 and 8 dB. The next cell says what yours is, as often as you run it.

# %%
print(f"C80 = {rooms.clarity(panel.chain):.1f} dB")

# %%
# musicnb: l05-q10
### BEGIN SOLUTION | hall = panel.chain.to_dict()
hall = {"reverb": {"rt60": 2.0, "mix": 0.5}}
### END SOLUTION
fx.q10.check(hall)

# %% [markdown]
# ## 6. Settings that find themselves
#
# Somebody plays you a guitar sound that you like. Which settings make yours sound like it? Turn a
# knob, listen, is it nearer? Turn on. A computer can do that, if it can say *how near*.
#
# Here is a measure: the mean difference of two spectrograms in decibels. And here is a guitar whose
# treble somebody has raised.

# %%
x = torch.from_numpy(guitar.resample(22_050).samples[0, 22_050 : 3 * 22_050].copy())
window = torch.hann_window(1024)


def loss(made, wanted):
    def decibels(samples):
        spectrum = torch.stft(samples, 1024, 256, window=window, return_complex=True)
        return 20 * torch.log10(spectrum.abs() + 1e-2)

    return (decibels(made) - decibels(wanted)).abs().mean()


# %%
from musicnb.effects.equalizer import coefficients, response


def shelf(x, gain):
    """Raise all above 2 kHz: the biquad of part 4, as factors of the spectrum."""
    at, q = torch.tensor(2000.0), torch.tensor(0.707)
    forward, back = coefficients("high_shelf", at, gain, q, 22_050)
    frequencies = torch.fft.rfftfreq(len(x), 1 / 22_050)
    return torch.fft.irfft(torch.fft.rfft(x) * response(forward, back, frequencies, 22_050), len(x))


reference = shelf(x, torch.tensor(8.0))

# %% [markdown]
# torch keeps a record of how a number came about, and can run it backwards: how much does the loss
# change if the gain changes a little? That is the **gradient**, the slope under our feet. It shows
# uphill; so take a step the other way, and ask again: **gradient descent**.

# %%
gain = torch.tensor(0.0, requires_grad=True)
path = []
for step in range(30):
    difference = loss(shelf(x, gain), reference)
    difference.backward()
    path.append((gain.item(), difference.item()))
    with torch.no_grad():
        gain -= 4 * gain.grad
    gain.grad = None
print(f"the gain it found: {gain.item():.2f} dB")

# %% tags=["nbval-check-output"]
by_hand = [loss(shelf(x, torch.tensor(2.0 + h)), reference).item() for h in (-0.05, 0.05)]
at = torch.tensor(2.0, requires_grad=True)
loss(shelf(x, at), reference).backward()
print("the gradient is the slope:", abs(at.grad.item() - (by_hand[1] - by_hand[0]) / 0.1) < 0.02)
print("the gain was found:", abs(gain.item() - 8) < 1)

# %% [markdown]
# Does that always work? The same for an echo: the reference has one after 350 ms, and we begin at
# 300 ms. A time can be turned a little too, in between two samples, by turning the phases of the
# spectrum.
#
# **Predict.** At which time will gradient descent end?

# %%
fx.predict("ends", "It begins at 300 ms, right would be 350. Where will it end?", unit="ms")

# %%
def delayed(x, time):
    frequencies = torch.fft.rfftfreq(2 * len(x), 1 / 22_050)
    turn = torch.polar(torch.ones_like(frequencies), -2 * np.pi * frequencies * time)
    return x + 0.6 * torch.fft.irfft(torch.fft.rfft(x, 2 * len(x)) * turn)[: len(x)]


wanted = delayed(x, torch.tensor(0.35))
time = torch.tensor(0.3, requires_grad=True)
optimizer = torch.optim.Adam([time], lr=0.0005)
went = []
for step in range(40):
    optimizer.zero_grad()
    difference = loss(delayed(x, time), wanted)
    difference.backward()
    went.append((1000 * time.item(), difference.item()))
    optimizer.step()
fx.reveal("ends", f"{1000 * time.item():.0f} ms")

# %% [markdown]
# Why? Because we can afford it, here is the loss at *every* setting, and the way that it went.

# %%
from plotly.subplots import make_subplots

with torch.no_grad():
    gains = np.arange(-12, 16, 1.0)
    bowl = [loss(shelf(x, torch.tensor(float(g))), reference).item() for g in gains]
    times = np.arange(0.29, 0.37, 0.0005)
    needle = [loss(delayed(x, torch.tensor(float(s))), wanted).item() for s in times]
    mixes = np.arange(0, 1, 0.1)
    wet = torch.from_numpy(room(Reverb(rt60=1.2), 1, 22_050)[0]).float()
    size = len(x) + len(wet)
    tail = torch.fft.irfft(torch.fft.rfft(x, size) * torch.fft.rfft(wet, size), size)[: len(x)]
    roomy = [loss((1 - m) * x + m * tail, 0.7 * x + 0.3 * tail).item() for m in mixes]

figure = make_subplots(
    cols=3, subplot_titles=["gain of a shelf (dB)", "mix of a reverb", "time of an echo (ms)"]
)
figure.add_scatter(x=gains, y=bowl, col=1, row=1, name="loss")
figure.add_scatter(x=mixes, y=roomy, col=2, row=1, name="loss")
figure.add_scatter(x=1000 * times, y=needle, col=3, row=1, name="loss")
for column, way in ((1, path), (3, went)):
    figure.add_scatter(
        x=[p for p, _ in way], y=[e for _, e in way], col=column, row=1, mode="markers", name="way"
    )
figure.update_traces(line_color="#2a78b8", selector={"name": "loss"})
figure.update_traces(marker_color="#c0504d", selector={"name": "way"})
figure.update_layout(height=320, showlegend=False, margin={"l": 40, "r": 10, "t": 40, "b": 30})
figure

# %% tags=["nbval-check-output"]
best = times[np.argmin(needle)]
print("the lowest point is at 350 ms:", abs(best - 0.35) < 0.001)
print("gradient descent found it:", abs(time.item() - 0.35) < 0.001)

# %% [markdown]
# <details><summary>Explain</summary>
#
# The gain lies in one wide valley: from everywhere the slope leads down into it. The echo is a
# needle's hole in a rugged plain. A time that is wrong by 50 ms is no better than one that is wrong
# by 40, for neither puts the echo where it belongs, so the slope only leads to the nearest dent: a
# **local minimum**. What is found by its slope must get better little by little. That is why
# `match_effects` finds the time of an echo from the cepstrum, as you did, and only the rest by
# gradient descent.
# </details>
#
# **Question 11.** Which settings would it find?

# %%
# musicnb: l05-q11
### BEGIN SOLUTION | fx.q11.ask()
fx.q11.answer([0, 2, 3])
### END SOLUTION

# %% [markdown]
# Now with the library. There a whole chain is one torch module, and every setting is a number to
# learn. The reference went through a chain that the computer is not told. (Its room is made of
# other noise than any that will be tried: two rooms are never the same.)

# %% tags=["nbval-check-output"]
from musicnb.effects.modules import ChainModule

secret = EffectChain(
    eq=[
        {"kind": "peak", "frequency": 350, "gain": -6, "q": 1},
        {"kind": "high_shelf", "frequency": 3500, "gain": 7},
    ],
    reverb={"rt60": 1.4, "mix": 0.3, "seed": 5},
)
finished = musicnb.apply_effects(guitar, secret)
module = ChainModule(secret)
made = module(torch.from_numpy(guitar.samples.copy()), RATE)
print("numbers to learn:", sum(each.numel() for each in module.parameters()))
same = np.allclose(made.detach().numpy(), finished.samples, atol=1e-3)
print("the module does what apply_effects does:", same)

# %% [markdown]
# `match_effects` begins with five bands that do nothing, and a room. **Predict.** What will it find
# better, the EQ or the room?

# %%
fx.predict(
    "better",
    "Which will it find better?",
    kind="choice",
    options=["the EQ", "the room", "both well", "both badly"],
)

# %%
match = musicnb.match_effects(guitar, finished, effects=["eq", "reverb"], steps=40)
match

# %% [markdown]
# **Listen:** the guitar, the reference, and what was found, equally loud.

# %%
compare(guitar=guitar, reference=finished, found=match.audio)

# %%
frequencies = np.geomspace(60, 10_000, 100)
figure = chart(
    "frequency (Hz)",
    "gain (dB)",
    secret=(frequencies, secret.frequency_response(frequencies)),
    found=(frequencies, match.chain.frequency_response(frequencies)),
)
figure.update_xaxes(type="log")
print("secret:", secret.reverb)
print("found: ", match.chain.reverb)
display(figure)
fx.reveal("better", "the EQ")

# %% tags=["nbval-check-output"]
print("the loss has fallen:", min(match.losses) < 0.6 * match.losses[0])
low, high = match.chain.frequency_response([350, 8000])
print("less at 350 Hz than at 8000 Hz:", bool(low < high - 5))

# %% [markdown]
# <details><summary>Explain</summary>
#
# The EQ is close, where the guitar has anything to tell. (Where a sound has no energy, no EQ can be
# heard, and none can be found.) The room is heard as too small and too soft. Both spectrograms were
# compared point by point, and another room's noise is wrong at every point even if its time is
# right: so *less* of it is the lower loss. A loss is an opinion of what matters, and this one has
# another opinion than you. `paired=False` compares averages instead.
# </details>

# %% [markdown]
# ## 7. Advice, and how far to trust it
#
# Without a reference one needs experience. `recommend_effects` has two sorts of it. It *measures*
# loudness, balance and dynamics, and compares them with finished recordings of the same kind. And a
# small network *hears* which effects a recording went through already: it has learned that from
# thousands of sounds that were sent through random chains, so that the right answers were known.
#
# We make the guitar dull, and ask.

# %%
dull = musicnb.apply_effects(
    musicnb.load("demo:glasswork/guitar")[6:24].mono(),
    {"eq": [{"kind": "high_shelf", "frequency": 2500, "gain": -14}]},
)
advice = musicnb.recommend_effects(dull, "guitar")
advice

# %%
after = musicnb.apply_effects(dull, advice.chain)
compare(dull=dull[6:12], as_advised=after[6:12])

# %% [markdown]
# Read the reasons. They say what was measured, in numbers that you can check; and what is a matter
# of taste is called so. (The panel of part 5 has a button for this, *Suggest*.) But what is the
# network's hearing worth? Every network here has a **card**.

# %%
import textwrap

from musicnb.runtime.weights import card

about = card("effects")
print(textwrap.fill(f"Learned from: {about['data']}", 100), "\n")
print(textwrap.fill(f"Fails: {about['fails']}", 100))

# %% [markdown]
# The card has an error for each setting, measured on instruments and voices that were never in the
# training. But is an error of 0.3 s small? It needs something to compare with. The laziest network
# of all does not listen: it always says the *mean* of what it was trained on.
#
# **Predict.** In which of these does the network beat the mean by most?

# %%
fx.predict(
    "best",
    "What does it hear best?",
    kind="choice",
    options=["the EQ", "the compressor", "the delay", "the reverb"],
)

# %%
rows = about["scores"]["held_out"]["parameters"]
left = {name: row["mae"]["mean"] / row["mae_of_the_mean"] for name, row in rows.items()}
figure = go.Figure(go.Bar(x=list(left), y=[100 * share for share in left.values()]))
figure.add_hline(y=100, line_dash="dash", annotation_text="always saying the mean")
figure.update_layout(height=340, margin={"l": 60, "r": 10, "t": 30, "b": 40})
figure.update_yaxes(title="error left (%)")
figure

# %%
fx.reveal("best", f"“{min(left, key=left.get)}”, with {100 * min(left.values()):.0f} % left")

# %% tags=["nbval-check-output"]
print("delay before reverb:", left["delay.time"] < left["reverb.rt60"])
print("reverb before EQ:", left["reverb.rt60"] < left["eq.mid"])

# %% [markdown]
# <details><summary>Explain</summary>
#
# An echo is a fact in the recording: the cepstrum shows it as a line. A room leaves traces, since
# nothing can fall silent faster than it does. But a bright guitar and a guitar with raised treble
# are the same samples. How bright it *was* nobody can hear, and a network that has to answer says
# what is usual. Its EQ is worth little more than that, and honesty is to print it.
# </details>
#
# Try it yourself. We put drums and guitar in three rooms, and through three equalisers, and ask what
# it hears. If it heard everything right, each line would lie on the grey one.

# %%
from musicnb.effects.hear import hear

sounds = {"drums": drums, "guitar": guitar}
times, gains = [0.4, 1, 2.5], [-12, 0, 12]
in_a_room = [{"reverb": {"rt60": each, "mix": 0.4, "seed": 3}} for each in times]
through_eq = [{"eq": [{"kind": "high_shelf", "frequency": 5000, "gain": g}]} for g in gains]
titles = ["RT60 of a room (s)", "gain of the treble (dB)"]
figure = make_subplots(cols=2, subplot_titles=titles)
for column, right, setting, chains in (
    (1, times, "reverb.rt60", in_a_room),
    (2, gains, "eq.high", through_eq),
):
    figure.add_scatter(
        x=right, y=right, col=column, row=1, name="right", line_color="grey", showlegend=column == 1
    )
    for (name, sound), color in zip(sounds.items(), ["#2a78b8", "#c0504d"], strict=True):
        heard = [hear(musicnb.apply_effects(sound, chain)).values[setting] for chain in chains]
        figure.add_scatter(
            x=right, y=heard, col=column, row=1, name=name, line_color=color, showlegend=column == 1
        )
figure.update_xaxes(title="as it was set")
figure.update_yaxes(title="as it was heard", col=1)
figure.update_layout(height=340, margin={"l": 60, "r": 10, "t": 40, "b": 40})
figure

# %% [markdown]
# <details><summary>Explain</summary>
#
# The rooms are heard, more or less. The treble is not: between the same guitar with 12 dB less and
# with 12 dB more the answer hardly changes. But the guitar's line lies below that of the drums. So
# what the network hears is the *instrument*: a guitar has less treble, so it says that somebody
# took treble away. And in doubt it stays near the middle of what it has seen, for there a mistake
# costs least. Statisticians call that **regression to the mean**.
# </details>
#
# At last something that it is quite sure of: half a second of the drums, repeated exactly, as in
# any music that is made of loops, and *no effect at all*. **Predict.** What will it say?

# %%
fx.predict(
    "loop",
    "A loop of half a second, without effects. What will it hear?",
    kind="choice",
    options=["nothing", "a room", "an echo"],
)

# %%
loop = Audio(np.tile(drums[0.75:1.25].samples, 16), RATE)
fooled = hear(loop)
display(loop[:3])
echo_is = f"{fooled.presence['delay']:.0%} sure, of {fooled.values['delay.time']:.2f} s"
fx.reveal("loop", f"an echo: {echo_is}")

# %% [markdown]
# <details><summary>Explain</summary>
#
# An exact copy after half a second *is* what an echo is. The network is sure, and wrong, because its
# training knew no loops: all drums in it were played as if by hand, never twice the same. “100 %”
# means “of sounds like those I know”.
# </details>
#
# ## Summary
#
# - Louder sounds better. Make before and after equally loud, then listen.
# - A delay is one line; its time shows in the autocorrelation of drums, and in the cepstrum of
#   anything.
# - A room is its impulse response, and convolution puts a sound in it. RT60: 60 dB down. Summed
#   from the end, a single clap tells it.
# - An EQ changes frequencies, a compressor levels above a threshold; a limiter lets nothing through
#   its ceiling, at the price of the crest factor.
# - Gradient descent finds what gets better little by little, and gets stuck in the rest.
# - An error means something beside the error of a lazy guess.
#
# **Where it fails, and who may be harmed.** Advice drawn from finished recordings draws everything
# towards their average; whoever plays what is *not* average is told to correct it. Our kinds were
# measured on few recordings, most of them Western and some generated; your music may not be among
# them. The network knows artificial rooms, and takes a real one for an effect. Loudness and balance
# are for good ears and good loudspeakers: a mix that was judged on one pair of studio loudspeakers
# can lose its words on a telephone, and people with a hearing loss lose them first, above all in
# reverb. Teachers in echoing classrooms know it, and so do the children in the last row. And
# matching somebody's sound is easy now; whether you may call it theirs is another question.

# %%
fx

# %% [markdown]
# **Try next.** Clap in your stairwell, record it with a telephone, and measure its RT60:
# `rooms.decay_curve(musicnb.load("clap.wav").mono().samples[0])` · Convolve a drum with a guitar
# note instead of a room. · Set the time of a delay to three quarters of a beat, and play along. ·
# Match *your* song to a reference with `paired=False`. · Start the search for the echo at 349 ms.
# From how far away does it still find 350?
#
# **Where this comes from.** Reverberation time: Sabine, *Reverberation*, 1900. Artificial reverb:
# Schroeder, *Natural sounding artificial reverberation*, 1962; measuring it: Schroeder, *New method
# of measuring reverberation time*, 1965; noise that dies away: Moorer, *About this reverberation
# business*, 1979; all that came after: Välimäki et al., *Fifty years of artificial reverberation*,
# 2012. The precedence effect: Wallach, Newman and Rosenzweig, 1949; Haas, 1951. The cepstrum:
# Bogert, Healy and Tukey, 1963. Biquads: Bristow-Johnson, *Audio EQ cookbook*. Compressors:
# Giannoulis, Massberg and Reiss, 2012. The loudness war: Vickers, 2010; loudness: ITU-R BS.1770
# (2006; 1770-5 is of 2023). Effects as layers of a network: Engel et al., *DDSP*, 2020;
# Martínez Ramírez et al., *Differentiable signal processing with black-box audio effects*
# (DeepAFx), 2021; Steinmetz, Bryan and Reiss, *Style transfer of audio effects with differentiable
# signal processing*, 2022. Reverberation and hearing: Nábělek and Pickett, 1974. *Glasswork*: CC0;
# *Feelings* by Sectoid, MIT licence.
