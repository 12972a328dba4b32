-- The rate of every currency for every span of days: the last published one counts until the next.
-- publish: yes
create table reference.exchange_rate (
  currency      varchar         not null comment 'ISO currency',
  valid_from    date            not null comment 'day the rate was published',
  valid_until   date            not null comment 'last day it counts',
  eur_per_unit  decimal(18, 12) not null comment 'EUR per unit of the currency',
  primary key (currency, valid_from)
) as
select
  currency,
  day as valid_from,
  coalesce(
    cast(lead(day) over (partition by currency order by day) - 1 as date),
    cast('2099-12-31' as date)
  ) as valid_until,
  eur_per_unit
from staging.exchange_rate
where currency <> 'EUR'
union all
select
  'EUR' as currency,
  cast('1900-01-01' as date) as valid_from,
  cast('2099-12-31' as date) as valid_until,
  1 as eur_per_unit
