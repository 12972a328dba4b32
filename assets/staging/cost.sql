-- Costs that no ad platform bills: software, staff, agency, content and the like.
create table staging.cost (
  cost_id       varchar        not null comment 'id of the cost row',
  period_start  date           not null comment 'first day the cost belongs to',
  period_end    date           not null comment 'last day the cost belongs to',
  amount        decimal(18, 6) not null comment 'own currency: amount ex VAT',
  currency      varchar        not null comment 'ISO currency',
  category      varchar        not null comment 'software, staff, agency, content, design, events, media or other',
  channel       varchar                 comment 'channel it belongs to, as sent',
  allocation    varchar        not null comment 'fixed, media_share, leads or none',
  load_id       bigint         not null comment 'the load the row came with',
  primary key (cost_id),
  constraint ends_after_start check (period_end >= period_start)
) as
select
  r.cost_id,
  r.period_start,
  r.period_end,
  r.amount,
  r.currency,
  lower(r.category) as category,
  r.channel,
  coalesce(nullif(lower(r.allocation), ''), 'none') as allocation,
  r.load_id
from raw.cost as r
inner join meta.current_part as p on p.object = 'cost' and p.part = r.part and p.load_id = r.load_id
