-- From which day to which each source was read, as of when, and how long its days may still change.
create table staging.source_coverage (
  source         varchar not null comment 'source as the KPI catalogue names it',
  is_enabled     boolean not null comment 'switched on in the configuration',
  first_day      date             comment 'first day the source covers; NULL when it was never read',
  last_day       date             comment 'last day the source covers',
  as_of          date             comment 'business date of the last read',
  maturity_days  integer not null comment 'age at which a day no longer changes',
  primary key (source)
) as
with ga4_day as (
  -- before its first visit a property may not have existed; after it a day without one is a day without one
  select min(v.first_day) as first_day, max(cast(try_strptime(p.part, '%Y-%m-%d') as date)) as last_day
  from meta.current_part as p
  cross join (select min(day) as first_day from staging.ga4_channel_day) as v
  where p.object = 'ga4.channel_day'
),
ga4_other_day as (
  select
    max(case when object = 'ga4.campaign_day' then cast(try_strptime(part, '%Y-%m-%d') as date) end) as last_campaign_day,
    max(case when object = 'ga4.funnel_day' then cast(try_strptime(part, '%Y-%m-%d') as date) end) as last_event_day
  from meta.current_part
  where object in ('ga4.campaign_day', 'ga4.funnel_day')
),
event_day as (
  select 'mailchimp' as source, send_day as day from staging.mailchimp_report
  union all
  select 'email_campaign' as source, send_day as day from staging.email_campaign where is_counted
  union all
  select 'email_list' as source, day from staging.email_list where is_counted
  union all
  select 'crm_leads' as source, local_date(created_at) as day from staging.lead
  union all
  select 'crm_stages' as source, local_date(entered_at) as day from staging.lead_stage
  union all
  select 'crm_deals' as source, local_date(created_at) as day from staging.deal
  union all
  select 'crm_deals' as source, local_date(closed_at) as day from staging.deal
  union all
  select 'crm_activities' as source, local_date(occurred_at) as day from staging.activity
  union all
  select 'orders' as source, local_date(ordered_at) as day from staging.shop_order
  union all
  select 'orders' as source, local_date(refunded_at) as day from staging.refund
  union all
  select 'order_lines' as source, local_date(o.ordered_at) as day
  from staging.order_line as l
  inner join staging.shop_order as o on o.order_id = l.order_id
  union all
  select 'carts' as source, local_date(created_at) as day from staging.cart
  union all
  select 'ad_cost' as source, day from staging.ad_cost
  union all
  -- an accrual covers its whole period, as far as it is over
  select 'cost' as source, period_start as day from staging.cost
  union all
  select 'cost' as source, least(c.period_end, cast(b.business_date - 1 as date)) as day
  from staging.cost as c
  cross join meta.business_date as b
  union all
  select 'ad_cost' as source, day from staging.ga4_cost_day
  union all
  select 'seo_site' as source, day from staging.seo_site where clicks is not null or impressions is not null
  union all
  select 'seo_index' as source, day from staging.seo_site where indexed_pages is not null
  union all
  select 'seo_sitemap' as source, day
  from staging.seo_site
  where submitted_pages is not null and submitted_indexed_pages is not null
  union all
  select 'seo_links' as source, day from staging.seo_site where backlinks is not null
  union all
  select 'seo_query' as source, day from staging.seo_query
  union all
  select 'content' as source, local_date(published_at) as day from staging.article
  union all
  select 'metrics' as source, day from staging.metric
  union all
  -- a look tells of the posts of all days before it
  select 'social_posts' as source, published_day as day from staging.social_post
  union all
  select 'social_posts' as source, observed_day as day from staging.social_post
  union all
  select 'social_pages' as source, counted_day as day from staging.social_page
  union all
  select 'social_pages' as source, cast(date_trunc('month', day) as date) as day
  from staging.social_page
  where period = 'month'
  union all
  select 'social_followers' as source, counted_day as day from staging.social_page where followers is not null
  union all
  select 'receipts' as source, local_date(sold_at) as day from staging.receipt
  union all
  select 'footfall' as source, day from staging.footfall
),
event_reach as (
  select e.source, min(e.day) as first_day, max(e.day) as last_day
  from event_day as e
  cross join meta.business_date as b
  where e.day < b.business_date
  group by e.source
),
first_known as (
  select
    least(min(r.first_day), min(g.first_day)) as first_day,
    min(case when r.source = 'crm_leads' then r.first_day end) as first_lead_day
  from ga4_day as g
  left join event_reach as r on r.source not in ('seo_site', 'seo_index', 'seo_sitemap', 'seo_links', 'seo_query', 'content', 'metrics')
),
object_of as (
  select 'ga4' as source, 'ga4.channel_day' as object
  union all
  -- a night whose derived requests were not all answered left some of them as they were
  select 'ga4_period' as source, 'ga4.period_night' as object
  union all
  select 'ga4_campaign' as source, 'ga4.campaign_day' as object
  union all
  select 'ga4_event' as source, 'ga4.funnel_day' as object
  union all
  select 'mailchimp' as source, 'mailchimp.report' as object
  union all
  select 'email_campaign' as source, 'email_campaign' as object
  union all
  select 'email_list' as source, 'email_list' as object
  union all
  select 'crm_leads' as source, 'lead' as object
  union all
  select 'crm_stages' as source, 'lead_stage' as object
  union all
  select 'crm_deals' as source, 'deal' as object
  union all
  select 'crm_activities' as source, 'activity' as object
  union all
  select 'orders' as source, 'shop_order' as object
  union all
  select 'order_lines' as source, 'order_line' as object
  union all
  select 'carts' as source, 'cart' as object
  union all
  select 'social_posts' as source, 'social_post' as object
  union all
  select 'social_pages' as source, 'social_page' as object
  union all
  select 'social_followers' as source, 'social_page' as object
  union all
  select 'receipts' as source, 'receipt' as object
  union all
  select 'footfall' as source, 'footfall' as object
  union all
  select 'cost' as source, 'cost' as object
  union all
  select 'ad_cost' as source, 'ad_cost' as object
  union all
  select 'ad_cost' as source, 'ga4.cost_day' as object
  union all
  select 'seo_site' as source, 'seo_site' as object
  union all
  select 'seo_index' as source, 'seo_site' as object
  union all
  select 'seo_sitemap' as source, 'seo_site' as object
  union all
  select 'seo_links' as source, 'seo_site' as object
  union all
  select 'seo_query' as source, 'seo_query' as object
  union all
  select 'content' as source, 'article' as object
  union all
  select 'metrics' as source, 'metric' as object
),
read_as_of as (
  select o.source, max(s.as_of) as as_of
  from object_of as o
  inner join meta.current_source as s on s.object = o.object
  group by o.source
)
select
  s.source,
  s.is_enabled,
  case
    when s.source = 'ga4' then g.first_day
    when s.source in ('ga4_period', 'ga4_campaign', 'ga4_event') and a.as_of is not null then g.first_day
    -- Mailchimp is read whole: a day without a send had none
    when s.source = 'mailchimp' and a.as_of is not null then f.first_day
    -- the stages of a lead are of the same CRM: before the first entry there were leads without one
    when s.source = 'crm_stages' and a.as_of is not null then f.first_lead_day
    else r.first_day
  end as first_day,
  case
    when s.source = 'ga4' then g.last_day
    when s.source = 'ga4_period' then least(g.last_day, cast(a.as_of - 1 as date))
    when s.source = 'ga4_campaign' then k.last_campaign_day
    when s.source = 'ga4_event' then k.last_event_day
    -- search reports lag by days: their newest day is the last one they speak of
    when s.source in ('seo_site', 'seo_query') then r.last_day
    -- Mailchimp is read whole every night. A file whose newest row is recent was exported up to the day before it came.
    when s.source = 'mailchimp' or date_diff('day', r.last_day, a.as_of) <= t.file_reach_days
      then greatest(coalesce(r.last_day, cast(a.as_of - 1 as date)), cast(a.as_of - 1 as date))
    else r.last_day
  end as last_day,
  a.as_of,
  s.maturity_days
from reference.source as s
cross join reference.setting as t
cross join ga4_day as g
cross join ga4_other_day as k
cross join first_known as f
left join event_reach as r on r.source = s.source
left join read_as_of as a on a.source = s.source
