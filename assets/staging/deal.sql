-- Sales opportunities as last exported, before merges are resolved.
create table staging.deal (
  deal_id        varchar        not null comment 'id in the CRM',
  created_at     timestamp      not null comment 'creation of the deal, UTC',
  person_key     bigint                  comment 'surrogate of the lead the deal came from',
  account_id     varchar                 comment 'company the deal is with',
  amount         decimal(18, 6)          comment 'own currency: value ex VAT',
  currency       varchar        not null comment 'ISO currency; EUR when the file names none',
  margin         decimal(18, 6)          comment 'gross profit in its own currency',
  status         varchar        not null comment 'open, won or lost',
  closed_at      timestamp               comment 'moment it was won or lost, UTC',
  deal_type      varchar        not null comment 'new, upsell, cross_sell, renewal; new when the file names none',
  quote_sent_at  timestamp               comment 'moment the quote was sent, UTC',
  channel        varchar                 comment 'channel the CRM names, as sent',
  source         varchar                 comment 'traffic source',
  medium         varchar                 comment 'traffic medium',
  campaign       varchar                 comment 'campaign',
  segment        varchar                 comment 'market segment',
  is_test        boolean        not null comment 'a test record, never counted',
  load_id        bigint         not null comment 'the load the row came with',
  primary key (deal_id)
) as
select
  r.deal_id,
  r.created_at,
  r.person_key,
  r.account_id,
  r.amount,
  coalesce(r.currency, 'EUR') as currency,
  r.margin,
  coalesce(lower(r.status), 'open') as status,
  r.closed_at,
  coalesce(lower(r.deal_type), 'new') as deal_type,
  r.quote_sent_at,
  r.channel,
  r.source,
  r.medium,
  r.campaign,
  r.segment,
  coalesce(r.is_test, false) as is_test,
  r.load_id
from raw.deal as r
inner join meta.current_part as p on p.object = 'deal' and p.part = r.part and p.load_id = r.load_id
