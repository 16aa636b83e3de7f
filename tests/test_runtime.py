"""Jobs, estimates, weights, batches, devices: what a user sees of them."""

import json
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import nbformat
import pytest
import torch
from nbconvert.preprocessors import ExecutePreprocessor

import musicnb
from musicnb.errors import Cancelled, InputError, ResourceError, WeightsError
from musicnb.runtime import batch, cost, weights
from musicnb.runtime.files import atomic
from musicnb.runtime.job import Job


def counting(job):
    """Count to ten from the last checkpoint, and return where the count began."""
    state = job.load() or {"count": 0, "total": torch.zeros(1)}
    start, count, total = state["count"], state["count"], state["total"]
    while count < 10:
        count, total = count + 1, total + count
        job.save(count=count, total=total)
        job.advance()
    return start, float(total)


def test_a_job_reports_progress_and_time_left():
    seen = []

    def task(job):
        assert job.eta is None
        for _ in range(4):
            time.sleep(0.02)
            job.advance()
            seen.append((job.progress, job.eta))

    Job(task, total=4, title="Counting", unit="step").run()
    assert [progress for progress, _ in seen] == [0.25, 0.5, 0.75, 1.0]
    etas = [eta for _, eta in seen]
    assert etas == sorted(etas, reverse=True)
    assert etas[-1] == 0


def test_a_cancelled_job_goes_on_from_its_checkpoint(tmp_path):
    def interrupted(job):
        def stop_at_six():
            if job.done == 6:
                job.cancel()

        advance = job.advance
        job.advance = lambda *a: (stop_at_six(), advance(*a))
        return counting(job)

    path = tmp_path / "count.safetensors"
    with pytest.raises(Cancelled, match="go on from there"):
        Job(interrupted, total=10, title="Counting", unit="step", checkpoint=path).run()
    job = Job(counting, total=10, title="Counting", unit="step", checkpoint=path)
    start, total = job.run()
    assert start == 7
    assert total == 45.0
    assert not path.exists()  # a job that is done has nothing to go on from


def test_resume_goes_on_with_the_same_job(tmp_path):
    calls = []

    def task(job):
        calls.append(job.load())
        job.save(step=len(calls))
        if len(calls) == 1:
            raise KeyboardInterrupt
        return "done"

    job = Job(task, total=2, title="T", unit="step", checkpoint=tmp_path / "c.safetensors")
    with pytest.raises(Cancelled):
        job.run()
    assert job.resume() == "done"
    assert calls == [None, {"step": 1}]


def test_a_job_in_the_background_can_be_watched_and_cancelled():
    started = threading.Event()

    def task(job):
        while True:
            started.set()
            time.sleep(0.01)
            job.advance(0.1)

    job = Job(task, total=1000, title="Waiting", unit="s").start()
    assert started.wait(5)
    assert job.wait(0.05) is None
    with pytest.raises(InputError, match="started already"):
        job.run()
    job.cancel()
    with pytest.raises(Cancelled):
        job.wait(5)


def test_an_error_in_the_background_reaches_whoever_waits():
    def task(_job):
        raise InputError("x", expected="y", todo="Z.")

    with pytest.raises(InputError):
        Job(task, total=1, title="Failing", unit="s").start().wait(5)


def test_the_bar_shows_time_left_on_a_terminal(capsys, monkeypatch):
    monkeypatch.setattr("musicnb.runtime.job.PATIENCE", 0.0)

    def task(job):
        for _ in range(5):
            time.sleep(0.15)
            job.advance()

    Job(task, total=5, title="Counting sheep", unit="sheep").run()
    shown = capsys.readouterr().err
    assert "Counting sheep" in shown
    assert "left]" in shown
    assert "100%" in shown


def test_the_bar_in_a_notebook_can_be_switched_off(monkeypatch):
    """Golden cells compare their output, and must not depend on how fast the machine is."""
    source = """
import time
import musicnb.runtime.job as job

def task(running):
    for _ in range(3):
        time.sleep(0.15)
        running.advance()

job.PATIENCE = 0.0
job.Job(task, total=3, title="Counting", unit="step").run()
"""
    for value, outputs in (("1", 0), ("0", 1)):
        monkeypatch.setenv("TQDM_DISABLE", value)
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
        ExecutePreprocessor(timeout=60).preprocess(notebook, {})
        assert len(notebook.cells[0].outputs) == outputs


# ---- estimates -----------------------------------------------------------------------------


def test_an_estimate_grows_with_duration_and_is_cached(tmp_path, monkeypatch):
    monkeypatch.setenv("MUSICNB_CACHE", str(tmp_path))
    short = musicnb.estimate("separate", 60)
    assert (tmp_path / "calibration.json").exists()
    monkeypatch.setattr(cost.subprocess, "run", None)  # no second calibration
    long = musicnb.estimate("separate", 600.0)
    assert long.seconds > short.seconds > 0
    # Separation streams, so an hour takes the memory of a minute.
    assert long.peak_memory_mb == pytest.approx(short.peak_memory_mb, rel=0.01)
    assert 200 < short.peak_memory_mb < 1500


