"""Pages and JSON of the demo under /demo; the routes exist only where the demo runs."""
