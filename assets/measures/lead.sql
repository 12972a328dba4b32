-- Contributions to the lead measures: one row per lead, on the day it was created.
-- source: crm_leads
-- source of leads_to_contact, response_hours, leads_contacted, leads_contacted_in_a_day, leads_uncontacted: crm_leads; crm_activities
-- left out of leads_contacted: leads_uncontacted of leads_to_contact: leads had no contact yet
-- left out of leads_scored: leads_unscored of leads_of_score_age: leads had no score when they were seven days old
create table measures.lead (
  day                       date           not null comment 'day of creation',
  row_key                   varchar        not null comment 'the lead',
  load_id                   bigint         not null comment 'the load the row came with',
  channel                   varchar        not null comment 'slice: lead source',
  campaign                  varchar        not null comment 'slice: campaign',
  ad                        varchar        not null comment 'slice: advertisement',
  offer                     varchar        not null comment 'slice: offer',
  region                    varchar        not null comment 'slice: region',
  segment                   varchar        not null comment 'slice: segment',
  origin                    varchar        not null comment 'slice: online, offline or (unknown)',
  device                    varchar        not null comment 'slice: device',
  landing_page              varchar        not null comment 'slice: first page, without query',
  new_leads                 bigint         not null comment 'measure: 1',
  online_leads              bigint                  comment 'measure: 1 when the CRM calls the origin online',
  booking_leads             bigint                  comment 'measure: 1 when a form that books an appointment made it',
  mobile_leads              bigint                  comment 'measure: 1 when the device is a mobile phone',
  score_sum                 decimal(18, 6)          comment 'measure: score as loaded when it was seven days old',
  leads_scored              bigint                  comment 'measure: 1 when it has such a score',
  leads_unscored            bigint                  comment 'measure: 1 when it is of that age and has none',
  leads_of_score_age        bigint                  comment 'measure: 1 when it is of that age',
  leads_to_contact          bigint         not null comment 'measure: 1',
  response_hours            decimal(18, 6)          comment 'measure: hours from creation to the first contact by sales',
  leads_contacted           bigint                  comment 'measure: 1 when there was a contact',
  leads_contacted_in_a_day  bigint                  comment 'measure: 1 when the first contact came within 24 hours',
  leads_uncontacted         bigint                  comment 'measure: 1 when there was no contact yet',
  primary key (row_key)
) as
select
  l.created_day as day,
  'lead ' || cast(l.person_key as varchar) as row_key,
  l.load_id,
  l.channel,
  l.campaign,
  l.ad,
  l.offer,
  l.region,
  l.segment,
  coalesce(l.origin, '(unknown)') as origin,
  l.device,
  l.landing_page,
  1 as new_leads,
  case when l.origin = 'online' then 1 end as online_leads,
  case when l.is_booking then 1 end as booking_leads,
  case when l.device = 'mobile' then 1 end as mobile_leads,
  l.score as score_sum,
  case when l.score is not null then 1 end as leads_scored,
  case when l.is_score_due and l.score is null then 1 end as leads_unscored,
  case when l.is_score_due then 1 end as leads_of_score_age,
  1 as leads_to_contact,
  round(ratio(a.seconds, 3600), 6) as response_hours,
  case when a.person_key is not null then 1 end as leads_contacted,
  case when a.seconds <= 86400 then 1 end as leads_contacted_in_a_day,
  case when a.person_key is null then 1 end as leads_uncontacted
from facts.lead as l
left join facts.lead_contact as a on a.person_key = l.person_key
