"""How good, honestly: digits are compared with real ones, figure by figure."""
