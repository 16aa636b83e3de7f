# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
#   musicnb:
#     title: "Welcome: taking a song apart"
#     minutes: 20
#     device: cpu
#     budget:
#       seconds: 120
#       memory_mb: 1500
# ---

# %% [markdown]
# # Welcome: taking a song apart
#
# In the next ten minutes you will hear a real song, see it, and let a neural network pull the
# singer out of the band. Everything runs on this computer: no GPU, no account, no network.
#
# **You will be able to** load a song and look at its spectrogram · separate the voice from the
# band · check that nothing got lost · make a karaoke track · find out how any result was made.
#
# **You need** no musical training, about 1 minute of computing on two cores, and 1 GB of memory.
#
# How to work here: click a cell, press <kbd>Shift</kbd>+<kbd>Enter</kbd>, and it runs. Each part
# goes *predict → run → listen → explain*. The prediction matters most; nobody sees it but you.
#
# Six questions are checked on the way, as often as you like. `welcome.q1.hint()` shows a hint, for
# a quarter of the question's points, and `welcome.q1.solution()` the solution, for all of them.

# %%
import musicnb
from musicnb.course import lesson

welcome = lesson("00_welcome")
print("musicnb", musicnb.__version__, "on", musicnb.device())
welcome

# %% [markdown]
# ## 1. Listen
#
# *Starfall* by Obsidian Shell: 40 seconds of a real band with a real singer.

# %%
song = musicnb.load("demo:starfall")
song

# %% [markdown]
# What you hear is `song.samples`: numbers between −1 and 1, 44 100 of them a second for each
# loudspeaker. The player above holds only the beginning, to keep this notebook small; a slice in
# seconds plays another part.

# %%
song[14:29]

# %% tags=["nbval-check-output"]
print("shape (channels, frames):", song.samples.shape)
print("sample rate:", song.sample_rate, "Hz")
print("duration:", song.duration, "s")

# %% [markdown]
# **Predict.** Between about 0:19 and 0:28 the singer is silent. Is the song *softer* there?
# Loudness is measured in LUFS, the unit that broadcasters use: closer to zero is louder, and a
# step of 1 LU is about the smallest that one notices. Make a guess.

# %%
welcome.predict("pause", "By how much is the pause softer than what comes before it?", unit="LU")

# %%
for start, stop in [(8, 18), (19, 28), (29, 38)]:
    print(f"{start:2d} to {stop} s: {song[start:stop].loudness:6.1f} LUFS")
welcome.reveal("pause", f"{song[8:18].loudness - song[19:28].loudness:.1f} LU")

# %% [markdown]
# <details><summary>Explain</summary>
#
# By about 1.5 LU (the unit of differences in LUFS): just noticeable, and far too little to tell
# that nobody sings. Rock is mastered to be loud throughout. Something that looks *inside* the sound
# is needed.
# </details>
#
# **Question 1** (by ear). How small a difference do you hear yourself?

# %%
# musicnb: l00-q1
### BEGIN SOLUTION | welcome.q1.ask()
welcome.q1.answer("B")
### END SOLUTION

# %% [markdown]
# ## 2. See
#
# A **spectrogram** shows which frequencies sound when: time runs to the right, frequency goes
# up, and brighter means stronger. Press play, and follow the line with your eyes.

# %%
explorer = musicnb.SpectrogramExplorer(
    song, view={"start": 14, "stop": 29, "low": 0, "high": 8000}
)
explorer

# %% [markdown]
# The strip below is the whole song. <kbd>Ctrl</kbd> and the wheel zoom, and with the crossed
# arrows you drag the picture about; the keyboard button lists every key. Point anywhere, and the
# line below says which note that is.
#
# **Predict.** Where in this picture is the singer? Look between 300 and 4000 Hz for stacks of
# parallel, *wavy* lines: the harmonics of one voice, moving together with every vibrato.
#
# **Question 2.** At what second of the song do they stop? Put it in place of the dots.

# %%
# musicnb: l00-q2
### BEGIN SOLUTION | singer_stops = ...
singer_stops = 18.5
### END SOLUTION
welcome.q2.check(singer_stops)

# %% [markdown]
# **Question 3.** Drag a box around some of those lines, and run the next cell: Python knows your
# box.

# %%
# musicnb: l00-q3
### BEGIN SOLUTION | box = explorer.selection
box = {"start": 14.5, "stop": 18, "low": 300, "high": 4000}
### END SOLUTION
welcome.q3.check(box)

# %% [markdown]
# **Listen.** The button with the three bars lets you hear *only* what is in the box. So does the
# next cell, in your box, or in one of ours if you made none.

# %%
ours = {"start": 14.5, "stop": 18.5, "low": 300, "high": 4000}
explorer.selection = explorer.selection or ours
explorer.selected_audio()

# %% [markdown]
# <details><summary>Explain</summary>
#
# The voice is in the box, but so are the guitars and the snare: they share its frequencies. No
# box, however well drawn, takes a singer out of a song. The shape of the box would have to
# follow the voice from moment to moment.
# </details>

# %% [markdown]
# ## 3. Take it apart
#
# Two networks now look at such a picture. One guesses how strong the *voice* is in each of its
# points, the other how strong *everything else* is; each part then gets its share of the song.
# They are U-Nets: convolutions that shrink the picture step by step to see the large shapes,
# and grow it again to draw the small ones. Their weights are Spleeter's (Deezer, 2019).
#
# **Question 4.** Which step comes when?

