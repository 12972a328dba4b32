-- One row per lead: survivors only, tests left out, with the earliest creation and the first source of all merged records.
create table facts.lead (
  person_key    bigint         not null comment 'surrogate of the surviving record',
  created_at    timestamp      not null comment 'earliest creation of all its records, UTC',
  created_day   date           not null comment 'the same, as a day in the reporting zone',
  channel       varchar        not null comment 'lead source: channel of the earliest record',
  campaign      varchar        not null comment 'campaign of the earliest record; (unknown) when empty, as with the others',
  ad            varchar        not null comment 'advertisement of the earliest record',
  offer         varchar        not null comment 'offer of the earliest record',
  region        varchar        not null comment 'region of the earliest record',
  device        varchar        not null comment 'device of the earliest record',
  landing_page  varchar        not null comment 'page of the earliest record as a path, without host and query',
  segment       varchar        not null comment 'segment of the earliest record',
  origin        varchar                 comment 'online or offline; NULL when the CRM does not say',
  is_booking    boolean        not null comment 'the form of the earliest record books an appointment',
  is_score_due  boolean        not null comment 'it is seven days old: its score counts as it stands on that day',
  score         decimal(18, 6)          comment 'score as loaded when it was seven days old; NULL before, and when it was first loaded later or had none',
  load_id       bigint         not null comment 'the load of the earliest record',
  primary key (person_key)
) as
with record as (
  select
    p.survivor_key,
    p.person_key as record_key,
    l.created_at,
    local_date(l.created_at) as created_day,
    c.channel,
    c.campaign,
    l.ad,
    l.offer,
    l.region,
    l.device,
    split_part(split_part(l.landing_page, '#', 1), '?', 1) as address,
    l.segment,
    l.origin,
    t.term is not null as is_booking,
    l.load_id,
    row_number() over (
      partition by p.survivor_key
      -- equal to the second: by content, so that the surrogate never decides
      order by l.created_at, c.channel, l.device, l.landing_page, l.segment, l.origin, l.load_id, c.campaign, l.ad,
        l.offer, l.region, l.form
    ) as place
  from facts.person as p
  inner join staging.lead as l on l.person_key = p.person_key
  inner join facts.channel_of_traffic as c
    on c.sent_channel = trim(coalesce(l.channel, '')) and c.source = trim(coalesce(l.source, ''))
    and c.medium = trim(coalesce(l.medium, '')) and c.campaign = trim(coalesce(l.campaign, '')) and c.platform = ''
  left join reference.crm_term as t on t.role = 'booking_form' and t.term = lower(trim(l.form))
),
scored as (
  select
    r.record_key,
    s.score,
    row_number() over (partition by r.record_key order by s.as_of desc, s.load_id desc) as place
  from record as r
  inner join staging.lead_score as s on s.person_key = r.record_key and s.as_of <= cast(r.created_day + 7 as date)
  where r.place = 1
)
select
  r.survivor_key as person_key,
  r.created_at,
  r.created_day,
  r.channel,
  coalesce(nullif(r.campaign, ''), '(unknown)') as campaign,
  coalesce(nullif(trim(r.ad), ''), '(unknown)') as ad,
  coalesce(nullif(trim(r.offer), ''), '(unknown)') as offer,
  coalesce(nullif(trim(r.region), ''), '(unknown)') as region,
  coalesce(nullif(r.device, ''), '(unknown)') as device,
  coalesce(nullif(
    case
      -- an address of nothing but a host is the first page
      when r.address like '%://%' then coalesce(nullif(substr(
        split_part(r.address, '://', 2), length(split_part(split_part(r.address, '://', 2), '/', 1)) + 1
      ), ''), '/')
      else r.address
    end, ''), '(unknown)') as landing_page,
  coalesce(nullif(r.segment, ''), '(unknown)') as segment,
  nullif(r.origin, '') as origin,
  r.is_booking,
  date_diff('day', r.created_day, b.business_date) >= 7 as is_score_due,
  case when date_diff('day', r.created_day, b.business_date) >= 7 then s.score end as score,
  r.load_id
from record as r
cross join meta.business_date as b
left join scored as s on s.record_key = r.record_key and s.place = 1
where r.place = 1 and r.created_day < b.business_date
