"""The vendor's API over HTTP: revokeEarn, the customer's listing, and the credentials for both."""

from consumer.adapters.revoke_api.api import HttpRevokeApi
from consumer.adapters.revoke_api.config import Anonymous, ApiConfig, Basic, OAuth, Watcher
from consumer.adapters.revoke_api.exchange import trusting

__all__ = ["Anonymous", "ApiConfig", "Basic", "HttpRevokeApi", "OAuth", "Watcher", "trusting"]
