-- Which deal the CRM merged into which.
create table staging.deal_merge (
  deal_id      varchar not null comment 'the deal that was merged away',
  merged_into  varchar not null comment 'the deal it became part of',
  load_id      bigint  not null comment 'the load the row came with',
  primary key (deal_id)
) as
select
  r.deal_id,
  r.merged_into,
  r.load_id
from raw.deal_merge as r
inner join meta.current_part as p on p.object = 'deal_merge' and p.part = r.part and p.load_id = r.load_id
