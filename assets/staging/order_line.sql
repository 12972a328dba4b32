-- Lines of web shop orders as last exported.
create table staging.order_line (
  order_id    varchar        not null comment 'order the line belongs to',
  line_no     varchar        not null comment 'number of the line within the order',
  product_id  varchar        not null comment 'article the shop sold',
  quantity    decimal(18, 6) not null comment 'number of articles; negative for a correction',
  net_amount  decimal(18, 6) not null comment 'own currency: value ex VAT, in that of the order',
  category    varchar                 comment 'category of the article',
  load_id     bigint         not null comment 'the load the row came with',
  primary key (order_id, line_no)
) as
select
  r.order_id,
  r.line_no,
  r.product_id,
  r.quantity,
  r.net_amount,
  r.category,
  r.load_id
from raw.order_line as r
inner join meta.current_part as p on p.object = 'order_line' and p.part = r.part and p.load_id = r.load_id
