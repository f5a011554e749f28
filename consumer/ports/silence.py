"""The ways the world can fail to answer, or to make sense."""


class Unavailable(Exception):  # noqa: N818 - an answer that is not there is no error of anybody's
    """No answer can be had now; the same question may be asked again later.

    `reason` is the kind of silence, a label for metrics. `retry_after` is the least wait, in seconds, that the far
    side asked for. `sent` is False when the question surely never left. `words` tell a person more, where there is
    more.
    """

    def __init__(
        self, reason: str, *, retry_after: float | None = None, sent: bool = True, words: str | None = None
    ) -> None:
        super().__init__(reason)
        self.words = words
        self.reason = reason
        self.retry_after = retry_after
        self.sent = sent


class Undecodable(Exception):  # noqa: N818 - bad data is an input, not an error of ours
    """No record of the schema comes out of these bytes; the text says why, without the bytes."""


class SchemaMissing(Exception):  # noqa: N818 - a question to be asked first
    """The registry must be asked for this schema before the record can be read."""

    def __init__(self, schema_id: int) -> None:
        super().__init__(f"schema {schema_id} is not known yet")
        self.schema_id = schema_id
