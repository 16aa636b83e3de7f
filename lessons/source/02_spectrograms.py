# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
#   musicnb:
#     title: "Spectrograms: seeing what sounds"
#     minutes: 60
#     device: cpu
#     budget:
#       seconds: 120
#       memory_mb: 1500
# ---

# %% [markdown]
# # Spectrograms: seeing what sounds
#
# Nearly every network that listens to music looks at a picture of it first. In this lesson you
# make that picture yourself, in ten lines, find out what it can show and what it never can, and
# learn to read vowels, drums and chords from it.
#
# **You will be able to** find the frequencies in a moment of sound · write a short-time Fourier
# transform · choose its window and hop for what you want to see · read a spectrogram · turn one
# back into sound.
#
# **You need** lesson 01 (samples, sample rate, decibels), an hour, half a minute of computing on
# two cores, and 600 MB of memory. No GPU, and no mathematics beyond sine and cosine.
#
# Nine questions are checked on the way. Some of them have other numbers for every student.

# %%
import musicnb
import numpy as np
from musicnb import Audio
from musicnb.course import lesson

spectrograms = lesson("02_spectrograms")
sample_rate = 44100  # of every sound in this lesson
spectrograms

# %% [markdown]
# ## 1. One moment
#
# One note of an electric bass. In lesson 01 a tone was one sine with one frequency.

# %%
note = musicnb.load("demo:glasswork/bass")[14:14.75].mono()
note

# %% [markdown]
# **Predict.** How many frequencies are strong in this one note?

# %%
spectrograms.predict("strong", "How many frequencies are strong in it?")

# %% [markdown]
# A **frame** is a short piece of the sound: here 8192 samples, 0.19 s. (In `Audio.frames` the word
# has its other meaning: one sample of each channel.) How much of one frequency is in a frame?
# Multiply it by a sine of that frequency, and add up. Where both swing together, plus meets plus
# and minus meets minus, and the sum grows. Where they do not, the terms cancel. (The sine may begin
# anywhere in its swing; so we ask a cosine too, and join the two as the sides of a right-angled
# triangle.)

# %%
import plotly.graph_objects as go

frame = note.samples[0, 5000 : 5000 + 8192]
t = np.arange(len(frame)) / sample_rate


def strength(frame, frequency):
    cosine = np.sum(frame * np.cos(2 * np.pi * frequency * t))
    sine = np.sum(frame * np.sin(2 * np.pi * frequency * t))
    return np.hypot(cosine, sine)


def chart(x_title, y_title, **lines):
    figure = go.Figure()
    for name, (x, y) in lines.items():
        figure.add_scatter(x=x, y=y, name=name.replace("_", " "))
    figure.update_layout(height=300, margin={"l": 60, "r": 10, "t": 20, "b": 40})
    figure.update_xaxes(title=x_title)
    figure.update_yaxes(title=y_title)
    return figure


asked = np.arange(20, 1000, 2)
chart("frequency (Hz)", "strength", sines=(asked, [strength(frame, f) for f in asked]))

# %%
spectrograms.reveal("strong", "nine or so up to 1000 Hz: 82 Hz and its multiples 165, 247, 412 ...")

# %% [markdown]
# The lowest is the **fundamental**, which the ear takes for *the* pitch; its multiples are the
# **harmonics**. How strong each of them is makes the difference between a bass and a flute. Here
# every fourth is missing, at 330, 660 and 990 Hz: so it is with a string that is plucked at a
# quarter of its length.
#
# Asking one frequency after the other is slow. The **fast Fourier transform** (FFT) asks all that
# fit: from `n_fft` samples come `n_fft // 2 + 1` of them, evenly spaced from 0 Hz to half the
# sample rate. Each is called a **bin**, and neighbours are `sample_rate / n_fft` apart.

# %% tags=["nbval-check-output"]
spectrum = np.fft.rfft(frame)
bins = np.fft.rfftfreq(len(frame), 1 / sample_rate)
ours = [strength(frame, f) for f in bins[:100]]
print("bins:", len(spectrum), "from", bins[0], "to", bins[-1], "Hz")
print("the FFT finds what our sines find:", np.allclose(ours, np.abs(spectrum[:100])))

