# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
#   musicnb:
#     title: "Sound as numbers"
#     minutes: 45
#     device: cpu
#     budget:
#       seconds: 120
#       memory_mb: 1500
# ---

# %% [markdown]
# # Sound as numbers
#
# Every network in this course eats and makes numbers. Here you make sound from numbers yourself,
# break it in the three ways in which it usually breaks, hear what that does, and learn the one
# trick without which no two sounds can be compared fairly.
#
# **You will be able to** make a tone with one line of arithmetic · say what becomes of a tone
# that is too high for its sample rate, and hear it · tell how many bits are enough · calculate in
# decibels without fear · make two sounds equally loud.
#
# **You need** school mathematics (a sine, a logarithm), headphones if you have some, about
# half a minute of computing on two cores, and half a GB of memory.
#
# Ten questions are checked on the way. `numbers.q1.hint()` shows a hint, for a quarter of the
# question's points.
#
# **Take care of your ears.** Bare tones are tiring. All of them are soft here; if you turn the
# volume up for one, turn it down again before the next.

# %%
import numpy as np
import plotly.graph_objects as go
from IPython.display import display

import musicnb
from musicnb.course import lesson

numbers = lesson("01_sound")
numbers


# %%
def chart(across, up):
    """Return an empty figure with the names of its axes."""
    figure = go.Figure()
    figure.update_layout(height=280, margin={"l": 60, "r": 10, "t": 20, "b": 40})
    figure.update_xaxes(title=across)
    figure.update_yaxes(title=up)
    return figure


# %% [markdown]
# ## 1. A tone from numbers
#
# Sound is air pressure that goes up and down. A microphone turns it into a voltage, and a
# computer measures that voltage at regular moments. Each measurement is a **sample**; how many
# there are in a second is the **sample rate**, in hertz (Hz).
#
# A pure tone is the simplest of all: the pressure follows a sine. Its **frequency** says how many
# times a second it swings, also in Hz, and its **amplitude** how far. Here are the first 3 ms of
# 440 Hz, the A to which an orchestra tunes. The line is the pressure, the dots are all that a
# computer keeps of it at 8000 Hz.


# %%
def wave(frequency, seconds):
    return 0.2 * np.sin(2 * np.pi * frequency * seconds)


fine = np.linspace(0, 0.003, 500)
dots = np.arange(24) / 8000
figure = chart("time (ms)", "amplitude")
figure.add_scatter(x=1000 * fine, y=wave(440, fine), name="pressure")
figure.add_scatter(x=1000 * dots, y=wave(440, dots), name="samples", mode="markers")
figure

# %% [markdown]
# **Question 1.** Write the function that makes such a tone, for any frequency. Sample number *n*
# (0, 1, 2 and so on) belongs to the time *n* / sample rate. The amplitude is 0.2, and the result
# is an array of `float32`, the type of number in which musicnb and most networks keep sound.
#
# Expected: `tone(440, 0.5, 8000)` has the shape `(4000,)` and begins with 0, 0.0677, 0.1275.


# %%
# musicnb: l01-q1
def tone(frequency, seconds, sample_rate):
    """Return the samples of a sine tone, shape (frames,), float32."""
    ### BEGIN SOLUTION
    n = np.arange(round(seconds * sample_rate))
    return (0.2 * np.sin(2 * np.pi * frequency * n / sample_rate)).astype(np.float32)
    ### END SOLUTION


numbers.q1.check(tone)

# %% [markdown]
# **Listen** to what you made: `musicnb.Audio` is an array that knows its sample rate. Then change
# 440 to 880, and hear that twice the frequency is the same note, an octave higher.

# %%
made = tone(440, 2, 44_100)
musicnb.Audio(made, 44_100) if made is not None else "First answer question 1."

# %% [markdown]
# One more tool, which the rest of this notebook uses: a tone whose frequency glides. Its angle can
# no longer be frequency × time, since the frequency changes all the time; it is added up, sample
# by sample (`cumsum`).


