# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
#   musicnb:
#     title: "The singing voice: source, filter, and f0"
#     minutes: 75
#     device: cpu
#     budget:
#       seconds: 120
#       memory_mb: 1500
# ---

# %% [markdown]
# # The singing voice
#
# A voice is two machines in a row. One makes pulses; the other, the mouth, decides what becomes of
# them. In this lesson you build both from nothing, make them sing, and then go the other way: from
# a recording to the pulses. Whoever has those can move every note of a singer, and leave her voice
# as it is.
#
# **You will be able to** build a voice of pulses, noise and resonances · tell source from filter by
# ear, and `transpose` from `formant_shift` · find f0 from scratch, and say where octave errors come
# from · compare four methods on a real singer, and trust their median rather than any of them ·
# edit a curve of f0, and sing it again · say what such a curve holds, and what it does not.
#
# **You need** lessons 00 to 02 (spectrogram, formants) and 06 (semitones), half a minute of
# computing on two cores, 1.2 GB of memory, and no GPU. No knowledge of music.
#
# Ten questions are checked on the way. Some of them have other numbers for every student.

# %%
import musicnb
import numpy as np
import plotly.graph_objects as go
import scipy.signal
from musicnb import Audio
from musicnb.course import lesson

singing = lesson("07_voice")
RATE = 44100  # of every sound in this lesson
singing

# %% [markdown]
# ## 1. The source
#
# In your throat are two folds of skin. Air from the lungs blows them open, they snap shut, are
# blown open again: 100 times a second in many men, 200 in many women, 300 in children, and over
# 1000 in a soprano's highest notes. Each time they shut, the air gets a **pulse**. How many of them
# come in a second is the **fundamental frequency**, or **f0**, in Hz.
#
# **Predict.** Pulses come slowly at first, four a second, then ever faster, up to 220. At how many
# a second will you no longer hear single clicks, but a tone?

# %%
singing.predict("tone", "Clicks become a tone at about", unit="pulses a second")

# %% [markdown]
# First the pulses.
#
# **Question 1.** f0 may change all the time, so it is an array with one value for each sample.
# Return an array as long as that: 1 where a pulse is, 0 elsewhere.
#
# The idea: from one sample to the next, `f0 / sample_rate` of a period passes. *Add up* how many
# periods have passed; each time that this reaches the next whole number, there is a pulse.
#
# *Expected:* for 125 Hz at 1000 samples a second, a pulse every 8 samples. For a glide from 100 to
# 200 Hz in a second, about 144 pulses, since the mean of the glide is 144.


# %%
# musicnb: l07-q1
import numpy as np


def pulse_train(f0, sample_rate):
    """Return 1 where a pulse is and 0 elsewhere, for f0 in Hz, one value a sample."""
    ### BEGIN SOLUTION
    periods = np.cumsum(f0 / sample_rate)
    return np.diff(np.floor(periods), prepend=0)
    ### END SOLUTION


singing.q1.check(pulse_train)

# %% [markdown]
# Now listen. (From here on the lesson goes on with your function if it passed, and else with
# ours.)

# %%
from musicnb.course import pulses

mine = pulse_train if singing.q1.record.get("state") == "correct" else pulses.pulse_train
faster = np.geomspace(4, 220, 8 * RATE)  # 8 s
Audio(0.5 * mine(faster, RATE), RATE)

# %%
seconds = np.log(20 / 4) / np.log(220 / 4) * 8
singing.reveal("tone", f"20 or so, which is {seconds:.0f} s into the sound; it is no sharp border")

# %% [markdown]
# <details><summary>Explain</summary>
#
# Nothing happens to the sound at 20 a second: it is your ear that changes its mind. Below, it
# counts events; above, it hears one thing with a pitch. A voice can do both. At the end of a
# sentence, many people's folds fall to 30 or 50 pulses a second, and it creaks: this is called
# *vocal fry*, and it will come back as the enemy of every method that looks for f0.
# </details>
#
# Real folds do not click, they open and shut. That takes the edge off: harmonics get weaker as they
# get higher, by about 12 dB an octave. The lips, which radiate high tones better, give half of that
# back. So 6 dB an octave are lost, which a filter with one number does:


# %%
def folds(f0):
    """Return what the vocal folds make of f0 (Hz, one value a sample)."""
    train = mine(f0, RATE)
    return scipy.signal.lfilter([1], [1, -0.986], train - train.mean())


steady = np.full(RATE, 110.0)
Audio(0.15 * folds(steady), RATE)

# %% [markdown]
# A buzz, like a duck's. Nobody would take it for a person.
#
# ## 2. The filter
#
# Behind the lips is a tube, bent and of many widths, from the folds to the mouth. The air in it
# resonates at some frequencies, the **formants**. In lesson 02 you saw them as bands that stay. Now
# look at what a single pulse does to one: it sets it ringing, like a bell, and the bell dies away.
# The wider a formant is, the faster.

