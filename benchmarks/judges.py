"""What judges from outside hear in some recordings: ``python judges.py FOLDER``.

Reads ``FOLDER/*.wav`` (mono, 16 kHz), where what is said is known ``NAME.txt`` beside them, and
``quality.json``, the names of those whose quality is asked for; prints a JSON object with an entry
for each. Resemblyzer (Wan et al., ICASSP 2018) says whose voice it is: 256 numbers. pocketsphinx
and its American English model write down what they hear; DNSMOS (Reddy et al., ICASSP 2021) says
how good it sounds, from 1 to 5. Runs in an environment of its own.
"""

import json
import re
import sys
from pathlib import Path

RATE = 16_000


def words(text: str) -> str:
    """Return the words alone, in small letters."""
    return " ".join(re.findall("[a-z']+", text.lower()))


def main() -> None:
    """Judge every recording."""
    import jiwer
    import numpy as np
    import soundfile
    from pocketsphinx import Decoder
    from resemblyzer import VoiceEncoder, preprocess_wav
    from speechmos import dnsmos

    found = {}
    folder = Path(sys.argv[1])
    wanted = set(json.loads((folder / "quality.json").read_text("utf-8")))
    # With batch normalisation an utterance does not depend on those before it.
    decoder = Decoder(samprate=RATE, loglevel="FATAL", cmn="batch")
    encoder = VoiceEncoder("cpu", verbose=False)
    for path in sorted(folder.glob("*.wav")):
        samples, rate = soundfile.read(path, dtype="float32")
        if rate != RATE or samples.ndim > 1:
            raise SystemExit(f"{path} is not mono at {RATE} Hz")
        voice = encoder.embed_utterance(preprocess_wav(samples, source_sr=RATE))
        entry = {"voice": [round(float(number), 5) for number in voice]}
        if path.stem in wanted:
            entry["dnsmos"] = float(dnsmos.run(np.clip(samples, -1, 1), sr=RATE)["ovrl_mos"])
        text = path.with_suffix(".txt")
        if text.is_file():
            decoder.start_utt()
            decoder.process_raw((samples * 32767).astype(np.int16).tobytes(), full_utt=True)
            decoder.end_utt()
            heard = words(decoder.hyp().hypstr if decoder.hyp() else "")
            said = words(text.read_text("utf-8"))
            measured = jiwer.process_words(said, heard)
            wrong = measured.substitutions + measured.deletions + measured.insertions
            entry |= {"heard": heard, "errors": wrong, "words": len(said.split())}
        found[path.stem] = entry
    print(json.dumps(found))


if __name__ == "__main__":
    main()
