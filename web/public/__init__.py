"""Pages for anybody: the first page, logging in and out, preferences, errors."""
