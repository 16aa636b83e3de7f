# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
#   musicnb:
#     title: "Changing a song: tempo, key, swing, parts, genre"
#     minutes: 70
#     device: cpu
#     budget:
#       seconds: 120
#       memory_mb: 1500
# ---

# %% [markdown]
# # Changing a song
#
# Slower, to play along. Higher, for your own voice. Without the singer, for karaoke. As jazz. In
# this lesson you build the machine that does the first two, a phase vocoder, then hear what it
# breaks, and find out how to tell whether an edit did what it was asked.
#
# **You will be able to** change the tempo of a song and leave its pitch, and the other way round ·
# write a phase vocoder from scratch · name and measure what it does to drums, stereo and voices ·
# count the semitones between two keys · measure swing, and change it · take a part out of a song ·
# judge an edit by listening again, and judge the judge · tell what a change of genre keeps, and
# what it makes up.
#
# **You need** lessons 00 to 03 (spectrogram, STFT, stems), about 1 minute of computing on two
# cores, 1.3 GB of memory, and no GPU.
#
# Eleven questions are checked on the way. Some of them have other numbers for every student.

# %%
import musicnb
import numpy as np
from musicnb import Audio
from musicnb.course import lesson

changing = lesson("06_changing")
RATE = 44100  # of every sound in this lesson
changing

# %% [markdown]
# ## 1. The tape
#
# For decades there was one way to make a recording faster: run the tape faster. In numbers: keep
# the samples, and play more of them a second.

# %%
song = musicnb.load("demo:starfall")[10:18]


def tape(sound, speed):
    """Play a sound faster, as a tape does."""
    faster = Audio(sound.samples, round(speed * sound.sample_rate))
    return faster.resample(sound.sample_rate)


song

# %% [markdown]
# **Predict.** At 1.25 times the speed every wave passes 1.25 times as often, so the song becomes
# *higher* too. By how much? (From one key of a piano to the next, black or white, is a
# **semitone**; twelve of them are an octave, which is twice the frequency.)

# %%
changing.predict("tape", "By how many semitones does it become higher?", unit="semitones")

# %%
tape(song, 1.25)

# %%
changing.reveal("tape", f"{12 * np.log2(1.25):.1f} semitones")

# %% [markdown]
# <details><summary>Explain</summary>
#
# Nearly four: a third. The singer has become a chipmunk (that is how the Chipmunks of 1958 were
# made). Steps of pitch are *ratios*: twelve equal ones, one after the other, make 2. So each is the
# twelfth root of 2, about 1.06.
# </details>
#
# **Question 1.** How many times as fast must the tape run, to raise the song by *your* number of
# semitones? (A negative number lowers it.) To three digits behind the point.

# %%
changing.q1.variant

# %%
# musicnb: l06-q1
### BEGIN SOLUTION | speed = ...
speed = 2 ** (changing.q1.variant["semitones"] / 12)
### END SOLUTION
changing.q1.check(speed)

# %% [markdown]
# The tape cannot do the one without the other. What we want is to change the *speed* and keep the
# *pitch*.
#
# ## 2. Cut and glue
#
# The obvious idea: cut the song into short frames, as for a spectrogram, and put them farther
# apart. Inside of a frame nothing changes, so the pitch stays; there are more hops, so it takes
# longer. The frames overlap, and a window fades each in and out.

# %%
import scipy.signal


def cut(samples, size, hop):
    """Return frames, shape (size, frames)."""
    starts = range(0, len(samples) - size + 1, hop)
    return np.stack([samples[start : start + size] for start in starts], axis=1)


def glue(frames, hop):
    """Put frames `hop` samples apart; where they overlap, fade from one to the next."""
    size, count = frames.shape
    window = scipy.signal.get_window("hann", size)
    made, weight = np.zeros((2, size + hop * (count - 1)))
    for number in range(count):
        made[number * hop :][:size] += window * frames[:, number]
        weight[number * hop :][:size] += window
    return made / np.maximum(weight, 0.1)


def cut_and_glue(samples, tempo, size=2048):
    hop = size // 4
    return glue(cut(samples, size, round(tempo * hop)), hop)


# %% [markdown]
# **Predict.** The frames are 46 ms long. They are cut 410 samples apart, and glued 512 apart. What
# will you hear?

# %%
changing.predict(
    "glue",
    "The song at 0.8 times the speed, by cut and glue:",
    kind="choice",
    options=["slower, and clean", "slower, and fluttering", "slower, with gaps of silence"],
)

# %%
voice = song.mono().samples[0].astype(float)
Audio(cut_and_glue(voice, 0.8), RATE)

# %%
changing.reveal("glue", "“slower, and fluttering”")

# %% [markdown]
# To see why, do it to something simple: a tone of 660 Hz.

# %%
import plotly.graph_objects as go


def chart(x_title, y_title, lines):
    figure = go.Figure()
    for name, (x, y) in lines.items():
        figure.add_scatter(x=x, y=y, name=name)
    figure.update_layout(height=300, margin={"l": 60, "r": 10, "t": 20, "b": 40})
    figure.update_xaxes(title=x_title)
    figure.update_yaxes(title=y_title)
    return figure


