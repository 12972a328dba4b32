-- Which campaigns bring good leads: media spend, leads that qualified, customers and revenue by campaign and month.
-- Every campaign with spend is there, with conversions or without; place 1 of a month brought the most qualified leads.
-- publish: yes
create table marts.campaign_month (
  month             date           not null comment 'first day of the month',
  channel           varchar        not null comment 'channel of the campaign, of the lead or of the sale',
  campaign          varchar        not null comment 'campaign; (unknown) where a lead or sale names none',
  place             integer                 comment '1 brought the most MQLs of the month; then by leads, and by the least spend; NULL of a campaign without a name',
  spend_media_eur   decimal(38, 6)          comment 'media spend; all rows sum to the media cost of the ledger',
  impressions       bigint                  comment 'impressions; NULL when no source tells',
  clicks            bigint                  comment 'clicks; NULL when no source tells',
  leads             bigint                  comment 'leads created, by the campaign they came from',
  mqls              bigint                  comment 'persons that first entered MQL in the month, by the campaign they came from',
  customers         bigint                  comment 'new customers of the month, by the campaign their lead came from',
  revenue_eur       decimal(38, 6)          comment 'net revenue of the month: a deal by its own campaign, else that of its lead; an order by the one it names',
  cpl_eur           double                  comment 'media spend / leads; NULL where no cost is known',
  cost_per_mql_eur  double                  comment 'media spend / MQLs; NULL where no cost is known',
  roas              double                  comment 'net revenue / media spend',
  primary key (month, channel, campaign)
) as
with summed as (
  -- an advertisement whose money is unknown makes that of its campaign unknown
  select
    month, channel, campaign,
    case when count(spend_media_eur) = count(*) then sum(spend_media_eur) end as spend,
    sum(impressions) as impressions,
    sum(clicks) as clicks,
    sum(leads) as leads,
    sum(mqls) as mqls,
    sum(customers) as customers,
    case when count(revenue_eur) = count(*) then sum(revenue_eur) end as revenue
  from marts.ad_month
  group by month, channel, campaign
),
named as (
  -- GA4's words for traffic of no campaign are no names
  select
    c.*,
    case
      when campaign in ('(unknown)', '(not set)', '(direct)', '(organic)', '(referral)', '(ai-assistant)') then 0
      else 1
    end as is_named
  from summed as c
)
select
  month,
  channel,
  campaign,
  case
    when is_named = 1 then row_number() over (
      partition by month, is_named
      order by mqls desc nulls last, leads desc nulls last, spend nulls last, channel, campaign
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
