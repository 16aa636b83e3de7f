# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
#   musicnb:
#     title: "Make a cover: separate, convert, remix"
#     minutes: 70
#     device: cpu
#     budget:
#       seconds: 120
#       memory_mb: 1500
# ---

# %% [markdown]
# # Make a cover
#
# A song, sung by another voice. You know all the parts by now: taking a song apart (lesson 03),
# finding the pitch of a voice (07), having another voice sing it (08), moving a key (06). Here you
# put them together, listen to every step, and measure each, since a mistake in the first is heard
# in the last. And before the first sound you ask who has to be asked.
#
# **You will be able to** say whose rights a cover touches · measure how much of a band is left in a
# voice · choose a transposition for the voice, and one for the band · judge a conversion by two
# numbers, and know what each of them misses · put a new voice as far in front as the old one was ·
# do all of it in one call, mix voices, and hand the result on with its label · say for which songs
# it will not work.
#
# **You need** lessons 03, 07 and 08, half a minute of computing on two cores, 1.3 GB of memory, and
# no GPU.
#
# Ten questions are checked on the way. Some of them have other numbers for every student.

# %%
import musicnb
import numpy as np
from musicnb import Audio
from musicnb.course import lesson

making = lesson("09_cover")
RATE = 44100  # of every sound in this lesson
making

# %% [markdown]
# ## 1. Whom to ask
#
# The law of most countries sees several things in one record. There is the **song**: words and
# tune. There is the **recording** of it, with the **performances** of those who play and sing on
# it. And when a machine learns to sound like somebody, there is that person's **voice**, which is
# no work of art, but part of who they are.
#
# Whoever *plays* a song anew needs leave from those who wrote it, and in many countries a society
# gives it to anybody for a fee. A cover as in this lesson goes further.
#
# **Question 1.** Think it through.

# %%
# musicnb: l09-q1
### BEGIN SOLUTION | making.q1.ask()
making.q1.answer([0, 1, 2, 3])
### END SOLUTION

# %% [markdown]
# For this lesson all four have been answered. *Starfall* may be copied and changed, by anyone, as
# long as the band is named and the result passed on under the same licence (CC BY-SA). And the
# voices of the library were published by their owners to be used for synthesis. The library keeps
# that with every voice, and refuses to convert to one that has no such record.

# %%
print(musicnb.demo_songs()["starfall"].credit)
TARGET = "slt"
target = musicnb.voice(TARGET)
about = target.about
print(f"{TARGET}: {about['what']}. {about['consent']['statement']} ({about['licence']})")

# %% [markdown]
# So she is to sing, or rather speak, since all that was ever recorded of her are sentences:

# %%
from musicnb.voices.library import PACKAGED

her_preview = musicnb.load(PACKAGED / TARGET / "preview.ogg")
her_preview

# %% [markdown]
# ## 2. Take it apart
#
# Twelve seconds of the song. She sings for eight of them, and then the band is alone.

# %%
song = musicnb.load("demo:starfall")[10:22]
stems = musicnb.separate(song)
musicnb.StemMixer(stems)

# %% [markdown]
# Whatever is left of the band in the singer's stem will be *sung*, too. How much is it? Where she
# sings, one cannot tell what is hers and what is not. But while she is silent, all that sounds in
# her stem is **leakage**.
#
# **Predict.** In her pause, how much softer is her stem than the song? (−20 dB is a tenth of the
# amplitude, −40 dB a hundredth.)

# %%
making.predict("leak", "Her stem in the pause, against the song", unit="dB")

# %% [markdown]
# **Question 2.** Write the measure. `silent` is an array of True and False, one for each sample.
# Compare the sum of the squares of the stem, where it is True, with that of the mixture: in dB,
# negative where the stem is softer.
#
# *Expected:* a stem that is 0.1 times the mixture in the pause has −20 dB.


# %%
# musicnb: l09-q2
import numpy as np


def leakage(stem, mixture, silent):
    """Return the level of a stem against the mixture where the singer is silent, in dB."""
    ### BEGIN SOLUTION
    return 10 * np.log10(np.sum(stem[silent] ** 2) / np.sum(mixture[silent] ** 2))
    ### END SOLUTION


making.q2.check(leakage)

# %%
from musicnb.course import covers

