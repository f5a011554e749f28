"""How it is done: one module per outside system; none imports another."""