# %%
def glide(start, stop, seconds, sample_rate):
    """Return a tone that glides evenly from one frequency (Hz) to another."""
    frequency = np.linspace(start, stop, round(seconds * sample_rate))
    angle = 2 * np.pi * np.cumsum(frequency) / sample_rate
    return (0.1 * np.sin(angle)).astype(np.float32)


rising = musicnb.Audio(glide(200, 8000, 6, 44_100), 44_100)
rising

# %% [markdown]
# ## 2. How many samples are enough?
#
# A glide from 200 to 8000 Hz, at 44 100 samples a second: you have just heard it rise all the way.
#
# Now we save space, and keep every fifth sample only. That leaves 44 100 / 5 = 8820 a second.
#
# **Predict** before you run on.

# %%
numbers.predict(
    "every fifth",
    "The tone rises from 200 to 8000 Hz. What will you hear when four of five samples are gone?",
    kind="choice",
    options=[
        "the same, a little duller",
        "it rises, and falls silent where 8820 Hz are too few",
        "it rises, turns round, and comes down again",
        "it crackles all the way",
    ],
)

# %%
naive = musicnb.Audio(rising.samples[:, ::5], 8820)
naive

# %%
numbers.reveal("every fifth", "a tone that rises, turns round, and comes down again")

# %% [markdown]
# **Look.** The same sound in the explorer, together with the truth: the overlay is the frequency
# that the tone really had. (The sound was brought back to 44 100 Hz for this, so that the picture
# has room for what is missing.)

# %%
mirror = musicnb.SpectrogramExplorer(
    naive.resample(44_100),
    scale="linear",
    view={"start": 0, "stop": 6, "low": 0, "high": 9000},
)
mirror.add_curve("the true frequency", [0, 6], [200, 8000])
mirror

# %% [markdown]
# Where does it turn? Point at the place: at 4410 Hz, which is half of 8820. At the end the true
# tone is at 8000 Hz, and what you hear at 820.
#
# **Why?** Because of what a sample is. Here are two tones, 820 and 8000 Hz, and the samples that
# are taken of each, 8820 times a second:

# %%
fine = np.linspace(0, 0.0025, 1500)
dots = np.arange(23) / 8820
figure = chart("time (ms)", "amplitude")
grey = {"color": "#bbbbbb"}
figure.add_scatter(x=1000 * fine, y=wave(8000, fine), name="8000 Hz", line=grey)
figure.add_scatter(x=1000 * fine, y=-wave(820, fine), name="820 Hz")
figure.add_scatter(x=1000 * dots, y=wave(8000, dots), name="samples of both", mode="markers")
figure

# %% tags=["nbval-check-output"]
print("the same samples:", np.allclose(wave(8000, dots), -wave(820, dots)))
print("frames left of", rising.frames, "are", naive.frames)

# %% [markdown]
# <details><summary>Explain</summary>
#
# Both tones go through the same dots, and the dots are all that is kept. Nobody can say
# afterwards which of the two it was, and a loudspeaker plays the lower one. The false tone is
# called an **alias**, and the effect **aliasing**.
#
# The rule that follows is the **sampling theorem**: the sample rate must be more than twice the
# highest frequency in the sound. Half the sample rate is called the **Nyquist frequency**. If
# there is nothing above it, the samples hold the sound completely: not nearly, but exactly.
#
# People hear up to 20 000 Hz at best, and less every year of their lives. That is why CDs have
# 44 100 samples a second, a little more than twice as many.
# </details>

# %% [markdown]
# So before samples are left out, everything above the new Nyquist frequency has to be taken out,
# by a filter. `Audio.resample` does both, the filter and the leaving out.
#
# **Predict:** what becomes of the glide now? Then listen.

# %%
proper = rising.resample(8820)
proper