leak = leakage if making.q2.record.get("state") == "correct" else covers.leakage
vocals = stems["vocals"]
seconds = np.arange(song.frames) / RATE
her, all_of_it = (sound.mono().samples[0].astype(float) for sound in (vocals, song))
pause = (seconds > 9) & (seconds < 12)
making.reveal("leak", f"{leak(her, all_of_it, pause):.0f} dB")

# %% [markdown]
# That sounds good. But is it as good while she sings? To know that, we need a song of which we have
# both halves. Make one: the band from the pause, which is truly alone there, and over it the scale
# of lesson 07, sung by pulses and formants. Separate that, take the part of the stem that is *not*
# the scale, and compare it with the band.

# %%
from musicnb.course import curves

band = musicnb.load("demo:starfall")[19:24].mono()
scale = curves.scale(4, 0.0)
voice = curves.sung(scale)[0:4.8]
voice = voice.gain(band.loudness - 3 - voice.loudness)
band = band[0 : voice.duration]
made_up = Audio(voice.samples + band.samples, RATE).gain(-6)
found = musicnb.separate(made_up)["vocals"].mono().gain(6).samples[0].astype(float)
true = voice.samples[0].astype(float)
not_hers = found - true * (found @ true) / (true @ true)
both = np.ones(found.size, bool)
while_singing = leak(not_hers, band.samples[0].astype(float), both)
in_pause = leak(her, all_of_it, pause)
print(f"in the pause {in_pause:.0f} dB, while somebody sings {while_singing:.0f} dB")
Audio(found, RATE)

# %% tags=["nbval-check-output"]
print("stems:", sorted(stems))
print("it leaks more while she sings:", bool(while_singing > in_pause + 6))

# %% [markdown]
# <details><summary>Explain</summary>
#
# The network draws a mask over the spectrogram. Where there is no voice at all, it shuts, and next
# to nothing comes through. While she sings, it opens for her harmonics, and whatever of the guitars
# lies on the same frequencies comes along. A pause shows the leak at its *best*. This holds for
# every such measure: ask where it was taken.
# </details>
#
# ## 3. Where does it lie?
#
# The pitch that she sings, by two methods and their median, as in lesson 07. A curve that follows a
# guitar now will be a wrong note in the cover.

# %%
curve = musicnb.estimate_f0(vocals, ["swift", "crepe"])
pitched = musicnb.SpectrogramExplorer(
    vocals.mono(), scale="log", view={"start": 0, "stop": 12, "low": 100, "high": 3000}
)
pitched.add_curve("f0", curve.times, curve.hz, color="#ffffff")
pitched

# %% [markdown]
# She sings high: half of the time above

# %%
print(f"{curve.median:.0f} Hz, while the target's sentences lie around {target.median_hz:.0f} Hz")
print(musicnb.suggest_transpose(curve, target).reason)

# %% [markdown]
# **Question 3.** A whole octave, 12 semitones, leaves a song in its key: men and women often sing
# the same song an octave apart, and nobody minds. Which number of *whole octaves*, in semitones,
# brings the song's median (your `song`) nearest to that of the voice (your `voice`), both in Hz?

# %%
making.q3.variant

# %%
# musicnb: l09-q3
v = making.q3.variant
### BEGIN SOLUTION | whole_octaves = ...
whole_octaves = 12 * round(np.log2(v["voice"] / v["song"]))
### END SOLUTION
making.q3.check(whole_octaves)

# %% [markdown]
# The suggestion is about where a voice is at *home*. But a singer is not at home all the time: this
# song is loud and urgent, and two octaves lower it would be a murmur. One octave is a compromise:
# higher than she ever spoke, lower than the original.
#
# ## 4. Have it sung
#
# **Predict.** In the pause the singer's stem is nearly silent, but not quite. What will the new
# voice do there?

# %%
making.predict(
    "in_pause",
    "While the singer is silent, the new voice will",
    kind="choice",
    options=["be silent", "breathe and mumble", "go on with the melody"],
)

# %%
converted = musicnb.convert(vocals, TARGET, f0=curve, transpose=-12)
print(converted.whose)
converted.audio

# %%
making.reveal("in_pause", "“be silent”, most of the time, and at 10.3 s it says “t”")

# %% [markdown]
# Two things happen there. Most of the shadow is so soft that it is not sung at all: below the
# `slicing_threshold`, 40 dB under the loudest moment, a voice counts as silent. Without it, all of
# the pause would be mumbled. And at 10.3 s a drum is hit. Some of that came through the separation,
# and sounds like a consonant; so it became one.

