"""What all widgets share: one front-end module, answers to its questions, a picture for later."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from musicnb.errors import InputError, MusicnbError
from musicnb.widgets.ahead import Ahead
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

    #: What the front end knows beforehand of each sound.
    _infos: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)

    def __init__(self, sounds: Sequence[Sound], **traits: Any) -> None:
        #: What it shows and plays; the front end names them by number.
        self._sounds = sounds
        self._ahead = Ahead()
        super().__init__(_infos=[sound.info() for sound in sounds], **traits)
        self.on_msg(self._hear)

    def _hear(self, _: Any, question: Any, buffers: Sequence[Any]) -> None:
        if not isinstance(question, dict) or "id" not in question:
            return
        try:
            answer = getattr(self, f"_answer_{question.get('method')}", self._unknown)
            params = question.get("params") or {}
            result, given = answer({**params, "buffers": buffers} if buffers else params)
        except MusicnbError as error:
            self.send({"id": question["id"], "error": str(error)})
        except Exception as error:
            # The view must hear of it, or it would wait; the log gets the traceback.
            self.send({"id": question["id"], "error": f"{type(error).__name__}: {error}"})
            raise
        else:
            self.send({"id": question["id"], "result": result}, list(given))

    # ---- what every widget is asked ----------------------------------------------------------

    def _answer_hello(self, _: dict[str, Any]) -> Answer:
        return {}, []

    def _answer_first(self, _: dict[str, Any]) -> Answer:
        made = self._ahead.take()
        tiles = [{**key, "columns": tile.columns, "rows": tile.rows} for key, tile in made]
        return {"tiles": tiles}, [tile.data.data for _, tile in made]

    def _answer_tiles(self, params: dict[str, Any]) -> Answer:
        sound = self._sounds[params["sound"]]
        names = ("kind", "lane", "level", "index", "nFft")
        keys = ([key[name] for name in names] for key in params["keys"])
        tiles = [tile(sound, *key) for key in keys]
        result = {"tiles": [{"columns": made.columns, "rows": made.rows} for made in tiles]}
        return result, [made.data.data for made in tiles]

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
