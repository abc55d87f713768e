"""A square to look at, without anybody at the desk."""

from tests.actions.conftest import square

__all__ = ["square"]
