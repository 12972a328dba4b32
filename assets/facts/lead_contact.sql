-- The first contact that sales had with a lead: one row per lead that had one.
create table facts.lead_contact (
  person_key  bigint not null comment 'the lead',
  seconds     bigint not null comment 'whole seconds from the creation of the lead to the contact',
  primary key (person_key)
) as
with contact as (
  -- what lies ahead or did not take place is no contact
  select l.person_key, min(a.occurred_at) as contacted_at
  from staging.activity as a
  inner join reference.crm_term as t on t.role = 'contact_type' and t.term = a.type
  inner join facts.person as p on p.person_key = a.person_key
  inner join facts.lead as l on l.person_key = p.survivor_key and a.occurred_at >= l.created_at
  cross join meta.business_date as b
  where local_date(a.occurred_at) < b.business_date
    and coalesce(a.status, '') not in ('planned', 'scheduled', 'cancelled', 'canceled', 'no_show', 'no show')
  group by l.person_key
)
select
  l.person_key,
  date_diff('day', cast(l.created_at as date), cast(c.contacted_at as date)) * 86400
    + (extract(hour from c.contacted_at) - extract(hour from l.created_at)) * 3600
    + (extract(minute from c.contacted_at) - extract(minute from l.created_at)) * 60
    + floor(extract(second from c.contacted_at)) - floor(extract(second from l.created_at)) as seconds
from facts.lead as l
inner join contact as c on c.person_key = l.person_key
