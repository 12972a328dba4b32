-- Contributions to the traffic of stores: one row per receipt on which something was sold, and one per counted day.
-- source: receipts
-- source of store_visitors: footfall
-- source of counted_transactions, counted_visitors: receipts; footfall
create table measures.store_visit (
  day                   date    not null comment 'day of the receipt or of the count',
  row_key               varchar not null comment 'store and receipt, or store and day',
  load_id               bigint  not null comment 'the load the row came with',
  store                 varchar not null comment 'slice: store',
  pos_transactions      bigint           comment 'measure: 1 for a receipt',
  store_visitors        bigint           comment 'measure: people who came in',
  counted_transactions  bigint           comment 'measure: 1 for a receipt of a day on which the counter worked',
  counted_visitors      bigint           comment 'measure: people who came in on a day that has receipts',
  primary key (row_key)
) as
with receipt as (
  -- a receipt on which something came back and something was sold is a sale
  select
    store_id, receipt_id, local_date(min(sold_at)) as day, max(load_id) as load_id,
    min(case when is_return then 1 else 0 end) as is_return
  from staging.receipt
  where not is_void
  group by store_id, receipt_id
),
open_day as (
  select distinct store_id, day from receipt
)
select
  r.day,
  'receipt ' || r.store_id || '|' || r.receipt_id as row_key,
  r.load_id,
  r.store_id as store,
  1 as pos_transactions,
  null as store_visitors,
  case when f.store_id is not null then 1 end as counted_transactions,
  null as counted_visitors
from receipt as r
-- a counter that saw nobody while something was sold did not work
left join staging.footfall as f on f.store_id = r.store_id and f.day = r.day and f.visitors > 0
where r.is_return = 0
union all
select
  f.day,
  'visitors ' || f.store_id || '|' || cast(f.day as varchar) as row_key,
  f.load_id,
  f.store_id as store,
  null as pos_transactions,
  f.visitors as store_visitors,
  null as counted_transactions,
  case when o.store_id is not null and f.visitors > 0 then f.visitors end as counted_visitors
from staging.footfall as f
left join open_day as o on o.store_id = f.store_id and o.day = f.day
