"""The three journeys, told in a terminal against a running demo, only through HTTP and WebSocket: `python -m backend story`.

Nothing here reaches into the database or imports a domain: what a line says has happened over the wire.
"""
