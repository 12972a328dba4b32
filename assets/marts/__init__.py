"""Tables whose text is written from the configuration or from other tables; the rest of the folder is SQL."""
