-- Contributions to the stage-to-stage rates: one row per person and stage entered, with what followed within the window.
-- source: crm_leads; crm_stages else crm_deals
-- source of lead_cohort: crm_leads
-- source of sql_to_opportunity_reached, lead_to_customer_reached: crm_leads; crm_stages else crm_deals; crm_deals else crm_stages
create table measures.stage_cohort (
  day                         date    not null comment 'day of the entry that makes the person a member of the cohort',
  row_key                     varchar not null comment 'person and stage',
  load_id                     bigint  not null comment 'the load the row came with',
  channel                     varchar not null comment 'slice: lead source',
  campaign                    varchar not null comment 'slice: campaign of the lead',
  ad                          varchar not null comment 'slice: advertisement of the lead',
  offer                       varchar not null comment 'slice: offer of the lead',
  region                      varchar not null comment 'slice: region of the lead',
  segment                     varchar not null comment 'slice: segment of the lead',
  device                      varchar not null comment 'slice: device of the lead',
  lead_cohort                 bigint           comment 'measure: leads',
  lead_to_mql_reached         bigint           comment 'measure: of the leads, reached MQL within the window',
  lead_to_sql_reached         bigint           comment 'measure: of the leads, reached SQL within the window',
  lead_to_customer_reached    bigint           comment 'measure: of the leads, became customer within the window',
  lead_to_qualified_reached   bigint           comment 'measure: of the leads, reached the stage the company calls qualified within the window',
  online_mqls_of_cohort       bigint           comment 'measure: of the online leads, reached MQL within the window',
  online_sals_of_cohort       bigint           comment 'measure: of the online leads, reached SAL within the window',
  online_sqls_of_cohort       bigint           comment 'measure: of the online leads, reached SQL within the window',
  mql_cohort                  bigint           comment 'measure: persons that entered MQL',
  mql_to_sal_reached          bigint           comment 'measure: of these, reached SAL within the window',
  mql_to_sql_reached          bigint           comment 'measure: of these, reached SQL within the window',
  sal_cohort                  bigint           comment 'measure: persons that entered SAL',
  sal_to_sql_reached          bigint           comment 'measure: of these, reached SQL within the window',
  sql_cohort                  bigint           comment 'measure: persons that entered SQL',
  sql_to_opportunity_reached  bigint           comment 'measure: of these, reached opportunity within the window',
  primary key (row_key)
) as
with pair as (
  select
    a.person_key,
    a.stage,
    a.entered_day,
    a.channel,
    a.campaign,
    a.ad,
    a.offer,
    a.region,
    a.segment,
    a.device,
    a.origin = 'online' as is_online,
    a.load_id,
    b.stage as next_stage,
    case
      when b.entered_day is not null and date_diff('day', a.entered_day, b.entered_day) <= s.conversion_window_days
        then 1
      else 0
    end as reached
  from facts.stage_entry as a
  cross join reference.setting as s
  left join facts.stage_entry as b on b.person_key = a.person_key and b.stage_position > a.stage_position
  where a.stage in ('lead', 'mql', 'sal', 'sql')
)
select
  entered_day as day,
  'lead ' || cast(person_key as varchar) || ' ' || stage as row_key,
  load_id,
  channel,
  campaign,
  ad,
  offer,
  region,
  segment,
  device,
  case when stage = 'lead' then 1 end as lead_cohort,
  max(case when stage = 'lead' and next_stage = 'mql' then reached end) as lead_to_mql_reached,
  max(case when stage = 'lead' and next_stage = 'sql' then reached end) as lead_to_sql_reached,
  max(case when stage = 'lead' and next_stage = 'customer' then reached end) as lead_to_customer_reached,
  case
    when stage <> 'lead' then null
    when q.qualified_stage = 'lead' then 1
    else max(case when next_stage = q.qualified_stage then reached end)
  end as lead_to_qualified_reached,
  max(case when stage = 'lead' and is_online and next_stage = 'mql' and reached = 1 then 1 end) as online_mqls_of_cohort,
  max(case when stage = 'lead' and is_online and next_stage = 'sal' and reached = 1 then 1 end) as online_sals_of_cohort,
  max(case when stage = 'lead' and is_online and next_stage = 'sql' and reached = 1 then 1 end) as online_sqls_of_cohort,
  case when stage = 'mql' then 1 end as mql_cohort,
  max(case when stage = 'mql' and next_stage = 'sal' then reached end) as mql_to_sal_reached,
  max(case when stage = 'mql' and next_stage = 'sql' then reached end) as mql_to_sql_reached,
  case when stage = 'sal' then 1 end as sal_cohort,
  max(case when stage = 'sal' and next_stage = 'sql' then reached end) as sal_to_sql_reached,
  case when stage = 'sql' then 1 end as sql_cohort,
  max(case when stage = 'sql' and next_stage = 'opportunity' then reached end) as sql_to_opportunity_reached
from pair
cross join reference.setting as q
group by
  entered_day, person_key, stage, load_id, channel, campaign, ad, offer, region, segment, device, q.qualified_stage