# %%
WIDTHS = (60, 90, 150)  # Hz
VOWELS = {  # Hz, of men (Peterson and Barney, 1952)
    "a": (730, 1090, 2440),
    "i": (270, 2290, 3010),
    "u": (300, 870, 2240),
    "e": (530, 1840, 2480),
}


def mouth(sound, formants):
    """Send a sound through resonances, one after the other."""
    for formant, width in zip(formants, WIDTHS):
        r = np.exp(-np.pi * width / RATE)  # how much of the ringing is left after a sample
        a = [1, -2 * r * np.cos(2 * np.pi * formant / RATE), r * r]
        sound = scipy.signal.lfilter([sum(a)], a, sound)
    return sound


def to_audio(samples, loudness=-22):
    """Return a sound of one loudness, with soft ends: else the louder one seems better."""
    ends = np.minimum(1, np.minimum(np.arange(samples.size), np.arange(samples.size)[::-1]) / 1000)
    sound = Audio(0.1 * samples * ends / np.abs(samples).max(), RATE)
    return sound.gain(loudness - sound.loudness)


def chart(x_title, y_title, lines):
    figure = go.Figure()
    for name, (x, y) in lines.items():
        figure.add_scatter(x=x, y=y, name=name)
    figure.update_layout(height=300, margin={"l": 60, "r": 10, "t": 20, "b": 40})
    figure.update_xaxes(title=x_title)
    figure.update_yaxes(title=y_title)
    return figure


