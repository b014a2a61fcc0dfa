"""One machine, one command: the database, the children, the links. `python -m backend up`."""