# %%
pauses = {}
for threshold in (-100, -40, -25):
    each = musicnb.convert(
        vocals, TARGET, f0=curve, transpose=-12, slicing_threshold=threshold
    ).audio
    pauses[threshold] = each[8.4:12]
    share = np.mean(np.abs(pauses[threshold].samples) < 1e-5)
    print(f"threshold {threshold:4d} dB: silent in {share:.0%} of the pause")
pauses[-100].gain(25)

# %%
pauses[-25].gain(25)

# %% tags=["nbval-check-output"]
silences = [float(np.mean(np.abs(each.samples) < 1e-5)) for each in pauses.values()]
print("the higher the threshold, the more silence:", silences == sorted(silences))
print("without one there is next to none:", silences[0] < 0.2)

# %% [markdown]
# (Both were turned up by 25 dB.) A high threshold is no free gift: the ends of words and soft
# breaths are below it, too. And the drum hit is louder than those.

# %% [markdown]
# **Question 4.** Did it sing what it was to sing? Two numbers tell. The **correlation** of both
# curves of f0 says whether the *melody* has the same ups and downs; the **error in cents**
# (hundredths of a semitone) says whether it is *in tune*. Write both, in one function: the
# correlation of the logarithms, and the median of the absolute error; only where both are voiced.
#
# *Expected:* for `[110, 220, nan]` and `[55, 110, 99]` it returns 1.0 and 1200.


# %%
# musicnb: l09-q4
import numpy as np


def compared(wanted, sung):
    """Return the correlation of two curves of f0 (Hz, or NaN), and the error in cents."""
    ### BEGIN SOLUTION
    both = ~np.isnan(wanted) & ~np.isnan(sung)
    one, other = np.log2(wanted[both]), np.log2(sung[both])
    return np.corrcoef(one, other)[0, 1], 1200 * np.median(np.abs(other - one))
    ### END SOLUTION


making.q4.check(compared)

# %%
compare = compared if making.q4.record.get("state") == "correct" else covers.compared


def how_near(conversion):
    """Listen to a conversion, and compare with what it was to sing."""
    heard = musicnb.estimate_f0(conversion.audio, "crepe")  # another method than the first of above
    frames = min(len(heard.hz), len(conversion.f0.hz))
    return compare(*(each.hz[:frames].astype(float) for each in (conversion.f0, heard)))


correlation, cents = how_near(converted)
print(f"correlation {correlation:.3f}, median error {cents:.0f} cents")

# %% tags=["nbval-check-output"]
print("as long as the song:", converted.audio.frames == song.frames)
print("the melody is that of the song:", bool(correlation > 0.8))
print("and in tune:", bool(cents < 25))

# %% [markdown]
# **Question 5.** Two numbers, since each is blind where the other one sees.

# %%
# musicnb: l09-q5
### BEGIN SOLUTION | making.q5.ask()
making.q5.answer(1, because="The median forgives a few octave errors; the correlation does not.")
### END SOLUTION

# %% [markdown]
# And whose voice is it now? **Similarity** (lesson 08) is what a network for recognising speakers
# says, from 0 to 1. Compare with the target's preview, and with the singer.

# %%
before = musicnb.similarity(vocals, her_preview)
print(f"singer and target: {before:.2f}")
print("               to the target   to the singer")
for semitones in (0, -12, -24):
    sound = musicnb.convert(vocals, TARGET, f0=curve, transpose=semitones).audio
    near = [musicnb.similarity(sound, each) for each in (her_preview, vocals)]
    print(f"transpose {semitones:4d} {near[0]:13.2f} {near[1]:15.2f}")

# %% [markdown]
# As high as the singer, whoever it is sounds a good deal like the singer, at least to this judge:
# it has learned from *speech*, and never heard anybody hold a high note for two seconds. **Listen**,
# and believe your ears rather than a number.
#
# ## 5. As far in front
#
# A voice has its place in the mix: so many LU (loudness units, lesson 01) in front of the band, or
# behind it. The new voice comes out at another loudness than the old one, so it would drown, or
# shout. By how much must it be turned up?
#
# **Question 6.** Your numbers, all in LUFS: the old `voice` over its `backing`, the `new_voice`,
# and the `new_backing`, which has changed too, since somebody compressed it. Which gain, in dB, puts
# the new voice as far in front of *its* band as the old one was of its own?

# %%
making.q6.variant

