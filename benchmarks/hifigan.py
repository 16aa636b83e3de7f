"""What the generator of so-vits-svc 4.1 costs by itself: ``python hifigan.py SECONDS``.

Prints the processor seconds of one pass and its parameters. HiFi-GAN (Kong, Kim and Bae, NeurIPS
2020) in the sizes that so-vits-svc's configuration for 44.1 kHz has, with random weights, as
transformers implements it: a lower bound of the whole, whose content encoder, f0, text encoder and
flow come on top. Runs in an environment of its own.
"""

import json
import sys
import time

SAMPLE_RATE, HOP_LENGTH = 44_100, 512


def main() -> None:
    """Time one pass after a short warm-up."""
    import torch
    from transformers import SpeechT5HifiGan, SpeechT5HifiGanConfig

    torch.manual_seed(0)
    config = SpeechT5HifiGanConfig(
        model_in_dim=192,
        sampling_rate=SAMPLE_RATE,
        upsample_initial_channel=512,
        upsample_rates=[8, 8, 2, 2, 2],
        upsample_kernel_sizes=[16, 16, 4, 4, 4],
        resblock_kernel_sizes=[3, 7, 11],
        resblock_dilation_sizes=[[1, 3, 5]] * 3,
        normalize_before=False,
    )
    net = SpeechT5HifiGan(config).eval()
    frames = round(float(sys.argv[1]) * SAMPLE_RATE / HOP_LENGTH)
    with torch.inference_mode():
        net(torch.randn(1, 20, 192))
        started = time.process_time()
        net(torch.randn(1, frames, 192))
        taken = time.process_time() - started
    print(json.dumps({"cpu_s": taken, "parameters": sum(p.numel() for p in net.parameters())}))


if __name__ == "__main__":
    main()
