"""What happens, in order, told on ports only. Read `lane` first."""
