"""What was asked of the vendor, and all that its answer can come to."""

from collections.abc import Mapping
from dataclasses import dataclass

from consumer.core.model import EarnId, PromotionId
from consumer.core.outcome import VerdictKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One earn in a request."""

    promotion_id: PromotionId
    earn_id: EarnId


@dataclass(frozen=True, slots=True, kw_only=True)
class EarnAnswer:
    """What the vendor said of one earn. `code` is None for REVOKED; `message` is cut at 256 characters."""

    kind: VerdictKind
    code: int | None
    message: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The fate of `earns` is known now; that of `unnamed` is not.

    Ask for `unnamed` again, without the others, as uncertain: in halves with `halve`, as an error, of the code `blame`,
    named none of several. Every asked earn is in one of the two. There is always progress: an earn is known, or `halve`
    is set.
    """

    earns: Mapping[EarnId, EarnAnswer]
    unnamed: tuple[Asked, ...]
    blame: int | None

    @property
    def halve(self) -> bool:
        """Whether to ask again in halves."""
        return self.blame is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transient:
    """Nothing is known; ask again later. `code` is None where a success names nothing.

    `fate_unknown` is False where the vendor surely did nothing of what was asked.
    """

    code: int | None
    fate_unknown: bool
    message: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Our own credentials were refused. `fate_unknown` as in Transient."""

    code: int
    fate_unknown: bool


Judgement = Answered | Transient | Credentials


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What the customer still holds; unless `complete`, an earn's absence proves nothing."""

    held: frozenset[EarnId]
    complete: bool
