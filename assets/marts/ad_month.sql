-- Which advertisements bring good leads: media spend, leads that qualified, customers and revenue by advertisement and month.
-- Every advertisement with spend is there, with conversions or without; place 1 of a month brought the most qualified leads.
-- publish: yes
create table marts.ad_month (
  month             date           not null comment 'first day of the month',
  channel           varchar        not null comment 'channel of the advertisement, of the lead or of the sale',
  campaign          varchar        not null comment 'campaign; (unknown) where a lead or sale names none',
  ad                varchar        not null comment 'advertisement; (unallocated) bears what is known of the campaign only, (unknown) leads and sales that name none',
  place             integer                 comment '1 brought the most MQLs of the month; then by leads, and by the least spend; NULL of an advertisement without a name',
  spend_media_eur   decimal(38, 6)          comment 'media spend; all rows sum to the media cost of the ledger',
  impressions       bigint                  comment 'impressions; NULL when no source tells',
  clicks            bigint                  comment 'clicks; NULL when no source tells',
  leads             bigint                  comment 'leads created, by the advertisement they came from',
  mqls              bigint                  comment 'persons that first entered MQL in the month, by the advertisement they came from',
  customers         bigint                  comment 'new customers of the month, by the advertisement their lead came from',
  revenue_eur       decimal(38, 6)          comment 'net revenue of the month: a deal by its own advertisement, else that of its lead; an order by the one it names',
  cpl_eur           double                  comment 'media spend / leads; NULL where no cost is known',
  cost_per_mql_eur  double                  comment 'media spend / MQLs; NULL where no cost is known',
  roas              double                  comment 'net revenue / media spend',
  primary key (month, channel, campaign, ad)
) as
with figure as (
  select
    day, channel, campaign, ad, spend_eur, impressions, clicks, null as leads, null as mqls, null as customers,
    null as revenue_eur, case when is_unpriced then 1 else 0 end as unpriced_spend, 0 as unpriced_revenue
  from facts.ad_cost
  union all
  select
    created_day as day, channel, campaign, ad, null as spend_eur, null as impressions, null as clicks, 1 as leads,
    null as mqls, null as customers, null as revenue_eur, 0 as unpriced_spend, 0 as unpriced_revenue
  from facts.lead
  union all
  select
    e.entered_day as day, l.channel, l.campaign, l.ad, null as spend_eur, null as impressions, null as clicks,
    null as leads, 1 as mqls, null as customers, null as revenue_eur, 0 as unpriced_spend, 0 as unpriced_revenue
  from facts.stage_entry as e
  inner join facts.lead as l on l.person_key = e.person_key
  where e.stage = 'mql'
  union all
  select
    c.day, c.lead_source as channel, coalesce(l.campaign, c.campaign) as campaign, coalesce(l.ad, c.ad) as ad,
    null as spend_eur, null as impressions, null as clicks, null as leads, null as mqls, c.customers,
    null as revenue_eur, 0 as unpriced_spend, 0 as unpriced_revenue
  from measures.customer as c
  left join facts.customer as f on f.customer_identity = c.row_key
  left join facts.lead as l on l.person_key = f.person_key
  union all
  select
    day, channel, campaign, ad, null as spend_eur, null as impressions, null as clicks, null as leads, null as mqls,
    null as customers, revenue_eur, 0 as unpriced_spend, case when is_unpriced then 1 else 0 end as unpriced_revenue
  from facts.revenue
),
summed as (
  select
    cast(date_trunc('month', f.day) as date) as month, f.channel, f.campaign, f.ad,
    sum(f.spend_eur) as spend, sum(f.impressions) as impressions, sum(f.clicks) as clicks, sum(f.leads) as leads,
    sum(f.mqls) as mqls, sum(f.customers) as customers, sum(f.revenue_eur) as revenue,
    max(f.unpriced_spend) as unpriced_spend, max(f.unpriced_revenue) as unpriced_revenue,
    count(f.spend_eur) as cost_rows
  from figure as f
  cross join meta.business_date as b
  where f.day < b.business_date
  group by cast(date_trunc('month', f.day) as date), f.channel, f.campaign, f.ad
),
covered as (
  select
    p.period_start as month,
    max(case when s.measure = 'ad_spend_eur' then 1 else 0 end) as has_cost,
    max(case when s.measure = 'new_leads' then 1 else 0 end) as has_leads,
    max(case when s.measure = 'mqls' then 1 else 0 end) as has_mqls,
    max(case when s.measure = 'customers' then 1 else 0 end) as has_customers,
    max(case when s.measure = 'revenue_eur' then 1 else 0 end) as has_revenue
  from reference.period as p
  inner join facts.measure_span as s on s.first_day <= p.period_end and s.last_day >= p.period_start
  where p.grain = 'month'
  group by p.period_start
),
complete as (
  -- a source that covers the month and has no row for the advertisement says 0; one that does not cover it says nothing
  select
    s.month, s.channel, s.campaign, s.ad,
    case when s.unpriced_spend = 0 then coalesce(s.spend, case when c.has_cost = 1 then 0 end) end as spend,
    case
      when s.cost_rows = 0 and s.unpriced_spend = 0 and c.has_cost = 1 then 0
      else s.impressions
    end as impressions,
    case when s.cost_rows = 0 and s.unpriced_spend = 0 and c.has_cost = 1 then 0 else s.clicks end as clicks,
    coalesce(s.leads, case when c.has_leads = 1 then 0 end) as leads,
    coalesce(s.mqls, case when c.has_mqls = 1 then 0 end) as mqls,
    coalesce(s.customers, case when c.has_customers = 1 then 0 end) as customers,
    case when s.unpriced_revenue = 0 then coalesce(s.revenue, case when c.has_revenue = 1 then 0 end) end as revenue
  from summed as s
  left join covered as c on c.month = s.month
),
named as (
  -- what is known of the campaign only, and what names no advertisement, is no name
  select
    c.*,
    case
      when ad in ('(unknown)', '(unallocated)', '(not set)') then 0
      else 1
    end as is_named
  from complete as c
)
select
  month,
  channel,
  campaign,
  ad,
  case
    when is_named = 1 then row_number() over (
      partition by month, is_named
      order by mqls desc nulls last, leads desc nulls last, spend nulls last, channel, campaign, ad
    )
  end as place,
  spend as spend_media_eur,
  impressions,
  clicks,
  leads,
  mqls,
  customers,
  revenue as revenue_eur,
  case when spend <> 0 then ratio(spend, leads) end as cpl_eur,
  case when spend <> 0 then ratio(spend, mqls) end as cost_per_mql_eur,
  ratio(revenue, spend) as roas
from named
