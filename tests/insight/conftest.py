"""The invented quarter of the directory's tests."""

from tests.directory.conftest import quarter

__all__ = ["quarter"]
