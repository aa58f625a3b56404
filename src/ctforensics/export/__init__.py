"""What leaves a case in other formats."""
