-- The cost ledger: every euro of media, direct cost and overhead on its day and channel.
-- publish: yes
create table marts.cost_day (
  day         date           not null comment 'accrual day',
  channel     varchar        not null comment 'channel that bears the cost; (unallocated) where no driver places it',
  category    varchar        not null comment 'media, software, staff, agency, content and the like',
  scope       varchar        not null comment 'media, direct or overhead',
  cost_id     varchar        not null comment 'cost row; ads:<platform> for media spend',
  amount_eur  decimal(38, 6)          comment 'EUR; NULL when the exchange rate is missing',
  primary key (day, channel, scope, cost_id)
) as
select day, channel, category, scope, cost_id, amount_eur
from facts.cost_day
