"""A table that sums one column of another: whether a project lets it, and what it says."""

READER = """-- What is made of it.
create table facts.total (
  it  decimal(38, 6) comment 'a figure',
  primary key (it)
) as
select sum({column}) as it from {table}
"""
