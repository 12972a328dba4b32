"""The databases that can carry the tables: the same verbs for each."""
