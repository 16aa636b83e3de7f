"""The reports as tables for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def show(report: dict[str, Any]) -> None:
    """Print a report."""
    console = Console()
    host = report["machine"]
    console.print(
        f"{host['cpu']}, {host['cores']} cores; torch {host['torch']}; load average "
        f"{host['load_average'][0]} at the start; {host['utc']}",
        markup=False,
    )
    tables = {
        "speed": speed,
        "quality": quality,
        "widgets": widgets,
        "analysis": analysis,
        "edits": edits,
        "effects": effects,
        "voices": voices,
        "hum": hum,
    }
    for table in tables[report["benchmark"]](report):
        console.print(table)
    for text in report["notes"]:
        console.print(f"- {text}", style="dim", markup=False)


def speed(report: dict[str, Any]) -> Iterable[Table]:
    """Yield the tables of a speed report."""
    columns = ("", "RTF", "core-RTF", "peak MB", "parameters M", "times musicnb's RTF")
    rows = []
    for name, row in report["steady_state"].items():
        ratio = report["ratios"].get(name, {}).get("rtf", "")
        rows.append((name, *_cost(row), f"{row['parameters'] / 1e6:.1f}", ratio))
    yield _table("Steady state, 30 s in memory", columns, rows)
    files = [(k, *_cost(row), row["wall_s"]) for k, row in report["command_line"].items()]
    yield _table("musicnb separate", ("", "RTF", "core-RTF", "peak MB", "wall s"), files)
    yield _floors(report)


def widgets(report: dict[str, Any]) -> Iterable[Table]:
    """Yield the tables of a widgets report."""
    cases = report["cases"]
    costs = ("payload_mb", "first_paint_s", "saved_kb", "heap_mb", "first_sound_ms")
    titles = ("", "payload MB", "first paint s", "saved kB", "heap MB", "first sound ms")
    rows = [(case, *(row.get(name, "") for name in costs)) for case, row in cases.items()]
    yield _table("5 minutes of stereo", titles, rows)
    moves = ("zoom_fps", "zoom_longest_ms", "pan_fps", "pan_longest_ms")
    titles = ("", "zoom fps", "longest ms", "pan fps", "longest ms")
    rows = [
        (case, *(row[name] for name in moves)) for case, row in cases.items() if moves[0] in row
    ]
    yield _table("While it moves", titles, rows)
    yield _floors(report)


def analysis(report: dict[str, Any]) -> Iterable[Table]:
    """Yield the tables of an analysis report."""
    for where in ("rendered", "immich"):
        methods = report[where]
        names = list(methods["musicnb"])
        rows = [(name, *(_score(methods[m].get(name)) for m in methods)) for name in names]
        yield _table(f"{where}: mean [95 % interval]", ("", *methods), rows)
    aucs = report["immich_electronic_auc"]
    yield _table("immich: electronic or acoustic, AUC", tuple(aucs), [tuple(aucs.values())])
    columns = ("song", "card", "beat_f", "tempo", "key", "meter", "genre", "mood")
    rows = [tuple(song[c] for c in columns) for song in report["demo_songs"]]
    yield _table("Demo songs", columns, rows)
    yield _table("core-RTF", tuple(report["core_rtf"]), [tuple(report["core_rtf"].values())])
    yield _floors(report)


def edits(report: dict[str, Any]) -> Iterable[Table]:
    """Yield the tables of a report on edits."""
    titles = {
        "core_rtf": "core-RTF",
        "attack_ms": "attack ms",
        "attack_kept": "attack kept",
        "pre_echo_db": "pre-echo dB",
        "pitch_cents": "pitch cents",
        "spill_db": "spill dB",
        "formants_percent": "formants %",
    }
    for task in ("tempo", "key", "swing"):
        columns = [name for name in titles if any(name in row for row in report[task].values())]
        rows = [(m, *(row.get(c, "") for c in columns)) for m, row in report[task].items()]
        yield _table(task.capitalize(), ("", *(titles[c] for c in columns)), rows)
    if report.get("genre"):
        columns = list(report["genre"]["mean"])
        rows = [(name, *(row[c] for c in columns)) for name, row in report["genre"].items()]
        yield _table("Genre", ("", *(c.replace("_", " ") for c in columns)), rows)


def effects(report: dict[str, Any]) -> Iterable[Table]:
    """Yield the tables of a report on effects."""
    for where in ("held_out", "real"):
        rows = [
            (name, row["unit"], _score(row["mae"]), row["mae_of_the_mean"])
            for name, row in report[where]["parameters"].items()
        ]
        titles = ("setting", "unit", "mean absolute error", "of the mean")
        yield _table(f"{where}: how effects were set", titles, rows)
        rows = [
            (name, row["auc"], row["calibration_error"], row["accuracy"])
            for name, row in report[where]["presence"].items()
        ]
        titles = ("effect", "AUC", "calibration error", "accuracy")
        yield _table(f"{where}: which effects are there", titles, rows)
    yield _floors(report)


def _score(value: dict[str, float] | None) -> str:
    return f"{value['mean']:.3f} [{value['low']:.3f}, {value['high']:.3f}]" if value else ""


def _floors(report: dict[str, Any]) -> Table:
    made = [
        (row["floor"], row["where"], row["value"], "passed" if row["passed"] else "FAILED")
        for row in report["floors"]
    ]
    return _table("Floors", ("must hold", "where", "measured", ""), made)


def _cost(row: dict[str, Any]) -> tuple[object, ...]:
    return row["rtf"], row["core_rtf"], row["peak_rss_mb"]


def quality(report: dict[str, Any]) -> Iterable[Table]:
    """Yield the tables of a quality report, of two stems or of four or both."""
    for form, methods in report.get("summary", {}).items():
        rows = [
            (method, *(_interval(stems[s][m]) for s in stems for m in ("sdr", "si_sdr")))
            for method, stems in methods.items()
        ]
        columns = ("", "vocals SDR", "SI-SDR", "accompaniment SDR", "SI-SDR")
        yield _table(f"Voices {form}: mean dB [95 % interval]", columns, rows)
    rows = [(i["name"], i["accompaniment"], i["vocals"]) for i in report.get("items", ())]
    if rows:
        yield _table("Items", ("item", "accompaniment", "vocals"), rows)
    if "four_stems" in report:
        yield from four_stems(report["four_stems"])


def four_stems(report: dict[str, Any]) -> Iterable[Table]:
    """Yield the tables of four stems: each group's scores, gains, and what it took."""
    for group, methods in report["summary"].items():
        stems = list(methods["mixture"])
        scores = [
            (
                method,
                *(
                    _interval(made[stem][m]) if stem in made else ""
                    for stem in stems
                    for m in ("sdr", "si_sdr")
                ),
            )
            for method, made in methods.items()
        ]
        columns = ("", *(f"{stem} {m}" for stem in stems for m in ("SDR", "SI-SDR")))
        items = methods["mixture"][stems[0]]["sdr"]["items"]
        yield _table(f"Four stems, {group} ({items}): mean dB [95 % interval]", columns, scores)
    rows = [
        (group, method, stem, *(_interval(value[m]) for m in ("sdr", "si_sdr", "plain_sdr")))
        for group, methods in report["gains"].items()
        for method, made in methods.items()
        for stem, value in made.items()
    ]
    columns = ("songs", "method", "stem", "SDR", "SI-SDR", "plain SDR")
    yield _table("Gain over the mixture, dB", columns, rows)
    cost = report["cost"]
    rows = [(*_cost(cost), cost["load_average"], f"{cost['parameters'] / 1e6:.1f}")]
    columns = ("RTF", "core-RTF", "peak MB", "load average", "parameters M")
    yield _table("Four stems of 30 s, steady state, a process of its own", columns, rows)
    yield _floors(report)


