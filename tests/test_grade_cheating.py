"""Cheating and broken submissions: none gains a point, and nobody else loses one.

A whole class is graded once. Beside a student who solved everything there is one who cheats in each
of the ways below. Where something must not be reachable (a key, the network, another process), the
function answers rightly if it reaches it: a point would show that the wall has a hole.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import zipfile

import pytest
from classroom import LESSON, RIGHT, function, hand_in, keep, notebook, question_of, value

from musicnb.course.grading import grade as graders
from musicnb.course.grading import key as keys
from musicnb.course.grading import pages, tables
from musicnb.course.grading.sandbox import Limits

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="bubblewrap is for Linux")

#: Seconds and memory are short, so that bombs go off soon.
LIMITS = Limits(seconds=3, memory_mb=1500, file_mb=8, answer_mb=4)
WON = "return song - voice"


def reached(attempt):
    """Return a function that answers rightly if the attempt succeeds (sets `won`)."""
    lines = "\n".join(f"    {line}" for line in attempt.splitlines())
    return function(
        f"won = False\ntry:\n{lines}\nexcept BaseException:\n    pass\n"
        "return song - voice if won else song",
        "import os, sys, socket, subprocess, gc, glob, ctypes",
    )


#: What a function or a cell does; {KEY}, {OTHERS}, {OUT} and {PORT} are filled in.
CHEATS = {
    "always-equal-object": function(
        "class Same:\n"
        "    def __eq__(self, other): return True\n"
        "    def __sub__(self, other): return 0\n"
        "    shape = song.shape\n"
        "return Same()"
    ),
    "array-that-lies": function(
        "class Same(np.ndarray):\n"
        "    def __array_ufunc__(self, *a, **k): return True\n"
        "    def __array_function__(self, *a, **k): return True\n"
        "    def __eq__(self, other): return True\n"
        "return np.zeros_like(song).view(Same)",
        "import numpy as np",
    ),
    "number-that-lies": value(
        "class Right(float):\n"
        "    def __sub__(self, other): return 0.0\n"
        "    def __abs__(self): return 0.0\n"
        "    def __float__(self): return 18.5\n"
        "    def __lt__(self, other): return True\n"
        "singer_stops = Right(3)"
    ),
    "text-that-lies": value(
        "class Right(str):\n"
        "    def __float__(self): return 18.5\n"
        "    def __str__(self): return '18.5'\n"
        "    def __eq__(self, other): return True\n"
        "singer_stops = Right('3')"
    ),
    "patched-allclose": function(
        "return song",
        "import builtins, numpy as np\n"
        "np.allclose = lambda *a, **k: True\nnp.abs = abs = builtins.abs = lambda x: 0\n"
        "builtins.float = lambda x: 18.5",
    ),
    "patched-assert": function(
        "return song",
        "import builtins\nclass AssertionError(Exception): pass\n"
        "builtins.AssertionError = AssertionError\nbuiltins.isinstance = lambda *a: True",
    ),
    "patched-course": function(
        "return song",
        "import musicnb.course, musicnb.course.lesson, sys\n"
        "try:\n"
        "    import musicnb.course.question as question\n"
        "    question.Question.judge = lambda *a: question.Feedback('correct', 1.0, '')\n"
        "except ImportError:\n    pass",
    ),
    "patched-sandbox": function(
        "return song",
        "import sys, musicnb.course.grading.wire as wire\n"
        "main = sys.modules['__main__']\n"
        "pack = wire.pack\n"
        "wire.pack = lambda reply: pack({'value': True, 'state': 'correct', 'share': 1.0,"
        " 'score': 2, 'points': 2, 'praise': 'well done'})",
    ),
    "checks-imported": reached(
        "from musicnb.course.questions.l00 import QUESTIONS\nwon = bool(QUESTIONS[5].right)"
    ),
    "solutions-read": reached(
        "import musicnb\n"
        "folder = os.path.dirname(musicnb.__file__)\n"
        "won = bool(glob.glob(folder + '/course/solutions/*') + glob.glob(folder + '/course/*.py'))"
    ),
    "checks-in-memory": reached(
        "names = {getattr(each, '__name__', '') for each in gc.get_objects()}\n"
        "won = bool(names & {'when_she_stops', 'precise', 'surround', 'Hidden', 'judge'})"
    ),
    "checks-on-the-stack": reached(
        "frame = sys._getframe()\n"
        "while frame:\n"
        "    won = won or 'mixture' in frame.f_locals or 'tolerance' in frame.f_locals\n"
        "    frame = frame.f_back"
    ),
    "key-read": reached("won = 'secret' in open('{KEY}/key.json').read()"),
    "key-found": reached(
        "for folder, _, names in os.walk('/'):\n"
        "    if folder.startswith('/proc'): continue\n"
        "    won = won or 'key.json' in names"
    ),
    "others-read": reached("won = bool(open('{OTHERS}/honest/00_welcome.ipynb').read())"),
    "others-listed": reached("won = bool(os.listdir('{OTHERS}'))"),
    "results-written": reached("open('{OUT}/results/x.json', 'w').write('x')\nwon = True"),
    "package-written": reached(
        "import musicnb\nopen(os.path.dirname(musicnb.__file__) + '/x.py', 'w')\nwon = True"
    ),
    "network": reached("socket.create_connection(('127.0.0.1', {PORT}), 2)\nwon = True"),
    "other-processes": reached(
        "numbers = [int(n) for n in os.listdir('/proc') if n.isdigit()]\n"
        "won = len(numbers) > 5 or any(b'pytest' in open(f'/proc/{n}/cmdline', 'rb').read()"
        " for n in numbers)"
    ),
    "environment": reached("won = 'PYTEST_CURRENT_TEST' in os.environ or 'USER' in os.environ"),
    "root": reached("won = os.getuid() == 0"),
    "fork": reached("if os.fork() == 0: os._exit(0)\nwon = True"),
    "subprocess": reached("won = subprocess.run(['/usr/bin/true']).returncode == 0"),
    "memory-off-the-books": reached(
        "handle = os.memfd_create('x')\nwon = True"  # counted to nobody
    ),
    "namespaces": reached("won = ctypes.CDLL(None).unshare(0x10000000) == 0"),
    "fork-bomb": function("import os\nwhile True:\n    try: os.fork()\n    except OSError: pass"),
    "thread-bomb": function(
        "import threading, time\n"
        "while True:\n    threading.Thread(target=time.sleep, args=(99,), daemon=True).start()"
    ),
    "infinite-loop": function("while True: pass"),
    "infinite-cell": function("return song", "while True: pass"),
    "sleeps-for-ever": function("import time, signal\ntime.sleep(10**6)"),
    "ignores-signals": function(
        "while True: pass",
        "import signal\n"
        "for n in range(1, 65):\n"
        "    try: signal.signal(n, signal.SIG_IGN)\n"
        "    except (OSError, ValueError): pass",
    ),
    "memory-bomb": function("x = []\nwhile True: x.append(bytearray(10**8))"),
    "writes-a-big-file": function(
        "with open('/tmp/x', 'wb') as f:\n    while True: f.write(bytes(10**7))"
    ),
    "writes-many-files": function(
        "n = 0\nwhile True:\n    n += 1\n    open(f'/tmp/{n}', 'wb').write(bytes(10**6))"
    ),
    "sys-exit": function("import sys\nsys.exit(0)"),
    "sys-exit-in-the-cell": function("return song", "import sys\nsys.exit(0)"),
    "os-exit": function("import os\nos._exit(0)"),
    "crash": function("import ctypes\nctypes.string_at(0)"),
    "endless-recursion": function("return the_rest(song, voice)"),
    "hangs-when-deleted": function(
        "class Hang:\n    def __del__(self):\n        while True: pass\nx = Hang()\nreturn song"
    ),
    "hangs-at-exit": function(
        "return song", "import atexit, time\natexit.register(time.sleep, 10**6)"
    ),
    "writes-to-the-channel": function(
        "import os, struct, json\n"
        "items = [['value', True], ['share', 1.0]]\n"
        "head = json.dumps([{'$': 'dict', 'items': items}, []]).encode()\n"
        "body = struct.pack('>Q', len(head)) + head\n"
        "for n in range(3, 20):\n"
        "    try: os.write(n, struct.pack('>Q', len(body)) + body)\n"
        "    except OSError: pass\n"
        "return song"
    ),
    "writes-rubbish-to-the-channel": function(
        "import os\n"
        "for n in range(3, 20):\n"
        "    try: os.write(n, b'\\xff' * 100)\n"
        "    except OSError: pass\n"
        "return song"
    ),
    "closes-the-channel": function("import os\nos.closerange(0, 256)\nreturn song"),
    "huge-answer": function("return np.zeros(10**7)", "import numpy as np"),
    "huge-text": function("raise ValueError('x' * 10**8)"),
    "deep-answer": function("x = []\nfor _ in range(10**5): x = [x]\nreturn x"),
    "circular-answer": function("x = []\nx.append(x)\nreturn x"),
    "objects-in-an-array": function(
        "class Evil:\n    def __reduce__(self): return (print, ('unpickled',))\n"
        "return np.array([Evil()], dtype=object)",
        "import numpy as np",
    ),
    "pickle": value("import pickle\nsinger_stops = pickle.dumps(18.5)"),
    "nan": function("return song * float('nan')"),
    "nan-value": value("singer_stops = float('nan')"),
    "infinite-value": value("singer_stops = float('inf')"),
    "text-of-nan": value("singer_stops = 'nan'"),
    "learned-by-heart": function(
        # Right for what the notebook tries, and for nothing else.
        "known = np.random.default_rng(0).normal(0, 0.1, (2, 2, 1000)).astype(np.float32)\n"
        "return song - voice if np.array_equal(song, known[0]) else song",
        "import numpy as np",
    ),
    "error-that-lies": function(
        "class Wrong(Exception):\n    part = 1.0\n    def __str__(self): raise self\nraise Wrong()"
    ),
    "parser-bomb": function("return song", "(" * 10**5),
    "parser-bomb-of-signs": function("return song", "x = " + "-" * 10**6 + "1"),
    "null-bytes": function("return song", "x = '\0'"),
    "surrogates": function("raise ValueError('\\ud800')"),
    "not-python": function("return song", "this is not python"),
}
#: Seconds that honest answers may lose when another answer of the same student blows up: none.
MIXED = {
    **RIGHT,
    "l00-q2": "# musicnb: l00-q2\nimport os\nos._exit(1)",
    "l00-q3": "# musicnb: l00-q3\nwhile True: pass",
}


def _files(place, key, out):
    """Hand in what is not about code: broken files, links, names."""
    honest = place / "honest" / f"{LESSON}.ipynb"
    for name, text in {
        "not-a-notebook": "Dear teacher, my dog ate it",
        "empty": "",
        "deep-json": "[" * 10**5,
        "a-list": "[1, 2, 3]",
        "no-cells": '{"cells": 5}',
        "odd-cells": '{"cells": [1, null, {"cell_type": []}, {"source": [1]}, {"source": {}}]}',
        "odd-outputs": '{"cells": [{"outputs": [1, {"data": 1}], "metadata": []}]}',
    }.items():
        folder = place / name
        folder.mkdir()
        (folder / f"{LESSON}.ipynb").write_text(text)
    folder = place / "binary"
    folder.mkdir()
    (folder / f"{LESSON}.ipynb").write_bytes(bytes(range(256)) * 100)
    for name, target in {"link": honest, "link-to-the-key": key / "key.json"}.items():
        folder = place / name
        folder.mkdir()
        (folder / f"{LESSON}.ipynb").symlink_to(target)
    (place / "linked-folder").symlink_to(place / "honest")
    (place / "pipe").mkdir()
    os.mkfifo(place / "pipe" / f"{LESSON}.ipynb")
    (place / "folder-as-file" / f"{LESSON}.ipynb").mkdir(parents=True)
    # What the notebook and its progress say of themselves is nothing.
    boasting = keep(notebook({}), "l00-q6", True, state="correct", score=100, share=1)
    boasting["metadata"]["musicnb"] = {"score": 100}
    hand_in(place / "boasts", keep(boasting, "l00-q2", 3, state="correct", score=100))
    record = {"state": "correct", "score": 12, "points": 12, "hints": 0}
    claims = {"lessons": {LESSON: {**record, "questions": {"l00-q6": record}}}}
    hand_in(place / "boasts" / "musicnb-course", claims, "progress.json")
    hand_in(place / "=cmd|' /C calc'!A0", notebook({}))
    odd = os.fsdecode(b"no text: \xe9\xff")
    hand_in(place / odd, notebook(function("return song")))
    hand_in(place / "<script>alert(1)<script>", notebook(value("singer_stops = '<script>'")))


@pytest.fixture(scope="module")
def school(tmp_path_factory):
    """A class that was graded, the folder of the results, and the key."""
    root = tmp_path_factory.mktemp("school")
    place, key, out = root / "submissions", root / "key", root / "out"
    keys.make(key)
    (key / "l00.py").write_text((keys.DEMO / "l00.py").read_text())
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        threading.Thread(target=_accept, args=(server,), daemon=True).start()
        places = {"KEY": key, "OTHERS": place, "OUT": out, "PORT": port}
        hand_in(place / "honest", notebook())
        hand_in(place / "mixed", notebook(MIXED))
        noisy = RIGHT["l00-q6"].replace("    return", "    print('x' * 10**7)\n    return")
        hand_in(place / "noisy", notebook({"l00-q6": noisy}))
        for name, answers in CHEATS.items():
            filled = dict(answers)
            for id_, source in answers.items():
                for word, what in places.items():
                    filled[id_] = filled[id_].replace(f"{{{word}}}", str(what))
                assert "{KEY}" not in source or str(key) in filled[id_]
            hand_in(place / name, notebook(filled))
        _files(place, key, out)
        graded = graders.grade(place, key, out, only=(LESSON,), limits=LIMITS, bar=False)
    tables.write(graded, out)
    pages.write(graded, out)
    return graded, out, key


def _accept(server):
    while True:
        try:
            server.accept()
        except OSError:
            return


def scores(school):
    return {result["student"]: result["score"] for result in school[0].results}


def test_the_suite_is_as_large_as_it_should_be():
    assert len(CHEATS) >= 20


@pytest.mark.parametrize("name", CHEATS)
def test_cheating_gains_no_point(school, name):
    assert scores(school)[name] == 0


def test_who_is_honest_gets_every_point_among_all_of_them(school):
    assert scores(school)["honest"] == 12


def test_an_answer_that_blows_up_costs_no_other_answer(school):
    assert scores(school)["mixed"] == 8


def test_who_prints_a_lot_keeps_the_points(school):
    assert scores(school)["noisy"] == 2


@pytest.mark.parametrize(
    "name", ["not-a-notebook", "empty", "deep-json", "a-list", "no-cells", "binary"]
)
def test_what_is_no_notebook_is_reported_and_has_no_grade(school, name):
    assert name not in scores(school)
    assert any(
        student == name and "not a notebook" in what for student, _, what in school[0].troubles
    )


@pytest.mark.parametrize("name", ["link", "link-to-the-key", "pipe"])
def test_links_and_pipes_are_refused(school, name):
    assert name not in scores(school)
    (what,) = [what for student, _, what in school[0].troubles if student == name]
    assert "file" in what


@pytest.mark.parametrize("name", ["linked-folder", "folder-as-file"])
def test_folders_in_disguise_are_not_entered(school, name):
    assert name not in scores(school)


def test_a_name_that_is_no_text_can_be_graded(school):
    assert scores(school)["no text: ??"] == 0


@pytest.mark.parametrize("name", ["odd-cells", "odd-outputs", "boasts"])
def test_odd_and_boasting_notebooks_gain_no_point(school, name):
    assert scores(school)[name] == 0


def test_names_are_no_paths_no_markup_and_no_formulas(school):
    _, out, _ = school
    for path in out.rglob("*"):
        assert path.resolve().is_relative_to(out.resolve())
        assert "<" not in path.name
    for page in out.rglob("*.html"):
        assert "<script" not in page.read_text("utf-8")
    for table in out.glob("*.csv"):
        lines = table.read_text("utf-8").splitlines()
        assert not any(line.startswith("=") for line in lines)
        assert any("'=cmd" in line for line in lines)


def test_a_hidden_check_is_never_told_to_a_student(school):
    graded, out, _ = school
    told = "".join(page.read_text("utf-8") for page in (out / "feedback").glob("*.html"))
    messages = {
        each["message"]
        for result in graded.results
        for record in result["questions"].values()
        for each in record["hidden"]
        if each["share"] < 1 and "differs by" in each["message"]
    }
    assert messages
    assert not any(message in told for message in messages)
    # The instructor sees them.
    assert "differs by" in (out / "summary.html").read_text("utf-8")


def test_without_the_walls_the_same_cheats_would_gain(tmp_path, school):
    _, _, key = school
    place, out = tmp_path / "in", tmp_path / "out"
    hand_in(place / "honest", notebook())
    names = ["key-read", "others-read", "fork", "subprocess", "checks-imported", "solutions-read"]
    for name in names:
        (source,) = CHEATS[name].values()
        source = source.replace("{KEY}", str(key)).replace("{OTHERS}", str(place))
        hand_in(place / name, notebook({"l00-q6": source}))
    graded = graders.grade(place, key, out, only=(LESSON,), limits=LIMITS, unsafe=True, bar=False)
    found = {result["student"]: result["score"] for result in graded.results}
    assert found == {"honest": 12, **dict.fromkeys(names, 2)}


def test_what_a_function_is_tried_with_does_not_come_out(tmp_path, school):
    _, _, key = school
    spy = (
        "global seen\n"
        "seen.append(song.shape)\n"
        "if len(seen) > 1: raise ValueError(f'seen: {seen}')\n"
        "return song"
    )
    answers = function(spy, "seen = []")
    # Another answer, which is judged later, tries to tell what was seen.
    hand_in(tmp_path / "in" / "spy", notebook(answers))
    out = tmp_path / "out"
    graded = graders.grade(
        tmp_path / "in", key, out, only=(LESSON,), limits=LIMITS, jobs=1, bar=False
    )
    pages.write(graded, out)
    (result,) = graded.results
    assert "seen: [(2, 1000)" in str(result["questions"]["l00-q6"]["hidden"])
    assert "seen" not in (out / "feedback" / "spy.html").read_text("utf-8")


def test_a_zip_with_paths_links_and_bombs_in_it(tmp_path, school):
    _, _, key = school
    place, out = tmp_path / "download.zip", tmp_path / "out"
    link = zipfile.ZipInfo(f"linked/{LESSON}.ipynb")
    link.external_attr = 0o120777 << 16
    text = json.dumps(notebook())
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"honest/{LESSON}.ipynb", text)
        archive.writestr(f"../outside/{LESSON}.ipynb", text)
        archive.writestr(f"/absolute/{LESSON}.ipynb", text)
        archive.writestr(f"a/../../up/{LESSON}.ipynb", text)
        archive.writestr(link, "/etc/passwd")
        with archive.open(f"bomb/{LESSON}.ipynb", "w", force_zip64=True) as bomb:
            for _ in range(100):
                bomb.write(b" " * 2**20)
    before = {path.name for path in tmp_path.parent.iterdir()}
    graded = graders.grade(place, key, out, only=(LESSON,), limits=LIMITS, jobs=1, bar=False)
    assert {r["student"]: r["score"] for r in graded.results} == {"honest": 12}
    assert [(student, "MB" in what) for student, _, what in graded.troubles] == [("bomb", True)]
    assert {path.name for path in tmp_path.parent.iterdir()} == before


def test_cells_that_were_deleted_moved_or_copied(tmp_path, school):
    _, _, key = school
    place = tmp_path / "in"

    def edited(name, change, answers=RIGHT):
        made = notebook(answers)
        made["cells"] = change(made["cells"])
        hand_in(place / name, made)

    def without(cells, *questions):
        return [cell for cell in cells if question_of(cell) not in questions]

    def changed(cells, question, **what):
        return [{**c, **what} if question_of(c) == question else c for c in cells]

    wrong = {**RIGHT, **function("return song")}
    right = next(c for c in notebook()["cells"] if question_of(c) == "l00-q6")
    bare = RIGHT["l00-q6"].partition("\n")[2]
    edited("deleted", lambda cells: without(cells, "l00-q6", "l00-q2"))
    edited("only-exercises", lambda cells: [c for c in cells if question_of(c)])
    edited("reordered", lambda cells: cells[::-1])
    edited("copied-then-mended", lambda cells: [*cells, right], wrong)
    edited("copied-then-emptied", lambda cells: [*cells, {**right, "source": "# musicnb: l00-q6"}])
    edited("became-text", lambda cells: changed(cells, "l00-q6", cell_type="markdown"))
    edited("lost-its-mark", lambda cells: changed(cells, "l00-q6", source=bare))
    edited(
        "typed-anew",
        lambda cells: [*without(cells, "l00-q6"), {"cell_type": "code", "source": bare}],
    )
    edited(
        "known-by-metadata",
        lambda cells: changed(
            without(cells),
            "l00-q6",
            source="check = lambda a, b: a - b\nwelcome.q6.check(check)",
            id="x",
            metadata={"musicnb": {"id": "l00-q6"}},
        ),
    )
    edited(
        "renamed",
        lambda cells: changed(cells, "l00-q6", source=RIGHT["l00-q6"].replace("the_rest", "rest")),
    )
    edited(
        "forgot-to-check",
        lambda cells: changed(
            cells, "l00-q6", source=RIGHT["l00-q6"].replace("welcome.q6.check(the_rest)", "")
        ),
    )
    helper = {"cell_type": "code", "source": "def minus(a, b):\n    return np.subtract(a, b)"}
    edited(
        "helper-in-a-cell-of-its-own",
        lambda cells: [
            *changed(
                cells,
                "l00-q6",
                source=RIGHT["l00-q6"].replace("song - voice", "minus(song, voice)"),
            ),
            helper,
        ],
    )
    edited(
        "merged",
        lambda cells: changed(
            without(cells, "l00-q2"), "l00-q6", source=RIGHT["l00-q2"] + "\n" + RIGHT["l00-q6"]
        ),
    )
    edited(
        "other-cells-rewritten",
        lambda cells: [c if question_of(c) else {**c, "source": "raise SystemExit"} for c in cells],
    )
    graded = graders.grade(place, key, tmp_path / "out", only=(LESSON,), limits=LIMITS, bar=False)
    found = {result["student"]: result["score"] for result in graded.results}
    assert found.pop("deleted") == 8
    assert found == dict.fromkeys(found, 12)
    assert len(found) == 13