t = np.arange(2 * RATE) / RATE
tone = 0.1 * np.sin(2 * np.pi * 660 * t)
glued = cut_and_glue(tone, 0.8)
part = slice(RATE, RATE + 900)
chart(
    "time (ms)",
    "amplitude",
    {"660 Hz": (1000 * t[:900], tone[part]), "glued": (1000 * t[:900], glued[part])},
)

# %% [markdown]
# It is gone! And other tones, from 400 to 900 Hz?


# %%
def strength(method):
    """Return how strong steady tones come out of a method, in dB."""
    hertz = np.arange(400, 901, 20)
    tones = [method(0.1 * np.sin(2 * np.pi * f * t[:RATE]), 0.8) for f in hertz]
    return hertz, [10 * np.log10(np.mean(made[20000:40000] ** 2) / 0.005) for made in tones]


by_glue = strength(cut_and_glue)
chart("frequency (Hz)", "strength (dB)", {"glued": by_glue})

# %% [markdown]
# <details><summary>Explain</summary>
#
# Each frame is a perfect piece of the tone. But it was put down 102 samples later than it belongs.
# At 660 Hz these are one and a half swings: where it overlaps with the frame before it, crest
# meets trough, and they cancel. At 432 and 864 Hz they are one swing and two: crest meets crest,
# and nothing is lost. So some tones vanish and others stay; and as a voice glides from the ones to
# the others, it comes and goes. That is the flutter.
# </details>
#
# What has to be mended is the **phase**: where in its swing each frequency is. The idea is
# Flanagan and Golden's, of 1966. They had telephone lines in mind, a "voice coder", and called it
# the **phase vocoder**.

# %% [markdown]
# ## 3. A phase vocoder
#
# Take the FFT of every frame, with magnitudes and phases. The magnitudes may stay. The phases have
# to be turned on, so that each tone goes on in the next frame where it has left off in the last.
# For that one must know its frequency, and exactly.
#
# **Predict.** With 2048 samples in a frame, the bins of the FFT are 21.5 Hz apart. You see the same
# bin in *two* frames. How exactly can they tell the frequency of a steady tone?

# %%
changing.predict(
    "exact",
    "Two frames tell the frequency ...",
    kind="choice",
    options=["to 21.5 Hz, the width of a bin", "to about 5 Hz", "to a hundredth of a Hz"],
)

# %% [markdown]
# **Question 2.** From two phases to one frequency. From one frame to the next pass `hop_length`
# samples.
#
# - A tone in the *middle* of bin *k* has *k* swings in `n_fft` samples. So in a hop its phase turns
#   by $2\pi k \cdot$ `hop_length` / `n_fft`. That much is expected.
# - It turned by `after - before`. What is that more than was expected? A phase goes round like the
#   hand of a clock, and knows no whole turns: so bring the difference to between $-\pi$ and $\pi$.
#   `(x + np.pi) % (2 * np.pi) - np.pi` does that.
# - Expected and difference, added, are the true turn in a hop. A whole turn, $2\pi$, in each hop
#   would be a frequency of `sample_rate / hop_length`.
#
# *Expected:* at 44 100 Hz, `n_fft` 2048 and `hop_length` 512, the phases 0 and 0.675 mean 440.0 Hz
# in bin 20 and 870.7 Hz in bin 40.


# %%
# musicnb: l06-q2
def frequencies(before, after, hop_length, n_fft, sample_rate):
    """Return the frequency in Hz in each bin; `before` and `after` have one phase for each bin."""
    ### BEGIN SOLUTION
    expected = 2 * np.pi * np.arange(len(before)) * hop_length / n_fft
    off = (after - before - expected + np.pi) % (2 * np.pi) - np.pi
    return (expected + off) / (2 * np.pi) * sample_rate / hop_length
    ### END SOLUTION


changing.q2.check(frequencies)

# %% [markdown]
# The lesson goes on with `phases.frequencies`, which is ours, and does the same. On the tone:

# %% tags=["nbval-check-output"]
from musicnb.course import phases

size, hop = 2048, 512
window = scipy.signal.get_window("hann", size)
before, after = (np.fft.rfft(window * tone[start : start + size]) for start in (0, hop))
strongest = int(np.abs(before).argmax())
found = phases.frequencies(np.angle(before), np.angle(after), hop, size, RATE)
print(f"the strongest bin is number {strongest}, at {strongest * RATE / size:.1f} Hz")
print(f"from its phases: {found[strongest]:.2f} Hz")

# %%
changing.reveal("exact", "“to a hundredth of a Hz”")

# %% [markdown]
# <details><summary>Explain</summary>
#
# One frame cannot tell 660 from 665 Hz. Two can: in the time of a hop, the faster of them has
# turned a little further. That works as long as only *one* tone is in a bin, and as long as it is
# steady. Remember both conditions: they are where it will break.
# </details>
#
# **Question 3.** Now the other way: from the frequencies to the phases of the new frames. The
# first frame keeps its phases. From each frame to the next, a tone of *f* Hz turns by $2\pi f
# \cdot$ `hop_length` / `sample_rate`, and goes on from where the frame before it was: add up.
#
# *Expected:* for `first = [0]`, one bin that has 1000 Hz three times, a hop of 2 and a rate of
# 8000: `[[0, π/2, π, 3π/2]]`. Whole turns do not matter.


