-- Every e-mail report has the counts that the rates are made of; what lacks one is left out of its rate.
-- table: staging.mailchimp_report
-- severity: warning
select campaign_id
from staging.mailchimp_report
where emails_sent is null or hard_bounces is null or soft_bounces is null or unique_opens is null
  or unique_clicks is null or unsubscribes is null
