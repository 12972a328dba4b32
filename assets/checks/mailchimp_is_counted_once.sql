-- Mailchimp comes from its API or from files, never both: while the API is read, files that name it do not count.
-- table: staging.email_campaign
-- severity: warning
select tool, campaign_id as name, load_id
from staging.email_campaign
where not is_counted
union all
select tool, list as name, load_id
from staging.email_list
where not is_counted