# %% [markdown]
# <details><summary>Explain</summary>
#
# `rfft` returns complex numbers. Two numbers a bin are what the cosine and the sine gave: their
# length, `np.abs`, is the **magnitude**, how strong; their angle is the **phase**, where in its
# swing the tone begins. We keep the magnitude, and come back to the phase at the end.
# </details>
#
# **Question 1.** Which bin is nearest to your frequency? Bins are counted from 0, which stands for
# 0 Hz. Your numbers:

# %%
spectrograms.q1.variant

# %%
# musicnb: l02-q1
### BEGIN SOLUTION | my_bin = ...
v = spectrograms.q1.variant
my_bin = round(v["frequency"] * v["n_fft"] / v["sample_rate"])
### END SOLUTION
spectrograms.q1.check(my_bin)

# %% [markdown]
# ## 2. What leaks
#
# Look at the foot of each peak above: it is wide, with ripples beside it. Each harmonic has *one*
# frequency; so where do they come from? The frame cuts the sound off in the middle of its swings,
# and a sudden end is a click, which holds all frequencies.
#
# A **window** fades the frame in and out before the FFT, so that nothing is cut off. Next come two
# sines: one at 1000 Hz, and one at 1700 Hz that is 60 dB softer, a thousandth of its amplitude.
#
# **Predict.** Will you see the soft one?

# %%
spectrograms.predict(
    "soft",
    "Which line will show the soft tone?",
    kind="choice",
    options=["both", "only the one with the window", "neither"],
)

# %%
import scipy.signal


def tones(*frequencies, seconds=1.0):
    t = np.arange(round(seconds * sample_rate)) / sample_rate
    return 0.08 * sum(np.sin(2 * np.pi * f * t) for f in frequencies)


n_fft = 2048
window = scipy.signal.get_window("hann", n_fft)  # half a cosine up, half a cosine down
two = tones(1000) + tones(1700) / 1000


def level(samples):
    # 16 times as many bins as samples: a curve instead of points.
    spectrum = np.abs(np.fft.rfft(samples, 16 * n_fft))
    return 20 * np.log10(spectrum / spectrum.max() + 1e-6)


frequencies = np.fft.rfftfreq(16 * n_fft, 1 / sample_rate)
near = (frequencies > 800) & (frequencies < 1900)
piece = two[10000 : 10000 + n_fft]
chart(
    "frequency (Hz)",
    "level below the peak (dB)",
    no_window=(frequencies[near], level(piece)[near]),
    Hann_window=(frequencies[near], level(piece * window)[near]),
)

# %%
spectrograms.reveal("soft", "only the one with the window")

# %% [markdown]
# The wide bump is the **main lobe**; the small ones beside it, which leak far away, are the
# **side lobes**.
#
# **Question 2.** How many dB below the peak is the highest side lobe *without* a window? Point at
# the chart, or drag over a part of it to zoom in.

# %%
# musicnb: l02-q2
### BEGIN SOLUTION | side_lobe = ...
side_lobe = 13.3
### END SOLUTION
spectrograms.q2.check(side_lobe)

# %% [markdown]
# <details><summary>Explain</summary>
#
# Every window is a bargain. Hann's (named after Julius von Hann, who smoothed weather data with
# it) lowers the highest side lobe from −13 to −31 dB and makes the far ones vanish; in return, its
# main lobe is twice as wide: 4 bins instead of 2. Music has loud and soft tones side by side, so
# the bargain is worth it, and nearly every spectrogram uses a Hann window.
# </details>

# %% [markdown]
# ## 3. From frame to picture
#
# Now let the frame wander. Every `hop_length` samples, take `n_fft` samples, multiply by the
# window, take the FFT. Each spectrum becomes a column of a picture. This is the **short-time
# Fourier transform** (STFT), and its magnitude is the **spectrogram**.
#
# **Predict.** Three seconds are 132 300 samples. With `n_fft = 2048` and `hop_length = 512`, how
# many columns has the picture?

# %%
spectrograms.predict("columns", "How many columns?")

