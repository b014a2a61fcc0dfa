"""The resident's pages under /app."""
