"""The paths under ``/v1/runs``: watch a training, begin and end one, ask its critic."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from hashlib import sha256

import numpy as np
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from digitgan.model.presets import PRESETS
from digitgan.serving.auth import TokenAuth
from digitgan.serving.discriminator import Discriminator, check_drawing, sheet_of
from digitgan.serving.parameters import Parameter, from_json
from digitgan.serving.problems import Problem, wrong
from digitgan.serving.runs import NAMES, Runs, report, sheets, summary
from digitgan.serving.training_process import Session, Trainer, command_line
from digitgan.training.run import Run, free_folder

TAUGHT = ("tiny", "dcgan", "conditional")  # presets that show something in minutes
MOST_EPOCHS, MOST_MINUTES = 1_000, 1_440.0
GOAL = [
    Parameter("epochs", "whole", "Passes over the data.", 1, MOST_EPOCHS, example=6),
    Parameter(
        "minutes", "number", "Stop after so much.", 0.01, MOST_MINUTES, example=5
    ),
]
BEGIN = [
    Parameter("preset", "choice", "What is trained.", choices=TAUGHT, example="dcgan"),
    Parameter("name", "text", f"Of the run: {NAMES}.", 1, 40, example="my-first"),
    *GOAL,
]
DRAWING = "drawing"
Read = Callable[[Request], Awaitable[bytes]]


class Learning:
    """What the paths answer."""

    def __init__(self, runs: Runs, data: str, read: Read):
        """Train nothing yet.

        Args:
            runs: Where runs are.
            data: What new runs learn from.
            read: Returns the body of a request that is neither too large nor too slow.
        """
        self._runs, self._data, self._read = runs, data, read
        self.trainer = Trainer()

    def routes(self, guard: TokenAuth) -> list[Route]:
        """Return the routes; whoever writes must pass the guard."""
        one, post = "/v1/runs/{name}", {"methods": ["POST"]}
        return [
            Route("/v1/runs", guard.writing(self.begin), **post),
            Route("/v1/runs", self.all),
            Route(f"{one}/resume", guard.writing(self.resume), **post),
            Route(f"{one}/pause", guard.writing(self.pause), **post),
            Route(f"{one}/stop", guard.writing(self.stop), **post),
            Route(f"{one}/opinion", guard.writing(self.judge), **post),
            Route(f"{one}/opinion", self.opinion),
            Route(f"{one}/sheets/{{epoch}}.png", self.sheet),
            Route(one, self.one),
        ]

    async def all(self, request: Request) -> Response:
        """List the runs."""

        def listed() -> dict:
            found = []
            for name in self._runs.names():
                try:
                    found.append(summary(self._runs.open(name), self._session(name)))
                except Problem:  # damaged: not one to choose
                    continue
            return {
                "runs": found,
                "running": self._running,
                "presets": {name: PRESETS[name].summary for name in TAUGHT},
            }

        return _marked(request, await asyncio.to_thread(listed))

    async def one(self, request: Request) -> Response:
        """Say everything of a run."""
        name = request.path_params["name"]
        session = self._session(name)
        self._runs.place(name)
        if session and not (self._runs.folder / name / "config.json").exists():
            return _marked(request, _unborn(session))
        run = self._runs.open(name)
        return _marked(request, await asyncio.to_thread(report, run, session))

    async def begin(self, request: Request) -> Response:
        """Start a training."""
        asked = from_json(BEGIN, await self._read(request))
        preset = asked.pop("preset", "dcgan")
        self._runs.folder.mkdir(parents=True, exist_ok=True)
        place = free_folder(preset, self._runs.folder)
        if "name" in asked:
            place = self._runs.place(asked.pop("name"))
        if place.exists():
            line = f"there is a run {place.name} already: resume it, or name another"
            raise Problem(409, line, field="name", value=place.name)
        words = command_line(out=place, preset=preset, data=self._data, **asked)
        await self.trainer.begin(place.name, words)
        return _accepted(place.name, "starting", 201)

    async def resume(self, request: Request) -> Response:
        """Go on with a run, as if it had never stopped."""
        asked = from_json(GOAL, await self._read(request))
        run = self._runs.open(request.path_params["name"])
        name = run.folder.name
        state = summary(run, self._session(name))["state"]
        rows = run.log
        if state == "elsewhere":
            line = f"{name} is being trained elsewhere: wait until that has ended"
            raise Problem(409, line, field="name", value=name)
        if state == "finished" and not asked:
            line = f"{name} has reached its goal: ask for more epochs or minutes"
            raise Problem(409, line, field="epochs", value=None)
        words = command_line(resume=run.folder, **asked)
        await self.trainer.begin(name, words, int(rows[-1]["step"]) if rows else 0)
        return _accepted(name, "starting")

    async def pause(self, request: Request) -> Response:
        """Stop for now; resume goes on."""
        return await self._end(request, "pause", "pausing")

    async def stop(self, request: Request) -> Response:
        """Stop and write the model down."""
        return await self._end(request, "stop", "stopping")

    async def _end(self, request: Request, how: str, state: str) -> Response:
        from_json([], await self._read(request))
        name = self._runs.place(request.path_params["name"]).name
        self.trainer.end(name, how)
        return _accepted(name, state)

    async def sheet(self, request: Request) -> Response:
        """Return the sample sheet after an epoch, 0 being before the first."""
        epoch, run = request.path_params["epoch"], self._open(request)
        picture = sheet_of(run, _epoch(epoch)).read_bytes()  # whole, if drawn anew
        return Response(picture, 200, {"Cache-Control": "no-cache"}, "image/png")

    async def opinion(self, request: Request) -> Response:
        """Say what the discriminator makes of real digits and of a sheet's fakes."""
        run = self._open(request)
        found = sheets(run)
        if not found:
            raise Problem(409, f"{run.folder.name} has no sheet yet", field="name")
        query = request.query_params
        if unknown := query.keys() - {"sheet"}:
            name = min(unknown)[:100]
            raise Problem(
                400, f"field {name!r} is unknown: allowed is sheet", field=name
            )
        epoch = _epoch(query["sheet"]) if "sheet" in query else found[-1]
        told = await asyncio.to_thread(lambda: Discriminator(run).of_sheet(epoch))
        return _marked(request, {"sheet": epoch, "latest": found[-1], **told})

    async def judge(self, request: Request) -> Response:
        """Say what the discriminator makes of a drawing."""
        run = self._open(request)
        try:
            told = json.loads(await self._read(request))
        except (ValueError, RecursionError) as error:
            raise Problem(400, "the body is not JSON", field="body") from error
        if not isinstance(told, dict) or told.keys() != {DRAWING}:
            line = "the body is not a JSON object with drawing alone"
            raise Problem(400, line, field=DRAWING)
        drawing: np.ndarray = check_drawing(told[DRAWING])
        judged = await asyncio.to_thread(lambda: Discriminator(run).of_drawing(drawing))
        return _json({"latest": (sheets(run) or [0])[-1], **judged})

    def _open(self, request: Request) -> Run:
        return self._runs.open(request.path_params["name"])

    def _session(self, name: str) -> Session | None:
        session = self.trainer.session
        return session if session and session.name == name else None

    @property
    def _running(self) -> str | None:
        session = self.trainer.session
        return session.name if session and session.alive else None


