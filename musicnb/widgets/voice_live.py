"""Blocks from the microphone, converted one by one."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np

from musicnb.errors import InputError

if TYPE_CHECKING:
    from musicnb.voices.controls import Controls

#: Seconds of a block that would not be live any more.
LONGEST = 2.0


class Live:
    """A stream that is being converted, with the settings of the moment.

    Parameters
    ----------
    sample_rate : int
        Of the microphone, in Hz.
    """

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate
        self._stream: Any = None
        self._voice: Any = None

    def take(self, data: Any, voice: Any, controls: Controls) -> tuple[bytes, dict[str, float]]:
        """Convert a block of float32 samples.

        Returns
        -------
        bytes
            As many samples as came, float32.
        dict
            ``delay``: by how many seconds the conversion itself lags; ``took``: how many it took.
        """
        from musicnb.voices.stream import VoiceStream

        began = time.perf_counter()
        samples = np.frombuffer(data, np.float32)
        if len(samples) > LONGEST * self._rate:
            raise InputError(
                f"a block lasts {len(samples) / self._rate:.1f} s",
                expected=f"at most {LONGEST:g} s",
                todo="Reload the page.",
            )
        if self._stream is None or voice != self._voice:
            self._stream = VoiceStream(voice, sample_rate=self._rate, controls=controls)
            self._voice = voice
        self._stream.controls = controls
        made = self._stream.process(samples)
        took = time.perf_counter() - began
        return made.astype(np.float32).tobytes(), {"delay": self._stream.delay, "took": took}
