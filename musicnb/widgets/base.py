"""What all widgets share: one front-end module, answers to its questions, a picture for later."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from musicnb.errors import InputError, MusicnbError
from musicnb.widgets.tiles import tile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from musicnb.widgets.sound import Sound

STATIC = Path(__file__).parent.parent / "static"
#: Our own MIME type: musicnb's JupyterLab extension shows the picture where no kernel is.
MIME = "application/vnd.musicnb.widget+json"

Answer = tuple[dict[str, Any], "Sequence[bytes | memoryview]"]


class Widget(anywidget.AnyWidget):
    """Base of the widgets.

    Data never travels as traits, which notebooks save: the front end asks by custom messages
    ``{id, method, params}``, and the method ``_answer_METHOD`` answers.
    """

    _esm = STATIC / "widgets.js"
    #: Which widget the front-end module is to show.
    _kind = traitlets.Unicode().tag(sync=True)

    #: What it shows and plays; the front end names them by number.
    _sounds: Sequence[Sound] = ()

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self.on_msg(self._hear)

    def _hear(self, _: Any, question: Any, __: Any) -> None:
        if not isinstance(question, dict) or "id" not in question:
            return
        try:
            answer = getattr(self, f"_answer_{question.get('method')}", self._unknown)
            result, buffers = answer(question.get("params") or {})
        except MusicnbError as error:
            self.send({"id": question["id"], "error": str(error)})
        except Exception as error:
            # The view must hear of it, or it would wait; the log gets the traceback.
            self.send({"id": question["id"], "error": f"{type(error).__name__}: {error}"})
            raise
        else:
            self.send({"id": question["id"], "result": result}, list(buffers))

    # ---- what every widget is asked ----------------------------------------------------------

    def _answer_info(self, _: dict[str, Any]) -> Answer:
        return {"sounds": [sound.info() for sound in self._sounds]}, []

    def _answer_tile(self, params: dict[str, Any]) -> Answer:
        names = ("kind", "lane", "level", "index", "nFft")
        made = tile(self._sounds[params["sound"]], *(params[name] for name in names))
        return {"columns": made.columns, "rows": made.rows}, [made.data.data]

    def _answer_chunk(self, params: dict[str, Any]) -> Answer:
        sound = self._sounds[params["sound"]]
        data, scale = sound.chunk(params["index"], params["format"])
        return {"scale": scale}, [data]

    def _unknown(self, _: dict[str, Any]) -> Answer:
        raise InputError(
            "the front end asked what this version does not know",
            expected="both of one version",
            todo="Reload the page.",
        )

    # ---- what a saved notebook keeps ---------------------------------------------------------

    def _picture(self) -> tuple[bytes, str]:
        """Return a PNG for where no kernel is, and what it shows in words."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle = super()._repr_mimebundle_(**options)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        if data is None:
            return None
        picture, words = self._picture()
        data = {
            **data,
            "text/plain": words,
            "image/png": base64.b64encode(picture).decode("ascii"),
            MIME: {"alt": words, "kind": self._kind},
        }
        return data, {**metadata, "image/png": {"alt": words}}
