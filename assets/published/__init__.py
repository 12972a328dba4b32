"""The one way out: the read-only mart for BI tools."""