def _unborn(session: Session) -> dict:
    """Say what is known of a run whose folder is not there yet, or never will be."""
    state = "failed" if session.error else "stopped"
    if session.alive:
        state = "stopping" if session.asked else "starting"
    story = {
        "starting": "Starting: Keras is loaded. This takes up to a minute.",
        "stopping": "Stopping before it began.",
        "stopped": "Stopped before it began: there is nothing to go on with.",
        "failed": f"The training failed: {session.error}",
    }
    return {
        "name": session.name,
        "state": state,
        "error": session.error or None,
        "says": session.lines[-1] if session.lines else None,
        "epoch": 0.0,
        "sheets": [],
        "drawn_at": None,
        "judges_since": None,
        "curves": {},
        "story": {"now": story[state]},
    }


def _epoch(words: str) -> int:
    if not (words.isascii() and words.isdigit() and len(words) <= 6):
        raise wrong("sheet", words, "a whole number from 0 to 999999")
    return int(words)


def _accepted(name: str, state: str, status: int = 202) -> Response:
    headers = {"Location": f"/v1/runs/{name}"} if status == 201 else {}
    return _json({"name": name, "state": state}, status, headers)


def _marked(request: Request, told: dict) -> Response:
    """Return JSON with an ETag, or 304 to who has it already."""
    mark = '"' + sha256(json.dumps(told).encode()).hexdigest()[:32] + '"'
    headers = {"ETag": mark, "Cache-Control": "no-cache"}
    if mark in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return _json(told, 200, headers)


def _json(told: dict, status: int = 200, headers: dict | None = None) -> Response:
    headers = {"Cache-Control": "no-store"} | (headers or {})
    return Response(json.dumps(told) + "\n", status, headers, "application/json")