# %%
# musicnb: l09-q6
v = making.q6.variant
### BEGIN SOLUTION | gain = ...
gain = (v["voice"] - v["backing"]) - (v["new_voice"] - v["new_backing"])
### END SOLUTION
making.q6.check(gain)

# %% [markdown]
# In our song the band is as it was, so only the voice counts. One trap: the new voice has one
# channel, the old one two. Played from two loudspeakers, the same sound is 3 LU louder.

# %%
backing = stems["accompaniment"]
new = Audio(np.repeat(converted.audio.samples, 2, axis=0), RATE)
turn = vocals.loudness - new.loudness
mixed = musicnb.mix([new, backing], [turn, 0])
print(f"old voice {vocals.loudness:.1f} LUFS, new voice {new.loudness:.1f}, so {turn:+.1f} dB")
print(f"the song {song.loudness:.1f} LUFS, the cover {mixed.loudness:.1f}; peak {mixed.peak:.2f}")
mixed

# %% tags=["nbval-check-output"]
matched = new.gain(turn).loudness - vocals.loudness
print("as loud as the old voice:", bool(abs(matched) < 0.1))
print("and the whole as loud as the song, to 3 LU:", bool(abs(mixed.loudness - song.loudness) < 3))

# %% [markdown]
# Is it too far in front, or too far behind? Loudness is a mean over all frequencies; a voice with
# less in the treble seems to stand farther back at the same LUFS. The last decibel is yours:

# %%
musicnb.StemMixer({"new voice": new.gain(turn), "old voice": vocals, "band": backing})

# %% [markdown]
# ## 6. Another key
#
# One octave down is a compromise. What if neither 12 nor 24 semitones suit a voice, but 16 would?
# Then it leaves the key, and the band has to follow. But not by 16.
#
# **Question 7.** Your voice is moved by so many semitones. By how many is the band best moved, so
# that all is in tune, and the band moved as little as possible?

# %%
making.q7.variant

# %%
# musicnb: l09-q7
### BEGIN SOLUTION | for_the_band = ...
for_the_band = (making.q7.variant["voice"] + 6) % 12 - 6
### END SOLUTION
making.q7.check(for_the_band)

# %% [markdown]
# **Question 8** (by ear). What happens if somebody forgets.

# %%
# musicnb: l09-q8
### BEGIN SOLUTION | making.q8.ask()
making.q8.answer(making.q8.variant["along"])
### END SOLUTION

# %% [markdown]
# ## 7. In one call
#
# `musicnb.cover` does all of it: separate, convert, match the loudness, move the band, mix, and
# keep the peaks below full scale. It keeps every sound on the way. Here with both transpositions:
# the voice by −16 semitones, the band by −4.

# %%
cover = musicnb.cover(stems, TARGET, transpose=-16, backing_transpose=-4)
print(cover)
for name, value in cover.loudness.items():
    print(f"{name:10s} {value:6.1f} LUFS, turned up by {cover.gains.get(name, 0):+.1f} dB")
cover

# %%
moved = musicnb.SpectrogramExplorer(
    cover.audio,
    scale="log",
    colormap="grey",
    view={"start": 0, "stop": 12, "low": 100, "high": 3000},
)
for name, each in {"old voice": cover.conversion.source_f0, "new": cover.conversion.f0}.items():
    moved.add_curve(name, each.times, each.hz)
moved

# %% [markdown]
# **Predict.** And with the settings of ours, one octave down and the band left alone: how far will
# the library's cover be from the one that you made step by step?

# %%
making.predict(
    "same",
    "The library's cover and ours will be",
    kind="choice",
    options=["the same sound", "the same but for some noise", "two interpretations"],
)

# %%
by_library = musicnb.cover(stems, TARGET, transpose=-12, f0=("swift", "crepe"))
ours = mixed.samples.astype(float)
theirs = by_library.audio.samples.astype(float)
likeness = np.corrcoef(ours.ravel(), theirs.ravel())[0, 1]
making.reveal("same", f"“the same sound”, with a correlation of {likeness:.4f}")

# %% tags=["nbval-check-output"]
print("steps:", list(by_library.sounds))
rest = song.samples - vocals.samples
same = np.allclose(by_library.sounds["accompaniment"].samples, rest, atol=1e-6)
print("the band is the song less the singer:", same)
print("the same cover as step by step:", bool(likeness > 0.98))
balance = by_library.loudness["converted"] - by_library.loudness["vocals"]
print("as loud as the old voice:", bool(abs(balance) < 0.2))