# %%
# musicnb: l00-q4
### BEGIN SOLUTION | welcome.q4.ask()
welcome.q4.answer([1, 4, 3, 0, 2])
### END SOLUTION

# %% [markdown]
# Before it begins: what will it take on this machine?

# %%
print(musicnb.estimate("separate", song))

# %%
stems = musicnb.separate(song)
list(stems)

# %% [markdown]
# **Listen** to both in step: <kbd>S</kbd> plays one alone (solo), <kbd>M</kbd> mutes it. Where
# does the voice bleed into the band, where the other way round? And in the singer's pause?

# %%
mixer = musicnb.StemMixer(stems, loop=(14, 29))
mixer

# %% [markdown]
# **Look** at the voice alone. Compare it with the picture above: what has gone, and what should
# have gone but stayed?

# %%
musicnb.SpectrogramExplorer(
    stems["vocals"], view={"start": 14, "stop": 29, "low": 0, "high": 8000}
)

# %% [markdown]
# **Explain.** How strong is each stem from second to second?

# %%
import plotly.graph_objects as go

figure = go.Figure()
seconds = list(range(int(song.duration)))
for name, stem in stems.items():
    figure.add_scatter(x=seconds, y=[stem[t : t + 1].level for t in seconds], name=name)
figure.update_layout(height=280, margin={"l": 60, "r": 10, "t": 20, "b": 40})
figure.update_xaxes(title="time (s)")
figure.update_yaxes(title="level (dBFS)")
figure

# %%
sung = stems["vocals"][8:18].level
pause = stems["vocals"][19:28].level
print(f"vocal stem: {sung:.1f} dBFS while she sings, {pause:.1f} dBFS in the pause")

# %% tags=["nbval-check-output"]
print("at least 10 dB softer in the pause:", pause < sung - 10)

# %% [markdown]
# **Question 5.** Some of her voice can still be heard in the band. You need a reason for your
# answer: one sentence is enough, and whoever grades you reads it.

# %%
# musicnb: l00-q5
### BEGIN SOLUTION | welcome.q5.ask()
welcome.q5.answer(1, because="A mask shares out each point, and some points hold both.")
### END SOLUTION

# %% [markdown]
# ## 4. Nothing is lost
#
# Separation may put a sound in the wrong stem, but it must not lose or invent any: the voice and
# the band have to add up to the song again.

# %% tags=["nbval-check-output"]
import numpy as np

total = stems["vocals"].samples + stems["accompaniment"].samples
error = np.abs(total - song.samples).max()
print("stems:", list(stems))
print("largest error below -60 dBFS:", bool(error < 10 ** (-60 / 20)))

# %% [markdown]
# **Question 6.** Now the other way round: if you have the song and the voice, as arrays of one
# shape, what is the rest?

# %%
# musicnb: l00-q6
def the_rest(song, voice):
    """Return everything but the voice, as an array of the same shape."""
    ### BEGIN SOLUTION
    return song - voice
    ### END SOLUTION


welcome.q6.check(the_rest)

# %% [markdown]
# ## 5. Make something
#
# A karaoke track is the band with the voice turned down, not off, so that you hear where you
# are. Gains are in decibels: −6 dB halves the amplitude. Python can move the faders of the mixer
# above, and render what they say.

# %%
# Move the faders yourself, and leave this line out, to hear your own mix.
mixer.settings = {"vocals": {"gain": -18}, "accompaniment": {"gain": -1}}
karaoke = mixer.render()
karaoke[2:17]

# %% [markdown]
# Save it, and its **recipe** goes along: how it was made, from what, with which weights.
# `musicnb.replay` makes the same sound again from that.

# %%
import tempfile
from pathlib import Path

path = Path(tempfile.mkdtemp()) / "karaoke.flac"
karaoke.save(path)
print(musicnb.load(path))
karaoke.recipe.to_dict()

# %% tags=["nbval-check-output"]
again = musicnb.replay(path)
print("same sound:", bool(np.abs(again.samples - karaoke.samples).max() < 1e-4))

# %% [markdown]
# ## Summary
#
# - Sound is numbers; a spectrogram shows which frequencies sound when.
# - A network that has seen many songs *with* their parts can guess the parts of a new one.
# - From its guesses comes a **mask**: a share, between 0 and 1, for every point of the spectrogram.
#   That is why the parts add up, and why two sounds at the same time and pitch are hard to tell apart.
#
# **Where it fails, and who may be harmed.** The network mistakes distorted guitars and
# saxophones for voices, and loses whispers and choirs. And a singer taken out of a song is
# still that singer's work: a remix of somebody's voice needs their consent. This song may be
# remixed if you name the band and pass it on under the same licence:

# %%
print(musicnb.demo_songs()["starfall"].credit)

# %% [markdown]
# And you? So far:

# %%
welcome

# %% [markdown]
# **Try next.** `musicnb.demo_songs()` lists two more songs, which have true stems. Load your own
# with `musicnb.load("song.mp3")`. Which instrument fools the network most?
#
# **Where this comes from.** The U-Net for voices: Jansson et al., *Singing voice separation with
# deep U-Net convolutional networks*, ISMIR 2017. The weights: Hennequin et al., *Spleeter*, JOSS
# 2020. Loudness: ITU-R BS.1770-4.