# %%
print("at     truly       naive        resampled")
for second in (1, 2, 3, 4, 5):
    truly = 200 + 1300 * second
    one, other = (each[second : second + 0.2].level for each in (naive, proper))
    print(f"{second} s  {truly:5d} Hz  {one:6.1f} dBFS  {other:7.1f} dBFS")

# %% [markdown]
# (dBFS are explained in part 3; −23 is the level of the tone, and less than −100 is silence.)
# What is too high falls silent: nothing can be done about that at 8820 Hz. But it no longer
# turns up where it does not belong.
#
# **Listen** to the same in music. The cymbals of this piece reach far above 4410 Hz. First without
# the filter, then with it: where do the cymbals go?

# %%
song = musicnb.load("demo:glasswork")
passage = song[9:15].mono()
without = musicnb.Audio(passage.samples[:, ::5], 8820)
with_filter = passage.resample(8820)
display(without)
display(with_filter)

# %% [markdown]
# If you are not sure what to listen for: here is the difference of the two alone, made 12 dB
# louder.

# %%
musicnb.Audio(without.samples - with_filter.samples, 8820).gain(12)

# %% [markdown]
# <details><summary>Explain</summary>
#
# Without the filter, the cymbals come back as a gritty hiss *between* the other instruments; with
# it they are simply gone, and the rest is dull but clean. Cheap toys, old video games and badly
# written synthesisers sound like the first. Pictures do it too: on film, the wheels of a coach
# turn backwards.
# </details>

# %% [markdown]
# **Question 2.** Write the rule down: at which frequency is a tone heard, once it is sampled
# without a filter? It has to work for every frequency, also far above the sample rate.
#
# Expected: `heard(1000, 8000)` is 1000 · `heard(5000, 8000)` is 3000 · `heard(9000, 8000)` is 1000
# · `heard(13000, 8000)` is 3000.


# %%
# musicnb: l01-q2
def heard(frequency, sample_rate):
    """Return the frequency, in Hz, at which a sampled tone is heard."""
    ### BEGIN SOLUTION
    rest = frequency % sample_rate
    return min(rest, sample_rate - rest)
    ### END SOLUTION


numbers.q2.check(heard)

# %% [markdown]
# **Is it true?** Compare your rule with a measurement. The next cell samples a few tones, and
# finds the strongest frequency in each.

# %%
for frequency in (1000, 4000, 5000, 8000, 9000, 20_000):
    samples = np.sin(2 * np.pi * frequency * np.arange(8820) / 8820)
    # One second of sound: bin number k of its spectrum is k Hz.
    measured = np.abs(np.fft.rfft(samples)).argmax()
    rule = heard(frequency, 8820)
    print(f"{frequency:6d} Hz: measured {measured:5d} Hz, your rule says {rule}")

# %% [markdown]
# **Question 3.** A dog whistle is too high for people. Somebody records one with a device that has
# no filter. Yours, and its sample rate, are printed below (other students have others). At which
# frequency is it in the recording? Try it by hand first.

# %%
print("a whistle of {frequency} Hz, sampled at {rate} Hz".format(**numbers.q3.variant))

# %%
# musicnb: l01-q3
### BEGIN SOLUTION | whistle = ...
given = numbers.q3.variant
whistle = heard(given["frequency"], given["rate"])
### END SOLUTION
numbers.q3.check(whistle)

# %% [markdown]
# **Listen** to what the device has kept (soft, but shrill: do not turn it up).

# %%
case = numbers.q3.variant
time = np.arange(2 * case["rate"]) / case["rate"]
musicnb.Audio(0.05 * np.sin(2 * np.pi * case["frequency"] * time), case["rate"])

# %% [markdown]
# **Look for the mirror.** Most sounds are not pure. This one has several **partials**, tones that
# sound together as one, and all of them rise for four seconds. It was sampled at 8000 Hz without a
# filter. Can you *hear* that something is wrong?

# %%
from musicnb.course.sampling import riddle