# %%
# musicnb: l06-q3
def accumulated(first, frequencies, hop_length, sample_rate):
    """Return phases (bins, frames), from those of the first frame (bins,) and the frequencies
    between each frame and the next (bins, frames - 1)."""
    ### BEGIN SOLUTION
    turns = 2 * np.pi * frequencies * hop_length / sample_rate
    return np.cumsum(np.concatenate([first[:, None], turns], axis=1), axis=1)
    ### END SOLUTION


changing.q3.check(accumulated)

# %% [markdown]
# And now the whole machine. Frames are cut at one hop, their phases are advanced at another, and
# they are glued.

# %%
# Yours, where they passed; else ours.
mine = {"find": phases.frequencies, "add": phases.accumulated}
if changing.q2.record.get("state") == "correct":
    # Yours takes two frames at a time; here are many.
    mine["find"] = lambda before, after, *sizes: np.stack(
        [frequencies(*pair, *sizes) for pair in zip(before.T, after.T)], axis=1
    )
if changing.q3.record.get("state") == "correct":
    mine["add"] = accumulated


def phase_vocoder(samples, tempo, size=2048):
    """Play mono samples `tempo` times as fast, at their own pitch."""
    hop = size // 4  # between frames of the result
    read = round(tempo * hop)  # between frames of the source
    window = scipy.signal.get_window("hann", size)[:, None]
    padded = np.pad(samples, size)  # silence around it, so that the ends are treated alike
    spectra = np.fft.rfft(window * cut(padded, size, read), axis=0)
    angles = np.angle(spectra)
    hertz = mine["find"](angles[:, :-1], angles[:, 1:], read, size, RATE)
    turned = mine["add"](angles[:, 0], hertz, hop, RATE)
    frames = np.fft.irfft(np.abs(spectra) * np.exp(1j * turned), axis=0)
    made = glue(frames, hop) / 0.75  # two Hann windows, one after the other, take a quarter away
    first = round(size / 2 * hop / read + size / 2)  # the middles of the frames were moved
    length = round(len(samples) / tempo)
    return np.pad(made[first:], (0, length))[:length]


by_vocoder = strength(phase_vocoder)
chart("frequency (Hz)", "strength (dB)", {"glued": by_glue, "our vocoder": by_vocoder})

# %% tags=["nbval-check-output"]
print("(frames,) of 2 s at 0.8 times the speed:", phase_vocoder(tone, 0.8).shape)
print("glued, some tones are more than 20 dB softer:", bool(min(by_glue[1]) < -20))
print("by the vocoder, none by 1 dB:", bool(min(by_vocoder[1]) > -1))

# %% [markdown]
# **Listen.** Four ways to play the song at 0.8 times the speed: <kbd>S</kbd> lets you hear one
# alone, and you can switch while it plays. The last one is the library's, `musicnb.change_tempo`:
# Signalsmith's stretch, a phase vocoder too, but one that has heard of all that comes next.

# %%
by_library = musicnb.change_tempo(song.mono(), tempo=0.8, verify=False).audio
ways = {
    "tape": tape(song.mono(), 0.8),
    "cut and glue": Audio(cut_and_glue(voice, 0.8), RATE),
    "our vocoder": Audio(phase_vocoder(voice, 0.8), RATE),
    "library": by_library,
}
# Of two sounds the louder one seems better, so all get the same loudness, and the same length.
ways = {name: sound.gain(-20 - sound.loudness)[0:9.8] for name, sound in ways.items()}
musicnb.StemMixer(ways, settings={"our vocoder": {"solo": True}})

# %% [markdown]
# The flutter is gone. But listen to the drums, and compare the space around the singer with that of
# the library's version.

# %% [markdown]
# ## 4. What breaks
#
# ### Hits
#
# The drums of *Glasswork* at half their speed, by our vocoder, with frames of 93 ms; and by the
# library.

# %%
drums = musicnb.load("demo:glasswork/drums").mono()[6:10]
struck = drums.samples[0].astype(float)
Audio(phase_vocoder(struck, 0.5, 4096), RATE)

# %%
musicnb.change_tempo(drums, tempo=0.5, verify=False).audio

# %% [markdown]
# To measure what you hear, here are three hits with silence between them.
#
# **Predict.** They are slowed to half, with those frames of 93 ms. By how much *too early* does a
# hit begin to sound?

# %%
changing.predict("early", "A hit begins too early by", unit="ms")