def voices(report: dict[str, Any]) -> Iterable[Table]:
    """Yield the tables of a report on voices."""
    columns = ("", "f0 corr.", "CREPE's", "cents", "similarity", "before", "nearer",
               "word errors", "before", "DNSMOS", "before")  # fmt: skip
    for title in ("kinds", "voices"):
        rows = [
            (name, *_voice(row)) for name, row in {**report[title], "all": report["all"]}.items()
        ]
        yield _table(f"By {title}", columns, rows)
    alone = report["own_recordings"]
    columns = ("", "f0 corr.", "CREPE's", "cents", "similarity")
    keys = ("f0_correlation", "f0_correlation_crepe", "f0_cents", "similarity")
    rows = [(name, *(row[key] for key in keys)) for name, row in alone.items()]
    yield _table("The voices' own recordings", columns, rows)
    near = report["musicnb_similarity"]
    rows = [("musicnb.similarity and the judge", *near.values())]
    yield _table("Agreement", ("cosine of embeddings", "mean", "least"), rows)
    found = report["costs"]
    rows = [
        ("musicnb convert", found["convert"]["core_rtf"], found["convert"]["peak_rss_mb"]),
        (
            "so-vits' generator alone",
            *(found["so_vits_generator"][k] for k in ("core_rtf", "peak_rss_mb")),
        ),
    ]
    yield _table("Cost", ("", "core-RTF", "peak MB"), rows)
    learned = (
        "wall_s",
        "cpu_s",
        "peak_rss_mb",
        "similarity",
        "similarity_before",
        "own_recordings",
        "nearer_to_target",
    )
    rows = [(name, *(row[key] for key in learned)) for name, row in found["trained"].items()]
    yield _table("Voices learned from a minute", ("", *learned), rows)
    yield _floors(report)


def hum(report: dict[str, Any]) -> Iterable[Table]:
    """Yield the tables of a report on hummed tunes."""
    kinds = list(next(iter(report["f1"].values())))
    rows = [(method, *(_score(made[k]) for k in kinds)) for method, made in report["f1"].items()]
    yield _table("F1 of notes: mean [95 % interval]", ("", *kinds), rows)
    yield _floors(report)


def _voice(row: dict[str, Any]) -> tuple[object, ...]:
    means = {
        key: f"{row[key]['mean']:.3f}"
        for key in ("f0_correlation", "f0_correlation_crepe", "similarity", "similarity_before")
    }
    return (
        means["f0_correlation"], means["f0_correlation_crepe"], row["f0_cents"],
        means["similarity"], means["similarity_before"],
        row["nearer_to_target"], row.get("word_error_result", ""), row.get("word_error_before", ""),
        row["dnsmos_result"], row["dnsmos_before"],
    )  # fmt: skip


def _interval(score: dict[str, float]) -> str:
    return f"{score['mean']:.1f} [{score['low']:.1f}, {score['high']:.1f}]"


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*(str(cell).replace("[", r"\[") for cell in row))
    return table
