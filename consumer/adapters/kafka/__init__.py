"""Kafka: one thread that owns a consumer and a transactional producer, and moves offsets with what they led to."""

from consumer.adapters.kafka.config import BadOption, KafkaConfig, Topics
from consumer.adapters.kafka.status import KafkaStatus, PartitionStatus, Stage
from consumer.adapters.kafka.telling import EarnFeed, KafkaTelemetry
from consumer.adapters.kafka.worker import KafkaWorker

__all__ = [
    "BadOption",
    "EarnFeed",
    "KafkaConfig",
    "KafkaStatus",
    "KafkaTelemetry",
    "KafkaWorker",
    "PartitionStatus",
    "Stage",
    "Topics",
]
