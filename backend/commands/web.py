"""HTTP alone, by granian and WSGI: the fast way to serve requests, with the sockets in processes of their own."""

import argparse
import os
import sys

from backend.core import ports
from backend.env import env
from backend.up import doors

PROCESS = "web"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default=env.host)
    parser.add_argument("--port", type=int, default=env.port, help="0 takes any free port")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--threads", type=int, default=8, help="requests at once in each process")


def run(args: argparse.Namespace) -> int:
    with doors.opened(args.host, args.port) as door:  # a clear message when it is taken; granian opens it again
        port = door.getsockname()[1]
    ports.publish(env.home_path, http=port)
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", args.host, "--port", str(port)]
    command += ["--workers", str(args.workers), "--blocking-threads", str(args.threads), "--no-ws", "--no-access-log"]
    os.execv(sys.executable, [*command, "--respawn-failed-workers", "backend.wsgi:application"])  # noqa: S606
