"""The settings of the vendor's own notifications, as far as they are right one by one."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from consumer.core.json_path import parsed_path
from consumer.settings.section import Section, from_json


def _simple_path(value: str) -> str:
    path = parsed_path(value)
    if path is None or path.arrays:
        raise ValueError(f"must be a path like a.b, not {value!r}")
    return value


SimplePath = Annotated[str, AfterValidator(_simple_path)]
Events = Annotated[Mapping[str, object], BeforeValidator(from_json), AfterValidator(MappingProxyType)]


class Notifications(Section):
    """The vendor's own notifications as records: [how they are read](notifications.md)."""

    enabled: bool = Field(default=False, description="Whether records may be the vendor's notifications, as JSON.")
    returns: Events = Field(
        default_factory=lambda: MappingProxyType({}),
        description="A map: how events of the returns topic are read, by their name, beside the documented ones.",
    )
    earns: Events = Field(
        default_factory=lambda: MappingProxyType({}),
        description="A map: how events of the earn feed are read, by their name, beside the documented ones.",
    )
    ignore: Annotated[tuple[str, ...], BeforeValidator(from_json)] = Field(
        default=(), description="A list: names of events that both topics pass over."
    )
    link_by: Literal["promotion", "request"] = Field(
        default="promotion",
        description="`promotion`: a purchase names the earns, by its API request, of the promotions it lists; "
        "`request`: where it lists none, all of them.",
    )
    event_name: Annotated[tuple[SimplePath, ...], BeforeValidator(from_json)] = Field(
        default=("eventName", "eventType"), min_length=1, description="A list: paths of the event's name."
    )
    wrapper: SimplePath = Field(default="attributes", description="Where a wrapped envelope has the notification.")
