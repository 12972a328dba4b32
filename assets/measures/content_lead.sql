-- Contributions to the leads from content: one row per lead that landed on a content page or whose channel is content.
-- source: crm_leads
create table measures.content_lead (
  day            date    not null comment 'day of creation',
  row_key        varchar not null comment 'the lead',
  load_id        bigint  not null comment 'the load the row came with',
  channel        varchar not null comment 'slice: lead source',
  landing_page   varchar not null comment 'slice: first page, without query',
  content_leads  bigint  not null comment 'measure: 1',
  primary key (row_key)
) as
select
  l.created_day as day,
  'lead ' || cast(l.person_key as varchar) as row_key,
  l.load_id,
  l.channel,
  l.landing_page,
  1 as content_leads
from facts.lead as l
where exists (
  select 1
  from reference.page_set as s
  where (s.name = 'content' and lower(l.landing_page) like s.pattern escape '\')
    or (s.name = 'content_channel' and lower(l.channel) like s.pattern escape '\')
)