explorer = musicnb.SpectrogramExplorer(
    riddle(),
    scale="linear",
    view={"start": 0, "stop": 4, "low": 0, "high": 4500},
)
explorer

# %% [markdown]
# **Question 4.** One line is a mirror image. Choose “Drag to select”, and draw a box around a
# piece of it, with no other line in the box. Then run the cell.

# %%
# musicnb: l01-q4
### BEGIN SOLUTION | box = explorer.selection
box = {"start": 2.6, "stop": 3.7, "low": 2900, "high": 4000}
### END SOLUTION
numbers.q4.check(box)

# %% [markdown]
# ## 3. Decibels
#
# The softest sound that you can hear and the loudest that you can bear differ by a factor of
# more than 1 000 000 in pressure. Nobody wants to write that down, and the ear does not work
# that way either: it hears *ratios*. Ten times as strong is one step, whether from 1 to 10 or
# from 10 to 100.
#
# A **decibel** (dB) is a unit of ratios. There is one rule, and a second that follows:
#
# - Power: the difference in dB is 10 × log₁₀ of the ratio of the two powers.
# - Power goes with the *square* of the amplitude. The logarithm of a square is twice the
#   logarithm, so for amplitudes it is 20 × log₁₀ of their ratio.

# %% tags=["nbval-check-output"]
print("   dB   amplitude       power")
for db in (-60, -20, -6, -3, 0, 3, 6, 10, 20, 60):
    print(f"{db:5d} {10 ** (db / 20):11.4g} {10 ** (db / 10):11.4g}")

# %% [markdown]
# **Listen.** Each beep is 6 dB softer than the one before: half the amplitude. How many do you
# hear? Nobody hears all of them at an ordinary volume.

# %%
beep = np.concatenate([glide(660, 660, 0.3, 44_100), np.zeros(8820, np.float32)])
musicnb.Audio(np.concatenate([beep / 2**step for step in range(12)]), 44_100)

# %% [markdown]
# **Predict** with your ears. A is a piece of music; B, C and D are the same, softer by different
# amounts. Which of them sounds *half as loud* as A?

# %%
piece = song[9:13].gain(-4)
softer = np.random.default_rng(5).permutation([3, 6, 10])
softened = {name: piece.gain(-db) for name, db in zip("BCD", softer, strict=True)}
numbers.predict(
    "half", "Which sounds half as loud as A?", kind="which", sounds={"A": piece, **softened}
)

# %%
for name, db in zip("BCD", softer, strict=True):
    print(f"{name} is {db} dB softer than A")
numbers.reveal("half", f"{'BCD'[list(softer).index(10)]} for most people")

# %% [markdown]
# <details><summary>Explain</summary>
#
# Half the power is −3 dB: a small difference. Half the amplitude is −6 dB. *Half as loud* is a
# matter of the ear, not of arithmetic, and in experiments most people put it near −10 dB. All
# three are “half”, which is why one says decibels instead.
# </details>

# %% [markdown]
# A ratio needs something to compare with. For samples it is **full scale**, the largest number that
# a file can hold, which is 1 here. Levels against it are in **dBFS**: 0 dBFS is the top, and
# everything else is below zero. Two levels are in use:
#
# - the **peak**: the largest sample, positive or negative;
# - **RMS** (root mean square): square all samples, take the mean, and the root of that. It says
#   how much power there is over time, and comes closer to what one hears.
#
# **Question 5.** Which statements are true?

# %%
# musicnb: l01-q5
### BEGIN SOLUTION | numbers.q5.ask()
numbers.q5.answer([0, 1, 4])
### END SOLUTION

# %% [markdown]
# **Question 6.** Write the meter: both levels of an array of samples, in dBFS.
#
# Expected: for a sine with the amplitude 0.5, whole periods of it, about (−6.02, −9.03).


# %%
# musicnb: l01-q6
def levels(samples):
    """Return (peak, RMS) in dBFS."""
    ### BEGIN SOLUTION
    peak = np.max(np.abs(samples))
    rms = np.sqrt(np.mean(samples**2))
    return 20 * np.log10(peak), 20 * np.log10(rms)
    ### END SOLUTION