# %% [markdown]
# <details><summary>Explain</summary>
#
# Nothing is drawn by chance but the noise in the voice, and that has a **seed**. The same seed
# gives the same noise. Only where the sum would go beyond full scale does the library turn it down
# for a moment, which ours did not (a peak above 1, as printed above, is cut off when it is played).
# </details>
#
# ## 8. More than one voice
#
# A voice is a point in a space, so one can also go between voices: a mixture of two, which is
# nobody. Weights may change on the way: here from one voice to the other, over the whole song.

# %%
OTHER = "rms"
between = musicnb.convert(vocals, {TARGET: 0.5, OTHER: 0.5}, f0=curve, transpose=-12)
moving = musicnb.convert(vocals, {TARGET: [1, 0], OTHER: [0, 1]}, f0=curve, transpose=-12)
print(between.whose)
between.audio

# %%
moving.audio

# %%
other_preview = musicnb.load(PACKAGED / OTHER / "preview.ogg")
print("mean weights:", between.voices, moving.voices)
other_preview

# %% [markdown]
# **Two owners, two records of consent:** `whose` names both. That the mixture is nobody does not
# free it from those it is made of.
#
# Another way to have two voices is to have two singers. The same curve, an octave apart, and each
# at its own place between left and right:

# %%
low = musicnb.convert(vocals, OTHER, f0=curve, transpose=-24)


def at(sound, place):
    """Put a mono sound between left (0) and right (1); its power stays."""
    sides = np.sqrt([[1 - place], [place]])
    return Audio(sides * sound.samples, RATE)


singers = [at(converted.audio, 0.35), at(low.audio, 0.65)]
singers = [each.gain(vocals.loudness - 2 - each.loudness) for each in singers]
duet = musicnb.mix([*singers, backing]).gain(-3)
duet

# %% [markdown]
# ## 9. Where it fails
#
# Four short trials, each with a source that we know: the scale, sung by pulses and formants; the
# same with a long echo; with a second voice a third above it; and whispered, by noise through the
# same formants.
#
# **Predict.** What will become of the whisper?

# %%
making.predict(
    "whisper",
    "Whispered, it will be",
    kind="choice",
    options=[
        "sung with the right melody",
        "sung with a wrong melody",
        "whispered, by another voice",
    ],
)

# %%
import scipy.signal
from musicnb.course.throats import WIDTHS
from musicnb.course.vowels import FORMANTS

alone = curves.sung(scale)
echo = np.zeros(2 * RATE)
echo[::6000] = 0.8 ** np.arange(len(echo[::6000]))
third = curves.sung(scale.transpose(4))
breath = np.random.default_rng(9).normal(size=alone.frames)
for formant, width in zip(FORMANTS["hod"], WIDTHS):
    r = np.exp(-np.pi * width / RATE)
    a = [1, -2 * r * np.cos(2 * np.pi * formant / RATE), r * r]
    breath = scipy.signal.lfilter([sum(a)], a, breath)
sources = {
    "alone": alone,
    "with an echo": Audio(np.convolve(alone.samples[0], echo)[: alone.frames], RATE),
    "two voices": Audio(alone.samples + third.samples, RATE),
    "whispered": Audio(0.1 * breath / np.abs(breath).max(), RATE),
}
sources = {name: each.gain(-20 - each.loudness) for name, each in sources.items()}

trials = {name: musicnb.convert(each, TARGET) for name, each in sources.items()}
print("                 voiced   in tune with the scale")
for name, trial in trials.items():
    frames = min(len(trial.f0.hz), len(scale.hz))
    off = np.abs(trial.f0.notes[:frames] - scale.notes[:frames])
    print(f"{name:15s} {trial.f0.voiced.mean():7.0%} {np.mean(off < 0.5):12.0%}")

# %%
trials["with an echo"].audio

# %%
trials["two voices"].audio

# %%
trials["whispered"].audio

# %%
making.reveal("whisper", "“whispered, by another voice”: without pulses there is nothing to tune")

# %% tags=["nbval-check-output"]
tuned = {
    name: float(np.mean(np.abs(trial.f0.notes[:479] - scale.notes[:479]) < 0.5))
    for name, trial in trials.items()
}
print("alone it is in tune:", tuned["alone"] > 0.9)
print("two voices are worse:", tuned["two voices"] < tuned["alone"] - 0.1)
print("the whisper has no pitch:", tuned["whispered"] < 0.1)

