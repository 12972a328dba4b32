-- Published articles.
create table staging.article (
  article_id    varchar    not null comment 'id of the article',
  published_at  timestamp  not null comment 'moment of publication, UTC',
  url           varchar             comment 'address of the article',
  type          varchar             comment 'type, as sent',
  load_id       bigint     not null comment 'the load the row came with',
  primary key (article_id)
) as
select r.article_id, r.published_at, r.url, r.type, r.load_id
from raw.article as r
inner join meta.current_part as p on p.object = 'article' and p.part = r.part and p.load_id = r.load_id
