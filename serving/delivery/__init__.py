"""What leaves Parley for other systems."""
