-- Every e-mail report has the counts that the rates are made of; what lacks one is left out of its rate.
-- table: staging.mailchimp_report
-- severity: warning
select campaign_id
from staging.mailchimp_report
where emails_sent is null or hard_bounces is null or soft_bounces is null or syntax_errors is null
  or unique_opens is null or unique_clicks is null or unsubscribes is null
union all
-- of an automation the last morning counts: what an earlier one lacked, the next one held
select a.campaign_id
from staging.mailchimp_automation_day as a
inner join (
  select campaign_id, max(observed_on) as observed_on from staging.mailchimp_automation_day group by campaign_id
) as l on l.campaign_id = a.campaign_id and l.observed_on = a.observed_on
where a.is_readable and (
  a.emails_sent is null or a.hard_bounces is null or a.soft_bounces is null or a.syntax_errors is null
  or a.unique_opens is null or a.unique_clicks is null or a.unsubscribes is null)
