-- Channels by month: traffic, cost, funnel by lead source and month of stage entry, revenue, and the cost ratios.
-- publish: yes
-- snapshot: month
create table marts.channel_month (
  month                               date           not null comment 'first day of the month',
  channel                             varchar        not null comment 'marketing channel; (unallocated) bears cost that no driver places',
  sessions                            bigint                  comment 'sessions by session channel; NULL when GA4 was never read',
  spend_media_eur                     decimal(38, 6)          comment 'media spend',
  spend_direct_eur                    decimal(38, 6)          comment 'media spend and costs that name the channel',
  spend_full_eur                      decimal(38, 6)          comment 'direct cost and allocated overhead',
  leads                               bigint                  comment 'leads created',
  mqls                                bigint                  comment 'persons that first entered MQL',
  sals                                bigint                  comment 'persons that first entered SAL',
  sqls                                bigint                  comment 'persons that first entered SQL',
  opportunities                       bigint                  comment 'new-business deals, by lead source',
  customers                           bigint                  comment 'new customers, by lead source',
  revenue_eur                         decimal(38, 6)          comment 'net revenue, refunds on their day',
  margin_eur                          decimal(38, 6)          comment 'gross profit of that revenue',
  cpc_eur                             double                  comment 'media spend / ad clicks',
  cpl_eur                             double                  comment 'full cost / leads',
  cpl_media_eur                       double                  comment 'media spend / leads',
  cpl_direct_eur                      double                  comment 'direct cost / leads',
  cost_per_mql_eur                    double                  comment 'full cost / MQLs',
  cost_per_mql_media_eur              double                  comment 'media spend / MQLs',
  cost_per_mql_direct_eur             double                  comment 'direct cost / MQLs',
  cost_per_qualified_lead_eur         double                  comment 'full cost / qualified leads',
  cost_per_qualified_lead_media_eur   double                  comment 'media spend / qualified leads',
  cost_per_qualified_lead_direct_eur  double                  comment 'direct cost / qualified leads',
  cpa_eur                             double                  comment 'full cost / orders',
  cpa_media_eur                       double                  comment 'media spend / orders',
  cpa_direct_eur                      double                  comment 'direct cost / orders',
  cac_paid_eur                        double                  comment 'media spend / new customers; paid channels only',
  cac_blended_eur                     double                  comment 'full cost / new customers',
  roas                                double                  comment 'net revenue / media spend',
  roi                                 double                  comment '(gross profit - full cost) / full cost',
  primary key (month, channel)
) as
with figure as (
  select period_start as month, member as channel, measure, case when unpriced_rows = 0 then value end as value
  from marts.kpi_part
  where grain = 'month' and slice = 'channel'
    and measure in (
      'sessions', 'ad_spend_eur', 'ad_clicks', 'cost_direct_eur', 'cost_full_eur', 'new_leads', 'mqls', 'sals', 'sqls',
      'qualified_leads', 'order_count', 'revenue_eur', 'margin_eur'
    )
  union all
  select period_start as month, member as channel, measure, case when unpriced_rows = 0 then value end as value
  from marts.kpi_part
  where grain = 'month' and slice = 'lead_source' and measure in ('opportunities', 'customers')
),
row_key as (
  select distinct month, channel from figure
),
complete as (
  -- a source that covers the month and has no row for the channel says 0; one that does not cover it says nothing
  select
    k.month, k.channel, r.measure,
    case
      when f.measure is not null then f.value
      when r.first_day <= p.period_end and r.last_day >= k.month then 0
    end as value
  from row_key as k
  inner join reference.period as p on p.grain = 'month' and p.period_start = k.month
  cross join facts.measure_span as r
  left join figure as f on f.month = k.month and f.channel = k.channel and f.measure = r.measure
),
wide as (
  select
    month,
    channel,
    max(case when measure = 'sessions' then value end) as sessions,
    max(case when measure = 'ad_spend_eur' then value end) as media,
    max(case when measure = 'ad_clicks' then value end) as clicks,
    max(case when measure = 'cost_direct_eur' then value end) as direct,
    max(case when measure = 'cost_full_eur' then value end) as full_cost,
    max(case when measure = 'new_leads' then value end) as leads,
    max(case when measure = 'mqls' then value end) as mqls,
    max(case when measure = 'sals' then value end) as sals,
    max(case when measure = 'sqls' then value end) as sqls,
    max(case when measure = 'qualified_leads' then value end) as qualified,
    max(case when measure = 'opportunities' then value end) as opportunities,
    max(case when measure = 'customers' then value end) as customers,
    max(case when measure = 'order_count' then value end) as orders,
    max(case when measure = 'revenue_eur' then value end) as revenue,
    max(case when measure = 'margin_eur' then value end) as margin
  from complete
  group by month, channel
)
select
  w.month,
  w.channel,
  w.sessions,
  w.media as spend_media_eur,
  w.direct as spend_direct_eur,
  w.full_cost as spend_full_eur,
  w.leads,
  w.mqls,
  w.sals,
  w.sqls,
  w.opportunities,
  w.customers,
  w.revenue as revenue_eur,
  w.margin as margin_eur,
  -- method rule 18: without cost there is no cost per anything, and 0 is no cost per lead
  ratio(nullif(w.media, 0), w.clicks) as cpc_eur,
  ratio(nullif(w.full_cost, 0), w.leads) as cpl_eur,
  ratio(nullif(w.media, 0), w.leads) as cpl_media_eur,
  ratio(nullif(w.direct, 0), w.leads) as cpl_direct_eur,
  ratio(nullif(w.full_cost, 0), w.mqls) as cost_per_mql_eur,
  ratio(nullif(w.media, 0), w.mqls) as cost_per_mql_media_eur,
  ratio(nullif(w.direct, 0), w.mqls) as cost_per_mql_direct_eur,
  ratio(nullif(w.full_cost, 0), w.qualified) as cost_per_qualified_lead_eur,
  ratio(nullif(w.media, 0), w.qualified) as cost_per_qualified_lead_media_eur,
  ratio(nullif(w.direct, 0), w.qualified) as cost_per_qualified_lead_direct_eur,
  ratio(nullif(w.full_cost, 0), w.orders) as cpa_eur,
  ratio(nullif(w.media, 0), w.orders) as cpa_media_eur,
  ratio(nullif(w.direct, 0), w.orders) as cpa_direct_eur,
  case when p.channel is not null then ratio(nullif(w.media, 0), w.customers) end as cac_paid_eur,
  ratio(nullif(w.full_cost, 0), w.customers) as cac_blended_eur,
  ratio(w.revenue, w.media) as roas,
  ratio(w.margin - w.full_cost, w.full_cost) as roi
from wide as w
left join reference.paid_channel as p on p.channel = w.channel
