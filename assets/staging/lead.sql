-- CRM persons as last exported, before merges are resolved.
create table staging.lead (
  person_key    bigint    not null comment 'surrogate of the person',
  created_at    timestamp not null comment 'creation of the lead, UTC',
  channel       varchar            comment 'channel the CRM names, as sent',
  source        varchar            comment 'traffic source',
  medium        varchar            comment 'traffic medium',
  campaign      varchar            comment 'campaign',
  ad            varchar            comment 'advertisement (utm_content)',
  form          varchar            comment 'form that was filled in',
  offer         varchar            comment 'what was offered in return',
  device        varchar            comment 'device',
  landing_page  varchar            comment 'first page, without query string',
  origin        varchar            comment 'online or offline',
  segment       varchar            comment 'market segment',
  region        varchar            comment 'region',
  is_test       boolean   not null comment 'a test record, never counted',
  customer_key  bigint             comment 'surrogate of the shop customer the lead is',
  load_id       bigint    not null comment 'the load the row came with',
  primary key (person_key)
) as
select
  r.person_key,
  r.created_at,
  r.channel,
  r.source,
  r.medium,
  r.campaign,
  r.ad,
  r.form,
  r.offer,
  lower(r.device) as device,
  r.landing_page,
  lower(r.origin) as origin,
  r.segment,
  r.region,
  coalesce(r.is_test, false) as is_test,
  r.customer_key,
  r.load_id
from raw.lead as r
inner join meta.current_part as p on p.object = 'lead' and p.part = r.part and p.load_id = r.load_id
