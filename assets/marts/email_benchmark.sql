-- Every e-mail campaign beside the industry that Mailchimp puts the account into; only where both divide by the same.
-- publish: yes
create table marts.email_benchmark (
  campaign_id           varchar not null comment 'id of the campaign in the e-mail tool',
  kpi_id                varchar not null comment 'the KPI that the figure is compared with',
  industry              varchar not null comment 'industry that Mailchimp puts the account into',
  numerator             bigint           comment 'what the campaign counted above the line',
  denominator           bigint           comment 'what the campaign counted below the line',
  value                 double           comment 'numerator / denominator; NULL when unknown or divided by 0',
  benchmark             double           comment 'figure of the industry; NULL when Mailchimp gives none',
  benchmark_denominator varchar not null comment 'the measure that Mailchimp divides by',
  gap                   double           comment 'value - benchmark; NULL when they are not compared',
  verdict               varchar          comment 'better, worse, or unclear while the 95 % interval of the value (Wilson) holds the benchmark; NULL when they are not compared',
  gap_recipients        double           comment 'so many more recipients it takes to reach the benchmark; negative when it is passed',
  refusal               varchar          comment 'why they are not compared; NULL when they are',
  primary key (campaign_id, kpi_id)
) as
with said as (
  -- Mailchimp's benchmarks divide by delivered e-mails and bounces by sent ones; only its custom reports divide by openers
  select
    campaign_id, 'email_open_rate_reported' as kpi_id, industry, send_day, unique_opens as numerator,
    delivered as denominator, industry_open_rate as benchmark, 'delivered' as benchmark_denominator
  from facts.email_send
  union all
  select
    campaign_id, 'email_click_rate' as kpi_id, industry, send_day, unique_clicks as numerator,
    delivered as denominator, industry_click_rate as benchmark, 'delivered' as benchmark_denominator
  from facts.email_send
  union all
  select
    campaign_id, 'email_unsubscribe_rate' as kpi_id, industry, send_day, unsubscribes as numerator,
    delivered as denominator, industry_unsubscribe_rate as benchmark, 'delivered' as benchmark_denominator
  from facts.email_send
  union all
  select
    campaign_id, 'email_bounce_rate' as kpi_id, industry, send_day, hard_bounces + soft_bounces + syntax_errors as numerator,
    emails_sent as denominator, industry_bounce_rate as benchmark, 'emails_sent' as benchmark_denominator
  from facts.email_send
  union all
  select
    campaign_id, 'email_spam_complaint_rate' as kpi_id, industry, send_day, complaints as numerator,
    delivered as denominator, industry_complaint_rate as benchmark, 'delivered' as benchmark_denominator
  from facts.email_send
),
part as (
  -- a KPI divides by what is delivered or sent of the sends that it knows enough of; of one campaign that is all of it
  select 'delivered_opens_reported' as measure, 'delivered' as of_measure
  union all
  select 'delivered_clicks_known' as measure, 'delivered' as of_measure
  union all
  select 'delivered_unsubscribes_known' as measure, 'delivered' as of_measure
  union all
  select 'delivered_complaints_known' as measure, 'delivered' as of_measure
  union all
  select 'sent_bounces_known' as measure, 'emails_sent' as of_measure
),
judged as (
  select
    s.campaign_id, s.kpi_id, s.industry, s.numerator, s.denominator, ratio(s.numerator, s.denominator) as value,
    cast(s.benchmark as double) as benchmark, s.benchmark_denominator, k.direction,
    case
      when s.benchmark is null then 'Mailchimp gives no figure'
      when coalesce(p.of_measure, k.denominator_measure, 'nothing') <> s.benchmark_denominator
        then 'it divides by ' || s.benchmark_denominator || ', the KPI by ' || coalesce(k.denominator_measure, 'nothing')
      when date_diff('day', s.send_day, b.business_date) <= m.maturity_days
        then 'the campaign is younger than ' || cast(m.maturity_days as varchar) || ' days'
      when s.numerator is null or coalesce(s.denominator, 0) = 0 then 'the campaign has no figure'
    end as refusal
  from said as s
  inner join reference.kpi as k on k.kpi_id = s.kpi_id
  left join part as p on p.measure = k.denominator_measure
  inner join reference.source as m on m.source = 'mailchimp'
  cross join meta.business_date as b
  where s.industry is not null
)
select
  campaign_id,
  kpi_id,
  industry,
  numerator,
  denominator,
  value,
  benchmark,
  benchmark_denominator,
  case when refusal is null then value - benchmark end as gap,
  case
    when refusal is not null then null
    -- the score interval holds the benchmark; 3.84 is 1.96 squared
    when (value - benchmark) * (value - benchmark) * denominator
      <= 3.841458820694169e0 * benchmark * (1e0 - benchmark) then 'unclear'
    when (value > benchmark) = (direction = 'up_good') then 'better'
    else 'worse'
  end as verdict,
  case when refusal is null then (benchmark - value) * denominator end as gap_recipients,
  refusal
from judged
