"""`python -m consumer` is the command `returns-consumer`."""

from consumer.cli import main

main()
