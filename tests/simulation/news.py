"""What is new, for those who look again and again."""

from collections.abc import Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class News(Generic[T]):
    """What came to a list since it was asked last."""

    def __init__(self, items: Sequence[T]) -> None:
        self._items = items
        self._seen = 0

    def __call__(self) -> Sequence[T]:
        seen, self._seen = self._seen, len(self._items)
        return self._items[seen:] if seen != self._seen else ()
