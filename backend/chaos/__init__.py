"""Journeys in loops while processes are killed, then a count of what must hold: `python -m backend chaos`.

The journeys are made over HTTP alone, as phones and buttons make them; only the count at the end reads the database.
"""
