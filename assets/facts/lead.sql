-- One row per lead: survivors only, tests left out, with the earliest creation and the first source of all merged records.
create table facts.lead (
  person_key   bigint    not null comment 'surrogate of the surviving record',
  created_at   timestamp not null comment 'earliest creation of all its records, UTC',
  created_day  date      not null comment 'the same, as a day in the reporting zone',
  channel      varchar   not null comment 'lead source: channel of the earliest record',
  campaign     varchar   not null comment 'campaign of the earliest record; (unknown) when empty',
  ad           varchar   not null comment 'advertisement of the earliest record; (unknown) when empty',
  platform     varchar   not null comment 'ad platform that the source of the earliest record belongs to; (unknown) when none',
  device       varchar   not null comment 'device of the earliest record; (unknown) when empty',
  segment      varchar   not null comment 'segment of the earliest record; (unknown) when empty',
  origin       varchar            comment 'online or offline; NULL when the CRM does not say',
  load_id      bigint    not null comment 'the load of the earliest record',
  primary key (person_key)
) as
with record as (
  select
    p.survivor_key,
    l.created_at,
    c.channel,
    c.source,
    c.campaign,
    l.ad,
    l.device,
    l.segment,
    l.origin,
    l.load_id,
    row_number() over (
      partition by p.survivor_key
      -- equal to the second: by content, so that the surrogate never decides
      order by l.created_at, c.channel, l.device, l.segment, l.origin, l.load_id, c.campaign, l.ad, c.source
    ) as place
  from facts.person as p
  inner join staging.lead as l on l.person_key = p.person_key
  inner join facts.channel_of_traffic as c
    on c.sent_channel = trim(coalesce(l.channel, '')) and c.source = trim(coalesce(l.source, ''))
    and c.medium = trim(coalesce(l.medium, '')) and c.campaign = trim(coalesce(l.campaign, '')) and c.platform = ''
)
select
  r.survivor_key as person_key,
  r.created_at,
  local_date(r.created_at) as created_day,
  r.channel,
  coalesce(nullif(r.campaign, ''), '(unknown)') as campaign,
  coalesce(nullif(trim(r.ad), ''), '(unknown)') as ad,
  coalesce(a.platform, '(unknown)') as platform,
  coalesce(nullif(r.device, ''), '(unknown)') as device,
  coalesce(nullif(r.segment, ''), '(unknown)') as segment,
  nullif(r.origin, '') as origin,
  r.load_id
from record as r
cross join meta.business_date as b
left join reference.platform_alias as a on a.alias = lower(r.source)
where r.place = 1 and local_date(r.created_at) < b.business_date