# %%
random = np.random.default_rng(6)
burst = random.normal(size=RATE // 4) * np.exp(-np.arange(RATE // 4) / RATE / 0.03)
three = np.zeros(3 * RATE)
for moment in (0.5, 1.5, 2.5):
    three[round(moment * RATE) :][: len(burst)] += 0.2 * burst


def around_hits(samples, hits):
    """Return the mean strength around hits, in dB, one value a ms, from 150 ms before on."""
    power = np.convolve(samples**2, np.ones(88) / 88, "same")  # over 2 ms
    mean = np.mean([power[round(hit * RATE) + milliseconds * RATE // 1000] for hit in hits], axis=0)
    return 10 * np.log10(mean / mean.max() + 1e-6)


milliseconds = np.arange(-150, 150)
slowed = {
    f"frames of {1000 * size / RATE:.0f} ms": phase_vocoder(three, 0.5, size)
    for size in (1024, 2048, 4096)
}
by_library = musicnb.change_tempo(Audio(three, RATE), tempo=0.5, verify=False).audio
slowed["library"] = by_library.samples[0]
attacks = {"original": around_hits(three, [0.5, 1.5, 2.5])}
attacks |= {name: around_hits(samples, [1, 3, 5]) for name, samples in slowed.items()}

print("                    from -20 dB on   strongest")
for name, decibels in attacks.items():
    begins, top = np.argmax(decibels > -20), np.argmax(decibels)
    print(f"{name:20s} {milliseconds[begins]:8d} ms {milliseconds[top]:11d} ms")
chart(
    "time after the hit (ms)",
    "strength (dB)",
    {name: (milliseconds, decibels) for name, decibels in attacks.items()},
)

# %%
early = -milliseconds[np.argmax(attacks["frames of 93 ms"] > -20)]
changing.reveal("early", f"{early} ms, half a frame")

# %% tags=["nbval-check-output"]
starts = [milliseconds[np.argmax(attacks[name] > -20)] for name in list(attacks)[1:4]]
print("the longer the frames, the earlier it begins:", bool(np.all(np.diff(starts) < 0)))

# %% [markdown]
# <details><summary>Explain</summary>
#
# A hit is all frequencies at *one* moment, and that moment is in the phases: only where all swings
# have their crest together, there is a hit. The vocoder turns each bin by an angle of its own, and
# scatters the crests over the whole frame, before the hit and after it. That is **smearing**. The
# part that sounds too early is the **pre-echo**, and the ear is keen on it: before a hit there is
# nothing to hide behind.
#
# Short frames smear less. But they cannot tell the tones of a chord apart: two tones in one bin,
# and the first condition is broken. No length suits both. One can also look for the moments at
# which the energy leaps up, and let the frame there begin with the phases that it had: then hits
# stay hits.
# </details>
#
# **Look** at the three hits, slowed with frames of 93 ms. A line marks where each should begin.

# %%
smeared = musicnb.SpectrogramExplorer(
    Audio(slowed["frames of 93 ms"], RATE),
    n_fft=512,
    scale="linear",
    view={"start": 0.8, "stop": 1.3, "low": 0, "high": 16000},
)
smeared.add_lines("hits", [1.0, 3.0, 5.0])
smeared

# %% [markdown]
# **Question 4.** Draw a box around the pre-echo of one hit, all of it and nothing else. Then run
# the cell.

# %%
# musicnb: l06-q4
### BEGIN SOLUTION | echo = smeared.selection
echo = {"start": 0.93, "stop": 1.0, "low": 0, "high": 16000}
### END SOLUTION
changing.q4.check(echo)

# %% [markdown]
# ### Stereo
#
# So far we were in mono. **Predict.** Run the vocoder on the left channel and on the right one.
# What becomes of the singer, who stands in the middle?

# %%
changing.predict(
    "stereo",
    "The singer will ...",
    kind="choice",
    options=["stay in the middle", "move to the left", "be spread out everywhere, and far away"],
)


# %%
def alike(sound):
    """Return the correlation of left and right: 1 is all in the middle, 0 is everywhere."""
    return np.corrcoef(sound.samples)[0, 1]


apart = Audio(np.stack([phase_vocoder(side, 0.8) for side in song.samples.astype(float)]), RATE)
together = musicnb.change_tempo(song, tempo=0.8, verify=False).audio
for name, sound in {"original": song, "channel by channel": apart, "library": together}.items():
    softer = sound.level - sound.mono().level
    print(f"{name:20s} correlation {alike(sound):5.2f}, in mono {softer:4.1f} dB softer")
apart.gain(-4)

# %%
changing.reveal("stereo", "“be spread out everywhere, and far away”")

# %% tags=["nbval-check-output"]
print("channel by channel the middle is lost:", alike(apart) < 0.5 * alike(song))
print("the library keeps it:", abs(alike(together) - alike(song)) < 0.05)

# %% [markdown]
# <details><summary>Explain</summary>
#
# A singer is in the middle because left and right are *in phase*: both crests come at once. Each
# channel has other guitars beside her, so the frequencies found differ a little, and the phases add
# up apart. On a telephone, which adds both channels, much even cancels. The same happens inside one
# channel, between the bins of one tone: there it sounds like a room, or like singing into a
# bathtub, and is called **phasiness**. The remedy is to turn together what belongs together: all
# channels, and all bins around one peak, by one angle (*phase locking*; Laroche and Dolson, 1999).
# </details>
#
# ### What is no fault, and still sounds wrong
#
# **Question 5.** Suppose that a method had none of these faults.

# %%
# musicnb: l06-q5
### BEGIN SOLUTION | changing.q5.ask()
changing.q5.answer([0, 1, 3, 5])
### END SOLUTION

# %% [markdown]
# And it gets worse with size. A quarter of the speed, ours and the library's (beyond half the speed
# it gives up on the phases, and draws some at random):

# %%
Audio(phase_vocoder(voice[RATE : 3 * RATE], 0.25), RATE).gain(-4)

# %%
musicnb.change_tempo(song[1:3].mono(), tempo=0.25, verify=False).audio

# %% [markdown]
# ## 5. Higher, not faster
#
# Now key comes for free: stretch the song to be longer, then play the tape faster.


# %%
def transpose(samples, semitones):
    ratio = 2 ** (semitones / 12)
    longer = phase_vocoder(samples, 1 / ratio)
    return tape(Audio(longer, RATE), ratio)


higher = transpose(voice, 5)
print(f"{song.duration:.2f} s before, {higher.duration:.2f} s after")
higher.gain(-4)

# %% [markdown]
# As long as it was, five semitones higher, and the singer is a chipmunk again. Why? She could sing
# this note herself, and would sound like herself.
#
# Lesson 02 had the reason: in a voice, the folds make the pitch, and throat and mouth make the
# **formants**, which stay where they are when the pitch moves. Our machine moves everything. Look
# at a voice that sings "a", with its first formant at 730 Hz.
#
# **Predict.** Where is that formant after 7 semitones up?

# %%
changing.predict("formant", "The first formant of the “a”, 7 semitones higher, is at", unit="Hz")

# %%
FORMANTS = [(730, 60), (1090, 90), (2440, 150)]  # Hz: where, and how wide


def sing(low=110, high=165, seconds=2):
    """Sing an "a" that rises by a fifth."""
    t = np.arange(seconds * RATE) / RATE
    phase = 2 * np.pi * np.cumsum(low * (high / low) ** (t / seconds)) / RATE
    sound = sum(np.sin(k * phase) / k for k in range(1, 40))  # the folds: many harmonics
    for formant, width in FORMANTS:  # the mouth: three resonances in a row
        r = np.exp(-np.pi * width / RATE)
        a = [1, -2 * r * np.cos(2 * np.pi * formant / RATE), r * r]
        sound = scipy.signal.lfilter([sum(a)], a, sound)
    edges = np.minimum(1, np.minimum(t, t[::-1]) / 0.05)
    return Audio(0.2 * sound / np.abs(sound).max() * edges, RATE)


def envelope(sound):
    """Return the mean spectrum in dB: while the pitch glides, its harmonics draw the formants."""
    frames = cut(sound.samples[0].astype(float), 2048, 256) * window[:, None]
    power = np.mean(np.abs(np.fft.rfft(frames, axis=0)) ** 2, axis=1)
    smooth = np.convolve(power, np.hanning(9), "same")  # over 4 bins or so
    decibels = 10 * np.log10(smooth / smooth.max())
    hertz = np.fft.rfftfreq(2048, 1 / RATE)
    return hertz[10:160], decibels[10:160]


vowel = sing()
vowels = {
    "as sung": vowel,
    "7 semitones higher": musicnb.change_key(vowel, transpose=7, verify=False).audio,
    "higher, formants kept": musicnb.change_key(
        vowel, transpose=7, preserve_formants=True, verify=False
    ).audio,
}
chart(
    "frequency (Hz)",
    "strength (dB)",
    {name: envelope(sound) for name, sound in vowels.items()},
)

# %%
changing.reveal(
    "formant", f"{730 * 2 ** (7 / 12):.0f} Hz: that is no “a” of this person's any more"
)

# %%
vowels["7 semitones higher"]

# %%
vowels["higher, formants kept"]

# %% [markdown]
# <details><summary>Explain</summary>
#
# What keeps them: draw a smooth curve over the tops of the harmonics, the **spectral envelope**, of
# the original and of the shifted sound, moment by moment. Divide the second out, and multiply the
# first in. `preserve_formants=True` does that. It is right for a voice *alone*: the curve over a
# whole band belongs to nobody. So the library takes the voice out first, keeps her formants, and
# moves the band as it is.
# </details>
#
# **Question 6** (by ear). The singer of *Starfall*, taken out of the song and transposed twice.

# %%
# musicnb: l06-q6
### BEGIN SOLUTION | changing.q6.ask()
changing.q6.answer({5: "B", -5: "A"}[changing.q6.variant["semitones"]])
### END SOLUTION

# %% [markdown]
# ### From key to key
#
# A **key** is the set of tones that a piece uses, with one of them as home, the **tonic**. To move
# a song to another key means to move *every* tone by the same number of semitones.
#
# **Major** and **minor** say at which distances from home the other tones are; transposing leaves
# those alone, so it leads from minor to minor, and from major to major. These are the twelve keys
# of the piano in their order, and then again from C: `C C♯ D E♭ E F F♯ G A♭ A B♭ B`.
#
# **Question 7.** By how many semitones must *your* song be transposed, to go from the first key to
# the second, by the nearer way? Down is negative.

# %%
changing.q7.variant

# %%
# musicnb: l06-q7
### BEGIN SOLUTION | semitones = ...
tones = "C C♯ D E♭ E F F♯ G A♭ A B♭ B".split()
v = changing.q7.variant
source, target = (tones.index(v[end].split()[0]) for end in ("source", "target"))
semitones = (target - source + 5) % 12 - 5
### END SOLUTION
changing.q7.check(semitones)

# %% [markdown]
# The library listens for the key of a song (lesson 04), transposes, and listens again. *Starfall*
# is in C minor; three semitones down that is A minor.

# %%
whole = musicnb.load("demo:starfall")
stems = musicnb.separate(whole[6:24])
edit = musicnb.change_key(stems, transpose=-3)
edit

# %%
for name, sound in {"12 s of it": whole[10:22], "all 40 s": whole}.items():
    print(f"{name}: {musicnb.analyze(sound).key}")

# %% [markdown]
# C minor and E♭ major have exactly the same seven tones, and only their home differs. They are
# **relative keys**. Which of the two a piece is in, a listener decides by where it comes to rest,
# and in 12 seconds it may not rest at all. So whoever hears "E♭ major" here heard every tone
# right.
#
# **Predict.** And from C minor to C *major*?

# %%
changing.predict(
    "mode",
    "Asked for C major, change_key will ...",
    kind="choice",
    options=["make it C major", "make it something near", "refuse"],
)

# %%
try:
    musicnb.change_key(stems, key="C major", source_key="C minor")
except musicnb.errors.InputError as error:
    print(error)
changing.reveal("mode", "“refuse”: moving all tones alike keeps minor minor")

# %% [markdown]
# <details><summary>Explain</summary>
#
# C minor and C major have the same home, but three other tones: E♭, A♭ and B♭ against E, A and B.
# To get from the one to the other, some tones would have to move and the others stay: whoever
# wants that has to play it anew.
# </details>

# %% [markdown]
# ## 6. Swing
#
# Tap your foot: those are the **beats**. Between two beats there is often one more note; both
# halves are called **eighths**. Played **straight**, they are equally long, 1 : 1. In jazz and
# blues, and in much hip-hop, the first is longer, up to 2 : 1 and more: the **off-beat** comes
# late. That is **swing**.
#
# Here is a drummer. The hi-hat plays all eighths, beat, off-beat, beat, off-beat. *How much* it
# swings is another number for every student.

# %%
from musicnb.course.grooves import groove

my_groove = groove(**changing.q9.variant)
my_groove

# %% [markdown]
# An **onset** is the moment at which a note begins: there the spectrum leaps up. `librosa` measures
# by how much it leaps from frame to frame, and the peaks of that are the onsets.

# %%
import librosa

leaps = librosa.onset.onset_strength(y=my_groove.samples[0], sr=RATE, hop_length=128)
peaks, _ = scipy.signal.find_peaks(leaps, prominence=0.2 * leaps.max(), distance=20)
onsets = peaks * 128 / RATE
print(len(onsets), "onsets; the first six:", onsets[:6].round(3))
chart("time (s)", "leap of the spectrum", {"leaps": (np.arange(690) * 128 / RATE, leaps[:690])})

# %% [markdown]
# **Question 8.** Write a function that measures swing: how long the first eighth of a beat is
# against the second. The onsets come one after the other, beat, off-beat, beat, off-beat, and end
# on a beat. Nobody is exact: take the *median* over the beats.
#
# *Expected:* of `[0, 0.4, 0.6, 1.0, 1.2]` it makes 2.0.


# %%
# musicnb: l06-q8
def swing_ratio(onsets):
    """Return the first eighth over the second, as the median of all beats."""
    ### BEGIN SOLUTION
    lengths = np.diff(onsets)
    first, second = lengths[:-1:2], lengths[1::2]
    return np.median(first / second)
    ### END SOLUTION


changing.q8.check(swing_ratio)

# %% [markdown]
# **Question 9.** How much does *your* groove swing? (There are 32 onsets, and the last one is an
# off-beat: `onsets[:-1]`.) As a number: 1 is straight, 2 is twice as long.

# %%
# musicnb: l06-q9
### BEGIN SOLUTION | my_swing = ...
my_swing = swing_ratio(onsets[:-1])
### END SOLUTION
changing.q9.check(my_swing)

# %% [markdown]
# To change it, each off-beat is moved, and the beats stay. So the sound in between has to run
# slower for a moment, then faster: a vocoder along a map of times. Short pieces around every hit
# are moved as they are, so that the hits stay hits. *Feelings*, a straight metal band, learns to
# swing:

# %%
band = musicnb.load("demo:feelings")[0:14]
band

# %%
swung = musicnb.change_swing(band, 2.0)
swung

# %% [markdown]
# **Predict.** Now the other way round: *Glasswork* (lesson 03), asked for the same swing of 2. What
# will the library say?

# %%
changing.predict(
    "glasswork",
    "It will say that ...",
    kind="choice",
    options=["all is well", "the piece swings already", "it hears no beats"],
)

# %%
glasswork = musicnb.load("demo:glasswork")
for warning in musicnb.change_swing(glasswork, 2.0).warnings:
    print(warning)
changing.reveal("glasswork", "“the piece swings already”, at 2 : 1, which became 4 : 1")

# %% [markdown]
# Told so, it makes it straight:

# %%
straight = musicnb.change_swing(glasswork, 1.0, source_swing=2.0)
print(straight.measured)
straight.audio[6:14]

# %% [markdown]
# ## 7. A part less
#
# A **karaoke** version is the song without the singer. There is nothing new to build: separate
# (lesson 03), leave one stem out, and add up the others.

# %%
karaoke = musicnb.remove_part(stems, "vocals")
karaoke

# %% tags=["nbval-check-output"]
print("what is left:", list(karaoke.stems))
print(
    "the band is bit-identical:",
    np.array_equal(karaoke.stems["accompaniment"].samples, stems["accompaniment"].samples),
)
# Adding up in another order may round the last digit otherwise.
rest = stems.mixture.samples - stems["vocals"].samples
print("it is the song less the voice:", np.allclose(karaoke.audio.samples, rest, atol=1e-6))

# %% [markdown]
# It *subtracts*: what the network took for her voice is missing, guitar and cymbals included, and
# what it did not find of her is still there. **Listen** for the shadow of her consonants, and for
# holes in the cymbals.
#
# Stems are good for all other edits too. Where they were not touched, not a single bit should have
# changed. **Predict.** The four true stems of *Glasswork* are moved up by two semitones. Which of
# them must stay as it is?

# %%
changing.predict(
    "untouched",
    "Which stem has no key?",
    kind="choice",
    options=["drums", "bass", "guitar", "other"],
)

# %% tags=["nbval-check-output"]
names = ["drums", "bass", "guitar", "other"]
parts = {name: musicnb.load(f"demo:glasswork/{name}")[6:12] for name in names}
nothing = Audio(np.zeros_like(parts["drums"].samples), RATE)
moved = musicnb.change_key(musicnb.Stems(parts, nothing), transpose=2, verify=False)
for name in names:
    same = np.array_equal(moved.stems[name].samples, parts[name].samples)
    print(f"{name:7s}", "bit-identical" if same else "changed")

# %%
changing.reveal("untouched", "“drums”")

# %% [markdown]
# ## 8. The judge
#
# After an edit the library listens to the result, unless told not to (`verify=False`): what it
# heard is in `measured`, and in the lines *heard* above. Where that is not what was asked, it
# warns.
#
# **Predict.** *Feelings* has 95 beats a minute. It is made twice as fast, and it is made
# half as fast. Which tempi will be heard?

# %%
changing.predict("twice", "Made twice as fast, it is heard at", unit="BPM")

# %%
metal = musicnb.load("demo:feelings")[0:20]
speeds = {tempo: musicnb.change_tempo(metal, tempo=tempo) for tempo in (2.0, 0.5)}
for tempo, edit in speeds.items():
    print(f"{tempo:g} times as fast: {edit.measured}")
    print("   ", *edit.warnings)
changing.reveal("twice", f"{speeds[2.0].measured['bpm']:.1f} BPM")

# %% [markdown]
# <details><summary>Explain</summary>
#
# Both times 95, as if nothing had happened! And yet the edits are right: `measured["tempo"]` lays
# the onsets of the result over those of the source, counts nothing, and finds twice and half the
# speed. What goes wrong is the *counting*. Nobody taps 190 times a minute; one taps every second
# beat. People do the same, and not all of them alike: this is the **octave error** of lesson 04,
# and no error of the edit.
#
# So there are two judges. One compares result and source: how much faster, how much higher. That
# is nearly certain. The other listens to the result alone, as a stranger would: at which tempo, in
# which key. It is an opinion, and worth having: if a stranger no longer finds the beat, you may
# have gone too far.
# </details>
#
# **Question 10.** Which of these warnings count? Say why.

# %%
# musicnb: l06-q10
### BEGIN SOLUTION | changing.q10.ask()
changing.q10.answer([1, 3], because="They compare with the source; the others count otherwise.")
### END SOLUTION

# %% [markdown]
# ## 9. Another genre
#
# Tempo, key and swing move what is there. A genre is *who* plays *what* on which beats: there is
# nothing to move, the band has to go. `change_genre` keeps the singer, and lets a new band play.
# What should that band play? For this the library listens to the old one first: to beats and bars,
# and to the **chords**, the three or four tones that sound together at a time. They are named by
# their root, with an *m* for minor: *Cm* is C, E♭ and G.

# %%
verse = stems.mixture
heard = musicnb.analyze(verse)
chords = musicnb.SpectrogramExplorer(
    verse, scale="cqt", view={"start": 0, "stop": 12, "low": 60, "high": 2000}
)
chords.add_labels("chords", [(each.start, each.end, each.name) for each in heard.chords])
chords.add_lines("bars", heard.downbeats)
chords

# %% [markdown]
# **Predict.** What will the jazz version have from this recording?

# %%
changing.predict(
    "kept",
    "From the recording will be",
    kind="choice",
    options=["the singer", "the singer, the beats and the chords", "all but the drums"],
)

# %%
jazz = musicnb.change_genre(stems, "jazz")
jazz

# %% tags=["nbval-check-output"]
sung = stems["vocals"].samples
print("the singer is bit-identical:", np.array_equal(jazz.stems["vocals"].samples, sung))
print("the same length:", jazz.audio.frames == verse.frames)

# %% [markdown]
# **Listen** to the new players one by one, above all from 0:13 on, where nobody sings.

# %%
musicnb.StemMixer(jazz.stems)

# %%
changing.reveal("kept", "“the singer, the beats and the chords”")

# %% [markdown]
# <details><summary>Explain</summary>
#
# Nothing of the band is left: not the riff of the guitars, not the drummer's fills, not the melody
# that answers the singer. The new parts come from a table of patterns, one for each genre: on which
# beats the drums are hit, how the bass walks from root to root, which rhythm the piano has. Chords
# and beats decide only *which* tones, and *when*. A mistake in the chords is now a wrong note, loud
# and clear. And what leaked from the band into the singer's stem is still there, behind the piano.
# </details>
#
# **Question 11.** What is from the recording, and what is made up?

# %%
# musicnb: l06-q11
### BEGIN SOLUTION | changing.q11.ask()
changing.q11.answer([0, 1, 2])
### END SOLUTION

# %% [markdown]
# And the judge? It has no source to compare the genre with, so only the stranger is left. It asks
# two: `analyze`, which knows ten genres, and a second network, a tagger, for five words.
# `same_chords` is the part of the time in which the result is heard to have the chord that the
# song had.

# %%
latin = musicnb.change_genre(stems, "latin")
for name, edit in {"jazz": jazz, "latin": latin}.items():
    measured = edit.measured
    print(f"asked for {name}: heard as {measured['genre']}; tagged {measured['tags']}")
    print(f"   same chords {measured['same_chords']:.0%}, {measured['key']}, {measured['bpm']} BPM")
    print("  ", *edit.warnings)

# %%
latin.audio[2:17]

# %% [markdown]
# Do *you* agree? With a metal singer in front, even people may call it anything. (A warning that
# says E♭ major instead of C minor you can read by now.) And that a network finds "jazz" in what a
# table calls jazz says little: the examples that it learned from were played from tables, too
# (lesson 04). So it is judged here as much as the band is.
#
# An edit can be saved. Its recipe names the source and every change, so that anyone can see that it
# *was* edited, and make it again:

# %%
import tempfile
from pathlib import Path

path = Path(tempfile.mkdtemp()) / "swung.flac"
swung.save(path)
again = musicnb.replay(path)
print(swung.audio.recipe.function, "to", swung.audio.recipe.arguments["swing"])
print("same sound:", bool(np.abs(again.samples - swung.audio.samples).max() < 1e-4))

# %% [markdown]
# ## Summary
#
# - A tape changes speed and pitch together. A semitone is a ratio, the twelfth root of 2.
# - A **phase vocoder** cuts frames at one hop and puts them down at another. From two phases it
#   knows each frequency exactly, and turns the phases on.
# - It assumes one steady tone in each bin. Hits are none: they are **smeared**. Channels and bins
#   that are turned apart sound **phasey**.
# - Transposed without care, **formants** move along, and a voice becomes somebody else's.
# - Whatever moves in a sound is slowed with it: vibrato, echo, consonants.
# - Swing is the first eighth over the second. Relative keys share their tones. A tempo has octaves.
# - Compare an edit with its source, and ask a stranger too; but know which of the two you asked.
# - Another genre means another band: what is kept was heard, and all else is made up.
#
# **Where it fails, and who may be harmed.** Small changes pass unnoticed, large ones do not, and
# drums suffer first. A beat without eighths, or a tempo that was misheard, confuses whatever moves
# off-beats. Chords are heard as major or minor, so a jazz pianist's sevenths are lost on the way.
#
# An edited song is a **derivative work**: it still belongs to those who wrote, sang and played it,
# and to publish it one needs their permission, however small the change. *Starfall* may be changed
# if the band is named and the licence passed on; most songs may not. A voice in another key, at
# another speed, is still that person's voice, and can be made to sound younger, older, drunk, or
# of another gender: a slowed video of a politician needs no more than part 3. Say that you edited,
# and what; the recipe does it for you.
#
# And a genre is no pattern. What people in Kingston, Havana or New Orleans made over generations,
# and go on changing, is here a page of numbers for a handful of players, written from afar, and
# "latin" is one of ten boxes for the music of a continent. Made in seconds and in any amount, such
# copies can take work from those who live by the real thing, and teach listeners to take the
# cliché for it.

# %%
print(musicnb.demo_songs()["starfall"].credit)
changing

# %% [markdown]
# **Try next.** Give the vocoder one angle for both channels (the mean of both, weighted by their
# strength), and measure the correlation again. · Keep the phases of frames in which the energy
# leaps up, and draw the attacks once more. · Karaoke as it was done before networks: `left - right`.
# What else is gone? · Change the swing of your groove until *you* no longer hear the difference. ·
# `musicnb.change_tempo(song, bpm=120)`, for a song of your own; for a long file,
# `musicnb.edit_file`, or `musicnb edit` on the command line.
#
# **Where this comes from.** Flanagan and Golden, *Phase vocoder*, Bell System Technical Journal
# 1966 · Portnoff, *Implementation of the digital phase vocoder using the fast Fourier transform*,
# 1976 · Laroche and Dolson, *Improved phase vocoder time-scale modification of audio*, IEEE Trans.
# Speech and Audio Processing 1999 · Röbel and Rodet, *Efficient spectral envelope estimation and
# its application to pitch shifting and envelope preservation*, DAFx 2005 · Driedger and Müller, *A
# review of time-scale modification of music signals*, Applied Sciences 2016 · the library's
# method: Signalsmith Audio, *Stretch*, 2022 · *Starfall* by Obsidian Shell, CC BY-SA 3.0;
# *Feelings* by Sectoid, MIT; *Glasswork*, CC0.