# %% [markdown]
# **Question 3.** Write it. The result has the shape (frequency, time): `n_fft // 2 + 1` bins, and
# as many frames as lie wholly within the sound; nothing is padded. For 10 000 samples,
# `n_fft = 1024` and `hop_length = 256`, that is (513, 36).

# %%
# musicnb: l02-q3
def stft(samples, n_fft, hop_length):
    """Return the magnitude spectrogram of mono samples, with a Hann window."""
    ### BEGIN SOLUTION
    window = scipy.signal.get_window("hann", n_fft)
    starts = range(0, len(samples) - n_fft + 1, hop_length)
    spectra = [np.abs(np.fft.rfft(window * samples[i : i + n_fft])) for i in starts]
    return np.stack(spectra, axis=1)
    ### END SOLUTION


spectrograms.q3.check(stft)

# %% [markdown]
# The same from a library: `librosa.stft` keeps the complex numbers, and pads unless told not to.

# %%
import librosa

song = musicnb.load("demo:glasswork").mono()
samples = song[9:12].samples[0]
picture = np.abs(librosa.stft(samples, n_fft=2048, hop_length=512, center=False))

mine = stft(samples, 2048, 512)
if isinstance(mine, np.ndarray) and mine.shape == picture.shape:
    print("largest difference from yours:", np.abs(mine - picture).max().round(6))
else:
    print("your own stft is not ready yet; the library's goes on")
spectrograms.reveal("columns", f"{picture.shape[1]}: 1 + (132300 - 2048) // 512")

# %% tags=["nbval-check-output"]
print("shape (frequency, time):", picture.shape)

# %% [markdown]
# ## 4. Loud and soft, high and low
#
# Look at it as it is, and in decibels.

# %%
import librosa.display
import matplotlib.pyplot as plt


def show(pictures, axis="linear", hop_length=512, top=None):
    """Draw spectrograms side by side; `axis` is one for all, or a list."""
    kinds = [axis] * len(pictures) if isinstance(axis, str) else axis
    common = {"sr": sample_rate, "hop_length": hop_length, "x_axis": "time", "cmap": "viridis"}
    figure, plots = plt.subplots(1, len(pictures), figsize=(9, 3), squeeze=False)
    for plot, kind, (title, values) in zip(plots[0], kinds, pictures.items()):
        librosa.display.specshow(values, y_axis=kind, ax=plot, **common)
        plot.set(title=title, xlabel="time (s)", ylabel="", ylim=(None, top))
    plots[0, 0].set_ylabel("frequency (Hz)")
    figure.tight_layout()
    plt.show()


decibels = 20 * np.log10(picture + 1e-3)
show({"magnitude": picture, "decibels": decibels})
song[9:12]

# %% [markdown]
# <details><summary>Explain</summary>
#
# The left picture is not empty: its lowest rows hold bass and bass drum, so strong that beside them
# all else is as dark as silence. Music easily spans 80 dB, which is one to ten thousand in
# magnitude. The ear hears ratios, not differences, and so do decibels: every 20 dB is ten times the
# magnitude.
# </details>
#
# Most of the right picture is above 5 kHz, and there is little music in it. The ear hears ratios
# in pitch too.
#
# **Predict.** Two steps of 200 Hz each. Which sounds wider?

