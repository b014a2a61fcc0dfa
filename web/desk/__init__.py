"""The console of dispatchers and property managers under /desk."""