numbers.q6.check(levels)

# %% [markdown]
# musicnb has the same meter: `Audio.level` is the RMS level. Is it the same as yours?

# %%
yours = levels(song.samples)
print("yours:  ", yours and [round(float(level), 2) for level in yours])
print("musicnb:", [round(float(20 * np.log10(song.peak)), 2), round(song.level, 2)])

# %% [markdown]
# ## 4. How exact must a sample be?
#
# In a file, samples have no endless digits. With 16 **bits** there are 2¹⁶ = 65 536 steps from
# bottom to top, with 8 bits only 256; each sample is rounded to the nearest step. What rounding
# takes away or adds is an error, and an error of samples is a sound too: **quantisation noise**.


# %%
def quantise(samples, bits):
    """Return the samples, each at the nearest of 2 ** bits steps."""
    half = 2 ** (bits - 1)
    return np.round(samples * half) / half


soft = song[0:9].mono().gain(-12)
rows = {"music": soft}
for bits in (16, 8, 6):
    error = quantise(soft.samples, bits) - soft.samples
    rows[f"error, {bits} bits"] = musicnb.Audio(error, soft.sample_rate)

# %% [markdown]
# **Predict:** what will a soft passage sound like with 8 bits: duller, out of tune, noisy?
#
# **Listen.** Rounded music is the music plus its error. So switch the errors on and off under the
# music with <kbd>M</kbd> (mute), one at a time; and hear what they sound like alone, with
# <kbd>S</kbd> (solo). Turn the volume up a little, and down again afterwards.

# %%
muted = {name: {"mute": name != "music"} for name in rows}
musicnb.StemMixer(rows, settings=muted)

# %% [markdown]
# How strong is that noise? Compare it with the loudest sine there can be. (We calculate with it,
# but do not play it.)
#
# **Predict** first.

# %%
numbers.predict("bit", "By how many dB does each further bit lower the noise?", unit="dB")

# %%
loudest = 10 * glide(997, 997, 1, 44_100).astype(float)
counts = np.arange(2, 21)
ratios = []
for count in counts:
    error = quantise(loudest, count) - loudest
    ratios.append(10 * np.log10(np.mean(loudest**2) / np.mean(error**2)))

figure = chart("bits", "signal to noise (dB)")
figure.update_xaxes(dtick=2)
figure.update_yaxes(dtick=20)
figure.add_scatter(x=counts, y=ratios, mode="lines+markers")
figure

# %%
per_bit = np.polyfit(counts, ratios, 1)[0]
numbers.reveal("bit", f"{per_bit:.2f} dB")

# %% tags=["nbval-check-output"]
print("about 6 dB a bit:", bool(abs(per_bit - 6.02) < 0.1))
print("8 bits: about 50 dB:", bool(abs(ratios[6] - 50) < 1))
print("16 bits: about 98 dB:", bool(abs(ratios[14] - 98) < 1))

# %% [markdown]
# <details><summary>Explain</summary>
#
# One more bit makes twice as many steps, each half as high, so the error has half the amplitude:
# −6.02 dB. The noise does not care how loud the music is. Soft music is therefore closer to it,
# and that is why you heard it in a soft passage.
#
# 16 bits put the noise 98 dB below the loudest tone, softer than the room you sit in. 24 bits are
# for recording, where nobody knows in advance how loud it will be. Networks count in `float32`,
# which rounds to 24 bits of whatever size the number has, and so has no floor of this kind.
# </details>

# %% [markdown]
# **Question 7.** A vintage sampler is measured: between the loudest sine and its noise lie as many
# decibels as printed here. How many bits has it got?

# %%
print(numbers.q7.variant["snr"], "dB")

