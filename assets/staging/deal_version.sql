-- What every export that counts said of a deal, also those that a later one replaced.
create table staging.deal_version (
  deal_id    varchar        not null comment 'id in the CRM',
  as_of      date           not null comment 'business date from which on the deal was so',
  load_id    bigint         not null comment 'the load the row came with',
  stage      varchar        not null comment 'stage in lower case',
  status     varchar        not null comment 'open, won or lost',
  closed_at  timestamp               comment 'moment it was won or lost, UTC',
  amount     decimal(18, 6)          comment 'own currency: value ex VAT',
  currency   varchar        not null comment 'ISO currency; EUR when the file named none',
  primary key (deal_id, load_id)
) as
select
  r.deal_id,
  p.as_of,
  r.load_id,
  lower(trim(r.stage)) as stage,
  coalesce(lower(r.status), 'open') as status,
  r.closed_at,
  r.amount,
  coalesce(r.currency, 'EUR') as currency
from raw.deal as r
inner join meta.held_part as p on p.object = 'deal' and p.part = r.part and p.load_id = r.load_id
