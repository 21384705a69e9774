"""The model on any number of machines: a Ray Serve application.

    QOD_SCALE_MAX_REPLICAS=8 serve run camara_qod.agent.scale.deployment:app

It speaks `/v1/chat/completions`, so any number of `qod serve` processes use it through
`QOD_MODEL_SERVER=http://HOST:8000/v1`, and as sure of each part as if the model were theirs.
"""

import asyncio
import hmac
from http import HTTPStatus
from typing import Annotated, Any

import torch
from fastapi import FastAPI, Header, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from ray import serve
from ray.serve import Application

from camara_qod.agent.scale.completion import Completion, completed, invalid, problem, refused
from camara_qod.agent.scale.settings import ScaleSettings, load_scale_settings
from camara_qod.agent.scale.together import Answer, answers
from camara_qod.tools.errors import QodError
from camara_qod.tools.interpreter.deadline import Deadline
from camara_qod.tools.interpreter.decoding import Request
from camara_qod.tools.interpreter.model import load_decoder
from camara_qod.tools.interpreter.offering.schema import COMPACT
from camara_qod.tools.settings import load_settings

#: Seconds after which the number of replicas follows the requests: up, and down.
_UP, _DOWN = 10.0, 300.0
_LOOKED_EVERY = 5.0
#: A header of each answer: with how many others it was decided, itself included.
TOGETHER = "X-Decided-Together"
#: What a replica decides to show that it can.
_TRIAL: Request = (["hello"], COMPACT | {"enum": ["yes", "no"]})

http = FastAPI(title="The model of camara-qod", docs_url=None, redoc_url=None)
http.add_exception_handler(QodError, refused)
http.add_exception_handler(RequestValidationError, invalid)


@serve.deployment
@serve.ingress(http)
class Model:
    """One replica: the model, loaded once, and whoever asks it.

    While the model decides, requests wait in front of the batch that is to come next, so that it
    is as large as may be: Ray Serve by itself cuts what waits into batches as it comes.

    Args:
        threads: of the model.
        chosen: settings of the model other than the environment's, by field.
    """

    def __init__(self, threads: int, chosen: dict[str, str]) -> None:
        torch.set_num_threads(threads)
        # The variable is for those who ask: a replica that heeds it would ask itself.
        self._settings = load_settings(**chosen).model_copy(update={"model_server": None})
        self._decoder = load_decoder(self._settings)
        self._free = asyncio.Event()
        self._free.set()
        self._decided = False

    def reconfigure(self, batches: dict[str, Any]) -> None:
        """How large batches are and how long they are waited for; it may change while serving."""
        self._decide.set_max_batch_size(batches["together"])
        self._decide.set_batch_wait_timeout_s(batches["wait"])

    @http.post("/v1/chat/completions", response_model=None)
    async def complete(
        self,
        asked: Completion,
        response: Response,
        authorization: Annotated[str, Header()] = "",
    ) -> dict[str, Any] | JSONResponse:
        """Decide."""
        if not self._known(authorization):
            return problem(HTTPStatus.UNAUTHORIZED, "Send QOD_MODEL_SERVER_KEY as bearer token.")
        await self._free.wait()
        found, count = await self._decide(asked.request)
        response.headers[TOGETHER] = str(count)
        if isinstance(found, QodError):
            raise found
        return completed(asked, *found)

    @http.get("/v1/models")
    async def models(self) -> dict[str, Any]:
        """What is served: one model, under any name."""
        made = {"id": "qod", "object": "model", "created": 0, "owned_by": "camara-qod"}
        return {"object": "list", "data": [made]}

    @http.get("/healthz")
    async def live(self) -> dict[str, str]:
        """The replica answers."""
        return {"status": "ok"}

    @serve.batch  # type: ignore[untyped-decorator]
    async def _decide(self, requests: list[Request]) -> list[tuple[Answer | QodError, int]]:
        """What comes of each, and how many they were."""
        self._free.clear()
        try:
            seconds = self._settings.time_limit
            found = await asyncio.to_thread(answers, self._decoder, requests, seconds)
            return [(one, len(requests)) for one in found]
        finally:
            self._decided = True
            self._free.set()

    async def check_health(self) -> None:
        """Whether the model decides; what it has decided since the last look shows it too.

        Raises:
            QodError: it does not, and the replica is to be replaced.
        """
        if not self._decided:
            limit = Deadline(self._settings.time_limit)
            await asyncio.to_thread(lambda: self._decoder.decode(*_TRIAL, limit))
        self._decided = False

    def _known(self, authorization: str) -> bool:
        key = self._settings.model_server_key
        sent = authorization.removeprefix("Bearer ").encode()
        return key is None or hmac.compare_digest(sent, key.get_secret_value().encode())


def build(settings: ScaleSettings, **chosen: str) -> Application:
    """The application.

    Args:
        settings: how many replicas, and how much each takes on.
        chosen: settings of the model other than the environment's of each replica, by field.
    """
    limit = load_settings(**chosen).time_limit
    replicas = Model.options(  # type: ignore[attr-defined]
        ray_actor_options={"num_cpus": settings.cpus, "num_gpus": settings.gpus},
        autoscaling_config={
            "min_replicas": settings.min_replicas,
            "max_replicas": settings.max_replicas,
            "target_ongoing_requests": settings.target_ongoing,
            "upscale_delay_s": _UP,
            "downscale_delay_s": _DOWN,
        },
        max_ongoing_requests=settings.max_ongoing,
        max_queued_requests=settings.max_queued,
        backpressure_config={"status_code": 429, "retry_after_s": 2},
        user_config={"together": settings.together, "wait": settings.wait},
        health_check_period_s=_LOOKED_EVERY,
        health_check_timeout_s=limit,
        # What a replica has taken on, it finishes before it goes.
        graceful_shutdown_timeout_s=limit,
    )
    return replicas.bind(settings.cpus, chosen)


def app(arguments: dict[str, str]) -> Application:
    """For `serve run` and `RayService`: arguments are fields of `ScaleSettings`.

    Raises:
        SettingsError: one does not hold.
    """
    return build(load_scale_settings(**arguments))
