-- Every session that GA4 reports belongs to a day; those of (other) are in no period.
-- table: staging.ga4_channel_day
-- severity: warning
select r.session_default_channel_group, r.sessions
from raw.ga4_channel_day as r
inner join meta.current_part as p on p.object = 'ga4.channel_day' and p.part = r.part and p.load_id = r.load_id
where try_strptime(r.part, '%Y-%m-%d') is null and r.sessions > 0