pulse, a_wave = folds(steady), mouth(folds(steady), VOWELS["a"])
part = slice(RATE // 2, RATE // 2 + 1300)
milliseconds = 1000 * np.arange(1300) / RATE
chart(
    "time (ms)",
    "amplitude",
    {
        "the folds": (milliseconds, pulse[part] / np.abs(pulse).max()),
        "after the mouth, “a”": (milliseconds, a_wave[part] / np.abs(a_wave).max()),
    },
)

# %%
to_audio(np.concatenate([mouth(folds(np.geomspace(110, 140, RATE)), VOWELS[v]) for v in "aiue"]))

# %% [markdown]
# A, i, u, e. The pulses are the same four times. This is the **source-filter model** (Fant, 1960):
# the source decides the pitch, the filter decides the vowel, and neither asks the other.
#
# **Question 2** (by ear). Three voices.

# %%
# musicnb: l07-q2
### BEGIN SOLUTION | singing.q2.ask()
singing.q2.answer(singing.q2.variant["odd"])
### END SOLUTION

# %% [markdown]
# **Predict.** If neither asks the other, four vowels must be as easy to tell apart at any pitch.
# Here they are at 110 Hz, then at 880 Hz, a high note of a soprano. Are they?

# %%
singing.predict(
    "high",
    "At 880 Hz the four vowels are",
    kind="choice",
    options=["as easy to tell apart", "easier", "harder"],
)

# %%
at = {
    f0: np.concatenate([mouth(folds(np.full(RATE // 2, f0)), VOWELS[v]) for v in "aiue"])
    for f0 in (110.0, 880.0)
}
to_audio(at[110.0])

# %%
to_audio(at[880.0], -26)

# %%
singing.reveal("high", "“harder”: look at the two vowels i and u, at both pitches")


# %%
def spectrum(samples):
    """Return the frequencies and the spectrum in dB of the middle of a sound."""
    middle = samples[len(samples) // 2 - 4096 :][:8192] * np.hanning(8192)
    decibels = 20 * np.log10(np.abs(np.fft.rfft(middle)) + 1e-9)
    hertz = np.fft.rfftfreq(8192, 1 / RATE)
    return hertz[:650], decibels[:650] - decibels.max()


chart(
    "frequency (Hz)",
    "strength (dB)",
    {
        f"{v} at {f0:.0f} Hz": spectrum(mouth(folds(np.full(RATE // 2, f0)), VOWELS[v]))
        for v in "iu"
        for f0 in (110.0, 880.0)
    },
)

# %% [markdown]
# (A click on a name in the legend hides its line, a double click shows it alone.)
#
# **Question 3.** Say why.

# %%
# musicnb: l07-q3
### BEGIN SOLUTION | singing.q3.ask()
singing.q3.answer(1, because="Where there is no harmonic, nothing shows what the filter does.")
### END SOLUTION

# %% [markdown]
# Sopranos know. On high notes they open the mouth, whatever the word is, until the first formant
# lies *on* f0 (Sundberg, 1975): the word is lost anyway, and the note gets loud. So in real singers
# source and filter do ask each other, a little. A model is a good one if you know where it ends.
#
# ## 3. Noise
#
# Not every sound of a voice has pulses. Press air through a narrow place and it rubs: noise. Where
# that place is decides which part of the noise is strong. Behind the teeth, for "s", only a short
# tube is left in front of it, with a resonance above 5000 Hz. Farther back, for "sh", it is 2500.
# In the throat, for "h", the noise runs through the whole mouth, and gets the formants of whatever
# vowel comes next.

# %%
random = np.random.default_rng(7)


def rub(duration, low, high):
    """Return noise between two frequencies, rising and falling."""
    noise = random.normal(size=round(duration * RATE))
    band = scipy.signal.butter(2, (low, high), "bandpass", fs=RATE, output="sos")
    sound = scipy.signal.sosfilt(band, noise)
    return sound * np.hanning(sound.size) ** 0.5 / np.abs(sound).max()


def sung(vowel, f0):
    sound = mouth(folds(np.asarray(f0)), VOWELS[vowel])
    ends = np.minimum(1, np.minimum(np.arange(sound.size), np.arange(sound.size)[::-1]) / 1500)
    return ends * sound / np.abs(sound).max()


breath = mouth(random.normal(size=RATE // 4), VOWELS["u"])
words = [
    0.25 * rub(0.16, 2200, 7000),  # sh
    sung("i", np.linspace(150, 165, RATE // 3)),
    0.25 * rub(0.16, 5000, 12000),  # s
    sung("a", np.linspace(165, 120, RATE // 2)),
    np.zeros(RATE // 4),
    0.3 * np.hanning(breath.size) * breath / np.abs(breath).max(),  # h
    sung("u", np.linspace(150, 100, RATE // 2)),
]
she_saw = to_audio(np.concatenate(words))
she_saw

# %% [markdown]
# "She saw", and then "who"? Look where it has harmonics and where it has none.

# %%
musicnb.SpectrogramExplorer(
    she_saw, scale="linear", view={"start": 0, "stop": 2.1, "low": 0, "high": 12000}
)

# %% [markdown]
# **Question 4.** Which sounds have no f0 at all? (Your own throat knows.)

# %%
# musicnb: l07-q4
### BEGIN SOLUTION | singing.q4.ask()
singing.q4.answer([0, 3, 4])
### END SOLUTION

# %% [markdown]
# So f0 has gaps, and they belong to it: a curve that goes on through an "s" is wrong, however
# smooth it looks. A moment with pulses is called **voiced**, one without, **unvoiced**.
#
# ## 4. Whose voice?
#
# In lesson 06 a tape made a chipmunk: everything went up, source and filter. Here you can move each
# of them alone. The library calls the one **transpose** and the other **formant_shift**, both in
# semitones.

# %%
melody = np.repeat([147, 165, 175, 196, 175, 165, 147], RATE // 3).astype(float)


def person(transpose=0, formant_shift=0):
    higher, smaller = 2 ** (np.array([transpose, formant_shift]) / 12)
    return to_audio(mouth(folds(melody * higher), smaller * np.array(VOWELS["a"])))


person()

# %% [markdown]
# **Predict.** Three versions follow: `transpose=5`, `formant_shift=5`, and both. In which is it
# *another person* who sings the *same notes*?

# %%
singing.predict(
    "person",
    "Another person sings the same notes with",
    kind="choice",
    options=["transpose=5", "formant_shift=5", "both"],
)

# %%
person(transpose=5)

# %%
person(formant_shift=5)

# %%
person(transpose=5, formant_shift=5)

# %%
singing.reveal("person", "“formant_shift=5”: a smaller head, at the same pitch")

# %% [markdown]
# <details><summary>Explain</summary>
#
# The first is the same person with higher notes; the second a smaller one, with the old notes. The
# third is what a tape would do, and the tape has no choice: it moves all frequencies by one factor,
# those of the pulses and those of the mouth.
# </details>
#
# How far do formants move from person to person? Think of a plain tube, shut at one end (the folds)
# and open at the other (the lips). It resonates where a quarter of a wave fits into it, and three
# quarters, and five. Sound runs 350 m/s in warm air, so 17.5 cm give

# %% tags=["nbval-check-output"]
quarters = np.array([1, 3, 5])
print("a tube of 17.5 cm:", *np.round(quarters * 350 / (4 * 0.175)), "Hz")

# %% [markdown]
# That is the vowel of "her", and 17.5 cm is a tall man's vocal tract. All these frequencies go by 1
# over the length.
#
# **Question 5.** Which `formant_shift`, in semitones and with one digit behind the point, makes a
# vocal tract of your first length sound like one of your second (both in cm)?

# %%
singing.q5.variant

# %%
# musicnb: l07-q5
### BEGIN SOLUTION | shift = ...
shift = 12 * np.log2(singing.q5.variant["old"] / singing.q5.variant["new"])
### END SOLUTION
singing.q5.check(shift)

# %% [markdown]
# ## 5. From sound to f0
#
# Now backwards. A recording is given; when did the folds shut? Here are 46 ms of the singer of
# *Starfall*, taken out of the song as in lesson 03.

# %%
stems = musicnb.separate(musicnb.load("demo:starfall")[8:20])
phrase = stems["vocals"].mono()[3:8]
phrase

# %%
frame = phrase.samples[0][round(0.8 * RATE) :][:2048].astype(float)
chart("time (ms)", "amplitude", {"her": (1000 * np.arange(2048) / RATE, frame)})

# %% [markdown]
# It repeats: zoom in on some 10 ms, and count. No two periods are quite alike, since the band
# plays on in them, and the note moves. How does a program see the period? It
# lays the sound over itself, a little later, and asks how well both fit. At a delay, or **lag**, of
# one period they fit well. This is **autocorrelation**.
#
# **Question 6.** Write it. For each lag *k* from 0 to `lags` - 1, take the two pieces that overlap,
# `frame[: len(frame) - k]` and `frame[k:]`: the sum of their products, divided by their strength,
# which is the root of (sum of squares of the one × sum of squares of the other). Then 1 means
# "alike", however loud it is, and however short the pieces have become. Where a piece is silent,
# the value is 0.
#
# *Expected:* for `[0, 1, 0, -1]` repeated ten times: 1, 0, -1, 0, 1, 0, -1 and so on.


# %%
# musicnb: l07-q6
import numpy as np


def autocorrelation(frame, lags):
    """Return how alike a frame is to itself 0, 1, 2 ... samples later."""
    ### BEGIN SOLUTION
    made = np.zeros(lags)
    for k in range(lags):
        now, later = frame[: len(frame) - k], frame[k:]
        strength = np.sqrt(np.sum(now**2) * np.sum(later**2))
        made[k] = np.sum(now * later) / strength if strength > 0 else 0
    return made
    ### END SOLUTION


singing.q6.check(autocorrelation)

# %%
from musicnb.course import periods

alike = autocorrelation if singing.q6.record.get("state") == "correct" else periods.autocorrelation
r = alike(frame, 600)
chart("lag (samples)", "likeness", {"her": (np.arange(600), r)})

# %% [markdown]
# **Predict.** Point at the first high peak, and read its lag. Which f0 is that?

# %%
singing.predict("her_f0", "Her f0 in this moment", unit="Hz")

# %%
her_pitch = periods.pitch(r, RATE, 100, 1000)
singing.reveal("her_f0", f"{RATE} / {RATE / her_pitch:.0f} = {her_pitch:.0f} Hz")

# %% [markdown]
# Now look at the *other* peaks. If a sound repeats after one period, it repeats after two, and
# after three. All of these fit about as well; one of them may fit a hair better, by chance: here it
# is the third. A program that takes the highest peak then finds half of f0, or a third. This is the **octave
# error**, and no method is quite free of it. The other way round, where the second harmonic is far
# stronger than the first, half a period fits nearly as well, and f0 comes out twice too high.
#
# **Question 7.** So do not take the highest peak. Among the lags from `sample_rate / high` to
# `sample_rate / low`, find the **peaks**: values higher than the one before and no lower than the
# one after. Of these take the *shortest* lag whose value is at least 0.9 times that of the highest
# peak. Return the pitch in Hz; and `np.nan` if there is no peak or the highest is below 0.5, since
# a sound that is unlike itself is unvoiced.
#
# *Expected:* the autocorrelation of `[0, 1, 0, -1]` repeated, at 800 samples a second, between 60
# and 300 Hz, gives 200 Hz.


# %%
# musicnb: l07-q7
import numpy as np


def pitch(r, sample_rate, low, high):
    """Return the pitch (Hz) that an autocorrelation shows, or NaN."""
    ### BEGIN SOLUTION
    first, last = int(np.ceil(sample_rate / high)), int(sample_rate / low)
    lags = range(max(1, first), min(last, len(r) - 2) + 1)
    peaks = [lag for lag in lags if r[lag - 1] < r[lag] >= r[lag + 1]]
    best = max((r[lag] for lag in peaks), default=0)
    if best < 0.5:
        return np.nan
    return sample_rate / next(lag for lag in peaks if r[lag] >= 0.9 * best)
    ### END SOLUTION


singing.q7.check(pitch)

# %% [markdown]
# From frame to frame, every 10 ms, that makes a curve. Beside it, what the highest peak would say.

# %%
find = pitch if singing.q7.record.get("state") == "correct" else periods.pitch
LOW, HIGH = 100, 1000  # Hz


def highest(r, sample_rate, low, high):
    first = int(np.ceil(sample_rate / high))
    lag = first + np.argmax(r[first : int(sample_rate / low)])
    return sample_rate / lag if r[lag] >= 0.5 else np.nan


def track(sound, *methods):
    """Return seconds, and a curve of f0 for each method."""
    samples = np.pad(sound.samples[0].astype(float), 1024)
    starts = np.arange(0, sound.frames, RATE // 100)
    found = []
    for start in starts:
        r = alike(samples[start : start + 2048], RATE // LOW + 2)
        found.append([method(r, RATE, LOW, HIGH) for method in methods])
    return starts / RATE, *np.array(found).T


times, by_us, by_highest = track(phrase, find, highest)

# %%
SHOWN = {"start": 0, "stop": 5, "low": 80, "high": 3000}
ours = musicnb.SpectrogramExplorer(phrase, scale="log", colormap="grey", view=SHOWN)
ours.add_curve("the highest peak", times, by_highest, color="#e69f00")
ours.add_curve("the first good peak", times, by_us, color="#56b4e9")
ours

# %% tags=["nbval-check-output"]
both = ~np.isnan(by_us) & ~np.isnan(by_highest)
octaves = np.log2(by_highest[both] / by_us[both])
print(
    "the highest peak is too low by an octave or more now and then:", bool((octaves < -0.9).any())
)
print("and never higher than the first good one:", bool((octaves < 0.1).all()))

# %% [markdown]
# **Look** at the blue line: where does it jump, where does it stop, and what do you hear there?
# (<kbd>Space</kbd> plays; drag a box to hear only that.) Some of what it follows is not her at
# all. Where she is silent there is still a shadow of the band, and a guitar has an f0 too.
#
# ## 6. Four that know more
#
# Your method looks at one frame at a time. Here are four that know more:
#
# | method | how | year |
# |---|---|---|
# | `praat` | autocorrelation, then the cheapest path from frame to frame | 1993 |
# | `pyin` | many thresholds at once, then a hidden Markov model | 2014 |
# | `crepe` | a network on the waveform | 2018 |
# | `swift` | a small network on the spectrogram | 2025 |
#
# `musicnb.estimate_f0` runs any of them and returns an `F0`: `hz`, one value every 10 ms, NaN where
# it is unvoiced, and `confidence`. Praat's licence, the GPL, is not that of this course, so it is
# not installed along with it; if it is missing, the lesson goes on without. (The first time ever,
# pYIN may keep you waiting for a minute: its code is compiled.)

# %%
import time

methods = ["swift", "crepe", "pyin", "praat"]
found, took = {}, {}
for method in methods:
    began = time.perf_counter()
    try:
        found[method] = musicnb.estimate_f0(phrase, method, f0_min=LOW, f0_max=HIGH)
    except musicnb.errors.MissingToolError as missing:
        print(missing)
        continue
    took[method] = time.perf_counter() - began
methods = list(found)  # those that are there

print("          voiced   median   lowest to highest   took")
for method, curve in found.items():
    low, high = curve.range_hz
    print(
        f"{method:8s} {curve.voiced.mean():7.0%} {curve.median:5.0f} Hz "
        f"{low:8.0f} to {high:.0f} Hz {took[method]:8.1f} s"
    )

# %%
compared = musicnb.SpectrogramExplorer(phrase, scale="log", colormap="grey", view=SHOWN)
compared.add_f0(found)
compared

# %% [markdown]
# They agree where she sings out, and each has its own idea of the rest. Which is right? On a
# recording nobody knows. So take a voice of which we do: our own, from section 2, which sings a
# scale with vibrato. And make it hard: with the band of *Starfall* behind it, as loud as what a
# poor separation leaves; with an echo; with a second voice.
#
# **Predict.** Which of these three harms most?

# %%
singing.predict(
    "harm",
    "The most wrong values come from",
    kind="choice",
    options=["the band behind it", "the echo", "a second voice"],
)

# %%
from musicnb.course import curves

true = curves.scale(4, 0.0)  # in which nothing is off
clean = to_audio(curves.sung(true).samples[0].astype(float))
band = stems["accompaniment"].mono()[3 : 3 + clean.duration]
echo = np.zeros(RATE)
echo[::7000] = 0.7 ** np.arange(7)
third = curves.sung(true.transpose(4)).samples[0]
hard = {
    "alone": clean,
    "with the band": Audio(clean.samples + band.gain(-32 - band.loudness).samples, RATE),
    "with an echo": Audio(np.convolve(clean.samples[0], echo)[: clean.frames], RATE),
    "a second voice": Audio(clean.samples + 0.7 * clean.samples.std() / third.std() * third, RATE),
}
hard["with an echo"]


# %%
def wrong(curve, true):
    """Return the share of values that are over half a semitone off, or missing."""
    frames = min(len(curve.hz), len(true.hz))
    off = np.abs(curve.notes[:frames] - true.notes[:frames])
    return 1 - np.mean(off < 0.5)  # NaN is not less than anything


heard = {
    name: {method: musicnb.estimate_f0(sound, method, f0_min=LOW) for method in methods}
    for name, sound in hard.items()
}
heard_wrong = {
    name: {method: wrong(curve, true) for method, curve in each.items()}
    for name, each in heard.items()
}
print(f"{'wrong or missing':18s}", *(f"{method:>7s}" for method in methods))
for name, each in heard_wrong.items():
    print(f"{name:18s}", *(f"{value:7.0%}" for value in each.values()))

# %%
means = {name: np.mean(list(each.values())) for name, each in heard_wrong.items()}
singing.reveal("harm", max(means, key=means.get))

# %% tags=["nbval-check-output"]
easy, two = (heard_wrong[name].values() for name in ("alone", "a second voice"))
print("alone, the best method is right nearly always:", bool(min(easy) < 0.05))
print("with a second voice, the best one fails too:", bool(min(two) > 0.1))

# %% [markdown]
# <details><summary>Explain</summary>
#
# "The f0" of two voices does not exist; a method for one voice must choose, and chooses now the
# one and now the other. An echo is a second voice as well: the last note, still sounding under the
# next. The band is 10 dB softer than the voice: enough to bother the methods that compare a sound
# with itself. The networks have learned with noise, and hardly notice. And "alone" is no free lunch
# either: CREPE learned from instruments and singers, is not so sure what this buzz is, and leaves
# gaps. For your own recordings this means: a dry room and one singer are worth more than any method.
# </details>
#
# Methods fail at different moments. So let them vote.
#
# **Question 8.** `curves` has the shape (methods, frames), in Hz, NaN where a method hears no
# voice. Return one curve (frames,): NaN where *not more than half* of the methods hear a voice;
# elsewhere the **median** of those that do. Take it of the logarithms, since half-way between 200
# and 400 Hz is the tone half an octave up, 283 Hz, and not 300.
#
# *Expected:* `[[110, 100], [220, nan], [221, nan]]` makes `[220, nan]`.


# %%
# musicnb: l07-q8
import numpy as np


def fused(curves):
    """Return one curve of several (methods, frames)."""
    ### BEGIN SOLUTION
    voiced = np.sum(~np.isnan(curves), axis=0) > len(curves) / 2
    made = np.full(curves.shape[1], np.nan)
    made[voiced] = 2 ** np.nanmedian(np.log2(curves[:, voiced]), axis=0)
    return made
    ### END SOLUTION


singing.q8.check(fused)

# %% [markdown]
# The library does the same if it is given several names: `estimate_f0(sound, ["swift", "pyin"])`.
# Since we have the curves already, `fuse` is enough.

# %%
from musicnb.voices.f0 import fuse

for name, each in heard.items():
    both = wrong(fuse(list(each.values())), true)
    worst, best = max(heard_wrong[name].values()), min(heard_wrong[name].values())
    print(f"{name:18s} worst {worst:4.0%}, best {best:4.0%}, median of all {both:4.0%}")
her_f0 = fuse(list(found.values()))
print(her_f0.method)

# %% [markdown]
# The median is seldom the best, and never the worst; and which method is best, you do not know
# beforehand. (The *mean* is another matter: one octave error, and it lies somewhere where nobody
# heard anything.)
#
# ## 7. Moving notes
#
# Somebody sings a major scale, *do re mi fa sol la ti do*, and one of the eight notes is off. Which?

# %%
off_key = curves.scale(**singing.q9.variant)
before = to_audio(curves.sung(off_key).samples[0].astype(float))
before

# %%
my_curve = musicnb.estimate_f0(before, f0_min=LOW)
staff = musicnb.SpectrogramExplorer(
    before, scale="log", n_fft=4096, view={"start": 0, "stop": 4.8, "low": 180, "high": 520}
)
staff.add_f0(my_curve)
staff.add_labels("scale", [(0.6 * n, 0.6 * n + 0.6, name) for n, name in enumerate(curves.NAMES)])
staff

# %% [markdown]
# `my_curve.notes` gives the pitch in semitones: 57 is the A below the middle of the piano, 220 Hz,
# on which the scale begins. A major scale lies at 0, 2, 4, 5, 7, 9, 11 and 12 above its first note.
# Every note lasts 0.6 s.
#
# **Question 9.** Which note is off (1 is the first *do*, 8 the last), and by how many semitones has
# it to be *moved*, so that it is right? Two numbers, such as `[3, 0.4]`; a tenth of a semitone is
# exact enough. Below the picture is a bar, *Edit f0*: drag a box over a note, and the buttons move
# what is inside by semitones and cents. So you can try; *Reset* takes it back.

# %%
# musicnb: l07-q9
### BEGIN SOLUTION | mend = ...  # two numbers, as in [3, 0.4]
mend = [singing.q9.variant["note"], -singing.q9.variant["off"]]
### END SOLUTION
singing.q9.check(mend)

# %% [markdown]
# What the buttons do, code does as well (and what you did with them is in `staff.f0`). Here the
# note is mended in three ways. **By hand**: that stretch of the curve, transposed. **Flat**:
# `edited` draws a straight line from point to point. **Snapped**: `snap` draws every note to the
# nearest of the tones that you allow.

# %%
A_MAJOR = (9, 11, 1, 2, 4, 6, 8)  # 0 is C, 9 is A
done = singing.q9.record.get("state") == "correct"
note, moved = (int(mend[0]), float(mend[1])) if done else (4, 0.0)
inside = (my_curve.times >= 0.6 * (note - 1)) & (my_curve.times < 0.6 * note)
at = my_curve.times[inside]
ways = {
    "as sung": my_curve,
    "by hand": my_curve.transpose(moved, start=at[0], stop=at[-1]),
    "flat": my_curve.edited(at[[0, -1]], [my_curve.transpose(moved).hz[inside][30]] * 2),
    "snapped to A major": my_curve.snap(A_MAJOR),
    "snapped to the piano": my_curve.snap(),
}
stretch = slice(60 * (note - 2), 60 * (note + 1))
chart(
    "time (s)",
    "semitones above A",
    {name: (curve.times[stretch], curve.notes[stretch] - 57) for name, curve in ways.items()},
)

# %% [markdown]
# **Predict.** You will hear the flat one, and the one that was snapped to all keys of the piano.
# Which of the two will be out of tune, and which will sound dead?

# %%
singing.predict(
    "dead",
    "Out of tune will be",
    kind="choice",
    options=["the flat one", "the one snapped to the piano", "neither"],
)

# %%
to_audio(curves.sung(ways["flat"]).samples[0].astype(float))

# %%
to_audio(curves.sung(ways["snapped to the piano"]).samples[0].astype(float))

# %%
to_audio(curves.sung(ways["snapped to A major"]).samples[0].astype(float))

# %%
singing.reveal("dead", "“the one snapped to the piano”; the flat one has lost its vibrato")

# %% [markdown]
# <details><summary>Explain</summary>
#
# A machine that knows no scale makes a wrong note *certainly* wrong: it draws it to the nearest
# key, and that one may be the neighbour of the right one. And even the right scale can mislead: a
# note that is sung a blue third, on purpose between two keys, is "mended" too. Vibrato and glides
# are no errors either. `snap` therefore moves each note as a whole, by the distance of its *mean*,
# and leaves the swing around it alone.
# </details>
#
# ## 8. Sing it again
#
# With a real singer we have no formants in a table. So measure her filter: the spectrum, moment by
# moment, smoothed so far that single harmonics are gone. What is left is her mouth. Then pulses of
# *any* f0 can go through it, and noise where she is unvoiced. `musicnb.voices.synthesis` has the
# pulses (without the aliasing of your zeros and ones) and the filters, in 80 bands.

# %%
import torch
from musicnb.voices import synthesis

window = torch.hann_window(synthesis.N_FFT)
spectra = torch.stft(
    torch.from_numpy(phrase.samples.copy()),
    synthesis.N_FFT,
    synthesis.HOP_LENGTH,
    window=window,
    return_complex=True,
)
power = spectra.abs().square()[..., :-1] / window.square().sum()  # of white noise of power 1: 1
smooth = torch.nn.functional.avg_pool1d(  # over 23 bins, about 500 Hz: a harmonic in each stretch
    power.transpose(1, 2), 23, 1, 11, count_include_pad=False
).transpose(1, 2)
to_bins = synthesis.to_bins(torch.eye(80)[None])[0]  # (bins, bands)
mean_of_bands = (to_bins.T @ smooth) / to_bins.sum(0)[:, None]
her_filter = 0.5 * torch.log(mean_of_bands + 1e-10)  # (1, bands, frames)
frames = her_filter.shape[2]
print("bands and moments:", tuple(her_filter.shape[1:]))


def sing_again(curve, formant_shift=0.0, noise_scale=1.0):
    """Send pulses of a curve of f0 through her filter."""
    train = synthesis.pulses(torch.from_numpy(np.nan_to_num(curve.hz))[None], frames)
    noise = torch.randn(train.shape, generator=torch.Generator().manual_seed(7))
    voiced = torch.from_numpy(curve.voiced[:frames].copy())
    sound = synthesis.shape(
        train,
        noise,
        torch.where(voiced, her_filter, torch.tensor(-14.0)),
        torch.where(voiced, her_filter - 3, her_filter),  # in voiced moments a little breath
        noise_scale=noise_scale,
        formant_shift=formant_shift,
    )
    made = Audio(sound.numpy(), RATE)
    return made.gain(phrase.loudness - made.loudness)


again = sing_again(her_f0)
again

# %% [markdown]
# Not a sample of this was recorded: pulses, noise, and a filter. (Compare with `phrase`, above. The
# guitars that were left in the stem have become part of her voice.)
#
# **Predict.** Now `her_f0.transpose(-5)` and the same filter. If we listen to the result with
# `estimate_f0`, by how many semitones will it be lower, and what of the singer?

# %%
singing.predict("lower", "Heard lower by", unit="semitones")

# %%
lower = sing_again(her_f0.transpose(-5))
lower

# %%
heard_lower = musicnb.estimate_f0(lower)
heard_again = musicnb.estimate_f0(again)
length = min(len(heard_lower.hz), len(her_f0.hz))
difference = np.nanmedian(heard_lower.notes[:length] - her_f0.notes[:length])
singing.reveal("lower", f"{-difference:.2f} semitones, and she is still herself")

# %% tags=["nbval-check-output"]
print("5 semitones lower, to a tenth:", bool(abs(difference + 5) < 0.1))
same = np.abs(heard_again.notes[:length] - her_f0.notes[:length])
print(
    "not transposed, it is heard within a quarter of a semitone:", bool(np.nanmedian(same) < 0.25)
)
print("(bands, moments):", tuple(her_filter.shape[1:]))

# %% [markdown]
# The two halves can be exchanged at will. A robot has one pitch; a whisper no pulses at all; and
# another singer another tube:

# %%
from musicnb import F0

robot = F0(np.where(her_f0.voiced, 220.0, np.nan), her_f0.confidence, "one pitch")
whisper = F0(np.full(len(her_f0.hz), np.nan), her_f0.confidence, "none")
versions = {
    "her": phrase,
    "again": again,
    "robot": sing_again(robot),
    "whisper": sing_again(whisper),
    "larger": sing_again(her_f0.transpose(-7), formant_shift=-3.3),
    "snapped": sing_again(her_f0.snap()),
}
musicnb.StemMixer(versions, settings={"again": {"solo": True}})

# %% [markdown]
# (<kbd>S</kbd> lets you hear one alone.) You can follow the words of the robot and of the whisper:
# words are in the filter. And the "larger" singer? Pitch and tract of somebody else, and still her
# vowels, her accent, her timing: not yet another *person*. For that one would have to know what the
# filter of that person does on each of her sounds. That is lesson 08.
#
# **Question 10.** Now take the curve alone, without filter and sound.

# %%
# musicnb: l07-q10
### BEGIN SOLUTION | singing.q10.ask()
singing.q10.answer([0, 1, 3, 5], because="The folds are in the curve; mouth and strength are not.")
### END SOLUTION

# %% [markdown]
# A curve can be kept, as JSON:

# %%
import json
import tempfile
from pathlib import Path

path = Path(tempfile.mkdtemp()) / "her_f0.json"
her_f0.save(path)
print(list(json.loads(path.read_text())))

# %% [markdown]
# ## Summary
#
# - The folds make pulses, f0 of them a second. The mouth is a filter with resonances, the formants.
#   Narrow places make noise. That is a voice.
# - The filter is heard only where there are harmonics. On high notes they are rare, and vowels are
#   lost.
# - **transpose** moves the pulses, **formant_shift** the filter, a tape both.
# - f0 is 1 over the shortest time after which a sound repeats. Twice that time fits as well: hence
#   **octave errors**. Where nothing repeats, a sound is **unvoiced**, and f0 has a gap.
# - One voice, dry and alone, suits every method; two voices suit none. Of several methods take the
#   **median** of the logarithms, where more than half of them hear a voice.
# - `snap` needs a scale, and moves whole notes; a flat line kills vibrato.
# - Pulses of an edited f0 through a measured filter make her sing what she did not sing.
#
# **Where it fails, and who may be harmed.** Creaky voices, whispers, screams, two voices at once
# and rooms with long echoes have no clear f0, and every method gives one all the same; look at
# `confidence`, and at the spectrogram. Most methods were tuned on adults who speak a few rich
# countries' languages; for children, for the elderly, for voices changed by illness, hormones or
# surgery, the usual limits of 75 to 500 Hz do not hold, and whoever falls out of a method's range
# is counted as silent. In tone languages f0 is part of the *word*: snap a Cantonese song to a
# scale, and you may change what it says. And Western scales are one choice of many: a raga or a
# maqam, snapped to the piano, is not mended but destroyed.
#
# Pitch correction is everywhere in recorded pop, mostly untold. It spares singers a hundredth take,
# and lets listeners, young ones above all, take a machine's evenness for what a voice should be.
# And whoever can move each note and word of somebody's recording can put things into their mouth:
# do so only with their consent, and say that you did.

# %%
print(musicnb.demo_songs()["starfall"].credit)
singing

# %% [markdown]
# **Try next.** Sing into your telephone, load the file, and lay four curves over it. · Creak, and
# find out which method holds out longest. · A parabola through the three values around a peak of
# `r` gives its lag to a fraction of a sample: by how many cents does your curve get better? · Let
# `mouth` change its formants while it sings: "a-i-a-i". · Give the robot your own speech.
#
# **Where this comes from.** Fant, *Acoustic theory of speech production*, 1960 · Peterson and
# Barney, *Control methods used in a study of the vowels*, JASA 1952 · Sundberg, *Formant technique
# in a professional female singer*, Acustica 1975 · Rabiner, *On the use of autocorrelation analysis
# for pitch detection*, IEEE Trans. ASSP 1977 · Boersma (Praat), *Accurate short-term analysis of the
# fundamental frequency*, 1993 · Mauch and Dixon, *pYIN*, ICASSP 2014 · Kim et al., *CREPE*, ICASSP
# 2018 · Nieradzik, *SwiftF0*, arXiv 2508.18440, 2025 · *Starfall* by Obsidian Shell, CC BY-SA 3.0.
# The melodies and the widths of the formants are ours.
