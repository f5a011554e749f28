"""One file a step, and in a step one table that is in use already: each step is a transaction of its own.

Who holds one table and waits for another would stand in a circle with those who write to both in the other order.
"""
