"""The sources: each asset appends what a source object says now. Nothing is interpreted here."""
