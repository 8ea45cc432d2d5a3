"""Load Parley with simulated candidates: each plays one interview, submits, and waits for the report.

    locust -f loadtests/locustfile.py --headless --host http://127.0.0.1:8000 [--load smoke]

with an API key in PARLEY_API_KEY. docs/loadtests.md tells more.
"""

import asyncio
import itertools
import logging
import sys
import time
from collections.abc import Iterator
from typing import Any, ClassVar

import httpx
from locust import LoadTestShape, User, events, task
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment
from locust.exception import StopUser

from loadtests.candidate import SimulatedCandidate
from loadtests.client import Client
from loadtests.hosts import ForbiddenHost, check_host
from loadtests.load import Load
from loadtests.network import Injected
from loadtests.profile import Profile
from loadtests.record import Call
from loadtests.refused import Refused

_log = logging.getLogger(__name__)
# One line for each request would bury locust's own.
logging.getLogger("httpx").setLevel(logging.WARNING)


class Candidate(User):
    """One candidate with one interview. All live in one asyncio loop; their greenlets only wait for them."""

    profile: ClassVar[Profile]
    load: ClassVar[Load]
    loop: ClassVar[asyncio.AbstractEventLoop]
    numbers: ClassVar[Iterator[int]] = itertools.count()
    done: ClassVar[int] = 0

    @task
    def interview(self) -> None:
        began = time.monotonic()
        error: Exception | None = None
        try:
            self._interview()
        except Exception as raised:
            error = raised
        self._tell("candidate", "interview", time.monotonic() - began, error=error)
        Candidate.done += 1
        raise StopUser

    def _interview(self) -> None:
        sitting = self.load.invite(next(self.numbers))
        options = self.environment.parsed_options
        candidate = SimulatedCandidate(
            options.host,
            options.api_key,
            sitting.session["id"],
            speed=self.profile.speed,
            patience_s=self.profile.patience_s,
            on_call=self._tell_call,
        )
        record = asyncio.run_coroutine_threadsafe(candidate.play(sitting.takes), self.loop).result()
        if record.submitted_at is not None:
            self.load.await_report(sitting.session)
            self._tell("candidate", "submit to report", time.monotonic() - record.submitted_at)

    def _tell_call(self, call: Call) -> None:
        if isinstance(call.error, Injected):
            return  # asked for, and no server's doing
        where = "S3" if call.name == "upload chunk" else "front"
        if isinstance(call.error, Refused) and call.error.retry_after_s is not None:
            # Overload that says when to come back is an answer, not a failure.
            self._tell(where, f"{call.name}: told to wait", call.seconds)
        elif isinstance(call.error, Refused) and call.error.code == "chunks-missing":
            self._tell(where, f"{call.name}: chunks missing", call.seconds)  # so the profile's faults want it
        else:
            self._tell(where, call.name, call.seconds, call.media_bytes, call.error)

    def _tell(self, kind: str, name: str, seconds: float, size: int = 0, error: Exception | None = None) -> None:
        self.environment.events.request.fire(
            request_type=kind,
            name=name,
            response_time=1000 * seconds,
            response_length=size,
            exception=error,
            context={},
        )


class Bounded(LoadTestShape):
    """All candidates of the profile, once; it ends when they are done, or when the profile's time is over."""

    def tick(self) -> tuple[int, float] | None:
        profile = Candidate.profile
        if Candidate.done >= profile.candidates or self.get_run_time() > profile.run_time_s:  # type: ignore[no-untyped-call]
            return None
        return profile.candidates, profile.per_second


@events.init_command_line_parser.add_listener  # type: ignore[untyped-decorator]
def _add_options(parser: LocustArgumentParser, **_: Any) -> None:
    parser.add_argument("--load", default="smoke", help="a shipped profile, or the path of one (.toml)")
    parser.add_argument(
        "--api-key", env_var="PARLEY_API_KEY", default="", is_secret=True, help="a key of the organisation to load"
    )


@events.init.add_listener  # type: ignore[untyped-decorator]
def _prepare(environment: Environment, **_: Any) -> None:
    options, runner = environment.parsed_options, environment.runner
    assert options is not None and runner is not None  # started from the command line
    if not options.api_key:
        sys.exit("An API key is needed, in PARLEY_API_KEY.")
    try:
        profile = Profile.load(options.load)
        check_host(options.host or "", profile.test_networks)
        _log.info("Recording the answers.")
        Candidate.load = Load(Client(options.host, options.api_key), profile)
    except (ForbiddenHost, Refused, httpx.TransportError, OSError, ValueError) as error:
        sys.exit(f"The load cannot begin: {error}")
    Candidate.profile = profile
    # locust's greenlets and the candidates' loop share one thread: gevent's selector lets them take turns.
    Candidate.loop = asyncio.new_event_loop()
    runner.greenlet.spawn(Candidate.loop.run_forever)


@events.quitting.add_listener  # type: ignore[untyped-decorator]
def _tell_unfinished(environment: Environment, **_: Any) -> None:
    if (left := Candidate.profile.candidates - Candidate.done) > 0:
        _log.error("%d of %d candidates were not done in time.", left, Candidate.profile.candidates)
        environment.process_exit_code = 1
