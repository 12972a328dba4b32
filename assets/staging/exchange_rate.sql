-- Reference rates as the ECB publishes them, turned into EUR per unit on whole numbers.
create table staging.exchange_rate (
  day            date            not null comment 'day of the rate',
  currency       varchar         not null comment 'ISO currency',
  units_per_eur  decimal(18, 12) not null comment 'units of the currency per 1 EUR',
  eur_per_unit   decimal(18, 12) not null comment 'EUR per unit, rounded to 12 digits, half away from zero',
  load_id        bigint          not null comment 'the load the row came with',
  primary key (day, currency),
  constraint rate_above_zero check (units_per_eur > 0)
) as
select
  r.date as day,
  upper(r.currency) as currency,
  r.units_per_eur,
  -- round(10^24 / n) = floor((2 * 10^24 + n) / 2n), n being the rate in units of 10^-12
  cast(
    (cast('2000000000000000000000000' as hugeint)
      + cast(cast(r.units_per_eur as decimal(25, 12)) * cast('1000000000000' as decimal(13, 0)) as hugeint))
    // (2 * cast(cast(r.units_per_eur as decimal(25, 12)) * cast('1000000000000' as decimal(13, 0)) as hugeint))
    as decimal(25, 0)
  ) * cast('0.000000000001' as decimal(13, 12)) as eur_per_unit,
  r.load_id
from raw.exchange_rate as r
inner join meta.current_part as p on p.object = 'exchange_rate' and p.part = r.part and p.load_id = r.load_id
where r.units_per_eur > 0
