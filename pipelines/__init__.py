"""How and when the tables are made; what exists is said in `assets`, what the company decides in `config`."""