# %%
def step(low, high):
    fade = scipy.signal.windows.tukey(sample_rate // 2, 0.05)  # soft ends, no clicks
    return np.concatenate([tones(f, seconds=0.5) * fade for f in (low, high)])


spectrograms.predict(
    "steps",
    "Which step will sound wider?",
    kind="choice",
    options=["200 to 400 Hz", "3000 to 3200 Hz", "neither"],
)

# %%
silence = np.zeros(sample_rate // 2)
Audio(np.concatenate([step(200, 400), silence, step(3000, 3200)]), sample_rate)

# %%
spectrograms.reveal("steps", "200 to 400 Hz: an octave, against little more than a semitone")

# %% [markdown]
# On a **logarithmic** axis equal ratios are equal distances: every octave, a doubling, takes the
# same height. The **mel** scale (from *melody*) was made by asking people which steps sound
# equally wide: below 1000 Hz it is almost even, above almost logarithmic. Networks mostly get mel
# spectrograms: 80 or 128 bands say most of what 1025 bins say, with detail where the ear has it.

# %%
mel = librosa.feature.melspectrogram(
    S=picture**2, sr=sample_rate, n_fft=2048, n_mels=128, norm=None
)
mel_decibels = 10 * np.log10(mel + 1e-6)
show(
    {"linear": decibels, "logarithmic": decibels, "128 mel bands": mel_decibels},
    axis=["linear", "log", "mel"],
)

# %% tags=["nbval-check-output"]
print("1000 Hz is", round(float(librosa.hz_to_mel(1000, htk=True))), "mel")
for low, high in [(200, 400), (3000, 3200)]:
    width = librosa.hz_to_mel(high, htk=True) - librosa.hz_to_mel(low, htk=True)
    print(f"{low} to {high} Hz: {width:.0f} mel wide")

# %% [markdown]
# ## 5. Time against frequency
#
# A sound made to be difficult: two tones only 20 Hz apart, at 1000 and 1020 Hz, and in the middle
# two clicks only 10 ms apart. (The clicks are short, but do not listen too loud.)
#
# **Predict.** Which `n_fft` shows *both*: two separate tones, and two separate clicks?

# %%
puzzle = 0.4 * tones(1000, 1020)
first = round(0.52 * sample_rate)
for click in (first, first + sample_rate // 100):
    puzzle[click : click + 12] += 0.5
spectrograms.predict(
    "both",
    "Which n_fft shows two tones and two clicks?",
    kind="choice",
    options=["256", "8192", "one in between", "none"],
)
Audio(puzzle, sample_rate)

# %% [markdown]
# **Look.** Try all values of *Window* in the explorer, from 256 to 8192: that is its `n_fft`. Two
# tones would be two horizontal lines, two clicks two vertical ones. Which pair do you see when?

# %%
resolution = musicnb.SpectrogramExplorer(
    Audio(puzzle, sample_rate),
    n_fft=512,
    scale="linear",
    dynamic_range=(-70, -22),
    view={"start": 0.42, "stop": 0.63, "low": 880, "high": 1160},
)
resolution

# %% [markdown]
# And measured: how deep is the valley between the two, in dB? A shallow one is hard to see.

# %%
def valley(first, between, second):
    return max(0.0, 20 * np.log10(min(first, second) / between))


def spectrum(start, n_fft):
    # Filled up to one second, so that element number k stands for k Hz.
    piece = puzzle[start : start + n_fft] * scipy.signal.get_window("hann", n_fft)
    return np.abs(np.fft.rfft(piece, sample_rate))


print(" n_fft   two tones   two clicks")
for n_fft in [256, 512, 1024, 2048, 4096, 8192]:
    before = np.mean([spectrum(start, n_fft) for start in range(0, 13000, 500)], axis=0)
    centres = [first + 6, first + 226, first + 447]  # the first click, between, the second
    above = [spectrum(each - n_fft // 2, n_fft)[5000:].mean() for each in centres]
    # The tones at 1000, 1010, 1020 Hz; the clicks above 5 kHz, where they are alone.
    print(f"{n_fft:6d} {valley(*before[[1000, 1010, 1020]]):8.1f} dB {valley(*above):9.1f} dB")
spectrograms.reveal("both", "none: 256 and 512 part the clicks, 8192 the tones")

# %% [markdown]
# <details><summary>Explain</summary>
#
# To tell 1000 from 1020 Hz one has to wait until one has swung a whole cycle more than the other,
# and that takes 1/20 s; a Hann window, soft at both ends, needs twice as long. So two tones part
# when they are 2 bins apart or more. But a window that is much longer than 10 ms holds both clicks
# at once. This is no fault of the method: fine in time *or* fine in frequency is a law, the
# **uncertainty** of sound (Gabor, 1946). One chooses by what one wants to see.
#
# With a short window the two tones are one band that pulses, 20 times a second: that is the beating
# which you hear. Their distance is then in time, no longer in frequency.
# </details>
#
# **Question 4.** Two neighbouring keys of a piano. Which `n_fft`, as a power of two, is the
# smallest that keeps them 2 bins apart or more? Your two notes:

# %%
spectrograms.q4.variant

# %%
# musicnb: l02-q4
### BEGIN SOLUTION | smallest = ...
v = spectrograms.q4.variant
smallest = 2 ** int(np.ceil(np.log2(2 * v["sample_rate"] / v["apart"])))
### END SOLUTION
spectrograms.q4.check(smallest)

# %% [markdown]
# **Question 5.** And the hop? Somebody wants it all. Give a reason for your answer.

# %%
# musicnb: l02-q5
### BEGIN SOLUTION | spectrograms.q5.ask()
spectrograms.q5.answer(2, because="One frame still holds 186 ms, so both clicks are in it.")
### END SOLUTION

# %% [markdown]
# ## 6. Reading: vowels
#
# A voice is made in two steps. The vocal folds open and close, say 110 times a second, and make a
# buzz: a fundamental at 110 Hz with its harmonics at 220, 330, 440 Hz and so on. Then throat and
# mouth make some frequencies stronger: their resonances, called **formants**. Sing one note and say
# *a, i, u*: your folds do the same all the time, and only your mouth changes.

# %%
from musicnb.course import vowels

# Formants of men's vowels in Hz (Peterson and Barney, 1952), and how wide each is.
FORMANTS = {"a": (730, 1090, 2440), "i": (270, 2290, 3010), "u": (300, 870, 2240)}
WIDTHS = (60, 90, 150)


def sing(formants, low=110, high=165, seconds=0.8):
    """Sing a vowel that rises by a fifth."""
    t = np.arange(round(seconds * sample_rate)) / sample_rate
    phase = 2 * np.pi * np.cumsum(low * (high / low) ** (t / seconds)) / sample_rate
    voice = sum(np.sin(k * phase) / k for k in range(1, 32))  # the folds: many harmonics
    for formant, width in zip(formants, WIDTHS):  # the mouth: three resonances in a row
        r = np.exp(-np.pi * width / sample_rate)
        a = [1, -2 * r * np.cos(2 * np.pi * formant / sample_rate), r * r]
        voice = scipy.signal.lfilter([sum(a)], a, voice)
    edges = np.minimum(1, np.minimum(t, t[::-1]) / 0.05)
    return voice / np.abs(voice).max() * edges / 4


fourth = vowels.FORMANTS[spectrograms.q6.variant["word"]]  # a vowel to find out about
parts = [sing(formants) for formants in [*FORMANTS.values(), fourth]]
sung = Audio(np.concatenate(parts), sample_rate)
sung

# %% [markdown]
# **Predict.** In each vowel the voice rises from 110 to 165 Hz. What do the bright bands of the
# formants do?

# %%
spectrograms.predict(
    "formants",
    "What do the bright bands do while the pitch rises?",
    kind="choice",
    options=["rise", "stay", "fall"],
)

# %%
vowel_explorer = musicnb.SpectrogramExplorer(
    sung, scale="linear", n_fft=2048, view={"start": 0, "stop": 3.2, "low": 0, "high": 3600}
)
vowel_explorer.add_labels(
    "vowels", [(0, 0.8, "a"), (0.8, 1.6, "i"), (1.6, 2.4, "u"), (2.4, 3.2, "?")]
)
vowel_explorer

# %%
spectrograms.reveal("formants", "“stay”: the mouth does not move")

# %% [markdown]
# With *Window* 2048 you see the harmonics climb, and light up when they cross a formant. With 512
# the frame is too short to tell the harmonics apart, and the formants themselves appear: phonetics
# calls the first picture *narrow-band*, the second *wide-band*. It is part 5 again, put to use.
#
# **Question 6.** What are the first two formants of the *fourth* vowel, in Hz? Point at the middle
# of the two lowest bands that stay, and read their frequencies.

# %%
# musicnb: l02-q6
### BEGIN SOLUTION | my_formants = ...  # two numbers, as in [500, 1500]
my_formants = vowels.FORMANTS[spectrograms.q6.variant["word"]][:2]
### END SOLUTION
spectrograms.q6.check(my_formants)

# %% [markdown]
# ## 7. Reading: drums
#
# Two bars of the drums of *Glasswork*. A drum has no harmonics: what tells drums apart is *which*
# frequencies, and for *how long*. The **bass drum** is a spot at the bottom. The **hi-hat**, two
# small cymbals struck shut, is a short column without a foot. The **snare** has wires that rattle:
# it is bright at almost every height, and fades slowly from the top. The **toms**, at the end, have
# a pitch. Often two are struck at once.

# %%
drums = musicnb.load("demo:glasswork/drums")[12:18]
drum_explorer = musicnb.SpectrogramExplorer(drums, n_fft=1024)
drum_explorer

# %% [markdown]
# **Question 7.** Draw a box around *one* hard hit of the snare: from its beginning until it has
# faded, before the next thing is struck. Then run the cell.

# %%
# musicnb: l02-q7
### BEGIN SOLUTION | snare = drum_explorer.selection
snare = {"start": 0.74, "stop": 0.96, "low": 150, "high": 10000}
### END SOLUTION
spectrograms.q7.check(snare)

# %% [markdown]
# **Listen** to what is in your box, or in the one below if you made none: a bass drum.

# %%
ours = {"start": 2, "stop": 2.2, "low": 0, "high": 200}
drum_explorer.selection = drum_explorer.selection or ours
drum_explorer.selected_audio()

# %% [markdown]
# ## 8. Reading: chords
#
# A plucked string has harmonics, and a chord has those of all its strings: a whole comb of lines.
# How does one count *notes*? Here they are struck one after the other, half a second apart, and
# ring on. On a logarithmic axis the harmonics of every note make the same ladder, only higher or
# lower.

# %%
def pluck(frequency, seconds):
    t = np.arange(round(seconds * sample_rate)) / sample_rate
    return sum(np.sin(2 * np.pi * k * frequency * t) / k * np.exp(-k * t / 2) for k in range(1, 9))


chord = np.zeros(4 * sample_rate)
for place, midi in enumerate([64, 57, 67, 61]):  # notes as keys of a keyboard; 69 is 440 Hz
    start = place * sample_rate // 2
    chord[start:] += 0.08 * pluck(440 * 2 ** ((midi - 69) / 12), 4 - place / 2)
musicnb.SpectrogramExplorer(
    Audio(chord, sample_rate),
    scale="log",
    n_fft=4096,
    view={"start": 0, "stop": 4, "low": 180, "high": 2000},
)

# %% [markdown]
# **Question 8.** Which notes are in the chord? Point at a line, and the explorer names its note.

# %%
# musicnb: l02-q8
### BEGIN SOLUTION | spectrograms.q8.ask()
spectrograms.q8.answer([0, 2, 3, 5])
### END SOLUTION

# %% [markdown]
# <details><summary>Explain</summary>
#
# A3 brings its octave A4 along, as its second harmonic, and E4 brings E5. Nothing in a single
# column says whether such a line is a harmonic or a note of its own: only that it begins and fades
# together with the others does. Networks that write down notes learn just this, and a wrong octave
# is a mistake that they often make.
# </details>
#
# **And now the other way round.** Four pictures of one tone each, and four sounds.

# %%
from musicnb.course.wobbles import pictures

numbered = {f"picture {number}": values for number, values in pictures().items()}
show(numbered, hop_length=256, top=3500)

# %%
# musicnb: l02-q9
### BEGIN SOLUTION | spectrograms.q9.ask()
pictured = spectrograms.q9.variant["pictured"]
spectrograms.q9.answer({"vibrato": "A", "tremolo": "B", "repeated": "C"}[pictured])
### END SOLUTION

# %% [markdown]
# ## 9. Back to sound
#
# The inverse transform turns each column back into a frame, and overlaps and adds the frames. It
# needs the complex numbers: the magnitude, which is in the picture, and the phase, which is not.
#
# **Predict.** A song, rebuilt from the magnitude alone, with every phase set to zero. How will it
# sound?

# %%
spectrograms.predict(
    "phase",
    "Without the phase the song will be ...",
    kind="choice",
    options=["the same", "recognisable, but buzzing like a machine", "nothing but noise"],
)

# %%
excerpt = musicnb.load("demo:starfall")[14:18].mono()
transform = librosa.stft(excerpt.samples[0], n_fft=2048, hop_length=512)
magnitude = np.abs(transform)


def rebuilt(transform):
    return librosa.istft(transform, n_fft=2048, hop_length=512, length=excerpt.frames)


sounds = {
    "with the phase": rebuilt(transform),
    "magnitude alone": rebuilt(magnitude),
    "Griffin-Lim": librosa.griffinlim(
        magnitude, n_iter=32, n_fft=2048, hop_length=512, length=excerpt.frames, random_state=0
    ),
}
sounds = {name: Audio(sound, sample_rate) for name, sound in sounds.items()}
sounds = {name: sound.gain(-20 - sound.loudness) for name, sound in sounds.items()}
sounds["with the phase"]

# %%
sounds["magnitude alone"]

# %%
sounds["Griffin-Lim"]

# %%
spectrograms.reveal("phase", "recognisable, but buzzing like a machine")

# %% [markdown]
# <details><summary>Explain</summary>
#
# With zero phases all swings of a frame meet at its edge and cancel elsewhere: a pulse every hop,
# 86 times a second, and that is the buzz. **Griffin-Lim** guesses phases: it makes a sound, looks
# which phases that sound has, keeps those with the magnitudes that it wants, and begins again, 32
# times here. The frames overlap, so their phases have to agree, and each round they agree better.
# What stays is a slight hollowness. Networks that generate music or speech as spectrograms need
# such a step; today it is mostly a network too, a *vocoder*.
# </details>

# %% tags=["nbval-check-output"]
error = np.abs(rebuilt(transform) - excerpt.samples[0]).max()
print("with the phase, nothing is lost:", bool(error < 1e-4))


def off(sound):
    """Return how far a sound's own spectrogram is from the one wanted, as a share of it."""
    again = np.abs(librosa.stft(sound.samples[0], n_fft=2048, hop_length=512))
    scale = np.sum(again * magnitude) / np.sum(again**2)  # loudness does not count
    return np.linalg.norm(scale * again - magnitude) / np.linalg.norm(magnitude)


for name in ["magnitude alone", "Griffin-Lim"]:
    print(f"{name}: off by less than 30 %: {off(sounds[name]) < 0.3}")

# %% [markdown]
# ## Summary
#
# - The FFT asks a frame how much of each frequency it holds; a **window** keeps loud tones from
#   leaking over soft ones.
# - `n_fft` chooses between fine in frequency (long) and fine in time (short). `hop_length` only
#   says how often one looks.
# - Decibels and mel bands show what the ear hears.
# - Parallel lines are harmonics, bands that stay are formants, columns are drums.
# - The picture lacks the phase, and without it the sound has to be guessed.
#
# **Where it fails, and who may be harmed.** A spectrogram shows energy, not what is heard: a soft
# tone beside a loud one is in the picture and inaudible, while a missing fundamental is heard and
# not in the picture. Since mel bands are few, networks that see only those can confuse what people
# tell apart at once. And people read too much into such pictures: "voiceprints" were used in
# courts to name speakers, until the US National Research Council found in 1979 that the method's
# error rates were not known. A picture of a voice is no fingerprint.

# %%
spectrograms

# %% [markdown]
# **Try next.** Sing a vowel into your telephone, load the file, and find your formants. ·
# `SpectrogramExplorer(..., scale="cqt")` uses long windows for low notes and short ones for high:
# try it on the puzzle. · Make `sing` speak a word by moving its formants. · Rebuild the song with
# `n_iter=1` and `n_iter=200`.
#
# **Where this comes from.** Gabor, *Theory of communication*, 1946 (time against frequency) ·
# Cooley and Tukey, 1965 (the FFT) · Harris, *On the use of windows*, Proc. IEEE 1978 · Peterson and
# Barney, *Control methods used in a study of the vowels*, JASA 1952 · Fant, *Acoustic theory of
# speech production*, 1960 (folds and mouth) · Stevens, Volkmann and Newman, 1937 (mel) · Griffin
# and Lim, *Signal estimation from modified short-time Fourier transform*, 1984 · Bolt et al., *On
# the theory and practice of voice identification*, 1979 · *Glasswork*: CC0; *Starfall* by Obsidian
# Shell, CC BY-SA 3.0. The widths of the formants are round numbers of ours.
