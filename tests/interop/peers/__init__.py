"""The foreign peers the line is tried with, each started by a test and ended by its process id."""