# %%
# musicnb: l01-q7
### BEGIN SOLUTION | bits = ...
bits = round((numbers.q7.variant["snr"] - 1.76) / 6.02)
### END SOLUTION
numbers.q7.check(bits)

# %% [markdown]
# At the other end is the ceiling: what exceeds full scale has no number, and is cut off. That is
# **clipping**. Here is a tone, and the same four times too strong for a ceiling of 0.1. The peak of
# both is the same. Listen (the second one is harsh), and look at how many partials it has got.

# %%
pure = musicnb.Audio(glide(440, 440, 2, 44_100), 44_100)
clipped = musicnb.Audio(np.clip(4 * pure.samples, -0.1, 0.1), 44_100)
display(pure)
display(clipped)

figure = chart("frequency (Hz)", "level (dB)")
for name, sound in [("clipped", clipped), ("pure", pure)]:
    spectrum = np.abs(np.fft.rfft(sound.samples[0, :44_100])) / 22_050
    figure.add_scatter(y=20 * np.log10(spectrum[:6001] + 1e-6), name=name)
figure.update_yaxes(range=[-100, -10])
figure

# %% [markdown]
# <details><summary>Explain</summary>
#
# The flat tops are no longer a sine, so there must be other frequencies in them: 3, 5, 7 ... times
# 440 Hz. They go on for ever, past the Nyquist frequency, and fold back: clipping brings aliasing
# along. A fuzz guitar is this on purpose.
# </details>

# %% [markdown]
# ## 5. One and one
#
# When two sounds play at once, their samples are added. What does that do to the level?
#
# **Predict** for each line before you run the cell: −26 dBFS and −26 dBFS together are ...?


# %%
def noise_of(seed):
    """Return 2 s of white noise at about -26 dBFS."""
    return np.random.default_rng(seed).normal(0, 0.05, 88_200).astype(np.float32)


one, other = noise_of(1), noise_of(2)
low, close = (glide(f, f, 4, 44_100) / np.sqrt(2) for f in (440, 441))
sums = {
    "one noise": one,
    "the same twice": one + one,
    "with another noise": one + other,
    "with itself upside down": one - one,
    "a tone": low,
    "with the same tone": low + low,
    "with a tone 1 Hz higher": low + close,
}
level = {name: musicnb.Audio(samples, 44_100).level for name, samples in sums.items()}
for name in sums:
    print(f"{name:24s} {level[name]:6.1f} dBFS")

# %% tags=["nbval-check-output"]
print("the same twice:          +", round(level["the same twice"] - level["one noise"]))
print("with another noise:      +", round(level["with another noise"] - level["one noise"]))
print("with a tone 1 Hz higher: +", round(level["with a tone 1 Hz higher"] - level["a tone"]))

# %% [markdown]
# **Listen** to the last one. It is twice as strong, then gone, then back, once a second: the two
# tones drift in and out of step. This is called **beating**, and guitarists tune by it.

# %%
musicnb.Audio(sums["with a tone 1 Hz higher"], 44_100)

# %% [markdown]
# <details><summary>Explain</summary>
#
# Sounds that are exactly in step (**coherent**) double the amplitude: +6 dB. Sounds that have
# nothing to do with each other sometimes help and sometimes hinder; on average their *powers*
# add up: twice the power, +3 dB. Sounds that are exactly against each other cancel out.
# Noise-cancelling headphones do that, and so does a karaoke machine that subtracts the right
# channel from the left.
# </details>

# %% [markdown]
# **Question 8.** Which is it for two violins? Give a reason; whoever grades you reads it.

# %%
# musicnb: l01-q8
### BEGIN SOLUTION | numbers.q8.ask()
numbers.q8.answer(1, because="Two players are never in step, so their powers add up: +3 dB.")
### END SOLUTION

# %% [markdown]
# ## 6. Loud is not a level
#
# Two tones, 100 Hz and then 3000 Hz, at exactly the same level: −23 dBFS.
#
# **Predict:** which of them is louder, or are they the same? (A small loudspeaker plays hardly any
# 100 Hz; use headphones.)

