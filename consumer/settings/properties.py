"""Whether librdkafka's properties, wherever they stand, are ones that we may take, and that it takes."""

from collections.abc import Iterator

from consumer.settings import kafka_options, sasl
from consumer.settings.certificates import Found
from consumer.settings.sections import Kafka

OPTIONS, FILE = "kafka.options", "kafka.options_file"


def problems(kafka: Kafka) -> Iterator[Found]:
    """What is wrong, each with the settings that it is about."""
    options, protocol = kafka.all_options(), kafka.group_protocol
    if kafka.options_file is not None:
        for name in sorted(kafka.options.keys() & kafka.options_file.options.keys()):
            yield (FILE, OPTIONS), f"sets {name}, which kafka.options sets as well: remove one"
    refused = dict(kafka_options.refused(options, protocol))
    always = dict(kafka_options.refused(options, "classic")).keys() & dict(kafka_options.refused(options, "consumer"))
    for name, reason in refused.items():
        where = place(kafka, name)
        involved = (where,) if name in always else (where, "kafka.group_protocol")
        yield involved, f"may not set {name}: {reason}; remove it"
    allowed = {name: value for name, value in sasl.completed(kafka).items() if name not in refused}
    for rejected, words in kafka_options.rejected(allowed, protocol):
        if rejected is None:
            yield (OPTIONS, "kafka.group_protocol"), f"is refused by librdkafka: {words}"
        else:
            where = place(kafka, rejected)
            told = words if where == OPTIONS else _hidden(words, str(options[rejected]))
            yield (where,), f"is refused by librdkafka for {rejected}: {told}"


def _hidden(words: str, value: str) -> str:
    """The words without the value: a file is where secrets stand, whatever they are called."""
    return words.replace(value, "***") if value else words


def place(kafka: Kafka, name: str) -> str:
    """Where the property stands."""
    return FILE if kafka.options_file is not None and name in kafka.options_file.options else OPTIONS
