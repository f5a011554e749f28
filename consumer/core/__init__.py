"""What is true: pure decisions on values. Standard library only."""