# %%
numbers.predict(
    "tones",
    "100 Hz and 3000 Hz at the same level. What will you hear?",
    kind="choice",
    options=["the same loudness", "the low one is louder", "the high one is louder"],
)

# %%
bass, bright = (musicnb.Audio(glide(f, f, 1.5, 44_100), 44_100) for f in (100, 3000))
musicnb.Audio(np.hstack([bass.samples, bright.samples]), 44_100)

# %%
for name, sound in [("100 Hz", bass), ("3000 Hz", bright)]:
    print(f"{name:8s} {sound.level:6.1f} dBFS   {sound.loudness:6.1f} LUFS")
difference = bright.loudness - bass.loudness
numbers.reveal("tones", f"the high one, by {difference:.1f} LU as measured")

# %% [markdown]
# <details><summary>Explain</summary>
#
# Ears are most sensitive between 2 and 5 kHz, where the ear canal resonates and where consonants
# are. **Loudness** is what one hears, **level** is what is there. Broadcasters measure loudness in
# **LUFS** (*loudness units relative to full scale*; ITU-R BS.1770): a filter that imitates the head
# and the ear, then the mean power, with silent passages left out. A difference of 1 LU is 1 dB.
# </details>

# %% [markdown]
# What does that filter do at each frequency? We can measure it with tones, without having to know
# how it is built. Beside it is an older filter, the A-weighting of sound level meters, which was
# made for soft tones.

# %%
import librosa

frequencies = np.geomspace(40, 12_000, 40)
tones = [musicnb.Audio(glide(f, f, 1, 44_100), 44_100) for f in frequencies]
lufs = [each.loudness - each.level for each in tones]
figure = chart("frequency (Hz)", "counts more or less (dB)")
figure.add_scatter(x=frequencies, y=lufs, name="LUFS")
figure.add_scatter(x=frequencies, y=librosa.A_weighting(frequencies), name="A-weighting")
figure.update_xaxes(type="log")
figure

# %% [markdown]
# At 100 Hz they disagree by 17 dB. Neither is wrong: soft bass is hardly heard, loud bass is.
# LUFS were made for whole programmes at the volume of a living room, not for bare tones.
#
# ### Louder sounds better
#
# **Predict** with your ears, quickly, by taste: two versions of a passage. Which would you rather
# listen to?

# %%
from musicnb.course.decibels import by_taste

numbers.predict("taste", "Which of the two do you like better?", kind="which", sounds=by_taste())

# %%
numbers.reveal("taste", "A that is louder, by 4.5 LU; that is not all, as you will hear")

# %% [markdown]
# <details><summary>Explain</summary>
#
# When one of two sounds is louder, even by a decibel that nobody notices as “louder”, people
# tend to find it fuller, clearer, *better*. Whoever sells loudspeakers knows this. So any
# comparison of two sounds, of two networks too, has to begin with making them equally loud. In
# this course, every graded comparison does.
# </details>

# %% [markdown]
# **Question 9.** Write the gain that does it, for RMS levels: return the samples, louder or softer
# by one factor, so that their RMS level is `target` dBFS.
#
# Expected: `match_level(0.1 * np.ones((1, 10)), -40)` is 0.01 everywhere.


# %%
# musicnb: l01-q9
def match_level(samples, target):
    """Return the samples at an RMS level of `target` dBFS, in the same shape."""
    ### BEGIN SOLUTION
    level = 20 * np.log10(np.sqrt(np.mean(samples**2)))
    gain = target - level
    return samples * 10 ** (gain / 20)
    ### END SOLUTION


numbers.q9.check(match_level)

# %% [markdown]
# For loudness it is the same sum: the gain is target minus loudness. Broadcasters in Europe bring
# every programme to −23 LUFS that way, and streaming services do the same, to about −14 LUFS:

