"""Questions, answers, pivots: reads the tables of a case and nothing else."""