# %% [markdown]
# What can be done? For an echo: a drier recording, or a lower expectation. For backing singers who
# stand beside the lead in the stereo picture: `musicnb.cover(..., lead="centre")` converts only
# what is in the middle, and leaves the others as they are. For a scream: choose another song.
#
# **Question 9.** So which songs will give trouble?

# %%
# musicnb: l09-q9
### BEGIN SOLUTION | making.q9.ask()
making.q9.answer([0, 1, 3, 5], because="A curve of f0 holds one voice, and needs one with a pitch.")
### END SOLUTION

# %% [markdown]
# ## 10. Hand it on
#
# A file leaves this room, and what you know of it stays, unless it travels along. So the library
# writes into the file how it was made: the **recipe**, with source, voice and settings, and the
# credits. Anybody with the library can read it, and make the same sound again.

# %%
import tempfile
from pathlib import Path

folder = Path(tempfile.mkdtemp())
by_library.save(folder / "cover.flac")
again = musicnb.replay(folder / "cover.flac")
difference = np.abs(again.samples - by_library.audio.samples).max()
print("made again, the largest difference is", "none" if difference < 1e-4 else difference)

# %% [markdown]
# Every step can be written, too, and the settings as a preset for the next song:

# %%
written = by_library.save_stems(folder / "steps")
print(*sorted(path.name for path in written.values()), sep=", ")
print(by_library.whose)

# %% [markdown]
# **Question 10.** The recipe is for machines. A label is for people. What belongs on it?

# %%
# musicnb: l09-q10
### BEGIN SOLUTION | making.q10.ask()
making.q10.answer([0, 1, 2, 4], because="Who hears it should know what is real, and whose it is.")
### END SOLUTION

# %% [markdown]
# ## Summary
#
# - In a cover there are four things of others: a song, a recording, a performance and a voice.
# - What leaks from the band into the voice is sung, too. A pause shows the leak at its best.
# - Whole octaves keep the key; for any other step the band moves along, by the shortest way.
# - The **correlation** of f0 sees octave errors and no shift; the **error in cents** sees a shift
#   and no rare errors. **Similarity** was learned from speech.
# - The new voice belongs as far in front of the band as the old one was, in LU.
# - One voice, dry, with a pitch: that can be covered. Choirs, echoes, whispers and screams cannot.
# - A cover goes out with its label.
#
# **Where it fails, and who may be harmed.** Everything above leaves marks: smeared consonants, a
# shadow of the guitars, vowels of a language that the target does not speak. The voices of this
# library have only ever spoken, so their high notes are guessed.
#
# The harm does not wait until it is perfect. A song in the voice of someone who did not agree takes
# from them what they are, whether it flatters or insults; made of the dead, it takes from those who
# mourn. Singers live by being the only ones who sound like themselves. And who has heard ten false
# recordings doubts the eleventh, which is true. Several countries and states have begun to write a
# right to one's voice into law, and the European Union demands that such sound be labelled; but the
# rule is older than any of them: *ask, and say what it is.* This library asks for a consent record
# before it converts, and writes its recipe into the file. Both can be taken out by whoever wants
# to. What remains is you.

# %%
making

# %% [markdown]
# **Try next.** Cover the whole song, `musicnb.cover(musicnb.load("demo:starfall"), "slt",
# transpose=-12)`, and find the place where it is worst: which step is to blame? · Snap the curve
# (lesson 07) before you convert. · Train a voice of your own (lesson 08), and have it sing. · Try
# the preset `robot-choir`. · Send somebody two versions, one of them the original, and have them
# guess; then tell them.
#
# **Where this comes from.** Jansson et al., *Singing voice separation with deep U-Net convolutional
# networks*, ISMIR 2017 · Huang et al., *The Singing Voice Conversion Challenge 2023*, ASRU 2023,
# where converted voices are judged by naturalness and similarity · so-vits-svc and DDSP-SVC, open
# programs that made such covers common · ITU-R BS.1770-4, loudness · Wan et al., *Generalized
# end-to-end loss for speaker verification*, ICASSP 2018, the judge of similarity · Regulation (EU)
# 2024/1689, article 50, on labelling · *Starfall* by Obsidian Shell, CC BY-SA 3.0, as is what was
# made of it here · the voices' credits stand in `musicnb.voice(name).about`.
