"""The WebSockets alone, for the proxy's /ws/ (a process of its own, as many as wanted)."""

import argparse

from backend.up import asgi

PROCESS = "sockets"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    asgi.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    return asgi.serve("backend.asgi:application", args.host, args.port, published_as="sockets")