@pytest.mark.parametrize("content", ["[1, 2]", "{", '{"x": 1}'])
def test_a_damaged_calibration_is_measured_again(tmp_path, monkeypatch, content):
    line = {"startup_s": 1.0, "rtf": 0.1, "base_mb": 500.0, "mb_per_s": 0.0}
    done = subprocess.CompletedProcess([], 0, stdout=json.dumps(line))
    monkeypatch.setattr(cost.subprocess, "run", lambda *_, **__: done)
    monkeypatch.setenv("MUSICNB_CACHE", str(tmp_path))
    (tmp_path / "calibration.json").write_text(content)
    assert musicnb.estimate("separate", 10).seconds == pytest.approx(2.0)


def test_an_estimate_that_does_not_fit_refuses_with_a_suggestion():
    line = cost.Estimate("separate", 60.0, 5.0, 900.0, 500.0, "cpu")
    assert not line.fits
    with pytest.raises(ResourceError, match="Close other kernels"):
        line.require()
    assert "does NOT fit" in str(line)


@pytest.mark.parametrize(("task", "source"), [("fly", 10), ("separate", -1), ("separate", "x.wav")])
def test_estimates_of_nonsense_are_refused(task, source):
    with pytest.raises(musicnb.errors.MusicnbError):
        musicnb.estimate(task, source)


def test_peak_memory_is_that_of_the_process():
    code = (
        "from musicnb.runtime.memory import peak_mb; before = peak_mb(); "
        "block = bytearray(150_000_000); print(peak_mb() - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) == pytest.approx(150, abs=30)


# ---- weights -------------------------------------------------------------------------------


def test_every_shipped_weight_has_a_complete_card():
    names = weights.weight_names()
    assert names
    for name in names:
        card = weights.card(name)
        for key in ("licence", "credit", "source", "data", "recipe", "scores", "fails", "sha256"):
            assert key in card, (name, key)
        assert weights.find(name).stat().st_size < 20_000_000


def test_damaged_weights_are_refused(tmp_path, monkeypatch):
    source = weights.PACKAGED / "spleeter-vocals"
    content = bytearray(source.with_suffix(".safetensors").read_bytes())
    content[1_000_000] ^= 1
    (tmp_path / "spleeter-vocals.safetensors").write_bytes(content)
    (tmp_path / "spleeter-vocals.json").write_bytes(source.with_suffix(".json").read_bytes())
    monkeypatch.setattr(weights, "PACKAGED", tmp_path)
    with pytest.raises(WeightsError, match="damaged"):
        weights.load_weights("spleeter-vocals")


def test_missing_weights_say_where_they_were_looked_for(tmp_path, monkeypatch):
    (tmp_path / "x.json").write_text(json.dumps({"sha256": "0"}))
    monkeypatch.setattr(weights, "PACKAGED", tmp_path)
    monkeypatch.setenv("MUSICNB_CACHE", str(tmp_path / "cache"))
    with pytest.raises(WeightsError, match="cache"):
        weights.find("x")
    with pytest.raises(WeightsError, match="no weights named"):
        weights.find("y")


def test_weights_are_found_in_the_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("MUSICNB_CACHE", str(tmp_path / "cache"))
    real = weights.PACKAGED / "spleeter-vocals"
    package, cache = tmp_path / "package", tmp_path / "cache" / "weights"
    for folder, ending in ((package, ".json"), (cache, ".safetensors")):
        folder.mkdir(parents=True)
        name = real.with_suffix(ending).name
        (folder / name).write_bytes(real.with_suffix(ending).read_bytes())
    monkeypatch.setattr(weights, "PACKAGED", package)
    assert weights.find("spleeter-vocals").parent == cache


# ---- batches -------------------------------------------------------------------------------


def half(number):
    if number == 13:
        raise InputError("13 was given", expected="a lucky number", todo="Pass another.")
    return number / 2


@pytest.mark.parametrize("workers", [1, 2])
def test_one_bad_item_does_not_stop_the_others(workers):
    outcomes = batch.run_batch(half, [2, 13, 4], title="Halving", workers=workers)
    assert [outcome.result for outcome in outcomes] == [1, None, 2]
    assert isinstance(outcomes[1].error, InputError)
    assert "lucky" in str(outcomes[1].error)


# ---- devices, imports, files ---------------------------------------------------------------


def test_the_environment_picks_the_device(monkeypatch):
    monkeypatch.setenv("MUSICNB_DEVICE", "cpu")
    assert musicnb.device() == torch.device("cpu")
    assert musicnb.device("auto").type in {"cpu", "cuda"}
    for name in ("gpu", "cpu:0", "cuda:x", "cuda:-1"):
        with pytest.raises(InputError):
            musicnb.device(name)
    with pytest.raises(ResourceError, match="--device auto"):
        musicnb.device("cuda:99")


def test_importing_musicnb_loads_no_heavy_library():
    heavy = "('torch', 'librosa', 'numpy')"
    code = f"import sys, musicnb; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_is_there_and_documented():
    for name in musicnb.__all__:
        value = getattr(musicnb, name)
        assert value.__doc__, name
        for lesson in re.findall(r"[Ll]esson (\d\d)", value.__doc__):
            assert list(Path("lessons").glob(f"{lesson}_*.ipynb")), (name, lesson)


def test_a_file_is_whole_or_absent(tmp_path):
    target = tmp_path / "new" / "scores.json"

    def fail():
        with atomic(target) as temporary:
            temporary.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert list(target.parent.iterdir()) == []
