r"""Speech: sound from text, letter by letter and frame by frame.

A text has a few letters, its sound thousands of values. Between both stands a spectrogram: how
strong each band of frequencies is, eighty times a second. Where letters c and all frames so far
are known, the next frame is nearly settled, so a network that foretells it learns by regression:

$$ \min \; \sum_t \lVert y_t - f(y_{<t}, a_t) \rVert, \qquad
a_t = \sum_n w_{tn} \, h_n(c), \qquad w_t = \mathrm{softmax}_n \, e(s_t, h_n, w_{<t}) $$

Here y_t is frame t, f the network, h_n(c) what it reads of letter n, s_t what it remembers at frame
t, and e how well a letter fits that. The weights w are attention: which letters are being said.
Nobody tells when each is: the network finds out, helped by knowing that texts are spoken from their
first letter to their last. Sound is made of the frames by Griffin and Lim's algorithm, which needs
no learning.

| class | reads | says |
|---|---|---|
| `Tacotron` | letters, and labels or numbers such as a speaker | log-mel frames, two at a time |

When to use: to speak short texts in voices learnt from recordings with their texts, also words
that were never heard, if their letters were; and to find recordings that are not what their text
says, or are pronounced oddly: `score_samples(clips, condition)`. Without texts there is nothing to
read: `WaveNet` is for sounds alone, and has a likelihood.

What goes wrong, and how it is met:

- **Attention never finds the way.** Then speech babbles on without regard to the text. Guided
  attention punishes weights far from the diagonal; the notes of a model say where it failed.
- **It copies the last frame** instead of reading. The prenet drops half of what it sees of it, in
  drawing, too, which is what makes one word sound differently twice.
- **It never stops.** Where a clip may end at several places, the end is nowhere likelier than not.
  It is drawn by its probability, so that lengths are as those learnt; a few clips still run on,
  and stop at the longest length learnt.
- **It sounds hollow.** The frames are means of many ways to say a word, and phases are guessed. It
  is understood better than it is liked.
- **Spelling is not pronunciation.** From ten words one cannot learn how an eleventh is said: new
  words of known letters are spoken, often wrongly. New voices, or a speaker with a word never
  heard from them, are a smaller step.

Examples
--------
>>> from likely.speech import Tacotron
>>> from likely.testing.clips import tones
>>> model = Tacotron(step=0.004, bands=8, width=16, budget="30 steps")
>>> model = model.fit(tones(60), condition=["la", "lo", "li"] * 20)
>>> clip = model.sample(1, seed=0, condition="lilo")[0]  # letters it knows, in a new order
>>> bool(len(clip) > 0)
True
"""

from likely.core import catalogue

__getattr__, __dir__ = catalogue.doors("speech")
