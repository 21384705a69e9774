"""What learns: data building, SFT, evaluation."""
