"""What exists: one file per table; the folder is the schema and the Dagster group."""