# %%
for name in ("starfall", "feelings", "glasswork"):
    excerpt = musicnb.load(f"demo:{name}", duration=15)
    matched = excerpt.gain(-23 - excerpt.loudness)
    print(f"{name:10s} {excerpt.loudness:6.1f} LUFS -> {matched.loudness:6.1f} LUFS")

# %% [markdown]
# The metal band is turned down by far the most. It was squeezed until it was as loud as it could
# be, and gains nothing by it where loudness is matched.

# %% [markdown]
# **Question 10** (by ear). The two versions again, now equally loud. One of them was driven 12 dB
# into clipping. Which?

# %%
# musicnb: l01-q10
### BEGIN SOLUTION | numbers.q10.ask()
numbers.q10.answer(numbers.q10.variant["clipped"])
### END SOLUTION

# %%
from musicnb.course.decibels import copies

print("          loudness       peak         crest factor")
for name, sound in copies().items():
    peak = 20 * np.log10(sound.peak)
    print(f"{name:8s} {sound.loudness:6.1f} LUFS  {peak:6.1f} dBFS  {peak - sound.level:6.1f} dB")

# %% [markdown]
# The **crest factor** is peak over RMS: how far the peaks stand out. Drums live on it, and
# clipping eats it.
#
# ## Summary
#
# - Sound is samples: so many a second, each a number between −1 and 1.
# - A tone above half the sample rate is not lost but *folded* down, and cannot be told apart from a
#   true one. Filter first, then leave samples out: `Audio.resample`.
# - Each bit brings 6 dB. Too soft drowns in quantisation noise, too loud clips.
# - Decibels are ratios: 20 log₁₀ for amplitudes, 10 log₁₀ for powers. The same sound twice is
#   +6 dB, two independent ones +3 dB.
# - Level is what is there, loudness is what one hears. Match loudness before you compare.
#
# **Where it fails, and who may be harmed.** LUFS stand for an average of ears that hear well.
# Somebody with a hearing loss has another curve, and “equally loud” is then not equal.
# Telephones sampled speech at 8000 Hz for decades, and so cut off what makes an *s* an *s*.
# People who hear badly, and could spare it least, lost most, and speech recognisers that learn
# from such calls inherit the gap. dBFS say nothing about the pressure at your ear: that depends
# on the volume you have set. The World Health Organization advises at most 80 dB (of sound
# pressure, A-weighted) for 40 hours a week.
#
# Networks alias too: a layer that skips (*stride*) without a filter folds high detail into low,
# just as `[::5]` did, and one that stretches without a filter adds mirror images upwards. In
# generated sound you will meet this as a thin, steady whine.
#
# So far:

# %%
numbers

# %% [markdown]
# **Try next.**
#
# - Sample `glide(200, 20_000, ...)` at 8820 Hz instead of 44 100. How often does it turn round?
#   Ask your `heard` before you listen.
# - **Dither**: add noise of half a step to `soft.samples` *before* `quantise(..., 6)`. The error
#   gets stronger, and yet it sounds better. Why?
# - Clip at 8820 Hz instead of 44 100 Hz. Which of the new partials are in tune?
# - Load a song of your own. What are its loudness and its crest factor? Look for one from 1985 and
#   one from 2005.
#
# **Where this comes from.** Sampling: Whittaker 1915, Nyquist 1928, Kotelnikov 1933, Shannon,
# *Communication in the presence of noise*, 1949. Quantisation noise: Bennett, *Spectra of
# quantized signals*, 1948. Loudness and frequency: Fletcher and Munson, *Loudness, its
# definition, measurement and calculation*, 1933; ISO 226. Half as loud: Stevens, *The
# measurement of loudness*, 1955. Measuring programmes: ITU-R BS.1770, EBU R 128. The loudness
# war: Vickers, AES 2010. Aliasing in networks: Zhang, *Making convolutional networks
# shift-invariant again*, ICML 2019; Pons et al., *Upsampling artifacts in neural audio
# synthesis*, ICASSP 2021.
