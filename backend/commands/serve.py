"""HTTP and sockets in one process on one port, for a single machine."""

import argparse

from django.urls import get_resolver

from backend.up import asgi

PROCESS = "web"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    asgi.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    _ = get_resolver().url_patterns  # every route, before the first request: what cannot be imported is never "ready"
    return asgi.serve("backend.asgi:application", args.host, args.port, published_as="http")
