"""Everything on this machine: database, web, sockets, worker, receivers, and in a demo the payment sandbox.

Environment: HOST, PORT (0 takes any free one), YIKE_HOME, DATABASE_URL…; the ports are published in $YIKE_HOME/ports.json.
"""

import argparse
import asyncio
import os

PROCESS = "none"  # its children are the processes that use the database


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-demo", action="store_true", help="no invented people, no sandbox")


def run(args: argparse.Namespace) -> int:
    os.environ.setdefault("YIKE_DEMO", "0" if args.no_demo else "1")
    os.environ.setdefault("LOG_FORMAT", "plain")
    from backend.env import env  # every mistake of the environment at once, before anything starts
    from backend.up import doors
    from backend.up.supervisor import Supervisor

    os.environ["YIKE_HOME"] = str(env.home_path)
    with doors.opened(env.host, env.port) as door:
        os.environ["PORT"] = str(door.getsockname()[1])

        async def supervise() -> int:
            return await Supervisor(env.home_path, door).run()

        return asyncio.run(supervise())
