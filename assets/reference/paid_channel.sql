-- Channels on which media money is spent.
create table reference.paid_channel (
  channel  varchar not null comment 'name of the channel',
  primary key (channel)
) as
select channel
from reference.known_channel
where is_paid
