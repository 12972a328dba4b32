-- Refunds of orders that count, and credit notes, on the day the money went back, in EUR by the rate of that day.
create table facts.refund (
  order_id     varchar        not null comment 'the order, or the credit note itself',
  refund_day   date           not null comment 'day in the reporting zone',
  channel      varchar        not null comment 'channel of the order; (unknown) for a credit note without order',
  campaign     varchar        not null comment 'campaign of the order; (unknown) for a credit note that names none',
  ad           varchar        not null comment 'advertisement of the order; (unknown) for a credit note that names none',
  platform     varchar        not null comment 'ad platform of the order, by its source; (unknown) when none',
  device       varchar        not null comment 'device of the order; (unknown) for a credit note without order',
  refund_eur   decimal(38, 6)          comment 'amount in EUR, positive; NULL when the rate is missing',
  margin_eur   decimal(38, 6)          comment 'gross profit that goes with it, positive when the order earned',
  is_unpriced  boolean        not null comment 'no rate turns it into EUR',
  load_id      bigint         not null comment 'the load the row came with',
  primary key (order_id)
) as
with priced as (
  select
    r.order_id,
    local_date(r.refunded_at) as refund_day,
    coalesce(o.channel, c.channel, '(unknown)') as channel,
    coalesce(o.campaign, nullif(trim(sent.campaign), ''), '(unknown)') as campaign,
    coalesce(o.ad, nullif(trim(sent.ad), ''), '(unknown)') as ad,
    coalesce(o.platform, a.platform, '(unknown)') as platform,
    coalesce(o.device, nullif(sent.device, ''), '(unknown)') as device,
    round(r.refunded_amount * x.eur_per_unit, 2) as refund_eur,
    o.order_eur,
    o.margin_eur,
    coalesce(o.has_own_margin, false) and o.order_eur > 0 as has_own_margin,
    x.eur_per_unit is null as is_unpriced,
    r.load_id
  from staging.refund as r
  left join staging.shop_order as sent on sent.order_id = r.order_id
  left join facts.shop_order as o on o.order_id = r.order_id
  left join facts.channel_of_traffic as c
    on c.sent_channel = trim(coalesce(sent.channel, '')) and c.source = trim(coalesce(sent.source, ''))
    and c.medium = trim(coalesce(sent.medium, '')) and c.campaign = trim(coalesce(sent.campaign, ''))
    and c.platform = '' and sent.order_id is not null
  left join reference.platform_alias as a on a.alias = lower(trim(sent.source))
  left join reference.exchange_rate as x
    on x.currency = r.currency and local_date(r.refunded_at) between x.valid_from and x.valid_until
  cross join meta.business_date as b
  where local_date(r.refunded_at) < b.business_date
    and coalesce(sent.status, 'refunded') in ('paid', 'refunded')
)
select
  p.order_id,
  p.refund_day,
  p.channel,
  p.campaign,
  p.ad,
  p.platform,
  p.device,
  p.refund_eur,
  case
    when p.has_own_margin
      then cast('0.01' as decimal(3, 2)) * cast(
        sign(p.margin_eur)
        * ((cast(p.refund_eur * 100 as hugeint) * cast(abs(p.margin_eur) * 100 as hugeint))
          // cast(p.order_eur * 100 as hugeint))
        as decimal(34, 0)
      )
    else round(p.refund_eur * s.gross_margin, 2)
  end as margin_eur,
  p.is_unpriced,
  p.load_id
from priced as p
cross join reference.setting as s
